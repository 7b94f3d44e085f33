"""Darknet's layers in the words of the language. Source: AlexeyAB/darknet, src/parser.c and src/*_layer.c."""

from collections.abc import Callable, Mapping
from math import prod
from pathlib import Path

from cnnshape.bridge.building import Building, quoted
from cnnshape.bridge.darknet.cfg import Section, sections
from cnnshape.bridge.files import text_of_file
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
        ("ramp", "plse", "loggy", "stair", "lhtan", "hard_mish", "norm_chan", "norm_chan_softmax", "norm_chan_softmax_maxval"),
        ("opaque", {}),
    ),
}
"""The kind of each activation; None for the identity. Those that no kind describes are opaque."""
_DETECTORS = ("yolo", "region", "detection", "Gaussian_yolo")
_NO_LIST = ("rnn", "crnn", "gru", "lstm", "conv_lstm", "history", "implicit", "contrastive")
"""Sections that read several frames, or that have no place in a list of layers of one image."""


def read_darknet(path: str | Path) -> Network:
    """The network in a `.cfg` file. Raises ImportProblem if it can't be read or has no list of layers."""
    path = Path(path)
    return darknet_network(text_of_file(path), path.stem)


def darknet_network(text: str, name: str) -> Network:
    """The network in the text of a `.cfg`. Raises ImportProblem."""
    listed = sections(text)
    head = next(listed, None)
    if head is None or head.word not in ("net", "network"):
        message = f"line {head.line}: the file begins with `[{head.word[:60]}]`" if head else "the file has no section"
        raise ImportProblem(message, "a cfg begins with `[net]`")
    reader = _Reader(head)
    for section in listed:
        reader.layer(section)
    return reader.network(name)


class _Reader:
    """The layers so far. Darknet numbers them from 0, without `[net]`."""

    def __init__(self, head: Section) -> None:
        self.building = Building()
        size = (head.whole("channels", 0), head.whole("height", 0), head.whole("width", 0))
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
        self._section = head

    # The parts that layers are made of.

    @property
    def shape(self) -> Shape:
        """The shape of what the last layer gave."""
        return self.building.shape(self.now)

    def problem(self, message: str, help: str = "") -> ImportProblem:
        """A problem of the section that is read."""
        return ImportProblem(f"line {self._section.line}: `[{self._section.word[:60]}]` {message}", help)

    def add(self, kind: str, arguments: dict[str, Argument] | None = None, *inputs: int, **weights: Shape) -> None:
        """Adds an operation on the given values, or on what the last one gave. Weights have a shape by their name.

        The names of buffers begin with `rolling`.
        """
        owner = self._owner()
        made = [Weight(f"{owner}.{name}", shape, not name.startswith("rolling")) for name, shape in weights.items()]
        self.weights.update({weight.name: weight for weight in made})
        place = f"line {self._section.line}"
        what = self._section.word
        self.now = self.building.add(kind, inputs or (self.now,), arguments, weights=made, what=what, place=place)

    def _owner(self) -> int:
        """The index of the layer whose weights this one uses: its own, or that of `share_index`."""
        if "share_index" not in self._section.options:
            return len(self.values)
        return self.index(self._section.whole("share_index", 0))

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
        word = self._section.text("activation", default)
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

    # Reading.

    def layer(self, section: Section) -> None:
        """Adds the operations of a section."""
        self._section = section
        layer = _LAYERS.get(section.word)
        if section.word in _NO_LIST:
            raise self.problem("can't become a layer of a spec: it reads several frames, or no image")
        if layer is None:
            raise self.problem("is no section of Darknet", _suggestion(section.word))
        layer(self, section)
        self.values.append(self.now)

    def network(self, name: str) -> Network:
        """The network of all layers."""
        outputs = self.outputs or [NamedOutput("output", self.now)]
        params = sum(weight.elements for weight in self.weights.values() if weight.learned)
        notes = [text.format(count) for text, count in self.notes.items()]
        return self.building.network(name, f"Darknet file {name}.cfg", outputs, params=params, notes=notes)


def _suggestion(word: str) -> str:
    close = did_you_mean(word, tuple(_LAYERS)) or ""
    return close.replace("`", "`[", 1).replace("`?", "]`?") if close.startswith("did") else close


