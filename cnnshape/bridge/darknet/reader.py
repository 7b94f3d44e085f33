"""Darknet's sections in the words of the language. Source: AlexeyAB/darknet, src/parser.c and src/*_layer.c."""

from collections.abc import Callable, Mapping
from math import prod
from pathlib import Path

from cnnshape.bridge.building import quoted
from cnnshape.bridge.darknet.cfg import Section, sections
from cnnshape.bridge.darknet.layers import Layers
from cnnshape.bridge.files import text_of_file
from cnnshape.bridge.operations import Argument, ImportProblem, NamedOutput, Network, Shape
from cnnshape.diagnostics import did_you_mean

MOST_BYTES = 2_000_000
"""Bytes of a cfg. The largest of AlexeyAB's has 30,733."""
_DETECTORS = ("yolo", "region", "detection", "Gaussian_yolo")
_NO_LIST = ("rnn", "crnn", "gru", "lstm", "conv_lstm", "history", "implicit", "contrastive")
"""Sections that read several frames, or that have no place in a list of layers of one image."""


def read_darknet(path: str | Path) -> Network:
    """The network in a `.cfg` file. Raises ImportProblem if it can't be read or has no list of layers."""
    path = Path(path)
    return darknet_network(text_of_file(path, MOST_BYTES), path.stem)


def darknet_network(text: str, name: str) -> Network:
    """The network in the text of a `.cfg`. Raises ImportProblem."""
    listed = sections(text)
    head = next(listed, None)
    if head is None or head.word not in ("net", "network"):
        message = (
            f"line {head.line}: the file begins with {quoted(f'[{head.word}]')}" if head else "the file has no section"
        )
        raise ImportProblem(message, "a cfg begins with `[net]`")
    layers = Layers(head)
    for section in listed:
        _add(layers, section)
    return layers.network(name)


def _add(layers: Layers, section: Section) -> None:
    """Adds the operations of a section."""
    layers.section = section
    handler = _LAYERS.get(section.word)
    if section.word in _NO_LIST:
        raise layers.problem("can't become a layer of a spec: it reads several frames, or no image")
    if handler is None:
        raise layers.problem("is no section of Darknet", _suggestion(section.word))
    handler(layers, section)
    layers.values.append(layers.now)


def _suggestion(word: str) -> str:
    close = did_you_mean(word, tuple(_LAYERS)) or ""
    return close.replace("`", "`[", 1).replace("`?", "]`?") if close.startswith("did") else close


