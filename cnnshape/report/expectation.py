"""Holding a report against what its file expects."""

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import islice
from typing import NamedTuple

from cnnshape.diagnostics import Diagnostic, diagnose, did_you_mean
from cnnshape.language import Expectation, Expression, ListValue, Name, shown
from cnnshape.layers import Shape, show
from cnnshape.report.figures import FIGURES
from cnnshape.report.quantity import parse_quantity
from cnnshape.report.report import Report, Row

_BOUNDS: dict[str, Callable[[int, Fraction], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
_TOLERANCE = re.compile(r"(.+?)\s*(?:\+-|±)\s*(\d{1,3}(?:\.\d{1,6})?)\s*%\Z", re.ASCII)
MOST_NAMED = 12
_HELP = "write a number (`25557032`, `4.089G`), a bound (`<= 26M`), or a tolerance (`25.5M +- 1%`)"


class Wanted(NamedTuple):
    """What a figure shall be: a test, and the number that a miss is measured from."""

    test: Callable[[int], bool]
    target: Fraction
    text: str


def parse_wanted(text: str) -> Wanted | None:
    """The test that a text states, or None."""
    stripped = text.strip()
    sign = next((each for each in _BOUNDS if stripped.startswith(each)), "")
    tolerance = _TOLERANCE.match(stripped)
    quantity = parse_quantity(tolerance[1] if tolerance else stripped[len(sign) :])
    if quantity is None or (sign and tolerance):
        return None
    target = quantity.value
    if sign:
        bound = _BOUNDS[sign]
        return Wanted(lambda number: bound(number, target), target, stripped)
    if tolerance:
        slack = target * Fraction(tolerance[2]) / 100
        return Wanted(lambda number: abs(number - target) <= slack, target, stripped)
    return Wanted(quantity.matches, target, stripped)


def check_expectations(report: Report, expectations: tuple[Expectation, ...]) -> list[Diagnostic]:
    """A diagnostic for each expectation that the report misses, or that can't be read."""
    rows = {row.name: row for row in report.rows} if expectations else {}
    found = [_check(report, rows, expectation) for expectation in expectations]
    return [diagnostic for diagnostic in found if diagnostic is not None]


def _check(report: Report, rows: dict[str, Row], expectation: Expectation) -> Diagnostic | None:
    figure = expectation.figure.text
    if figure == "output" or figure.startswith("outputs."):
        return _check_output(report, expectation)
    if figure == "receptive_field" or figure.startswith("receptive_field."):
        return _check_receptive_field(report, rows, expectation)
    if figure not in FIGURES:
        known = [*FIGURES, "output", "outputs", "receptive_field"]
        message = f"`{figure}` is not a figure that can be expected"
        if figure == "outputs":
            message = "`outputs` has its shapes by name"
            by_name = (
                f"write `outputs: {{{next(iter(report.outputs), 'output')}: [...]}}`, or `output` for the only one"
            )
            return diagnose("bad-expectation", message, expectation.figure.span, help=by_name)
        return diagnose("bad-expectation", message, expectation.figure.span, help=did_you_mean(figure, known))
    return _check_number(report, expectation, FIGURES[figure].of(report))


def _check_number(report: Report, expectation: Expectation, number: int) -> Diagnostic | None:
    wanted = parse_wanted(expectation.wanted.text) if isinstance(expectation.wanted, Name) else None
    if wanted is None:
        found = f"`{shown(expectation.wanted.text)}`" if isinstance(expectation.wanted, Name) else "a list"
        message = f"`{expectation.figure.text}` is a number, a bound or a tolerance, found {found}"
        return diagnose("bad-expectation", message, expectation.wanted.span, help=_HELP)
    if wanted.test(number):
        return None
    figure = expectation.figure.text
    message = _missed(figure, wanted, number)
    notes = _holders(report, figure)
    return diagnose("expectation-missed", message, expectation.wanted.span, notes=notes, help=_unit(wanted, number))


def _unit(wanted: Wanted, number: int) -> str | None:
    """Help where a figure is what was expected, but for a prefix."""
    for power, prefix in ((10**3, "k"), (10**6, "M"), (10**9, "G")):
        if 20 * abs(number - wanted.target * power) < number:
            return f"did you mean `{wanted.text}{prefix}`?"
    return None


def check_budgets(report: Report, budgets: Mapping[str, str], file: str) -> list[Diagnostic]:
    """A diagnostic for each figure beyond its budget; ValueError for a budget that can't be read."""
    found = []
    for figure, most in budgets.items():
        wanted = parse_wanted(f"<= {most}") if figure in FIGURES else None
        if wanted is None:
            raise ValueError(f"{figure}: {most!r} is no budget")
        number = FIGURES[figure].of(report)
        if not wanted.test(number):
            message = _missed(figure, wanted, number).replace("expected", "the budget is", 1)
            found.append(diagnose("budget-exceeded", message, file=file, notes=_holders(report, figure)))
    return found


def _missed(figure: str, wanted: Wanted, number: int) -> str:
    """By how much a figure is missed."""
    off = number - wanted.target
    amount = f"{float(abs(off)):,.0f} {'more' if off > 0 else 'less'}"
    return f"{figure} is {number:,}, expected {wanted.text}: {amount}{_share(number, wanted.target)}"


def _share(number: int, target: Fraction) -> str:
    """A miss as a part of what was expected, or as a multiple of it where it is far off."""
    if not target:
        return ""
    if number >= 2 * target:
        times = float(number / target)
        return f", {times:,.0f} times as much" if times >= 100 else f", {times:.3g} times as much"
    share = float(abs(number - target) / target * 100)
    return f" ({share:.3g} %)"


def _holders(report: Report, figure: str) -> tuple[str, ...]:
    parts = FIGURES[figure].parts
    peaking = figure == "peak_activation_bytes" and report.peak.layer
    when = f" while {report.peak.layer} runs" if peaking else ""
    return _shares(list(parts(report)), when) if parts else ()


def _shares(amounts: Sequence[tuple[str, int]], when: str = "") -> tuple[str, ...]:
    """The largest of some amounts, as parts of them all."""
    total = sum(amount for _, amount in amounts)
    largest = sorted(amounts, key=lambda each: -each[1])[:3]
    held = [f"{name} {100 * amount / total:.0f} %" for name, amount in largest if amount]
    return (f"most of it{when}: {', '.join(held)}",) if held else ()


def _numbers(wanted: Name | ListValue) -> tuple[int, ...] | None:
    if isinstance(wanted, Name):
        return (
            (int(wanted.text),) if wanted.text.isascii() and wanted.text.isdigit() and len(wanted.text) < 16 else None
        )
    values = [item.run({}) if isinstance(item, Expression) and item.constant else None for item in wanted.items]
    numbers = tuple(value for value in values if isinstance(value, int) and not isinstance(value, bool))
    return numbers if len(numbers) == len(values) else None


def _check_output(report: Report, expectation: Expectation) -> Diagnostic | None:
    figure = expectation.figure.text
    name = figure.partition(".")[2] or (next(iter(report.outputs)) if len(report.outputs) == 1 else "")
    if name not in report.outputs:
        known = ", ".join(f"`outputs.{each}`" for each in islice(report.outputs, MOST_NAMED))
        known += ", ..." if len(report.outputs) > MOST_NAMED else ""
        message = f"`{figure}` is not one output of this network; it has {known}"
        return diagnose("bad-expectation", message, expectation.figure.span)
    wanted = _numbers(expectation.wanted)
    if wanted is None:
        found = f"`{shown(expectation.wanted.text)}`" if isinstance(expectation.wanted, Name) else "something else"
        message = f"`{figure}` is a shape, such as [1000], found {found}"
        help = "write a list: `[1000]` or `[3, 224, 224]`"
        return diagnose("bad-expectation", message, expectation.wanted.span, help=help)
    if wanted == report.outputs[name]:
        return None
    message = f"the output is {show(report.outputs[name])}, expected {show(wanted)}"
    return diagnose("expectation-missed", message, expectation.wanted.span)


def _wanted_field(wanted: Name | ListValue) -> tuple[Callable[[Shape], bool] | None, str]:
    """The test of the sizes of a receptive field, None for what is no such test, and how it reads."""
    if isinstance(wanted, Name):
        each = parse_wanted(wanted.text)
        return (lambda size: all(map(each.test, size))) if each else None, wanted.text.strip()
    numbers = _numbers(wanted)
    if numbers is None:
        return None, ""
    return lambda size: numbers == size or (len(numbers) == 1 and set(size) == set(numbers)), show(numbers)


def _check_receptive_field(report: Report, rows: dict[str, Row], expectation: Expectation) -> Diagnostic | None:
    layer = expectation.figure.text.partition(".")[2]
    row = rows.get(layer) if layer else report.reach
    fits, text = _wanted_field(expectation.wanted)
    if fits is None:
        message = "a receptive field is a number or a bound for all axes, or a number per axis"
        forms = "write `427`, `<= 427` in quotes, or `[427, 427]`"
        return diagnose("bad-expectation", message, expectation.wanted.span, help=forms)
    if row is None or row.receptive_field is None:
        what = f"`{layer}`" if layer else "this network"
        help = did_you_mean(layer, rows) if layer else None
        message = f"{what} has no receptive field that could be stated"
        if layer and row is None:
            message = f"no layer is called `{shown(layer)}`"
        return diagnose("bad-expectation", message, expectation.figure.span, help=help)
    size = row.receptive_field.size
    if fits(size):
        return None
    message = f"the receptive field of {row.name} is {show(size)}, expected {text}"
    return diagnose("expectation-missed", message, expectation.wanted.span)
