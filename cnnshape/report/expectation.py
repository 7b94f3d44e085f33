"""Checks a report against what its file expects."""

from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from cnnshape.diagnostics import Diagnostic, diagnose, did_you_mean, misspelt
from cnnshape.language import Expectation, Expression, ExpressionProblem, ListValue, Name, Value, shown
from cnnshape.layers import Shape, format_shape
from cnnshape.report.figures import FIGURES
from cnnshape.report.misses import largest_parts, missed
from cnnshape.report.report import Report, Row
from cnnshape.report.wanted import Wanted, parse_wanted

if TYPE_CHECKING:
    from fractions import Fraction

    from cnnshape.diagnostics import Fix

MOST_NAMED = 12
_NUMBER_HELP = "write a number (`25557032`, `4.089G`), a bound (`<= 26M`), or a tolerance (`25.5M +- 1%`)"
_SHAPE_HELP = "write a list: `[1000]` or `[3, 224, 224]`"
_FIELD_HELP = "write `427`, `<= 427` in quotes, or `[427, 427]`"


class _Unreadable(Exception):
    """An invalid expectation; the diagnostic says why."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


class _Rows(dict[str, Row]):
    """The rows of a report by name."""

    @cached_property
    def steps(self) -> frozenset[str]:
        """The names of layers, and of the steps that they are parts of: `stage.0.conv` is one of `stage.0` and of `stage`."""
        names = set(self)
        for name in self:
            owner = name.rpartition(".")[0]
            while owner and owner not in names:
                names.add(owner)
                owner = owner.rpartition(".")[0]
        return frozenset(names)


def check_expectations(report: Report, expectations: Sequence[Expectation]) -> list[Diagnostic]:
    """A diagnostic for each missed or invalid expectation."""
    rows = _Rows({row.name: row for row in report.rows} if expectations else {})
    problems = [_problem(report, rows, expectation) for expectation in expectations]
    return [problem for problem in problems if problem is not None]


def _problem(report: Report, rows: _Rows, expectation: Expectation) -> Diagnostic | None:
    try:
        return _check(report, rows, expectation)
    except _Unreadable as unreadable:
        return unreadable.diagnostic


def _check(report: Report, rows: _Rows, expectation: Expectation) -> Diagnostic | None:
    figure, _, name = expectation.figure.text.partition(".")
    if (figure == "output" and not name) or (figure == "outputs" and name):
        return _check_output(report, rows, expectation, name)
    if figure == "receptive_field":
        return _check_receptive_field(report, rows, expectation, name)
    if expectation.figure.text in FIGURES:
        return _check_number(report, expectation)
    return _unknown_figure(report, rows, expectation)


def _unknown_figure(report: Report, rows: _Rows, expectation: Expectation) -> Diagnostic:
    figure, at = expectation.figure.text, expectation.figure.span
    if figure == "outputs":
        first = next(iter(report.outputs), "output")
        help = f"write `outputs: {{{first}: [...]}}`, or `output` for the only one"
        return diagnose("bad-expectation", "`outputs` has its shapes by name", at, help=help)
    known = [*FIGURES, "output", "outputs", "receptive_field", "device"]
    message, fixes = f"`{figure}` is not a figure that can be expected", misspelt(figure, known, at)
    step = figure.partition(".")[2] or figure
    advice = _contract_help(rows, step, expectation) or did_you_mean(figure, known)
    return diagnose("bad-expectation", message, at, help=advice, fixes=fixes)


def _contract_help(rows: _Rows, step: str, expectation: Expectation) -> str | None:
    """Help for the shape of a step; None if no step is called so."""
    if step not in rows.steps or not isinstance(expectation.wanted, ListValue):
        return None
    return f"write `steps: {{{step}: {{output: {expectation.wanted.span.text}}}}}`"


# Numbers


def _check_number(report: Report, expectation: Expectation) -> Diagnostic | None:
    wanted = _wanted(expectation)
    figure = FIGURES[expectation.figure.text]
    number = figure.of(report)
    if wanted.test(number):
        return None
    message = missed(figure.name, number, f"expected {wanted.text}", wanted.target)
    notes, help = largest_parts(report, figure), _missing_prefix(wanted.text, number, wanted.target)
    at, fixes = expectation.wanted.span, _fixes(expectation.wanted, (number,))
    return diagnose("expectation-missed", message, at, notes=notes, help=help, fixes=fixes)


def _fixes(wanted: Name | ListValue, numbers: Shape, *, shape: bool = False) -> "tuple[Fix, ...]":
    """The fix that writes the actual figures."""
    # Only a missed expectation needs the import.
    from cnnshape.report.pinning import pinned

    return pinned(wanted, numbers, shape=shape)


def _wanted(expectation: Expectation) -> Wanted:
    value = expectation.wanted
    wanted = parse_wanted(value.text) if isinstance(value, Name) else None
    if wanted is not None:
        return wanted
    given = f"`{shown(value.text)}`" if isinstance(value, Name) else "a list"
    message = f"`{expectation.figure.text}` is a number, a bound or a tolerance, found {given}"
    raise _Unreadable(diagnose("bad-expectation", message, value.span, help=_NUMBER_HELP))


def _missing_prefix(text: str, number: int, target: "int | Fraction") -> str | None:
    """Help if the figure differs from the expectation only by a prefix."""
    for power, prefix in ((10**3, "k"), (10**6, "M"), (10**9, "G")):
        if -number < 20 * (number - target * power) < number:
            return f"did you mean `{text}{prefix}`?"
    return None


def _numbers(wanted: Name | ListValue) -> tuple[int, ...] | None:
    """The whole numbers of a list, or a single whole number; None for anything else."""
    if isinstance(wanted, Name):
        text = wanted.text
        return (int(text),) if text.isascii() and text.isdigit() and len(text) < 16 else None
    values = [_constant(item) for item in wanted.items]
    numbers = tuple(value for value in values if type(value) is int)
    return numbers if len(numbers) == len(values) else None


def _constant(item: Value) -> object:
    """The value of an expression without names; None for anything else. Raises _Unreadable if it has no value."""
    if not isinstance(item, Expression) or not item.constant:
        return None
    try:
        value: object = item.evaluate({})
    except ExpressionProblem as problem:
        raise _Unreadable(diagnose(problem.name, problem.message, item.place(problem), help=problem.help)) from None
    return value


# Shapes


def _check_output(report: Report, rows: _Rows, expectation: Expectation, name: str) -> Diagnostic | None:
    name = name or (next(iter(report.outputs)) if len(report.outputs) == 1 else "")
    if name not in report.outputs:
        known = ", ".join(f"`outputs.{output}`" for output in islice(report.outputs, MOST_NAMED))
        known += ", ..." if len(report.outputs) > MOST_NAMED else ""
        message = f"`{expectation.figure.text}` is not one output of this network; it has {known}"
        help = _contract_help(rows, name, expectation)
        return diagnose("bad-expectation", message, expectation.figure.span, help=help)
    value = expectation.wanted
    wanted = _numbers(value)
    if wanted is None:
        given = f"`{shown(value.text)}`" if isinstance(value, Name) else "something else"
        message = f"`{expectation.figure.text}` is a shape, such as [1000], found {given}"
        return diagnose("bad-expectation", message, value.span, help=_SHAPE_HELP)
    if wanted == report.outputs[name]:
        return None
    message = f"the output is {format_shape(report.outputs[name])}, expected {format_shape(wanted)}"
    fixes = _fixes(value, report.outputs[name], shape=True)
    return diagnose("expectation-missed", message, value.span, fixes=fixes)


# Receptive fields


def _check_receptive_field(report: Report, rows: _Rows, expectation: Expectation, layer: str) -> Diagnostic | None:
    fits, text = _wanted_field(expectation.wanted)
    row = rows.get(layer) if layer else report.reach
    if row is None or row.receptive_field is None:
        return _without_field(expectation, layer, rows, row or report.unknown_reach)
    size = row.receptive_field.size
    if fits(size):
        return None
    message = f"the receptive field of {row.name} is {format_shape(size)}, expected {text}"
    fixes = _fixes(expectation.wanted, size)
    return diagnose("expectation-missed", message, expectation.wanted.span, fixes=fixes)


def _without_field(expectation: Expectation, layer: str, rows: _Rows, row: Row | None) -> Diagnostic:
    what = f"`{layer}`" if layer else "this network"
    message = f"{what} has no receptive field"
    if row is not None and row.undefined:
        message = f"the receptive field of {what} is unknown: {row.undefined}"
    if layer and layer not in rows:
        message = f"no layer is called `{shown(layer)}`"
    at = expectation.figure.span
    help = did_you_mean(layer, rows) if layer else None
    fixes = misspelt(layer, rows, at) if layer not in rows else ()
    return diagnose("bad-expectation", message, at, help=help, fixes=fixes)


def _wanted_field(value: Name | ListValue) -> tuple[Callable[[Shape], bool], str]:
    """The test of the sizes of a receptive field, and how it reads."""
    if isinstance(value, Name):
        wanted = parse_wanted(value.text)
        if wanted is not None:
            return lambda size: all(map(wanted.test, size)), value.text.strip()
    numbers = _numbers(value)
    if numbers is None:
        message = "a receptive field is a number or a bound for all axes, or a number per axis"
        raise _Unreadable(diagnose("bad-expectation", message, value.span, help=_FIELD_HELP))
    return lambda size: numbers == size or (len(numbers) == 1 and set(size) == set(numbers)), format_shape(numbers)
