"""Costs that several tools share, in the words that our own figures have too."""

from collections.abc import Callable

from cnnshape.study.counting.case import Case
from cnnshape.study.counting.rule import Answer, Cost, Costs, Entry, Mark

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


def by_axes(channels: Answer, space: Answer) -> Entry:
    """A softmax: over the channels it is a module, over space a function."""
    return lambda case: space if case.argument("axes") == "space" else channels


def rescaled(case: Case) -> Costs:
    """A product and a sum with constants, as many of them as there are."""
    return per_value(sum(case.argument(name) is not None for name in ("scale", "shift")))


def layer_scaled(case: Case) -> Costs:
    """A product with learned values, and a sum where there is a shift."""
    return per_value(2 if case.biased else 1)


def plain_only(entry: Entry) -> Entry:
    """A convolution without a gain: with one it is a module of another class, and computes its kernels by functions."""

    def answer(case: Case) -> Answer:
        if case.argument("gain"):
            return Mark.UNKNOWN
        return entry(case) if callable(entry) else entry

    return answer


def written_kernel(case: Case) -> int:
    """Cells of a window as some tools count them: a kernel written as one number counts as that number."""
    kernel: object = case.argument("kernel")
    return kernel if isinstance(kernel, int) else case.window_cells


GATE_BIAS = Cost("1 per gate and bias", lambda case: case.gate_biases, "bias")


def recurrent(product: Cost, lstm: int, gru: int) -> Callable[[Case], Answer]:
    """A product, biases, and operations per value of the state for each kind. PyTorch has no single bias."""
    operations = {"lstm": lstm, "gru": gru}

    def answer(case: Case) -> Answer:
        if case.argument("biases") == 1:
            return Mark.UNKNOWN
        biases = (GATE_BIAS,) if case.argument("biases") else ()
        return (product, *biases, *_per_state(operations[case.kind], case.argument("layers")))

    return answer


def _per_state(number: int, layers: int) -> Costs:
    """This number of operations per value of the state of each layer."""
    if layers == 1:
        return per_value(number)
    return (Cost(f"{number} per value of each of {layers} layers", lambda case: layers * number * case.values),)


FUNCTIONAL_NORM: Costs = (
    Cost("3 per value", lambda case: 3 * case.values),
    Cost(
        "1 per value of its padded squares", lambda case: (case.channels + case.argument("size") - 1) * case.positions
    ),
)
"""local_response_norm as PyTorch writes it: two products, a sum, and an average pool over `size - 1` more channels."""
