"""Reads values: expressions, lists of them, and `{kind: arguments}`."""

import re
from collections.abc import Callable
from collections.abc import Mapping as Keyed
from typing import TYPE_CHECKING, TypeVar

from cnnshape.diagnostics import did_you_mean, nearest, respelled, slip_of
from cnnshape.document import Entry, Mapping, Node, Scalar, Sequence
from cnnshape.language import grammar
from cnnshape.language.expression import (
    Expression,
    ExpressionProblem,
    Reference,
    compile_expression,
    compile_reference,
    place_in,
)
from cnnshape.language.grammar import Key
from cnnshape.language.model import Argument, ListValue, Name, Setting, Value
from cnnshape.language.reader import split
from cnnshape.language.reader.problems import Problems, describe_node, quoted, shown
from cnnshape.source import Span

if TYPE_CHECKING:
    from cnnshape.diagnostics import Fix

Compiled = TypeVar("Compiled", Expression, Reference)
_COLLECTIONS: dict[str, type[Node]] = {"list": Sequence, "mapping": Mapping}
_FOLLOWERS = ("`norm`", "`act`")
_DEEPEST_LIST = 2


class ValueReader:
    """Reads nodes into values. Each method reports problems, and then returns None or the part that it could read."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.report = problems.report

    # Structure

    def mapping(self, node: Node, subject: str, help: str | None = None) -> Mapping | None:
        """The node as a mapping."""
        if isinstance(node, Mapping):
            return node
        self.report("wrong-structure", f"{subject} is a mapping, found {describe_node(node)}", node.span, help=help)
        return None

    def sequence(self, node: Node, subject: str, help: str | None = None) -> Sequence | None:
        """The node as a list."""
        if isinstance(node, Sequence):
            return node
        help = _as_list(node) or help
        self.report("wrong-structure", f"{subject} is a list, found {describe_node(node)}", node.span, help=help)
        return None

    def word(self, node: Node, subject: str, help: str | None = None, sort: str = "a single word") -> Name | None:
        """The node as a single text."""
        if isinstance(node, Scalar) and not node.empty:
            return Name(node.text, node.span)
        help = help or _as_value(node, subject)
        self.report("wrong-structure", f"{subject} is {sort}, found {describe_node(node)}", node.span, help=help)
        return None

    def reference(self, node: Node, subject: str, help: str | None = None) -> Reference | None:
        """The node as a reference to a tensor."""
        word = self.word(node, subject, help)
        return self.referred(node) if word and isinstance(node, Scalar) else None

    def referred(self, node: Scalar) -> Reference | None:
        """The text of a scalar as a reference."""
        return self._compiled(node, compile_reference)

    def corrected(
        self,
        node: Mapping,
        subject: str,
        keys: Keyed[str, Key],
        other_help: Callable[[Entry], str | None] = lambda entry: None,
    ) -> Mapping:
        """Reports unknown keys. `other_help` is the help for a key that resembles no known key.

        A misspelt key, or another tool's word for one, is renamed in the mapping that is returned, so that everything
        below it is read too.
        """
        if all(entry.key.text in keys for entry in node.entries):
            return node
        foreign = grammar.foreign_words(keys)
        read = {entry.key.text for entry in node.entries if entry.key.text in keys}
        entries = []
        for entry in node.entries:
            text = entry.key.text
            if text in keys:
                entries.append(entry)
                continue
            written = foreign.get(text.lower())
            meant = written or nearest(text, keys)
            guess = f"did you mean `{meant}`?" if meant else did_you_mean(text, keys)
            help = guess if written else other_help(entry) or guess
            right = written or slip_of(text, meant)
            fixes = respelled(text, right, entry.key.span) if help == guess and meant not in read else ()
            message = f"`{shown(text)}` is not a key of {subject}"
            self.report("unknown-key", message, entry.key.span, help=help, fixes=fixes)
            if meant and meant not in read and _fits(entry.value, keys[meant]):
                entries.append(Entry(entry.key._replace(text=meant), entry.value))
                read.add(meant)
        return node._replace(entries=entries)

    # Names

    def name(self, node: Node, subject: str) -> Name | None:
        """The node as a name that other places refer to."""
        word = self.word(node, f"the name of {subject}", help="write a word after the colon, or remove the line")
        return self.checked(word, subject, grammar.NAME) if word else None

    def checked(self, word: Name, subject: str, pattern: str) -> Name | None:
        """The word, if it is a valid name."""
        if word.text in grammar.reserved(pattern):
            message = f"`{word.text}` is reserved and can't name {subject}"
            self.report("bad-name", message, word.span, help="choose another name")
            return None
        if re.fullmatch(pattern, word.text) and len(word.text) <= grammar.MAX_NAME:
            return word
        allowed = "letters, digits and `_`" if pattern == grammar.VARIABLE else "letters, digits, `_`, `.` and `-`"
        help = (
            f"a name starts with a letter or `_`, goes on with {allowed}, and has at most {grammar.MAX_NAME} characters"
        )
        self.report("bad-name", f"`{shown(word.text)}` can't name {subject}", word.span, help=help)
        return None

    # Values

    def expression(self, node: Node, subject: str) -> Expression | None:
        """The node as one expression."""
        if isinstance(node, Scalar) and not node.empty:
            return self.compiled(node)
        help = f"write {subject[:-1]}: none` for none" if subject in _FOLLOWERS else _as_value(node, subject)
        self.report(
            "wrong-structure", f"{subject} is a single value, found {describe_node(node)}", node.span, help=help
        )
        return None

    def compiled(self, node: Scalar) -> Expression | None:
        """The text of a scalar as an expression."""
        return self._compiled(node, compile_expression)

    def _compiled(self, node: Scalar, compile: Callable[[str, Span], Compiled]) -> Compiled | None:
        if split.is_split(node):
            text = shown(split.whole(node.span))
            listed = f"write a list in square brackets: `[{text[1:-1]}]`"
            help = listed if text.startswith("(") else f'quote the expression: `"{text}"`'
            message, fixes = "YAML ends a value at a comma inside brackets", _quoted(node.span)
            self.report("split-expression", message, node.span, help=help, fixes=() if help == listed else fixes)
            return None
        try:
            return compile(node.text, node.span)
        except ExpressionProblem as problem:
            at = place_in(node.text, node.span, problem.offset, problem.length)
            self.report(problem.name, problem.message, at, help=problem.help)
            return None

    def value(self, node: Node, subject: str, depth: int = 0) -> Value | None:
        """The node as an expression, a list of values, or `{kind: arguments}`."""
        if isinstance(node, Scalar):
            return self.expression(node, subject)
        if isinstance(node, Mapping):
            return self.setting(node, subject)
        if depth > _DEEPEST_LIST:
            self.report("wrong-structure", f"{subject} is nested too deeply", node.span)
            return None
        items = [self.value(item, f"an item of {subject}", depth + 1) for item in split.unsplit_items(node)]
        values = tuple(item for item in items if item is not None)
        return ListValue(values, node.span) if len(values) == len(items) else None

    def setting(self, node: Mapping, subject: str) -> Setting | None:
        """`{kind: arguments}`."""
        if len(node.entries) == 1:
            key, value = node.entries[0]
            arguments, main = self.arguments(value, quoted(key.text))
            return Setting(Name(key.text, key.span), arguments, main, node.span)
        if subject not in _FOLLOWERS:
            self.report("wrong-structure", f"{subject} is a single value or a list, found a mapping", node.span)
            return None
        message = f"{subject} names {len(node.entries)} kinds, expected one"
        help = "write `{batch_norm: {momentum: 0.1}}`: one kind, and its arguments below it"
        self.report("wrong-structure", message, node.span, help=help)
        return None

    def arguments(self, node: Node, subject: str) -> tuple[tuple[Argument, ...], Value | None]:
        """The value of a kind or block: named arguments, or the main argument alone."""
        if isinstance(node, Scalar) and node.empty:
            return (), None
        if not isinstance(node, Mapping):
            return (), self.value(node, f"the main argument of {subject}")
        arguments = []
        for key, value in self.spaced_entries(node):
            argument = self.value(value, quoted(key.text))
            if argument is not None:
                arguments.append(Argument(key.text, key.span, argument))
        return tuple(arguments), None

    def spaced_entries(self, node: Mapping) -> list[Entry]:
        """The entries with a value of their own. Reports keys without the space after the colon."""
        kept = []
        for entry in split.unsplit_entries(node):
            pair = split.key_and_value(entry)
            if pair is None:
                kept.append(entry)
            else:
                self._report_missing_space(entry.key, *pair)
        return kept

    def _report_missing_space(self, key: Scalar, word: str, value: str) -> None:
        fixes = respelled(key.text, f"{word}: {value.strip()}", key.span)
        if split.is_open(value):
            at = key.span.part(len(word) + 1, len(value))
            text = split.whole(at).strip()
            fixes = _quoted(at, before=" ") if key.text.startswith(f"{word}:") else ()
            value = text if text.startswith('"') else f'"{text}"'
        message = f"`{shown(key.text)}` is read as a key without a value"
        help = f"write `{shown(word)}: {shown(value.strip())}`"
        self.report("wrong-structure", message, key.span, help=help, fixes=fixes)


def _quoted(at: Span, before: str = "") -> "tuple[Fix, ...]":
    """The fix that quotes the expression that starts at a place, if it isn't; none if its end is not on the line."""
    # A sound design needs no fixes.
    from cnnshape.diagnostics import Fix, Replace

    text = split.whole(at)
    if not at.source.line(at.line).startswith(text, at.column - 1):
        return ()
    sign = "" if text.startswith('"') else "'" if '"' in text else '"'
    return (Fix((Replace(at.part(0, len(text)), f"{before}{sign}{text}{sign}"),)),)


