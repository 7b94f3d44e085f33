"""`cnnshape memory`"""

from typing import Annotated

from cnnshape.cli.command import BadParameter, Option, command
from cnnshape.cli.options import CountOptions, DesignOptions, SpecArgument
from cnnshape.cli.output import Output
from cnnshape.cli.reading import read_graph
from cnnshape.cli.refusing import refusing
from cnnshape.cli.runtime_options import RuntimeOptions
from cnnshape.cli.summary import ExpandOption
from cnnshape.cli.whole_numbers import whole_number
from cnnshape.render.memory import FORMATS, MemoryView
from cnnshape.report import make_report
from cnnshape.study.memory import device_of, study_memory
from cnnshape.study.training import OPTIMIZERS, training_of


@command
def memory(
    spec: SpecArgument,
    *,
    design: DesignOptions,
    counts: CountOptions,
    inplace_activations: Annotated[
        bool, Option("--inplace-activations", help="Activations overwrite their input.")
    ] = False,
    inplace_adds: Annotated[bool, Option("--inplace-adds", help="Joins overwrite their first input.")] = False,
    expand: ExpandOption = False,
    depth: Annotated[
        int, whole_number("--depth", "-d", help="Open stages and blocks to this depth, {range}.", least=0)
    ] = 0,
    peak_flops: Annotated[
        str | None, Option("--peak-flops", help="FLOPs per second of an ideal machine: `4T`.", metavar="N")
    ] = None,
    bandwidth: Annotated[
        str | None, Option("--bandwidth", help="Bytes per second of an ideal machine: `50GB`.", metavar="N")
    ] = None,
    training: Annotated[
        str,
        Option(
            "--training",
            help=f"What a step of training holds, with an optimizer: {', '.join(OPTIMIZERS)}.",
            metavar="NAME",
        ),
    ] = "",
    runtime: RuntimeOptions,
    output: Annotated[Output[MemoryView], FORMATS],
) -> None:
    """Print the activations alive over time, the peak, and FLOPs per byte moved.

    With --training, print what is kept for the backward pass, and the bytes of weights, gradients and optimizer.

    With --runtime, print the memory of a device: the arena, the runtime's own structures, and flash.

    With --peak-flops and --bandwidth also a lower bound on the time of an ideal machine (a roofline).
    """
    with refusing({}):
        device = device_of(peak_flops, bandwidth)
    settings = counts.settings(inplace_activations=inplace_activations, inplace_adds=inplace_adds)
    _, graph = read_graph(spec, design.for_graph())
    studied = study_memory(graph, make_report(graph, "", settings), device)
    deployment = runtime.deployment(graph, studied.report)
    with refusing({}):
        trained = training_of(graph, studied.report, training, deployment)
    view = MemoryView(studied, expand=expand, depth=depth, deployment=deployment, training=trained)
    if trained is not None and output.format == "svg":
        raise BadParameter("the memory of training is text or JSON", param_hint="--training")
    output.write(view, [spec])
