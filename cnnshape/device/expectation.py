"""What a file expects of itself on a device: `expect: {device: {runtime: tflm, sram_bytes: "<= 256KiB"}}`."""

from collections.abc import Sequence

from cnnshape.device.budget import Judge
from cnnshape.device.figures import DEVICE_FIGURES
from cnnshape.device.target import DEVICE, Target
from cnnshape.diagnostics import Diagnostic, diagnose, did_you_mean, misspelt
from cnnshape.diagnostics.refusal import Refusal
from cnnshape.graph import Graph, Options
from cnnshape.language import Expectation, Expression, ListValue, Name, shown
from cnnshape.program import Program
from cnnshape.report import parse_wanted

_HELP = 'write `device: {runtime: tflm, sram_bytes: "<= 256KiB"}`'
_WORDS = ("runtime", "dtype", "in_place", "pads", "kernels")


def of_device(expectations: Sequence[Expectation]) -> list[Expectation]:
    """The expectations of a file on a device."""
    return [one for one in expectations if one.figure.text.partition(".")[0] == DEVICE]


def check_device(
    program: Program, options: Options, graph: Graph, expectations: Sequence[Expectation]
) -> list[Diagnostic]:
    """A diagnostic for each expectation that is missed, that is unknown, or that is none."""
    own = {one.figure.text.partition(".")[2]: one for one in of_device(expectations)}
    problems = [problem for name, one in own.items() if (problem := _unreadable(name, one)) is not None]
    if problems or not own:
        return problems
    if "runtime" not in own:
        at = next(iter(own.values())).figure.span
        return [diagnose("bad-expectation", "`device` names no runtime", at, help=_HELP)]
    try:
        judge = Judge(program, options, graph, _target(own))
    except Refusal as refusal:
        at = own[refusal.option].wanted.span if refusal.option in own else own["runtime"].wanted.span
        return [diagnose("bad-expectation", refusal.reason, at)]
    judged: list[Diagnostic] = []
    for name, one in own.items():
        wanted = parse_wanted(_text(one)) if name in DEVICE_FIGURES else None
        if wanted is not None:
            judged += judge.judged(name, wanted, "expectation-missed", f"expected {wanted.text}", one.wanted.span)
    return judged


def _unreadable(name: str, one: Expectation) -> Diagnostic | None:
    """The diagnostic of an expectation that says nothing."""
    known = (*_WORDS, *DEVICE_FIGURES)
    if name not in known:
        message = f"`device` has no `{shown(name)}`" if name else "`device` is a mapping"
        help = (did_you_mean(name, known) if name else None) or _HELP
        return diagnose(
            "bad-expectation", message, one.figure.span, help=help, fixes=misspelt(name, known, one.figure.span)
        )
    if name in DEVICE_FIGURES and parse_wanted(_text(one)) is None:
        message = f"`{name}` is a number, a bound or a tolerance, found `{shown(_text(one))}`"
        return diagnose("bad-expectation", message, one.wanted.span, help='write `"<= 256KiB"`')
    return None


def _target(own: dict[str, Expectation]) -> Target:
    words = {name: _text(own[name]) for name in ("runtime", "dtype", "pads", "kernels") if name in own}
    in_place = tuple(_items(own["in_place"])) if "in_place" in own else ()
    return Target(**words, in_place=in_place)


def _items(one: Expectation) -> list[str]:
    if isinstance(one.wanted, Name):
        return [one.wanted.text]
    return [item.text if isinstance(item, Expression) else item.span.text for item in one.wanted.items]


def _text(one: Expectation) -> str:
    return one.wanted.span.text if isinstance(one.wanted, ListValue) else one.wanted.text