def _fits(node: Node, key: Key) -> bool:
    """Whether a value is of the collection type that a key takes. A single value fits no key."""
    collection = _COLLECTIONS.get(key.form.collection)
    return collection is not None and isinstance(node, collection)


def _as_value(node: Node, what: str) -> str | None:
    """The help for a key without a value, as a text has it that is still being typed."""
    is_empty = isinstance(node, Scalar) and node.empty and not what.startswith("an item")
    return "write its value after the colon, or leave it out" if is_empty else None


def _as_list(node: Node) -> str | None:
    """Help for a value that should be a list: a space after its dashes, or brackets."""
    first = node.entries[0].key.text if isinstance(node, Mapping) and node.entries else ""
    text = node.text if isinstance(node, Scalar) else first
    if text.startswith("-\N{NO-BREAK SPACE}"):
        return f"the character after the dash is a no-break space; write a plain space: `- {shown(text[1:].strip())}`"
    if text.startswith("-"):
        return f"a space belongs after the dash: `- {shown(text[1:].split(' ')[0])}`"
    if first or len(text) > grammar.MAX_NAME or text in ("true", "false", "null"):
        return None
    if re.fullmatch(r"[A-Za-z_][\w.-]*(?:,? +[A-Za-z_][\w.-]*)*", text):
        return f"write a list in square brackets: `[{', '.join(text.replace(',', ' ').split())}]`"
    return None