def _convolutional(layers: Layers, section: Section) -> None:
    for option in ("antialiasing", "coordconv"):
        if section.flag(option):
            raise layers.problem(f"has `{option}`, which no kind describes")
    out, size, groups = section.whole("filters", 1), section.whole("size", 1), section.whole("groups", 1)
    normalized = section.flag("batch_normalize") or section.flag("cbn")
    arguments: dict[str, Argument] = {"out": out, "kernel": size, "stride": layers.strides(section)}
    arguments["padding"] = size // 2 if section.flag("pad") else section.whole("padding", 0)
    arguments["dilation"] = 1 if size == 1 else section.whole("dilation", 1)
    arguments |= {"groups": groups, "bias": not normalized}
    weights: dict[str, Shape] = {"weights": (out, layers.shape[0] // max(groups, 1), size, size)}
    if not normalized:
        weights["biases"] = (out,)
    if section.flag("binary") or section.flag("xnor"):
        layers.note("convolutions have binary weights, which the spec counts as numbers ({}x)")
    layers.add("conv", arguments, **weights)
    if normalized:
        layers.norm()
    layers.activation("logistic")


def _connected(layers: Layers, section: Section) -> None:
    if len(layers.shape) > 1:
        layers.add("flatten")
    out = section.whole("output", 1)
    normalized = section.flag("batch_normalize")
    weights: dict[str, Shape] = {"weights": (out, *layers.shape)}
    if not normalized:
        weights["biases"] = (out,)
    layers.add("linear", {"out": out, "bias": not normalized}, **weights)
    if normalized:
        layers.norm()
    layers.activation("logistic")


def _local(layers: Layers, section: Section) -> None:
    """A convolution whose weights differ from place to place."""
    out, size, stride = section.whole("filters", 1), section.whole("size", 1), section.whole("stride", 1)
    if len(layers.shape) != 3 or stride < 1:
        raise layers.problem("works on height and width")
    channels, *space = layers.shape
    around = size // 2 if section.flag("pad") else 0
    cells = tuple((length + 2 * around - size) // stride + 1 for length in space)
    weights = channels * out * size * size * prod(cells)
    stated: dict[str, Argument] = {"output": (out, *cells), "params": weights + out * prod(cells), "macs": weights}
    parts = {"weights": (out, channels, size, size, *cells), "biases": (out, *cells)}
    layers.add("opaque", {**stated, "what": "local_convolution"}, **parts)
    layers.activation("logistic")


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


def _maxpool(layers: Layers, section: Section) -> None:
    for option in ("antialiasing", "maxpool_depth"):
        if section.flag(option):
            raise layers.problem(f"has `{option}`, which no kind describes")
    layers.add("max_pool", _windowed(section, layers.strides(section)))


def _local_avgpool(layers: Layers, section: Section) -> None:
    layers.add("avg_pool", {**_windowed(section, layers.strides(section)), "count_include_pad": False})


def _route(layers: Layers, section: Section) -> None:
    """A concat, of which each tensor may give only one of several groups of its channels."""
    groups, part = section.whole("groups", 1), section.whole("group_id", 0)
    sources = [layers.value(given) for given in section.wholes("layers")]
    parts = []
    for source in sources:
        if groups > 1:
            layers.add("split", {"parts": groups, "take": part}, source)
            source = layers.now
        parts.append(source)
    if len(parts) > 1:
        layers.add("concat", {}, *parts)
    else:
        layers.now = parts[0]


def _shortcut(layers: Layers, section: Section) -> None:
    """A sum. The shape is that of the layer before: a larger tensor is sampled, and channels that only one has are left."""
    if section.text("weights_type", "none") != "none":
        raise layers.problem("has `weights_type`: a sum with learned weights, which no kind describes")
    current = layers.now
    parts = [current]
    for given in section.wholes("from"):
        source = layers.value(given)
        mine, other = layers.building.shape(current), layers.building.shape(source)
        ratio = other[1] // mine[1] if len(mine) == len(other) > 1 else 1
        if ratio > 1 and all(size == ratio * length for length, size in zip(mine[1:], other[1:], strict=True)):
            layers.add("subsample", {"stride": ratio}, source)
            source = layers.now
            other = layers.shape
        if mine[1:] != other[1:]:
            sizes = " and ".join("x".join(map(str, shape)) for shape in (mine, other))
            raise layers.problem(f"adds tensors of {sizes}, which no kind describes")
        if other[0] != mine[0]:
            layers.note("a shortcut adds tensors of unequal channels: the spec cuts or pads the second ({}x)")
            more: dict[str, Argument] = {"after": mine[0] - other[0]}
            layers.add(*(("slice", {"stop": mine[0]}) if other[0] > mine[0] else ("pad_channels", more)), source)
            source = layers.now
        parts.append(source)
    layers.add("add", {}, *parts)
    layers.activation("linear")


def _scale_channels(layers: Layers, section: Section) -> None:
    """A product of an earlier layer with a gate: one value per channel, or per place with `scale_wh`."""
    arguments: dict[str, Argument] = {"broadcast": "channels"} if section.flag("scale_wh") else {}
    layers.add("multiply", arguments, layers.value(section.wholes("from")[0]), layers.now)
    layers.activation("linear")


def _sam(layers: Layers, section: Section) -> None:
    layers.add("multiply", {}, layers.value(section.wholes("from")[0]), layers.now)
    layers.activation("linear")


def _upsample(layers: Layers, section: Section) -> None:
    stride = section.whole("stride", 2)
    if stride < 0:
        raise layers.problem("has a negative stride: a sum of windows, which no kind describes")
    layers.add("upsample", {"scale": stride})
    scale = section.real("scale", 1)
    if scale != 1:
        layers.add("rescale", {"scale": scale})


def _reorg(layers: Layers, section: Section) -> None:
    for option in ("flatten", "extra"):
        if section.flag(option):
            raise layers.problem(f"has `{option}`, which no kind describes")
    layers.add(
        "pixel_shuffle" if section.flag("reverse") else "pixel_unshuffle", {"factor": section.whole("stride", 1)}
    )


def _crop(layers: Layers, section: Section) -> None:
    """The middle of the image. Values from 0 to 1 become -1 to 1, unless `noadjust` is set."""
    wanted = (section.whole("crop_height", 1), section.whole("crop_width", 1))
    cut = [(length - size) // 2 for length, size in zip(layers.shape[1:], wanted, strict=False)]
    around = tuple(
        (before, length - size - before) for before, length, size in zip(cut, layers.shape[1:], wanted, strict=False)
    )
    layers.add("crop", {"cut": around})
    if not section.flag("noadjust"):
        layers.add("rescale", {"scale": 2, "shift": -1})


def _softmax(layers: Layers, section: Section) -> None:
    if len(layers.shape) > 1 and set(layers.shape[1:]) != {1}:
        layers.add("flatten")
    if "tree" in section.options or section.whole("groups", 1) > 1:
        layers.note("a softmax takes groups of values; the spec takes all together ({}x)")
    layers.add("softmax")


def _detector(layers: Layers, section: Section) -> None:
    """An output. What the section itself computes are the coordinates and scores of boxes."""
    number = len(layers.outputs) + 1
    word = section.word.lower()
    layers.outputs.append(NamedOutput(word if number == 1 else f"{word}_{number}", layers.now))
    layers.note("detection layers are outputs: what they compute of boxes and scores is not in the spec ({}x)")


def _normalization(layers: Layers, section: Section) -> None:
    arguments: dict[str, Argument] = {"size": section.whole("size", 5), "k": section.real("kappa", 1)}
    arguments |= {"alpha": section.real("alpha", 1e-4), "beta": section.real("beta", 0.75)}
    layers.add("local_response_norm", arguments)


_LAYERS: Mapping[str, Callable[[Layers, Section], None]] = {
    "convolutional": _convolutional,
    "conv": _convolutional,
    "connected": _connected,
    "conn": _connected,
    "local": _local,
    "maxpool": _maxpool,
    "max": _maxpool,
    "avgpool": lambda layers, section: layers.add("global_avg_pool"),
    "avg": lambda layers, section: layers.add("global_avg_pool"),
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
    "dropout": lambda layers, section: layers.add("dropout", {"p": section.real("probability", 0.2)}),
    "softmax": _softmax,
    "soft": _softmax,
    "normalization": _normalization,
    "lrn": _normalization,
    "batchnorm": lambda layers, section: layers.norm(),
    "activation": lambda layers, section: layers.activation("linear"),
    "cost": lambda layers, section: layers.note("`cost` computes a loss and is left out ({}x)"),
    "empty": lambda layers, section: None,
    "silence": lambda layers, section: None,
    **dict.fromkeys(_DETECTORS, _detector),
}
