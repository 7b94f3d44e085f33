"""Layers that the language can't describe: their output and figures are stated."""

from cnnshape.arithmetic import Unknown, When
from cnnshape.layers.argument import AMOUNT, SHAPE, TEXT, arg
from cnnshape.layers.contract import layer
from cnnshape.layers.factors import Parameter, argument, option
from cnnshape.layers.family import Stated
from cnnshape.layers.tensor import Shape, Tensor
from cnnshape.layers.window import Coverage, Footprint


@layer
class Opaque(Stated):
    """A layer that no kind describes: the spec states its output, params and MACs, and nothing checks them.

    Every figure with a part that is stated says so. Layers after it have no receptive field, as nothing says which cells the
    layer reads, and `cnnshape sizes` refuses the design. Where the input changes, `output` follows it as an expression:
    `[256, in_height // 2, in_width // 2]`.
    """

    name = "opaque"
    foreign = ("Opaque", "custom", "CustomLayer", "external", "PythonLayer")
    parameters = (Parameter("weight", option("params", argument("params"))),)
    macs_formula = argument("macs")
    flops_formula = When(
        "`flops`", lambda given: given.layer.flops is not None, argument("flops"), Unknown("the spec states none")
    )
    stated_output: Shape = arg(
        SHAPE, "shape of the output, channels first", main=True, foreign=("out", "output_shape", "shape")
    )
    params: int = arg(AMOUNT, "learned parameters", default=0, foreign=("parameters", "weights", "num_params"))
    macs: int = arg(AMOUNT, "multiply-accumulates of one sample", default=0, foreign=("mults", "madds", "mult_adds"))
    flops: int | None = arg(
        AMOUNT,
        "floating-point operations of one sample; unknown by default",
        default=None,
        foreign=("operations", "ops"),
    )
    what: str | None = arg(
        TEXT, "what the layer is, for readers", default=None, foreign=("description", "type", "kind")
    )

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        return Tensor(self.stated_output, inputs[0].boxes)

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        return Coverage.UNSTATED
