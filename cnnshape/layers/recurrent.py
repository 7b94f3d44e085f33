"""Recurrent layers: each step of a sequence sees the steps before it through a state."""

from collections.abc import Callable
from math import prod

from cnnshape.arithmetic import Factor, Formula, Product, Sum, When
from cnnshape.layers.argument import FLAG, POSITIVE, ArgumentType, arg
from cnnshape.layers.contract import layer
from cnnshape.layers.factors import CHANNELS, INPUT_POSITIONS, MACS, OUTPUT_VALUES, Given, Parameter, argument
from cnnshape.layers.family import Recurrence
from cnnshape.layers.tensor import LayerProblem, Shape, Tensor, format_shape
from cnnshape.layers.window import Coverage, Footprint, Phases

Condition = Callable[[Given], bool]
_BIASES = ArgumentType("int", "0, 1 or 2", 0, 2)
_STATE = argument("out")
_DIRECTIONS = Factor("directions", lambda given: (2 if given.layer.bidirectional else 1,))


def _gate_rows(gates: int) -> Factor:
    """The rows of a matrix with all gates."""
    return Factor(f"{gates} x `out`", lambda given: (gates * given.layer.out,))


def _weights(gates: int) -> tuple[Parameter, ...]:
    """The tensors of both directions, under PyTorch's names."""
    rows = _gate_rows(gates)
    return tuple(
        parameter
        for ending, direction in (("", ""), ("_reverse", "`bidirectional`"))
        for parameter in (
            Parameter(f"weight_ih_l0{ending}", _directed(rows * CHANNELS, direction)),
            Parameter(f"weight_hh_l0{ending}", _directed(rows * _STATE, direction)),
            Parameter(
                f"bias_ih_l0{ending}", _directed(rows, direction, "a bias", lambda given: given.layer.biases > 0)
            ),
            Parameter(
                f"bias_hh_l0{ending}", _directed(rows, direction, "two biases", lambda given: given.layer.biases > 1)
            ),
        )
    )


def _directed(formula: Formula, direction: str, words: str = "", holds: Condition = lambda given: True) -> Formula:
    """A formula that applies under a condition, and for the backward direction only if there is one."""
    name = " and ".join(filter(None, (direction, words)))
    if not direction:
        return When(name, holds, formula) if name else formula
    return When(name, lambda given: given.layer.bidirectional and holds(given), formula)


def _macs(gates: int) -> Product:
    return _gate_rows(gates) * (CHANNELS + _STATE) * _DIRECTIONS * INPUT_POSITIONS


def _flops(gates: int, functions: int, note: str) -> Sum:
    """The products, a sum per gate for each bias, and the `functions` of the gates and of the state."""
    return (2 * MACS + gates * argument("biases") * OUTPUT_VALUES + functions * OUTPUT_VALUES).noted(note)


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
    """A long short-term memory on a sequence `(C, L)`; stack several by `repeat`.

    Every step computes four gates from its input and the state. A step sees all steps before it; with `bidirectional` it
    sees the whole sequence. The last step alone: `- crop: [[in_length - 1, 0]]`. Source: Hochreiter and Schmidhuber (1997).
    """

    name = "lstm"
    foreign = ("LSTM", "CuDNNLSTM", "Lstm", "DynamicLSTM")
    parameters = _weights(4)
    macs_formula = _macs(4)
    flops_formula = _flops(4, 22, "4 sums, 3 sigmoids of 4, 2 tanh, 3 products, 1 sum per value of the state")


@layer
class Gru(Recurrent):
    """A gated recurrent unit on a sequence `(C, L)`; stack several by `repeat`.

    Every step computes three gates from its input and the state. `biases: 1` is Keras' `reset_after=False`.
    A step sees all steps before it; with `bidirectional` it sees the whole sequence. Source: Cho et al. (2014).
    """

    name = "gru"
    foreign = ("GRU", "CuDNNGRU", "Gru", "DynamicGRU")
    parameters = _weights(3)
    macs_formula = _macs(3)
    flops_formula = _flops(
        3, 17, "3 sums, 2 sigmoids of 4, 1 tanh, 3 products, 1 difference, 1 sum per value of the state"
    )
