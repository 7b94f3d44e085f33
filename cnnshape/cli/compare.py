"""`cnnshape compare`"""

import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from cnnshape.cli.command import Argument, BadParameter, Option, command
from cnnshape.cli.completion import complete_side
from cnnshape.cli.exit_codes import BAD_DESIGN, BAD_USAGE
from cnnshape.cli.output import Output
from cnnshape.cli.page import page_of
from cnnshape.cli.side import parse_side, report_of
from cnnshape.render.compare import FORMATS
from cnnshape.render.diagnostics import escaped
from cnnshape.render.formats import Format
from cnnshape.study.compare import Comparison, Side
from cnnshape.study.compare import compare as compare_sides
from cnnshape.study.condition import Condition, condition_fault, parse_condition, violations

LONGEST_ID = 64
"""Characters of the ID of a comment."""


if TYPE_CHECKING:
    from cnnshape.study.review import Review


@command
def compare(
    sides: Annotated[
        list[str],
        Argument(
            metavar="SIDE...",
            help="Two or more: a SPEC, or `SPEC@Block`, with settings after colons: `resnet50:batch=8`, "
            "`resnet50@Bottleneck:width=64:input=256x56x56`; with --against, files, folders and globs.",
            completion=complete_side,
        ),
    ],
    *,
    against: Annotated[
        str | None,
        Option(
            "--against",
            help="Compare files and folders with their versions in git, new and deleted ones too: `main`, `HEAD~1`.",
            metavar="REV",
        ),
    ] = None,
    fail_if: Annotated[
        list[str] | None,
        Option(
            "--fail-if",
            help="Exit with 1 if this holds: `macs > +5%`, `params > 26M`, `receptive_field < 224`.",
            metavar="CONDITION",
        ),
    ] = None,
    sticky: Annotated[
        str | None,
        Option(
            "--sticky",
            help="Start the Markdown of --against with the marker `<!-- cnnshape: ID -->`, by which a workflow "
            "recognizes its comment.",
            metavar="ID",
        ),
    ] = None,
    output: Annotated[Output[Comparison], FORMATS],
) -> None:
    """Compare designs or blocks: totals, stages, and the layers that differ.

    Exit codes:
    0: compared, and no condition holds.
    1: a condition holds, or a design has errors; with --against, its new version.
    2: bad usage, a file that can't be read, or a revision that git doesn't have.
    """
    conditions = _conditions(fail_if or ())
    _check_sticky(sticky, against, output.format)
    if against is not None:
        _compare_against(against, sides, conditions, output, sticky)
        return
    if len(sides) < 2:
        raise BadParameter("compare needs two sides, or one and --against")
    comparison = compare_sides(tuple(Side(escaped(text), report_of(parse_side(text))) for text in sides))
    output.write(comparison, [parse_side(text).spec for text in sides])
    refused = violations(comparison, conditions)
    _exit_refused(refused, BAD_DESIGN if refused else 0)


def _check_sticky(sticky: str | None, against: str | None, format: str) -> None:
    """Raises BadParameter for a marker that the text can't have, or that would end early."""
    if sticky is None:
        return
    if against is None or format != "markdown":
        raise BadParameter("the marker is for --against with --format markdown", param_hint="--sticky")
    if not re.fullmatch(r"[A-Za-z0-9]+(?:[-_.][A-Za-z0-9]+)*", sticky) or len(sticky) > LONGEST_ID:
        message = f"{sticky!r} is not an ID; write letters and digits, with single `-`, `_` or `.` between them"
        raise BadParameter(f"{message}, at most {LONGEST_ID} characters", param_hint="--sticky")


def _compare_against(
    revision: str,
    texts: list[str],
    conditions: tuple[Condition, ...],
    output: Output[Comparison],
    sticky: str | None,
) -> None:
    """Compares with a revision of git, writes the review, and exits with the code of the result."""
    # Git and the texts about it are not needed otherwise.
    from cnnshape.cli.against import review_against
    from cnnshape.cli.step_summary import append_to_summary
    from cnnshape.render.review import FORMATS as REVIEWS
    from cnnshape.render.review.markdown import marker, to_markdown

    review, files = review_against(revision, texts, conditions)
    formats = REVIEWS
    if sticky is not None:
        formats = {**REVIEWS, "markdown": Format.fixed(lambda own: to_markdown(own, first=marker(sticky)))}
    Output(formats, output.format, output.path).write(review, files)
    append_to_summary(review)
    _report_broken(review)
    refused = [f"{design.label}: {refusal}" for design in review.designs for refusal in design.refused]
    problems = [problem for design in review.designs if design.new for problem in design.new.problems]
    unread = any(problem.name == "unreadable-file" for problem in problems)
    _exit_refused(refused, BAD_USAGE if unread else BAD_DESIGN if refused or problems else 0)


def _report_broken(review: "Review") -> None:
    """Prints the errors of designs on stderr; one of a file that many extend is printed once."""
    broken = {design.label: design.problems for design in review.designs if design.problems}
    if broken:
        from cnnshape.cli.merging import merge
        from cnnshape.render.findings import FORMATS as FINDINGS
        from cnnshape.render.findings import Findings

        problems = merge([problem for own in broken.values() for problem in own], broken)
        sys.stderr.write(FINDINGS["full"].write(Findings(tuple(problems), tuple(broken)), page_of(sys.stderr)))


def _exit_refused(refused: list[str], code: int) -> None:
    """Prints what is refused, and exits with the code unless it is 0."""
    sys.stderr.write("".join(f"refused: {sentence}\n" for sentence in refused))
    if code:
        sys.exit(code)


def _conditions(texts: Sequence[str]) -> tuple[Condition, ...]:
    """The conditions of --fail-if; raises BadParameter for an invalid one."""
    conditions = []
    for text in texts:
        condition = parse_condition(text)
        if condition is None:
            raise BadParameter(condition_fault(text), param_hint="--fail-if")
        conditions.append(condition)
    return tuple(conditions)
