"""What every reader of a part of a spec needs: problems collected, structure demanded, values compiled."""

import re
from collections.abc import Callable

from cnnshape.diagnostics import Diagnostic, Label, diagnose, did_you_mean, nearest
from cnnshape.document import Entry, Mapping, Node, Scalar, Sequence
from cnnshape.language.expression import (
    MAX_LENGTH,
    SIZE_NAMES,
    Expression,
    ExpressionProblem,
    Reference,
    compile_expression,
    place_in,
)
from cnnshape.language.model import Argument, ListValue, Name, Setting, Value
from cnnshape.source import Span

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*\Z")
_COMMA = re.compile(r"\s*,")
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
RESERVED = {"prev", "i", "last", "true", "false", "and", "or", "not", "if", "else", *SIZE_NAMES}
MAX_NAME = 100
_FORMS: dict[str, type[Node]] = {
    "input": Sequence, "params": Mapping, "variants": Mapping, "blocks": Mapping, "layers": Sequence, "do": Sequence,
    "outputs": Sequence, "expect": Mapping,
}  # fmt: skip
"""What stands below keys that others depend on."""


class Problems:
    """The problems of one file, in the order in which they were found."""

    def __init__(self) -> None:
        self.found: list[Diagnostic] = []

    def report(
        self, name: str, message: str, at: Span, *, label: str = "", related: list[Label] | None = None,
        help: str | None = None,
    ) -> None:  # fmt: skip
        """Adds a diagnostic of the catalogue's entry `name`."""
        self.found.append(diagnose(name, message, at, label=label, related=related or (), help=help))

    def take_structural(self, start: int) -> tuple[Diagnostic, ...]:
        """Takes back the problems since `start` that say something has the wrong structure."""
        later = self.found[start:]
        self.found[start:] = [each for each in later if each.name != "wrong-structure"]
        return tuple(each for each in later if each.name == "wrong-structure")


def kind_of(node: Node) -> str:
    """What a node is, in a user's words."""
    if isinstance(node, Scalar):
        return "nothing" if node.empty else "a single value"
    return "a list" if isinstance(node, Sequence) else "a mapping"


def shown(text: str) -> str:
    """A text of the user's, short enough for a message and with nothing that a terminal obeys."""
    plain = text if text.isprintable() else ascii(text)[1:-1]
    return plain if len(plain) <= 60 else plain[:57] + "..."


_UNSPACED = re.compile(r"\s*([\w.-]+)\s*[:=](.+)", re.DOTALL)


class _Cut:
    """What brackets and quotes are open behind the pieces of an expression that YAML has cut at its commas."""

    __slots__ = ("brackets", "quotes")

    def __init__(self, text: str = "") -> None:
        self.brackets = text.count("(") - text.count(")")
        self.quotes = text.count('"')

    def add(self, text: str) -> None:
        """Goes on with the next piece."""
        self.brackets += text.count("(") - text.count(")")
        self.quotes += text.count('"')

    @property
    def open(self) -> bool:
        """Whether more is to come."""
        return self.brackets > 0 or self.quotes % 2 == 1


def _is_open(text: str) -> bool:
    return _Cut(text).open


def _closed(at: Span) -> str | None:
    """The expression that starts there, as its author meant it: up to the sign that closes it, on the same line."""
    text = at.source.line(at.line)[at.column - 1 :][: 2 * MAX_LENGTH]
    ends = (position + 1 for position, sign in enumerate(text) if sign in ')"')
    return next((text[:end] for end in ends if not _is_open(text[:end])), None)


def _whole(at: Span) -> str:
    """As much of the expression that starts there as can be told."""
    return _closed(at) or at.text + ", ...)"


def _cut_at_comma(at: Span) -> bool:
    """Whether YAML ended a value at the comma behind it."""
    return _COMMA.match(at.source.line(at.end_line), at.end_column - 1) is not None


def _as_list(node: Node) -> str | None:
    """How a node that should be a list may have been meant: its dashes lack a space, or its brackets are missing."""
    first = node.entries[0].key.text if isinstance(node, Mapping) and node.entries else ""
    text = node.text if isinstance(node, Scalar) else first
    if text.startswith("-"):
        return f"a space belongs behind the dash: `- {shown(text[1:].split(' ')[0])}`"
    if first:
        return None
    words = re.fullmatch(r"[A-Za-z_][\w.-]*(?:,? +[A-Za-z_][\w.-]*)*", text) if len(text) <= MAX_NAME else None
    if words and text not in ("true", "false", "null"):
        return f"a list stands in square brackets: `[{', '.join(text.replace(',', ' ').split())}]`"
    return None


