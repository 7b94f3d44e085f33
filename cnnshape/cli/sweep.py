"""`cnnshape sweep`"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cnnshape.api import DesignError
from cnnshape.cli.command import BadParameter, Option, command
from cnnshape.cli.completion import complete_param, complete_variant
from cnnshape.cli.exit_codes import BAD_USAGE, INTERRUPTED
from cnnshape.cli.options import CountOptions, SpecArgument
from cnnshape.cli.output import Screen, page_for, refuse_overwriting, write
from cnnshape.cli.progress import Progress
from cnnshape.cli.reading import fail, read_design
from cnnshape.cli.refusing import refusing
from cnnshape.cli.whole_numbers import whole_number
from cnnshape.diagnostics.refusal import Refusal
from cnnshape.render.formats import Page
from cnnshape.render.sweep import FORMATS, space_text
from cnnshape.study.sweep.runner import runner
from cnnshape.study.sweep.space_text import AxisText, input_axis, param_axis, variant_axis
from cnnshape.study.sweep.wanted import LISTED, Wanted

if TYPE_CHECKING:
    from cnnshape.study.sweep.result import Sweep
    from cnnshape.study.sweep.run import SweepRun

_MANY = 1000
"""Designs that are evaluated one by one take a second if they are that many."""
_NAMES = {"space": "--param"}


@command
def sweep(
    spec: SpecArgument,
    *,
    param: Annotated[
        list[str] | None,
        Option(
            "--param",
            "-p",
            help="Values of a param: `width=16..128:8`, `act=relu,silu`, `repeats=[1..4, 1..6]`.",
            metavar="NAME=VALUES",
            completion=complete_param,
        ),
    ] = None,
    input: Annotated[
        list[str] | None,
        Option(
            "--input",
            "-i",
            help="Shapes of an input: `96..224:32` for all axes of space, `3x96..224:32x160`, `name=96,128`.",
            metavar="SHAPES",
        ),
    ] = None,
    variant: Annotated[
        str,
        Option("--variant", help="Variants, by comma.", metavar="NAMES", completion=complete_variant),
    ] = "",
    counts: CountOptions,
    where: Annotated[
        list[str] | None,
        Option("--where", help="Keep designs for which this holds: `macs < 300M`.", metavar="CONDITION"),
    ] = None,
    pareto: Annotated[
        str,
        Option(
            "--pareto",
            help="List the front of these figures: the least of all, or the most with `max:`: `params,max:macs`.",
            metavar="FIGURES",
        ),
    ] = "",
    objective: Annotated[
        str,
        Option(
            "--objective",
            help="List the designs with the least of a figure first, or the most: `max:macs`.",
            metavar="FIGURE",
        ),
    ] = "",
    top: Annotated[
        int | None,
        whole_number(
            "--top", help=f"List that many designs, {{range}}; by default {LISTED}, or the front.", least=1, most=10**6
        ),
    ] = None,
    sample: Annotated[
        str,
        Option("--sample", help="Evaluate that many designs, chosen at random: `1e6`, `100k`.", metavar="N"),
    ] = "",
    seed: Annotated[int, whole_number("--seed", help="The seed of the sample, {range}.", least=0, most=2**63 - 1)] = 0,
    count: Annotated[bool, Option("--count", help="Only print the size of the space.")] = False,
    output: Annotated[
        Path | None,
        Option("--output", "-o", help="Write all kept designs to a .csv or .parquet file.", metavar="FILE"),
    ] = None,
    resume: Annotated[bool, Option("--resume", help="Continue the unfinished sweep of --output.")] = False,
    plot: Annotated[
        Path | None,
        Option("--plot", help="Write a plot of the front to an .svg file.", metavar="FILE"),
    ] = None,
    jobs: Annotated[
        int | None,
        whole_number(
            "--jobs", "-j", help="Processes, {range}; by default as many as the machine has cores.", least=1, most=1024
        ),
    ] = None,
    scheduler: Annotated[
        str,
        Option("--scheduler", help="Evaluate on a cluster of Dask: `tcp://10.0.0.1:8786`.", metavar="ADDRESS"),
    ] = "",
    screen: Annotated[Screen["Sweep"], FORMATS],
) -> None:
    """Evaluate all designs of a space: which fit bounds, how their figures are distributed, which are the best.

    A value is a number, a word or a list. Commas outside of brackets separate values; `first..last:step` gives all numbers
    of a range, also within a list.
    """
    with refusing(_NAMES):
        wanted = Wanted(
            where=where or (),
            pareto=pareto,
            objective=objective,
            top=top,
            sample=sample or None,
            seed=seed,
            output=output,
            resume=resume,
            jobs=jobs,
            scheduler=scheduler,
        )
        axes = _axes(param, input, variant)
        refuse_overwriting(output, [spec])
        refuse_overwriting(plot, [spec], "--plot")
        if (plot is not None or screen.format == "svg") and not pareto:
            raise Refusal("plot", "a plot shows a front; write `--pareto params,macs` too")
        run = _run(spec, axes, counts, wanted)
        if count:
            write(space_text(run.name, run.plan.axes, run.plan.order.size, page_for()), None)
            return
        if sys.stderr.isatty():
            sys.stderr.write(f"evaluates {_size(run)}\n")
        swept = _swept(run)
        if plot is not None:
            write(FORMATS["svg"].write(swept, Page()), plot, "--plot")
        screen.write(swept)
    for reason, number in swept.slow.items():
        if number >= _MANY:
            sys.stderr.write(f"note: {number:,} designs were evaluated one by one: {reason}\n")


def _axes(param: list[str] | None, input: list[str] | None, variant: str) -> list[AxisText]:
    """The axes of the space, in the order of the options; raises Refusal."""
    return [*map(param_axis, param or ()), *([variant_axis(variant)] if variant else []), *map(input_axis, input or ())]


def _run(spec: str, axes: list[AxisText], counts: CountOptions, wanted: Wanted) -> "SweepRun":
    """The sweep, with what can't be run refused. A param or a value that can't be read is bad usage."""
    design = read_design(spec)
    if design.diagnostics:
        fail(design.diagnostics)
    try:
        return runner()(design, axes, counts.settings(), wanted, spec=spec)
    except DesignError as error:
        fail(error.diagnostics, BAD_USAGE)


def _size(run: "SweepRun") -> str:
    """`3,600 designs`, `1,000 of 3,600 designs`."""
    total, size = run.plan.order.total, run.plan.order.size
    return f"{size:,} of {total:,} designs" if size < total else f"{total:,} designs"


def _swept(run: "SweepRun") -> "Sweep":
    """The result of the sweep. Exits if the user interrupts it, or a file can't be written."""
    try:
        with Progress(run.plan.order.size, "designs", timed=True) as progress:
            return run.run(progress.step)
    except KeyboardInterrupt:
        sys.stderr.write(f"stopped after {run.finished:,} of {run.plan.order.size:,} designs{_kept(run)}\n")
        sys.exit(INTERRUPTED)
    except OSError as error:
        message = (
            f"can't write {error.filename or run.wanted.output}: {(error.strerror or 'unknown').lower()}{_kept(run)}"
        )
        raise BadParameter(message, param_hint="--output") from None


def _kept(run: "SweepRun") -> str:
    """What to do after a sweep that ended early."""
    if run.wanted.output is None:
        return "; with `--output` it could be resumed" if run.finished else ""
    return "; `--resume` continues" if run.can_be_resumed else ""
