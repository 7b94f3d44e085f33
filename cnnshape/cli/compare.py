"""`cnnshape compare`"""

import sys
from collections.abc import Sequence
from typing import Annotated

from cnnshape.cli.command import Argument, BadParameter, Option, command
from cnnshape.cli.completion import complete_side
from cnnshape.cli.exit_codes import BAD_DESIGN
from cnnshape.cli.output import Output
from cnnshape.cli.side import design_at, parse_side, report_of
from cnnshape.render.compare import FORMATS
from cnnshape.render.diagnostics import escaped
from cnnshape.study.compare import Comparison, Side
from cnnshape.study.compare import compare as compare_sides
from cnnshape.study.condition import Condition, condition_fault, parse_condition, violations


@command
def compare(
    sides: Annotated[
        list[str],
        Argument(
            metavar="SIDE...",
            help="Two or more: a SPEC, or `SPEC@Block`, with settings after colons: `resnet50:batch=8`, "
            "`resnet50@Bottleneck:width=64:input=256x56x56`.",
            completion=complete_side,
        ),
    ],
    *,
    against: Annotated[
        str | None,
        Option("--against", help="Compare one file with its version in git: `main`, `HEAD~1`.", metavar="REV"),
    ] = None,
    fail_if: Annotated[
        list[str] | None,
        Option("--fail-if", help="Exit with 1 if this holds: `macs > +5%`, `params > 26M`.", metavar="CONDITION"),
    ] = None,
    output: Annotated[Output[Comparison], FORMATS],
) -> None:
    """Compare designs or blocks: totals, stages, and the layers that differ."""
    conditions = _conditions(fail_if or ())
    if len(sides) < 2 and against is None:
        raise BadParameter("compare needs two sides, or one and --against")
    if against is not None and len(sides) != 1:
        raise BadParameter("--against compares one file with itself", param_hint="--against")
    compared = [Side(escaped(text), report_of(parse_side(text))) for text in sides]
    if against is not None:
        compared.insert(0, _earlier(against, sides[0]))
    comparison = compare_sides(tuple(compared))
    output.write(comparison, [parse_side(text).spec for text in sides])
    refused = violations(comparison, conditions)
    if refused:
        sys.stderr.write("".join(f"refused: {sentence}\n" for sentence in refused))
        sys.exit(BAD_DESIGN)


def _earlier(revision: str, text: str) -> Side:
    """The side as it was in a revision of git."""
    side = parse_side(text)
    return Side(escaped(f"{revision}:{text}"), report_of(side, design_at(revision, side.spec)))


def _conditions(texts: Sequence[str]) -> tuple[Condition, ...]:
    """The conditions of --fail-if; raises BadParameter for an invalid one."""
    conditions = []
    for text in texts:
        condition = parse_condition(text)
        if condition is None:
            raise BadParameter(condition_fault(text), param_hint="--fail-if")
        conditions.append(condition)
    return tuple(conditions)
