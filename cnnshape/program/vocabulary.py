"""The words of a file's steps: the kinds of the language and the blocks of the file."""

import re
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING

from cnnshape.diagnostics import Diagnostic, diagnose, nearest, respelled, slip_of
from cnnshape.language import Block, Call, Name, Spec, grammar, shown
from cnnshape.layers import BY_NAME, Layer, bare, foreign_kind
from cnnshape.program.foreign import CONTROLS, foreign_spelling, kind_help
from cnnshape.source import SourceText, Span

if TYPE_CHECKING:
    from cnnshape.program.value_steps import Values

_OWN_CONTROLS = ("residual", "for")


class Vocabulary:
    """The meaning of the words of a file. An unknown word is reported, with a suggestion."""

    def __init__(self, blocks: Mapping[str, Block]) -> None:
        self.blocks = blocks
        self.problems: list[Diagnostic] = []
        self.place: Block | Spec | None = None
        """The block or file whose steps are read."""
        self._values: Values | None = None

    def report(self, diagnostic: Diagnostic) -> None:
        """Adds a problem."""
        self.problems.append(diagnostic)

    def names_block(self, word: Name) -> bool:
        """Whether a word is the name of a block. `Conv2d` is a foreign word for a kind, unless a block has that
        name."""
        return word.text[:1].isupper() and (word.text in self.blocks or foreign_kind(word.text) is None)

    def check(self, word: Name) -> None:
        """Reports a word that is neither a kind nor a block."""
        if not self.names_block(word):
            self.kind(word)
        elif word.text not in self.blocks:
            self.unknown_block(word)

    def kind(self, word: Name) -> type[Layer] | None:
        """The kind of a word. Reports the right word for a foreign or misspelt one."""
        kind = BY_NAME.get(word.text)
        if kind is not None:
            return kind
        foreign = foreign_kind(word.text)
        if foreign is not None:
            self.report(foreign_spelling(word.text, foreign.name, word.span))
        elif word.text in CONTROLS:
            self.report(foreign_spelling(word.text, CONTROLS[word.text], word.span))
        elif word.text not in self.blocks:
            self._unknown_kind(word)
        return None

    def kind_of(self, call: Call) -> type[Layer] | None:
        """The kind of a step, also of one with a foreign word, which is reported."""
        if call.word.text not in BY_NAME:
            from cnnshape.program.foreign_joins import joined_by, stacked

            if join := joined_by(call):
                self.report(foreign_spelling(call.word.text, join, call.word.span))
                return None
            if help := stacked(call):
                message = f"no layer kind is called `{call.word.text}`"
                self.report(diagnose("unknown-kind", message, call.word.span, help=help))
                return None
        return self.meant_kind(call.word)

    def meant_kind(self, word: Name) -> type[Layer] | None:
        """The kind of a word, also of a foreign one, which is reported. A join is more than a kind: it has branches."""
        kind = self.kind(word) or foreign_kind(word.text)
        return None if kind is not None and kind.joins and word.text not in BY_NAME else kind

    def _unknown_kind(self, word: Name) -> None:
        from cnnshape.layers import BY_FOREIGN_NAME

        words = [*BY_NAME, *_OWN_CONTROLS, *self.blocks]
        close = nearest(word.text, words)
        by_foreign = None if close else nearest(word.text, BY_FOREIGN_NAME)
        meant = close or (BY_FOREIGN_NAME[by_foreign].name if by_foreign else None)
        help = f"did you mean `{meant}`?" if meant else "`cnnshape layers` lists all kinds"
        better = (
            None if close in self.blocks else self._run_together(word) or self._value_help(word) or kind_help(word.text)
        )
        near = meant if slip_of(word.text, close or by_foreign) else None
        fixes = respelled(word.text, _separated(word.text) if better else near, word.span)
        message = f"no layer kind is called `{shown(word.text)}`"
        self.report(diagnose("unknown-kind", message, word.span, help=better or help, fixes=fixes))

    def _value_help(self, word: Name) -> str | None:
        """Help for a step that names a value of its block or file."""
        if self.place is None:
            return None
        if self._values is None or self._values.place is not self.place:
            # Most designs have no such step, so the import is late.
            from cnnshape.program.value_steps import Values

            self._values = Values(self.place)
        return self._values.help(word.text)

    def unknown_block(self, word: Name) -> None:
        """Reports a block that the file doesn't define."""
        plain = bare(word.text)
        control = plain if plain in _OWN_CONTROLS else CONTROLS.get(plain)
        if control is not None:
            self.report(foreign_spelling(word.text, control, word.span))
            return
        message = f"no block is called `{shown(word.text)}`"
        close = nearest(word.text, (*self.blocks, *_OWN_CONTROLS))
        help = f"did you mean `{close}`?" if close else "define it under `blocks:`"
        if close is None and (call := re.fullmatch(r"(\w+) ?\((.*)\)", word.text)):
            help = f"a step is written `- {shown(call[1])}: {shown(call[2] or '...')}`; define `{shown(call[1])}` under `blocks:`"
        better = self._better_help(word)
        fixes = respelled(word.text, _separated(word.text) if better else slip_of(word.text, close), word.span)
        self.report(diagnose("unknown-block", message, word.span, help=better or help, fixes=fixes))

    def _better_help(self, word: Name) -> str | None:
        """Help for a word that is more than a misspelt block."""
        if help := self._run_together(word):
            return help
        return kind_help(word.text) if nearest(word.text, self.blocks) is None else None

    def _run_together(self, word: Name) -> str | None:
        """Help for a step that joins its kind with its arguments or its next line: `conv:64`, `conv(64, 3)`."""
        match = re.fullmatch(r"([A-Za-z_][\w.]*) *([:(=, ])(.*)", word.text, re.DOTALL)
        if word.span.end_line > word.span.line:
            return f"line {word.span.end_line} continues it: indent the items of a list alike"
        if match is None:
            return None
        name, sign, rest = match.groups()
        if sign == ":":
            fix = "remove the quotes" if rest.startswith(" ") else "a space belongs after the colon"
            return f"{fix}: `{name}: {shown(rest.strip())}`"
        if sign == "," or not rest:
            return f"remove the `{sign}`" if not rest else "one step per item"
        return self._with_arguments(name, sign, rest)

    def _with_arguments(self, name: str, sign: str, rest: str) -> str | None:
        needed = self._required(name)
        if needed is None:
            return None
        if sign == "(" and needed:
            return f"put the arguments in braces: `- {name}: {{{', '.join(f'{word}: ...' for word in needed)}}}`"
        values = rest.strip(" )").split()
        if len(needed) > 1:
            values = [] if len(values) > len(needed) else values
            given = ", ".join(f"{word}: {shown(value)}" for word, value in zip_longest(needed, values, fillvalue="..."))
            return f"write `- {name}: {{{given}}}`"
        return f"write `- {name}: {shown(' '.join(values))}`" if needed else f"write `- {name}`"

    def _required(self, name: str) -> Sequence[str] | None:
        """The required arguments of a kind or block; None if there is none of that name."""
        kind = BY_NAME.get(name)
        if kind is not None:
            return kind.required
        block = self.blocks.get(name)
        return None if block is None else [param.name.text for param in block.params if param.default is None]


def _separated(text: str) -> str | None:
    """A step that joins its kind with its arguments at the colon, or with a sign that says nothing, as it should be
    written; None for any other word."""
    if match := re.fullmatch(r"([A-Za-z_][\w.]*) *(?:,|\( *\))", text):
        return match[1]
    match = re.fullmatch(r"([A-Za-z_][\w.]*) *: *(\S.*)", text)
    return f"{match[1]}: {match[2]}" if match else None


def explain_unknown_kind(word: str) -> Diagnostic:
    """The diagnostic of a word that is not a kind, without a place."""
    control, key = grammar.CONTROLS.get(bare(word)), grammar.STEP.get(word)
    if control is not None:
        message = f"`{shown(word)}` is no layer kind: it builds a step from other steps"
        return diagnose("unknown-kind", message, help=control.help)
    if key is not None:
        return diagnose("unknown-kind", f"`{word}` is no layer kind: it is a key next to one", help=key.help)
    vocabulary = Vocabulary({})
    vocabulary.kind(Name(word, Span(SourceText("", word), 1, 1, 1, len(word) + 1)))
    return vocabulary.problems[0]._replace(at=None)
