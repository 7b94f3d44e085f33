"""`cnnshape memory`"""

from enum import StrEnum
from typing import Annotated

import typer

from cnnshape.cli.options import (
    BatchOption,
    DtypeOption,
    InputOption,
    OutputOption,
    ParamOption,
    SpecArgument,
    VariantOption,
    checked_dtype,
    graph_options,
)
from cnnshape.cli.reading import read_graph
from cnnshape.cli.summary import ExpandOption
from cnnshape.cli.writing import terminal_width, write
from cnnshape.graph import MAX_LAYERS
from cnnshape.report import Settings, make_report, parse_quantity


class Format(StrEnum):
    """How memory is printed."""

    TABLE = "table"
    JSON = "json"
    SVG = "svg"


def memory(
    spec: SpecArgument,
    input: InputOption = None,
    param: ParamOption = None,
    variant: VariantOption = "",
    batch: BatchOption = 1,
    dtype: DtypeOption = "float32",
    inplace_activations: Annotated[
        bool, typer.Option("--inplace-activations", help="Activations overwrite their input.")
    ] = False,
    inplace_adds: Annotated[bool, typer.Option("--inplace-adds", help="Joins overwrite their first input.")] = False,
    expand: ExpandOption = False,
    depth: Annotated[int, typer.Option("--depth", "-d", help="Open stages and blocks to this depth.", min=0)] = 0,
    peak_flops: Annotated[
        str | None, typer.Option("--peak-flops", help="FLOPs per second of an ideal machine: `4T`.", metavar="N")
    ] = None,
    bandwidth: Annotated[
        str | None, typer.Option("--bandwidth", help="Bytes per second of an ideal machine: `50GB`.", metavar="N")
    ] = None,
    format: Annotated[Format, typer.Option("--format", "-f", help="How to print it.")] = Format.TABLE,
    output: OutputOption = None,
) -> None:
    """Print the activations alive over time, the peak, and FLOPs per byte moved.

    With --peak-flops and --bandwidth also a lower bound on the time of an ideal machine (a roofline).
    """
    from cnnshape.render import memory as face
    from cnnshape.study.memory import Device, study_memory

    if (peak_flops is None) != (bandwidth is None):
        raise typer.BadParameter("--peak-flops and --bandwidth go together")
    device = None
    if peak_flops is not None and bandwidth is not None:
        device = Device(_per_second(peak_flops, "--peak-flops"), _per_second(bandwidth, "--bandwidth"))
    settings = Settings(batch, checked_dtype(dtype), inplace_activations, inplace_adds)
    _, graph = read_graph(spec, graph_options(input, param, variant, MAX_LAYERS))
    found = study_memory(graph, make_report(graph, "", settings), device)
    if format is Format.TABLE:
        write(face.plain(found, terminal_width(output), expand=expand, depth=depth), output)
    else:
        write(face.to_json(found) if format is Format.JSON else face.to_svg(found), output)


def _per_second(text: str, option: str) -> int:
    quantity = parse_quantity(text)
    if quantity is None or quantity.value < 1:
        raise typer.BadParameter(f"{text!r} is no number above 0; write 4T or 50GB", param_hint=option)
    return round(quantity.value)
