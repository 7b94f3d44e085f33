"""Recurrent layers: each step of a sequence sees the steps before it through a state."""

from collections.abc import Iterator
from functools import cache
from math import prod
from typing import ClassVar

from cnnshape.arithmetic import Factor, Formula, Sum, When, pin
from cnnshape.layers.argument import FLAG, POSITIVE, ArgumentType, arg
from cnnshape.layers.contract import layer
from cnnshape.layers.factors import CHANNELS, INPUT_POSITIONS, MACS, OUTPUT_VALUES, Given, Parameter, argument
from cnnshape.layers.family import Recurrence
from cnnshape.layers.tensor import LayerProblem, Shape, Tensor, format_shape
from cnnshape.layers.window import Coverage, Footprint, Phases

_BIASES = ArgumentType("int", "0, 1 or 2", 0, 2)
_LAYERS = ArgumentType("int", "a whole number from 1 to 64", 1, 64)
_STATE = argument("out")
_DIRECTIONS = Factor("directions", lambda given: (_directions(given),))
_OUTPUT = Factor("directions x `out`", lambda given: (_directions(given) * given.layer.out,))
_ALL_LAYERS = Factor("`layers`", lambda given: (given.layer.layers,) if given.layer.layers > 1 else ())
_FURTHER_LAYERS = Factor("(`layers` - 1)", lambda given: (given.layer.layers - 1,))


def _directions(given: Given) -> int:
    return 2 if given.layer.bidirectional else 1


def _gate_rows(gates: int) -> Factor:
    """The rows of a matrix with all gates."""
    return Factor(f"{gates} x `out`", lambda given: (gates * given.layer.out,))


def _tensors(gates: int, further: tuple[object, ...]) -> tuple[Parameter, ...]:
    """The tensors of the first layer under PyTorch's names, and of further layers: their numbers, or a letter for each."""
    rows = _gate_rows(gates)
    return tuple(
        tensor
        for number in (0, *further)
        for ending, condition in (("", ""), ("_reverse", "`bidirectional`"))
        for tensor in _of_direction(
            f"_l{number}{ending}", condition, rows, rows * CHANNELS if number == 0 else rows * _OUTPUT
        )
    )


def _of_direction(ending: str, condition: str, rows: Factor, weight: Formula) -> Iterator[Parameter]:
    """The tensors of one layer in one direction; the backward one has them only with `bidirectional`."""
    yield Parameter(f"weight_ih{ending}", _directed(weight, condition))
    yield Parameter(f"weight_hh{ending}", _directed(rows * _STATE, condition))
    for name, words, least in (("bias_ih", "a bias", 1), ("bias_hh", "two biases", 2)):
        yield Parameter(f"{name}{ending}", _directed(rows, condition, words, least))


def _directed(formula: Formula, condition: str, words: str = "", biases: int = 0) -> Formula:
    """A formula that applies with so many `biases`, and for the backward direction only if there is one."""
    name = " and ".join(filter(None, (condition, words)))
    if not name:
        return formula
    return When(
        name, lambda given: given.layer.biases >= biases and (not condition or given.layer.bidirectional), formula
    )


@cache
def _owned(gates: int, layers: int) -> tuple[Parameter, ...]:
    return _tensors(gates, tuple(range(1, layers)))


def _macs(gates: int) -> Sum:
    """Each layer multiplies its input and its state; the input of a further layer is the output of the one before."""
    rows = _gate_rows(gates)
    first = rows * (CHANNELS + _STATE) * _DIRECTIONS * INPUT_POSITIONS
    further = rows * _FURTHER_LAYERS * (_OUTPUT + _STATE) * _DIRECTIONS * INPUT_POSITIONS
    return first + When("`layers` above 1", lambda given: given.layer.layers > 1, further)


def _flops(gates: int, functions: int, note: str) -> Sum:
    """The products, a sum per gate for each bias, and the `functions` of the gates and of the state."""
    values = _ALL_LAYERS * OUTPUT_VALUES
    return (2 * MACS + gates * argument("biases") * values + functions * values).noted(note)


class Recurrent(Recurrence):
    """Goes through a sequence step by step, with a state that each step reads and replaces."""

    out: int = arg(
        POSITIVE,
        "values of the state: the channels of the output, twice as many with `bidirectional`",
        main=True,
        foreign=("hidden_size", "hidden", "units", "num_units", "hidden_dim", "nh", "features", "num_hidden"),
    )
    bidirectional: bool = arg(
        FLAG, "runs a second layer backwards, and joins both outputs along the channels", default=False, foreign=("bi",)
    )
    biases: int = arg(
        _BIASES,
        "learned values that each gate adds: 2 as in PyTorch, 1 as in Keras",
        default=2,
        foreign=("bias", "use_bias"),
    )
    layers: int = arg(
        _LAYERS,
        "layers, each on the output of the one before",
        default=1,
        foreign=("num_layers", "n_layers", "nlayers"),
    )
    gate_count: ClassVar[int]
    """Parts of each matrix, one for each gate."""

    @property
    def owned(self) -> tuple[Parameter, ...]:
        return _owned(self.gate_count, pin(self.layers))

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        shape = inputs[0].shape
        if len(shape) != 2:
            raise LayerProblem(
                f"{self.name} goes along one axis, but the input is {format_shape(shape)}",
                name="wrong-rank",
                help=_sequence_help(shape),
            )
        return Tensor((2 * self.out if self.bidirectional else self.out, shape[1]), inputs[0].boxes)

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        if self.bidirectional:
            return Coverage.WHOLE
        # Each step sees all steps before it: as many cells as there are, those beyond the start being padding.
        return (Phases(1, (1 - output.shape[1],), (0,)),)


def _sequence_help(shape: Shape) -> str:
    """Advice that makes a map a sequence, its last axis being the steps."""
    if len(shape) == 1:
        return "give it a sequence, channels first: [C, L]"
    return f"make the last axis the steps: `- reshape: [{prod(shape[:-1])}, {shape[-1]}]` before it"


@layer
class Lstm(Recurrent):
    """A long short-term memory on a sequence `(C, L)`; `layers` stacks several, as in PyTorch, and `repeat` does too.

    Every step computes four gates from its input and the state. In the names of the weights, N is the number of a layer
    after the first, from 1. A step sees all steps before it; with `bidirectional` it sees the whole sequence. The last step
    alone: `- crop: [[in_length - 1, 0]]`. Source: Hochreiter and Schmidhuber (1997).
    """

    name = "lstm"
    foreign = ("LSTM", "CuDNNLSTM", "Lstm", "DynamicLSTM")
    gate_count = 4
    parameters = _tensors(4, ("N",))
    macs_formula = _macs(4)
    flops_formula = _flops(4, 22, "4 sums, 3 sigmoids of 4, 2 tanh, 3 products, 1 sum per value of the state")


@layer
class Gru(Recurrent):
    """A gated recurrent unit on a sequence `(C, L)`; `layers` stacks several, as in PyTorch, and `repeat` does too.

    Every step computes three gates from its input and the state. In the names of the weights, N is the number of a layer
    after the first, from 1. `biases: 1` is Keras' `reset_after=False`.
    A step sees all steps before it; with `bidirectional` it sees the whole sequence. Source: Cho et al. (2014).
    """

    name = "gru"
    foreign = ("GRU", "CuDNNGRU", "Gru", "DynamicGRU")
    gate_count = 3
    parameters = _tensors(3, ("N",))
    macs_formula = _macs(3)
    flops_formula = _flops(
        3, 17, "3 sums, 2 sigmoids of 4, 1 tanh, 3 products, 1 difference, 1 sum per value of the state"
    )
