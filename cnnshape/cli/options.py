"""Options that several commands share, and their conversion to values."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

from cnnshape.cli.command import Argument, BadParameter, Option, OptionGroup
from cnnshape.cli.completion import complete_dtype, complete_param, complete_spec, complete_variant
from cnnshape.cli.exit_codes import BAD_USAGE
from cnnshape.cli.reading import fail
from cnnshape.cli.whole_numbers import whole_number
from cnnshape.diagnostics import diagnose
from cnnshape.graph import MAX_LAYERS, Options
from cnnshape.language import Value, read_value
from cnnshape.language.dtypes import DTYPES, PARTS, UnknownType, parse_dtypes
from cnnshape.layers import Shape, parse_shape
from cnnshape.report import Settings
from cnnshape.source import SourceText

SpecArgument = Annotated[
    str,
    Argument(
        metavar="SPEC",
        help="A YAML file, `-` for standard input, or the name of a shipped architecture (`resnet50`).",
        completion=complete_spec,
    ),
]
InputOption = Annotated[
    list[str] | None,
    Option("--input", "-i", help="Input shape, channels first: `3x256x256`, or `name=3x256x256`.", metavar="CxHxW"),
]
ParamOption = Annotated[
    list[str] | None,
    Option(
        "--param",
        "-p",
        help="Set a param of the spec: `width=128`, `repeats=[3,4,23,3]`.",
        metavar="NAME=VALUE",
        completion=complete_param,
    ),
]
VariantOption = Annotated[
    str,
    Option("--variant", help="Use a variant that the spec declares.", metavar="NAME", completion=complete_variant),
]
BatchOption = Annotated[int, whole_number("--batch", "-b", help="Samples per batch, {range}.", least=1, most=10**9)]
DtypeOption = Annotated[
    str,
    Option(
        "--dtype",
        help=f"Type of the values: {', '.join(DTYPES)}; or of {', '.join(PARTS)}: `weights=int8,biases=int32`.",
        metavar="TYPE",
        completion=complete_dtype,
    ),
]
OutputOption = Annotated[Path | None, Option("--output", "-o", help="Write to a file instead.", metavar="FILE")]
MaxLayersOption = Annotated[
    int, whole_number("--max-layers", help="The most layers that a spec may expand to, {range}.", least=1, most=10**7)
]


class DesignOptions(OptionGroup):
    """The changes of a command to the design: inputs, params, a variant."""

    input: InputOption = None
    param: ParamOption = None
    variant: VariantOption = ""

    def for_graph(self, max_layers: int = MAX_LAYERS) -> Options:
        """The options of the graph; raises BadParameter, or exits with the place, for what can't be read."""
        return graph_options(self.input, self.param, self.variant, max_layers)


class CountOptions(OptionGroup):
    """The settings of the counts: samples per batch, and the type of the values."""

    batch: BatchOption = 1
    dtype: DtypeOption = "float32"

    def settings(
        self,
        *,
        inplace_activations: bool = False,
        inplace_adds: bool = False,
        main_fields: bool = False,
        fold_norms: bool = False,
    ) -> Settings:
        """The settings of the report; raises BadParameter for an unknown type."""
        dtype = checked_dtype(self.dtype)
        return Settings(
            self.batch, dtype, inplace_activations, inplace_adds, main_fields=main_fields, fold_norms=fold_norms
        )


def graph_options(
    inputs: Iterable[str] | None,
    params: Iterable[str] | None,
    variant: str = "",
    max_layers: int = MAX_LAYERS,
) -> Options:
    """The options of the graph; raises BadParameter, or exits with the place, for what can't be read."""
    shapes = dict(map(read_input, inputs or ()))
    values = dict(_param(text) for text in params or ())
    chosen = Options(params=values, variant=variant, inputs=shapes, max_layers=max_layers)
    return chosen._replace(inputs_name="--input") if shapes else chosen


def read_input(text: str) -> tuple[str, Shape]:
    """The name, or an empty text, and the shape of `--input`; raises BadParameter."""
    name, _, sizes = text.rpartition("=")
    shape = parse_shape(sizes)
    if shape is None:
        raise BadParameter(f"{text!r} is not a shape; write 3x224x224", param_hint="--input")
    if 0 in shape:
        raise BadParameter(f"{text!r} has a size of 0", param_hint="--input")
    return name, shape


def _param(text: str) -> tuple[str, Value]:
    name, equals, value = text.partition("=")
    if not equals or not value:
        raise BadParameter(f"{text!r} sets nothing; write name=value", param_hint="--param")
    read, problems = read_value(SourceText(f"--param {name}", value))
    if read is None or problems:
        fail(problems or [diagnose("wrong-structure", "no value", file=f"--param {name}")], BAD_USAGE)
    return name, read


def checked_dtype(dtype: str) -> str:
    """The types in a text, in the form in which reports state them; raises BadParameter for an unknown one."""
    try:
        return parse_dtypes(dtype).text
    except UnknownType as unknown:
        raise BadParameter(f"{unknown}; {unknown.help}", param_hint="--dtype") from None
