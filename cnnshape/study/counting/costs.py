"""Costs that several tools share, in the words that our own figures have too."""

from cnnshape.study.counting.case import Case
from cnnshape.study.counting.rule import Cost, Costs, Entry

PRODUCT = Cost("weights x positions", lambda case: case.macs)
TWICE_PRODUCT = Cost("2 x MACs", lambda case: 2 * case.macs)
BIAS = Cost("1 per output value", lambda case: case.values, "bias")
OUTPUT = Cost("4 bytes per output value", lambda case: 4 * case.values)
GRADIENTS = Cost("the same bytes again", lambda case: 4 * case.values, "gradients", shared=True)
JOIN: Costs = (Cost("tensors - 1 per output value", lambda case: (len(case.row.inputs) - 1) * case.values),)


def per_value(number: int) -> Costs:
    """This number of operations per value of the output."""
    return (Cost(f"{number} per value", lambda case: number * case.values),)


def per_input(number: int) -> Costs:
    """This number of operations per value of the first input."""
    return (Cost(f"{number} per input value", lambda case: number * case.input_values),)


def biased(product: Cost) -> Entry:
    """A matrix product, and the bias if the layer has one."""
    return lambda case: (product, BIAS) if case.biased else (product,)


def scaled(with_scale: int, without: int) -> Entry:
    """A normalization: operations per value with a learned scale and shift, and without."""
    return lambda case: per_value(with_scale if case.scales else without)


def is_per_position(case: Case) -> bool:
    """Whether a layer_norm runs over the channels of each position: PyTorch has no module for that."""
    return case.argument("axes") == "channels" and bool(case.output_sizes)


def written_kernel(case: Case) -> int:
    """Cells of a window as some tools count them: a kernel written as one number counts as that number."""
    kernel: object = case.argument("kernel")
    return kernel if isinstance(kernel, int) else case.window_cells


FUNCTIONAL_NORM: Costs = (
    Cost("3 per value", lambda case: 3 * case.values),
    Cost(
        "1 per value of its padded squares", lambda case: (case.channels + case.argument("size") - 1) * case.positions
    ),
)
"""local_response_norm as PyTorch writes it: two products, a sum, and an average pool over `size - 1` more channels."""
