"""Attention: the matrix products of queries, keys and values, which are tensors of the design."""

from cnnshape.arithmetic import Factor
from cnnshape.layers.argument import POSITIVE, TENSOR, arg
from cnnshape.layers.contract import layer
from cnnshape.layers.factors import MACS, argument
from cnnshape.layers.family import FixedProduct
from cnnshape.layers.tensor import LayerProblem, Tensor, counted, divisor_help, format_shape, indivisible
from cnnshape.layers.window import Coverage, Footprint, grid

_QUERIES = Factor("queries", lambda given: given.inputs[0].shape[1:])
_KEYS = Factor("keys", lambda given: given.inputs[1].shape[1:])
_WIDTHS = Factor("query channels", lambda given: given.inputs[0].shape[:1]) + Factor(
    "value channels", lambda given: given.inputs[2].shape[:1]
)


@layer
class Attention(FixedProduct):
    """Means of the values of all positions, weighted by the softmax of query times key.

    Query is `C x` its sizes, key `C x` any sizes, value `D x` those of the key; the output is `D x` the sizes of the query.
    The projections around it are `conv` with a kernel of 1. Source: Wang et al. (2018), non-local; Vaswani et al. (2017).
    """

    name = "attention"
    foreign = ("Attention", "attn", "scaled_dot_product_attention", "dot_product_attention", "NonLocal", "non_local")
    by_name = True
    enlarges = True
    macs_formula = _QUERIES * _KEYS * _WIDTHS
    flops_formula = (2 * MACS + 3 * argument("heads") * _QUERIES * _KEYS).noted("exp, sum, quotient of the softmax")
    query: Tensor = arg(TENSOR, "the step that gives the queries", foreign=("q",))
    key: Tensor = arg(TENSOR, "the step that gives the keys", foreign=("k",))
    value: Tensor = arg(TENSOR, "the step that gives the values", foreign=("v",))
    heads: int = arg(
        POSITIVE, "equal parts of the channels, each with its own softmax", default=1, foreign=("num_heads",)
    )

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        query, key, value = inputs
        sizes = [grid(tensor, self.name) for tensor in inputs]
        if any(tensor.boxes != query.boxes for tensor in inputs):
            counts = " and ".join(str(tensor.boxes) for tensor in inputs)
            raise LayerProblem(f"tensors of {counts} boxes can't attend to each other")
        if query.shape[0] != key.shape[0]:
            message = f"query and key need equal channels, got {query.shape[0]} and {key.shape[0]}"
            help = "end both with a `conv` of the same `out`"
            raise LayerProblem(message, argument="key", help=help)
        if sizes[1] != sizes[2]:
            message = f"key and value need equal sizes, got {format_shape(sizes[1])} and {format_shape(sizes[2])}"
            raise LayerProblem(message, argument="value", help="let both come from the same map, pooled alike")
        for tensor, what in ((query, "query channel"), (value, "value channel")):
            if tensor.shape[0] % self.heads:
                help = divisor_help(self.heads, query.shape[0], value.shape[0])
                raise indivisible(counted(tensor.shape[0], what), f"{self.heads} heads", "heads", help)
        return Tensor((value.shape[0], *sizes[0]), query.boxes)

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        return Coverage.WHOLE