class Reader:
    """Reads nodes into values; every method reports what is wrong and gives None or less then."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.report = problems.report

    def mapping(self, node: Node, what: str, help: str | None = None) -> Mapping | None:
        """The node as a mapping."""
        if isinstance(node, Mapping):
            return node
        self.report("wrong-structure", f"{what} is a mapping, found {kind_of(node)}", node.span, help=help)
        return None

    def sequence(self, node: Node, what: str, help: str | None = None) -> Sequence | None:
        """The node as a list."""
        if isinstance(node, Sequence):
            return node
        text = node.text if isinstance(node, Scalar) else ""
        if isinstance(node, Mapping) and node.entries:
            text = node.entries[0].key.text
        if text.startswith("-\N{NO-BREAK SPACE}"):
            help = f"the blank behind the dash is a no-break space; write a plain one: `- {shown(text[1:].strip())}`"
        else:
            help = _as_list(node) or help
        self.report("wrong-structure", f"{what} is a list, found {kind_of(node)}", node.span, help=help)
        return None

    def word(self, node: Node, what: str, help: str | None = None, sort: str = "a single word") -> Name | None:
        """The node as a single text."""
        if isinstance(node, Scalar) and not node.empty:
            return Name(node.text, node.span)
        self.report("wrong-structure", f"{what} is {sort}, found {kind_of(node)}", node.span, help=help)
        return None

    def reference(self, node: Node, what: str, help: str | None = None) -> Reference | None:
        """The node as a reference to a tensor."""
        word = self.word(node, what, help)
        return Reference(word.text, word.span) if word else None

    def name(self, node: Node, what: str) -> Name | None:
        """The node as a name that other places may refer to."""
        word = self.word(node, f"the name of {what}", help="write a word behind the colon, or remove the line")
        return self.checked(word, what, NAME) if word else None

    def checked(self, word: Name, what: str, pattern: re.Pattern[str]) -> Name | None:
        """The word, if it may be a name."""
        if word.text in RESERVED:
            message = f"`{word.text}` has a meaning of its own and can't name {what}"
            self.report("bad-name", message, word.span, help="choose another name")
            return None
        if pattern.match(word.text) and len(word.text) <= MAX_NAME:
            return word
        allowed = "letters, digits and `_`" if pattern is VARIABLE else "letters, digits, `_`, `.` and `-`"
        help = f"a name starts with a letter or `_`, goes on with {allowed}, and has at most {MAX_NAME} characters"
        self.report("bad-name", f"`{shown(word.text)}` can't name {what}", word.span, help=help)
        return None

    def corrected(
        self,
        node: Mapping,
        what: str,
        known: tuple[str, ...],
        foreign: dict[str, str],
        stray: Callable[[Entry], str | None] = lambda entry: None,
    ) -> Mapping:
        """Reports keys that the grammar doesn't have here; `foreign` are other tools' words for some that it has.

        In what is given back such a key is what it was meant to be, so that nothing it brings is missed; `stray` helps
        with one that was meant to be none of them.
        """
        entries = []
        for entry in node.entries:
            text = entry.key.text
            written = foreign.get(text.lower())
            meant = text if text in known else written or nearest(text, known)
            if text not in known:
                guess = f"did you mean `{meant}`?" if meant else did_you_mean(text, known)
                help = guess if written else stray(entry) or guess
                self.report("unknown-key", f"`{shown(text)}` is not a key of {what}", entry.key.span, help=help)
            if text == meant or (meant and node.get(meant) is None and isinstance(entry.value, _FORMS.get(meant, ()))):
                entries.append(Entry(entry.key._replace(text=meant), entry.value))
        return node._replace(entries=entries)

    def expression(self, node: Node, what: str) -> Expression | None:
        """The node as one expression."""
        if isinstance(node, Scalar) and not node.empty:
            return self.compiled(node)
        none = f"write {what[:-1]}: none` for none" if what in ("`norm`", "`act`") else None
        self.report("wrong-structure", f"{what} is a single value, found {kind_of(node)}", node.span, help=none)
        return None

    def compiled(self, node: Scalar) -> Expression | None:
        """A scalar's text as an expression."""
        if node.plain and _is_open(node.text) and _cut_at_comma(node.span):
            whole = shown(_whole(node.span))
            listed = f"write a list in square brackets: `[{whole[1:-1]}]`"
            help = listed if whole.startswith("(") else f'quote the expression: `"{whole}"`'
            self.report("split-expression", "YAML ends a value at a comma inside brackets", node.span, help=help)
            return None
        try:
            return compile_expression(node.text, node.span)
        except ExpressionProblem as problem:
            at = place_in(node.text, node.span, problem.offset, problem.length)
            self.report(problem.name, problem.message, at, help=problem.help)
            return None

    def value(self, node: Node, what: str, depth: int = 0) -> Value | None:
        """The node as an expression, or a list of values."""
        if isinstance(node, Scalar):
            return self.expression(node, what)
        if isinstance(node, Mapping):
            return self.setting(node, what)
        if depth > 2:
            self.report("wrong-structure", f"{what} is nested too deep", node.span)
            return None
        items = [self.value(item, f"an item of {what}", depth + 1) for item in self.unsplit_items(node)]
        found = [item for item in items if item is not None]
        return ListValue(tuple(found), node.span) if len(found) == len(items) else None

    def unsplit_items(self, node: Sequence) -> list[Node]:
        """The items, without what is left over from an expression that YAML has cut at its commas."""
        cut = _Cut()
        kept: list[Node] = []
        for item in node.items:
            text = item.text if isinstance(item, Scalar) and item.plain else ""
            if cut.open:
                cut.add(text)
                continue
            kept.append(item)
            cut = _Cut(text)
        return kept

    def setting(self, node: Mapping, what: str) -> Setting | None:
        """`{kind: args}`."""
        if len(node.entries) != 1 and what not in ("`norm`", "`act`"):
            self.report("wrong-structure", f"{what} is a single value or a list, found a mapping", node.span)
            return None
        if len(node.entries) != 1:
            help = "write `{batch_norm: {momentum: 0.1}}`: one kind, and its arguments below it"
            self.report(
                "wrong-structure", f"{what} names {len(node.entries)} kinds, expected one", node.span, help=help
            )
            return None
        entry = node.entries[0]
        arguments, main = self.arguments(entry.value, f"`{shown(entry.key.text)}`")
        return Setting(Name(entry.key.text, entry.key.span), arguments, main, node.span)

    def arguments(self, node: Node, what: str) -> tuple[tuple[Argument, ...], Value | None]:
        """What stands behind a kind or block: named arguments, or the main argument alone."""
        if isinstance(node, Scalar) and node.empty:
            return (), None
        if not isinstance(node, Mapping):
            return (), self.value(node, f"the main argument of {what}")
        found = []
        for entry in self.unsplit_entries(node):
            value = self.value(entry.value, f"`{shown(entry.key.text)}`")
            if value is not None:
                found.append(Argument(Name(entry.key.text, entry.key.span), value))
        return tuple(found), None

    def unsplit_entries(self, node: Mapping) -> list[Entry]:
        """The entries, without what is left over from an expression that YAML has cut at its commas.

        A key that lacks the space behind its colon has no value, and is reported.
        """
        cut = _Cut()
        kept = []
        for entry in node.entries:
            lone = isinstance(entry.value, Scalar) and entry.value.empty
            if cut.open and lone:
                cut.add(entry.key.text)
                continue
            text = entry.value.text if isinstance(entry.value, Scalar) and entry.value.plain else ""
            cut = _Cut(entry.key.text if lone else text)
            if lone and (pair := _UNSPACED.fullmatch(entry.key.text)):
                self.unspaced(entry.key, *pair.groups())
            else:
                kept.append(entry)
        return kept

    def unspaced(self, key: Scalar, word: str, value: str) -> None:
        """Reports a key that ran into its value."""
        at = key.span
        if _is_open(value):
            whole = _whole(at.part(len(word) + 1, len(value))).strip()
            value = whole if whole.startswith('"') else f'"{whole}"'
        message = f"`{shown(key.text)}` is read as a key without a value"
        self.report("wrong-structure", message, at, help=f"write `{shown(word)}: {shown(value.strip())}`")
