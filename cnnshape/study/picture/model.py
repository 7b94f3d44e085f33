"""The values that a picture is drawn from. They know the network, but no sizes on paper."""

from enum import StrEnum

from cnnshape.layers import Shape
from cnnshape.lazy import Shown, brief
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
    `outputs` are the outputs of the network that it gives. `note` is the text of an error, or the number of boxes of an input.
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


class Style(StrEnum):
    """How a network is drawn."""

    FOLDED = "folded"
    """Cards for stages, blocks and layers, and each block once."""
    VOLUMES = "volumes"
    """Boxes for maps, as in lectures."""


class _PictureFields(NamedTuple):
    """The fields of a picture. Type checkers let no named tuple have a second parent, so the picture is its child."""

    report: Report
    diagram: Diagram
    forms: tuple[Form, ...]
    unseen: int
    style: Style = Style.FOLDED


class Picture(Shown, _PictureFields):
    """The picture of a report: the network, and the forms of its blocks. `str` is its SVG, and a notebook shows it.

    `unseen` counts the forms that are left out.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return (
            f"<Picture of {brief(self.report.name, 60)}: {len(self.diagram.cards):,} cards, {len(self.forms):,} blocks>"
        )
