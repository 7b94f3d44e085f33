"""Rules for lines, and parts of lines, in the wrong place."""

from cnnshape.diagnostics import Diagnostic, Label
from cnnshape.document.advice.choices import choice_at
from cnnshape.document.advice.slip import LONGEST_LINE, Slip, indent_of, syntax, without_comment
from cnnshape.document.advice.values import after_quote


def after_value(slip: Slip) -> Diagnostic:
    """A line with text after its value."""
    sign = slip.rest[:1]
    if sign == ",":
        help = "remove it: outside brackets, the end of the line ends the value"
        return syntax("a comma after a value", slip.span(), help)
    if sign and sign in "]}":
        return syntax(f"this `{sign}` closes nothing", slip.span(), "remove it")
    help = choice_at(slip) or "write one key, or one item, per line"
    if slip.rest.startswith("//"):
        help = "a comment starts with `#`"
    return after_quote(slip) or syntax("the line goes on after its value", slip.span(), help)


def item_among_keys(slip: Slip) -> Diagnostic:
    """A dash below the keys of a mapping."""
    help = "put the list below a key of its own"
    return syntax("an item of a list among the keys of a mapping", slip.span(), help, _started(slip))


def key_among_items(slip: Slip) -> Diagnostic:
    """A key below the dashes of a list."""
    deeper = slip.start[1] + 1
    help = f"indent it by {deeper} to go with the item above, or as far as the key that the list belongs to"
    return syntax("a key among the items of a list", slip.span(), help, _started(slip))


def _started(slip: Slip) -> tuple[Label, ...]:
    return (Label(slip.span(*slip.start), "starts here"),)


def indentation(slip: Slip) -> Diagnostic:
    """A line whose indentation matches no line above."""
    own = indent_of(slip.text())
    known = _indents_above(slip)
    near = [*[indent for indent in known if indent < own][:1], *[indent for indent in known if indent > own][-1:]]
    expected = " or ".join(map(str, near)) or "none"
    message = f"an indentation of {own} space{'s' * (own != 1)}, expected {expected}"
    return syntax(message, slip.span(0, own + 1), "indent the items of a list, or the keys of a mapping, alike")


def _indents_above(slip: Slip) -> list[int]:
    """The columns of the open lists above a line, or of the open mappings if the line is a key; innermost first."""
    item = slip.text().lstrip().startswith("- ")
    indents: list[int] = []
    least = LONGEST_LINE
    for number in slip.above():
        text, indent = without_comment(slip.text(number)), indent_of(slip.text(number))
        if not text or indent >= least:
            continue
        least = indent
        dash = text.startswith("- ")
        if dash or not item:
            indents.append(indent + 2 if dash and not item else indent)
    return indents


def second_root(slip: Slip) -> Diagnostic:
    """Text after the end of the tree."""
    help = "a spec is one mapping: `input: ...`, `layers: ...`"
    return syntax("the text goes on after its end", slip.span(), help)
