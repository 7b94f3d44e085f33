"""One rule per kind of fault."""

from collections.abc import Callable

from cnnshape.diagnostics import Diagnostic
from cnnshape.document.advice import brackets, colons, places, values
from cnnshape.document.advice.slip import Slip
from cnnshape.document.fault import Fault, Kind
from cnnshape.source import SourceText


def advise(source: SourceText, fault: Fault) -> Diagnostic:
    """The diagnostic of a fault."""
    (row, column), (first_row, first_column) = fault.place, fault.start
    slip = Slip(source, fault.kind, row + 1, column + 1, (first_row + 1, first_column + 1))
    return _RULES[fault.kind](slip)


def _misplaced_key(slip: Slip) -> Diagnostic:
    return colons.unspaced_dash(slip, slip.line) or places.key_among_items(slip)


_RULES: dict[Kind, Callable[[Slip], Diagnostic]] = {
    "after-value": places.after_value,
    "comma": brackets.between_entries,
    "dash-in-brackets": brackets.dash,
    "escape": values.escape,
    "flow-colon": brackets.between_entries,
    "indent": places.indentation,
    "item-among-keys": places.item_among_keys,
    "key-among-items": _misplaced_key,
    "key-over-lines": colons.key_over_lines,
    "list-on-key-line": colons.list_on_key_line,
    "no-colon": colons.no_colon,
    "no-space": brackets.no_space,
    "open-quote": values.open_quote,
    "second-colon": colons.second_colon,
    "second-root": places.second_root,
    "sign": values.sign,
    "tab": values.tab,
    "unclosed": brackets.unclosed,
    "value-missing": values.missing_value,
    "wrong-closer": brackets.wrong_closer,
}
