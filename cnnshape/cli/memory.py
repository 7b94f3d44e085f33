"""`cnnshape memory`"""

from typing import TYPE_CHECKING, Annotated

from cnnshape.cli.command import BadParameter, Option, command
from cnnshape.cli.options import CountOptions, DesignOptions, SpecArgument
from cnnshape.cli.output import Output
from cnnshape.cli.reading import read_graph
from cnnshape.cli.summary import ExpandOption
from cnnshape.cli.whole_numbers import whole_number
from cnnshape.render.memory import FORMATS, MemoryView
from cnnshape.report import make_report, parse_quantity

if TYPE_CHECKING:
    from cnnshape.study.memory import Device


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
    output: Annotated[Output[MemoryView], FORMATS],
) -> None:
    """Print the activations alive over time, the peak, and FLOPs per byte moved.

    With --peak-flops and --bandwidth also a lower bound on the time of an ideal machine (a roofline).
    """
    from cnnshape.study.memory import study_memory

    device = _device(peak_flops, bandwidth)
    settings = counts.settings(inplace_activations=inplace_activations, inplace_adds=inplace_adds)
    _, graph = read_graph(spec, design.for_graph())
    studied = study_memory(graph, make_report(graph, "", settings), device)
    output.write(MemoryView(studied, expand=expand, depth=depth), [spec])


def _device(peak_flops: str | None, bandwidth: str | None) -> "Device | None":
    """The ideal machine of the options. Raises BadParameter if only one option is given."""
    from cnnshape.study.memory import Device

    if (peak_flops is None) != (bandwidth is None):
        raise BadParameter("--peak-flops and --bandwidth go together")
    if peak_flops is None or bandwidth is None:
        return None
    return Device(_per_second(peak_flops, "--peak-flops"), _per_second(bandwidth, "--bandwidth"))


def _per_second(text: str, option: str) -> int:
    quantity = parse_quantity(text)
    if quantity is None or quantity.value < 1:
        raise BadParameter(f"{text!r} is not a number above 0; write 4T or 50GB", param_hint=option)
    return round(quantity.value)
