"""`cnnshape memory`"""

from typing import Annotated

from cnnshape.cli.command import Option, OptionGroup, command
from cnnshape.cli.options import CountOptions, DesignOptions, SpecArgument
from cnnshape.cli.output import Output
from cnnshape.cli.reading import read_graph
from cnnshape.cli.refusing import refusing
from cnnshape.cli.summary import ExpandOption
from cnnshape.cli.whole_numbers import whole_number
from cnnshape.device.deployment import Deployment, Pads, deployment_of
from cnnshape.device.kernels import KERNELS
from cnnshape.device.lowering import IN_PLACE
from cnnshape.device.records import RUNTIMES
from cnnshape.graph import Graph
from cnnshape.render.memory import FORMATS, MemoryView
from cnnshape.report import Report, make_report
from cnnshape.study.memory import device_of, study_memory


class RuntimeOptions(OptionGroup):
    """The runtime of a device, and what can be chosen of it."""

    runtime: Annotated[
        str, Option("--runtime", help=f"How a runtime holds the activations: {', '.join(RUNTIMES)}.", metavar="NAME")
    ] = ""
    in_place: Annotated[
        str,
        Option(
            "--in-place", help=f"Operations that write over their input: {', '.join(IN_PLACE)}.", metavar="NAME,..."
        ),
    ] = ""
    pads: Annotated[
        Pads,
        Option("--pads", help="Paddings: TensorFlow's (same), or copies where they differ (explicit).", metavar="WORD"),
    ] = Pads.SAME
    kernels: Annotated[
        str, Option("--kernels", help=f"Kernels whose working space counts: {', '.join(KERNELS)}.", metavar="NAME")
    ] = ""
    order: Annotated[
        bool, Option("--order", help="Also search the order of operations that needs the fewest bytes.")
    ] = False

    def deployment(self, graph: Graph, report: Report) -> Deployment | None:
        """The network on the runtime; None without one. Raises BadParameter."""
        in_place = filter(None, self.in_place.split(","))
        with refusing({}):
            return deployment_of(graph, report, self.runtime, in_place, self.pads, self.kernels, order=self.order)


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
    runtime: RuntimeOptions,
    output: Annotated[Output[MemoryView], FORMATS],
) -> None:
    """Print the activations alive over time, the peak, and FLOPs per byte moved.

    With --runtime, print the memory of a device: the arena, the runtime's own structures, and flash.

    With --peak-flops and --bandwidth also a lower bound on the time of an ideal machine (a roofline).
    """
    with refusing({}):
        device = device_of(peak_flops, bandwidth)
    settings = counts.settings(inplace_activations=inplace_activations, inplace_adds=inplace_adds)
    _, graph = read_graph(spec, design.for_graph())
    studied = study_memory(graph, make_report(graph, "", settings), device)
    deployment = runtime.deployment(graph, studied.report)
    output.write(MemoryView(studied, expand=expand, depth=depth, deployment=deployment), [spec])