def _convolutional(reader: _Reader, section: Section) -> None:
    for option in ("antialiasing", "coordconv"):
        if section.flag(option):
            raise reader.problem(f"has `{option}`, which no kind describes")
    out, size, groups = section.whole("filters", 1), section.whole("size", 1), section.whole("groups", 1)
    normalized = section.flag("batch_normalize") or section.flag("cbn")
    arguments: dict[str, Argument] = {"out": out, "kernel": size, "stride": reader.strides(section)}
    arguments["padding"] = size // 2 if section.flag("pad") else section.whole("padding", 0)
    arguments["dilation"] = 1 if size == 1 else section.whole("dilation", 1)
    arguments |= {"groups": groups, "bias": not normalized}
    weights: dict[str, Shape] = {"weights": (out, reader.shape[0] // max(groups, 1), size, size)}
    if not normalized:
        weights["biases"] = (out,)
    if section.flag("binary") or section.flag("xnor"):
        reader.note("convolutions have binary weights, which the spec counts as numbers ({}x)")
    reader.add("conv", arguments, **weights)
    if normalized:
        reader.norm()
    reader.activation("logistic")


def _connected(reader: _Reader, section: Section) -> None:
    if len(reader.shape) > 1:
        reader.add("flatten")
    out = section.whole("output", 1)
    normalized = section.flag("batch_normalize")
    weights: dict[str, Shape] = {"weights": (out, *reader.shape)}
    if not normalized:
        weights["biases"] = (out,)
    reader.add("linear", {"out": out, "bias": not normalized}, **weights)
    if normalized:
        reader.norm()
    reader.activation("logistic")


def _local(reader: _Reader, section: Section) -> None:
    """A convolution whose weights differ from place to place."""
    out, size, stride = section.whole("filters", 1), section.whole("size", 1), section.whole("stride", 1)
    if len(reader.shape) != 3 or stride < 1:
        raise reader.problem("works on height and width")
    channels, *space = reader.shape
    around = size // 2 if section.flag("pad") else 0
    cells = tuple((length + 2 * around - size) // stride + 1 for length in space)
    weights = channels * out * size * size * prod(cells)
    stated: dict[str, Argument] = {"output": (out, *cells), "params": weights + out * prod(cells), "macs": weights}
    parts = {"weights": (out, channels, size, size, *cells), "biases": (out, *cells)}
    reader.add("opaque", {**stated, "what": "local_convolution"}, **parts)
    reader.activation("logistic")


def _windowed(section: Section, strides: tuple[int, int]) -> dict[str, Argument]:
    """The window of a pool. Darknet adds `size - 1` cells in all, the smaller half before.

    That is `same` where it is so at every input size: for a stride of 1, and for windows of 2 cells.
    """
    size = section.whole("size", section.whole("stride", 1))
    total = section.whole("padding", size - 1)
    arguments: dict[str, Argument] = {"kernel": size, "stride": strides}
    if total == size - 1 and size > 1 and (size == 2 or strides == (1, 1)):
        return {**arguments, "padding": "same"}
    before, after = total // 2, total - total // 2
    return {**arguments, "padding": ((before, after), (before, after)) if before != after else before}


def _maxpool(reader: _Reader, section: Section) -> None:
    for option in ("antialiasing", "maxpool_depth"):
        if section.flag(option):
            raise reader.problem(f"has `{option}`, which no kind describes")
    reader.add("max_pool", _windowed(section, reader.strides(section)))


def _local_avgpool(reader: _Reader, section: Section) -> None:
    reader.add("avg_pool", {**_windowed(section, reader.strides(section)), "count_include_pad": False})


def _route(reader: _Reader, section: Section) -> None:
    """A concat, of which each tensor may give only one of several groups of its channels."""
    groups, part = section.whole("groups", 1), section.whole("group_id", 0)
    sources = [reader.value(given) for given in section.wholes("layers")]
    parts = []
    for source in sources:
        if groups > 1:
            reader.add("split", {"parts": groups, "take": part}, source)
            source = reader.now
        parts.append(source)
    if len(parts) > 1:
        reader.add("concat", {}, *parts)
    else:
        reader.now = parts[0]


def _shortcut(reader: _Reader, section: Section) -> None:
    """A sum. The shape is that of the layer before: a larger tensor is sampled, and channels that only one has are left."""
    if section.text("weights_type", "none") != "none":
        raise reader.problem("has `weights_type`: a sum with learned weights, which no kind describes")
    current = reader.now
    parts = [current]
    for given in section.wholes("from"):
        source = reader.value(given)
        mine, other = reader.building.shape(current), reader.building.shape(source)
        ratio = other[1] // mine[1] if len(mine) == len(other) > 1 else 1
        if ratio > 1 and all(size == ratio * length for length, size in zip(mine[1:], other[1:], strict=True)):
            reader.add("subsample", {"stride": ratio}, source)
            source = reader.now
            other = reader.shape
        if mine[1:] != other[1:]:
            sizes = " and ".join("x".join(map(str, shape)) for shape in (mine, other))
            raise reader.problem(f"adds tensors of {sizes}, which no kind describes")
        if other[0] != mine[0]:
            reader.note("a shortcut adds tensors of unequal channels: the spec cuts or pads the second ({}x)")
            more: dict[str, Argument] = {"after": mine[0] - other[0]}
            reader.add(*(("slice", {"stop": mine[0]}) if other[0] > mine[0] else ("pad_channels", more)), source)
            source = reader.now
        parts.append(source)
    reader.add("add", {}, *parts)
    reader.activation("linear")


def _scale_channels(reader: _Reader, section: Section) -> None:
    """A product of an earlier layer with a gate: one value per channel, or per place with `scale_wh`."""
    arguments: dict[str, Argument] = {"broadcast": "channels"} if section.flag("scale_wh") else {}
    reader.add("multiply", arguments, reader.value(section.wholes("from")[0]), reader.now)
    reader.activation("linear")


def _sam(reader: _Reader, section: Section) -> None:
    reader.add("multiply", {}, reader.value(section.wholes("from")[0]), reader.now)
    reader.activation("linear")


def _upsample(reader: _Reader, section: Section) -> None:
    stride = section.whole("stride", 2)
    if stride < 0:
        raise reader.problem("has a negative stride: a sum of windows, which no kind describes")
    reader.add("upsample", {"scale": stride})
    scale = section.real("scale", 1)
    if scale != 1:
        reader.add("rescale", {"scale": scale})


def _reorg(reader: _Reader, section: Section) -> None:
    for option in ("flatten", "extra"):
        if section.flag(option):
            raise reader.problem(f"has `{option}`, which no kind describes")
    reader.add("pixel_shuffle" if section.flag("reverse") else "pixel_unshuffle", {"factor": section.whole("stride", 1)})


def _crop(reader: _Reader, section: Section) -> None:
    """The middle of the image. Values from 0 to 1 become -1 to 1, unless `noadjust` is set."""
    wanted = (section.whole("crop_height", 1), section.whole("crop_width", 1))
    cut = [(length - size) // 2 for length, size in zip(reader.shape[1:], wanted, strict=False)]
    around = tuple(
        (before, length - size - before) for before, length, size in zip(cut, reader.shape[1:], wanted, strict=False)
    )
    reader.add("crop", {"cut": around})
    if not section.flag("noadjust"):
        reader.add("rescale", {"scale": 2, "shift": -1})


def _softmax(reader: _Reader, section: Section) -> None:
    if len(reader.shape) > 1 and set(reader.shape[1:]) != {1}:
        reader.add("flatten")
    if "tree" in section.options or section.whole("groups", 1) > 1:
        reader.note("a softmax takes groups of values; the spec takes all together ({}x)")
    reader.add("softmax")


def _detector(reader: _Reader, section: Section) -> None:
    """An output. What the section itself computes are the coordinates and scores of boxes."""
    number = len(reader.outputs) + 1
    word = section.word.lower()
    reader.outputs.append(NamedOutput(word if number == 1 else f"{word}_{number}", reader.now))
    reader.note("detection layers are outputs: what they compute of boxes and scores is not in the spec ({}x)")


def _cost(reader: _Reader, section: Section) -> None:
    reader.note("`cost` computes a loss and is left out ({}x)")


def _nothing(reader: _Reader, section: Section) -> None:
    """A section that passes on what it reads."""


def _normalization(reader: _Reader, section: Section) -> None:
    arguments: dict[str, Argument] = {"size": section.whole("size", 5), "k": section.real("kappa", 1)}
    arguments |= {"alpha": section.real("alpha", 1e-4), "beta": section.real("beta", 0.75)}
    reader.add("local_response_norm", arguments)


_LAYERS: Mapping[str, Callable[[_Reader, Section], None]] = {
    "convolutional": _convolutional,
    "conv": _convolutional,
    "connected": _connected,
    "conn": _connected,
    "local": _local,
    "maxpool": _maxpool,
    "max": _maxpool,
    "avgpool": lambda reader, section: reader.add("global_avg_pool"),
    "avg": lambda reader, section: reader.add("global_avg_pool"),
    "local_avgpool": _local_avgpool,
    "local_avg": _local_avgpool,
    "route": _route,
    "shortcut": _shortcut,
    "scale_channels": _scale_channels,
    "sam": _sam,
    "upsample": _upsample,
    "reorg": _reorg,
    "reorg3d": _reorg,
    "crop": _crop,
    "dropout": lambda reader, section: reader.add("dropout", {"p": section.real("probability", 0.2)}),
    "softmax": _softmax,
    "soft": _softmax,
    "normalization": _normalization,
    "lrn": _normalization,
    "batchnorm": lambda reader, section: reader.norm(),
    "activation": lambda reader, section: reader.activation("linear"),
    "cost": _cost,
    "empty": _nothing,
    "silence": _nothing,
    **dict.fromkeys(_DETECTORS, _detector),
}
