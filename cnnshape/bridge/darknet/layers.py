"""What sections of a `.cfg` are made of: operations with their weights, batch norms, activations."""

from collections.abc import Mapping
from math import prod

from cnnshape.bridge.building import Building, quoted
from cnnshape.bridge.darknet.cfg import Section
from cnnshape.bridge.operations import Argument, ImportProblem, NamedOutput, Network, Shape, Weight
from cnnshape.diagnostics import did_you_mean

_ACTIVATIONS: Mapping[str, tuple[str, dict[str, Argument]] | None] = {
    "linear": None,
    "leaky": ("leaky_relu", {"slope": 0.1}),
    "relie": ("leaky_relu", {"slope": 0.01}),
    "relu": ("relu", {}),
    "relu6": ("relu6", {}),
    "logistic": ("sigmoid", {}),
    "mish": ("mish", {}),
    "swish": ("silu", {}),
    "elu": ("elu", {}),
    "selu": ("selu", {}),
    "gelu": ("gelu", {}),
    "tanh": ("tanh", {}),
    "hardtan": ("hard_tanh", {}),
    **dict.fromkeys(
        (
            "ramp",
            "plse",
            "loggy",
            "stair",
            "lhtan",
            "hard_mish",
            "norm_chan",
            "norm_chan_softmax",
            "norm_chan_softmax_maxval",
        ),
        ("opaque", {}),
    ),
}
"""The kind of each activation; None for the identity. Those that no kind describes are opaque."""


class Layers:
    """The layers of a network so far. Darknet numbers them from 0, without `[net]`."""

    def __init__(self, head: Section) -> None:
        self.building = Building()
        size: Shape = (head.whole("channels", 0), head.whole("height", 0), head.whole("width", 0))
        if not all(size):
            flat = head.whole("inputs", prod(size))
            if not flat:
                raise ImportProblem(f"line {head.line}: `[{head.word}]` lacks `width`, `height` or `channels`")
            size = (flat,)
        self.now = self.building.input("input", size)
        self.values: list[int] = []
        self.outputs: list[NamedOutput] = []
        self.weights: dict[str, Weight] = {}
        self.notes: dict[str, int] = {}
        self.section = head

    @property
    def shape(self) -> Shape:
        """The shape of what the last layer gave."""
        return self.building.shape(self.now)

    def problem(self, message: str, help: str = "") -> ImportProblem:
        """A problem of the section that is read."""
        return ImportProblem(f"line {self.section.line}: {quoted(f'[{self.section.word}]')} {message}", help)

    def add(self, kind: str, arguments: dict[str, Argument] | None = None, *inputs: int, **weights: Shape) -> None:
        """Adds an operation on the given values, or on what the last one gave. Weights have a shape by their name.

        The names of buffers begin with `rolling`.
        """
        owner = self._owner()
        made = [Weight(f"{owner}.{name}", shape, not name.startswith("rolling")) for name, shape in weights.items()]
        self.weights.update({weight.name: weight for weight in made})
        place = f"line {self.section.line}"
        what = str((arguments or {}).get("what", self.section.word))
        self.now = self.building.add(kind, inputs or (self.now,), arguments, weights=made, what=what, place=place)

    def _owner(self) -> int:
        """The index of the layer whose weights this one uses: its own, or that of `share_index`."""
        if "share_index" not in self.section.options:
            return len(self.values)
        return self.index(self.section.whole("share_index", 0))

    def index(self, given: int) -> int:
        """The index of an earlier layer; negative numbers count back from this one. Raises ImportProblem."""
        index = given + len(self.values) if given < 0 else given
        if not 0 <= index < len(self.values):
            raise self.problem(f"names the layer {given}, but {len(self.values)} layers are before it")
        return index

    def value(self, given: int) -> int:
        """What an earlier layer gives."""
        return self.values[self.index(given)]

    def norm(self) -> None:
        """Adds the batch norm of a layer with `batch_normalize`."""
        size = (self.shape[0],)
        self.add("batch_norm", {}, scales=size, biases=size, rolling_mean=size, rolling_variance=size)

    def activation(self, default: str) -> None:
        """Adds the activation of a layer."""
        word = self.section.text("activation", default)
        if word not in _ACTIVATIONS:
            raise self.problem(f"has the unknown activation {quoted(word)}", did_you_mean(word, _ACTIVATIONS) or "")
        chosen = _ACTIVATIONS[word]
        if chosen is None:
            return
        kind, arguments = chosen
        self.add(kind, {"output": self.shape, "what": word} if kind == "opaque" else arguments)

    def strides(self, section: Section) -> tuple[int, int]:
        """The stride of height and width."""
        stride = section.whole("stride", 1)
        return section.whole("stride_y", stride), section.whole("stride_x", stride)

    def note(self, text: str) -> None:
        """Counts a fact for the notes. `{}` in the text becomes the count."""
        self.notes[text] = self.notes.get(text, 0) + 1

    def network(self, name: str) -> Network:
        """The network of all layers."""
        outputs = self.outputs or [NamedOutput("output", self.now)]
        params = sum(weight.elements for weight in self.weights.values() if weight.learned)
        notes = [text.format(count) for text, count in self.notes.items()]
        return self.building.network(name, f"Darknet file {name}.cfg", outputs, params=params, notes=notes)
