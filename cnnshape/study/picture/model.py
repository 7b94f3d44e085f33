"""The values that a picture is drawn from. They know the network, but no sizes on paper."""

from enum import StrEnum

from cnnshape.layers import Shape
from cnnshape.named_tuple import NamedTuple
from cnnshape.report import Report, Row


class CardKind(StrEnum):
    """What a card shows."""

    INPUT = "input"
    """A tensor that enters the network or the block."""
    STEP = "step"
    """A layer with those of its `norm` and `act`, or a run of equal ones."""
    GROUP = "group"
    """A stage or block, or a run of blocks."""
    OUTPUT = "output"
    """A tensor that leaves the block."""
    ERROR = "error"
    """A step that could not be built."""


class Part(NamedTuple):
    """A part of a stage: a block or a kind of layer, and how often it occurs in a row."""

    word: str
    times: int


class Card(NamedTuple):
    """A box of a diagram. `name` is its own within the diagram.

    `rows` are its layers, those of all `times` runs. `shape` is that of its output, without the batch; None if it is
    unknown. `parts` are what a stage consists of, in the order in which they run; empty for a block and a layer.
    `outputs` are the outputs of the network that it gives. `note` is the text of an error.
    """

    name: str
    kind: CardKind
    label: str
    shape: Shape | None
    rows: tuple[Row, ...] = ()
    times: int = 1
    parts: tuple[Part, ...] = ()
    outputs: tuple[str, ...] = ()
    note: str = ""

    @property
    def params(self) -> int:
        """The parameters of its layers."""
        return sum([row.params for row in self.rows])

    @property
    def macs(self) -> int:
        """The multiply-accumulates of its layers, for the whole batch."""
        return sum([row.macs for row in self.rows])


class Wire(NamedTuple):
    """A tensor that goes from one card to another, as positions among the cards of a diagram. The first is the lesser."""

    source: int
    target: int


class Diagram(NamedTuple):
    """Cards in the order in which they run, and the wires between them."""

    cards: tuple[Card, ...]
    wires: tuple[Wire, ...]


class Form(NamedTuple):
    """A block, drawn once for all uses that have the same layers and wires.

    `variety` tells forms of one block apart: `identity shortcut`. `example` is the label of the use that is drawn.
    """

    word: str
    variety: str
    uses: int
    example: str
    diagram: Diagram


class Picture(NamedTuple):
    """The picture of a report: the network, and the forms of its blocks. `unseen` counts the forms that are left out."""

    report: Report
    diagram: Diagram
    forms: tuple[Form, ...]
    unseen: int
