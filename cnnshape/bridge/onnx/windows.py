"""Nodes with windows: convolutions and pools."""

from collections.abc import Mapping

from cnnshape.bridge.onnx.constants import Constant, NotFolded
from cnnshape.bridge.onnx.model import Node
from cnnshape.bridge.onnx.walk import NoKind, View, Walk, described
from cnnshape.bridge.operations import Argument, ImportProblem, Weight
from cnnshape.layers.window import Window, same_padding

Pairs = tuple[tuple[int, int], ...]


def halves(pads: tuple[int, ...], rank: int) -> Pairs:
    """ONNX's pads, all before and then all after, as a pair per axis. Raises NoKind for another number of them."""
    if len(pads) != 2 * rank:
        raise NoKind
    return tuple(zip(pads[:rank], pads[rank:], strict=True))


def short(around: Pairs) -> Argument:
    """A padding in the shortest form."""
    if any(before != after for before, after in around):
        return around
    return tuple(before for before, _ in around)


class Geometry:
    """The window of a node: kernel, stride, dilation and padding per axis."""

    def __init__(self, node: Node, kernel: tuple[int, ...]) -> None:
        rank = len(kernel)
        ones = (1,) * rank
        self.kernel = kernel
        self.stride = node.wholes("strides") or ones
        self.dilation = node.wholes("dilations") or ones
        self.around = halves(node.wholes("pads") or (0,) * (2 * rank), rank)
        self.word = node.word("auto_pad", "NOTSET")
        if self.word == "VALID":
            self.around = ((0, 0),) * rank
        if not len(self.stride) == len(self.dilation) == rank:
            raise ImportProblem(
                f"{described(node)} has strides or dilations for another number of axes than its kernel"
            )

    def padding(self, sizes: tuple[int, ...]) -> Argument:
        """The padding of a convolution or pool over these sizes: a word, or cells.

        Padding that is uneven as TensorFlow's `same` makes it is meant as `same`.
        """
        if self.word in _WORDS:
            return _WORDS[self.word]
        if any(before != after for before, after in self.around) and len(sizes) == len(self.kernel):
            axes = zip(sizes, self.kernel, self.stride, self.dilation, strict=True)
            if min(self.stride) > 0 and self.around == tuple(same_padding(*axis) for axis in axes):
                return "same"
        return short(self.around)

    def arguments(self, sizes: tuple[int, ...]) -> dict[str, Argument]:
        """The arguments that all windows have."""
        return {"kernel": self.kernel, "stride": self.stride, "padding": self.padding(sizes)}


_WORDS: Mapping[str, str] = {"SAME_UPPER": "same", "SAME_LOWER": "same_lower"}


def _kernel(walk: Walk, node: Node) -> tuple[Constant, tuple[int, ...]]:
    """The weight of a convolution and the size of its window. Raises NoKind if the weight is no constant."""
    weight = walk.constant(node, 1)
    if weight is None or len(weight.shape) < 3:
        raise NoKind
    kernel = weight.shape[2:]
    stated = node.wholes("kernel_shape")
    if stated is not None and stated != kernel:
        raise ImportProblem(f"{described(node)} states the kernel {stated}, but its weight has {kernel}")
    return weight, kernel


def _weights(walk: Walk, node: Node, weight: Constant, out: int) -> tuple[list[Weight], str]:
    """The weights of a matrix product with its bias, and the name of its output.

    A sum with a value per channel that follows alone is the bias.
    """
    weights = [walk.weight(weight)]
    bias = walk.constant(node, 2)
    output = node.outputs[0]
    if bias is None:
        bias, output = following_bias(walk, node, out, after=len(weight.shape) - 2)
    if bias is not None:
        weights.append(walk.weight(bias))
    return weights, output


def following_bias(walk: Walk, node: Node, out: int, *, after: int) -> tuple[Constant | None, str]:
    """The constant that the only reader adds to each channel, and the output of that sum; else None and the node's own.

    `after` are the axes after that of the channels.
    """
    output = node.outputs[0]
    reader = walk.only_reader(output)
    if reader is None or reader[1].op != "Add" or reader[1].domain:
        return None, output
    index, addition = reader
    other = [name for name in addition.inputs if name != output]
    bias = walk.constant_of(other[0]) if len(other) == 1 else None
    if bias is None or bias.elements != out or not bias.name or not bias.real:
        return None, output
    if out > 1 and bias.shape[::-1].index(out) != after:
        return None, output
    walk.merged.add(index)
    return bias, addition.outputs[0]


def conv(walk: Walk, node: Node, gain: Constant | None = None) -> None:
    """Conv. A Pad with zeros before it was merged into its padding already."""
    view = walk.plain(node)
    weight, kernel = _kernel(walk, node)
    geometry = Geometry(node, kernel)
    groups = node.whole("group", 1)
    _check_channels(walk, node, view, weight.shape[1] * groups)
    weights, output = _weights(walk, node, weight, weight.shape[0])
    arguments: dict[str, Argument] = {"out": weight.shape[0], **geometry.arguments(walk.space(view))}
    if walk.is_own and not weight.name:
        # No weight of the file: the filter of a blur.
        blur: dict[str, Argument] = {"kernel": kernel, "stride": geometry.stride, "padding": short(geometry.around)}
        walk.give(node, "blur_pool", [view], {**blur, "mode": "zeros"})
        return
    arguments |= {"dilation": geometry.dilation, "groups": groups, "bias": len(weights) > 1}
    if gain is not None:
        arguments["gain"] = True
        weights.append(walk.weight(gain))
    walk.give(node, "conv", [view], arguments, weights, output)


def _check_channels(walk: Walk, node: Node, view: View, channels: int) -> None:
    given = walk.building.shape(view.value)[0]
    if given != channels:
        raise ImportProblem(f"{described(node)} has weights for {channels} channels, but its input has {given}")


def conv_transpose(walk: Walk, node: Node) -> None:
    """ConvTranspose, with its output size given by padding, by `output_padding` or by `output_shape`."""
    view = walk.plain(node)
    weight, kernel = _kernel(walk, node)
    geometry = Geometry(node, kernel)
    groups = node.whole("group", 1)
    out = weight.shape[1] * groups
    _check_channels(walk, node, view, weight.shape[0])
    weights, output = _weights(walk, node, weight, out)
    sizes = walk.space(view)
    arguments: dict[str, Argument] = {"out": out, "kernel": kernel, "stride": geometry.stride}
    arguments |= {"dilation": geometry.dilation, "groups": groups, "bias": len(weights) > 1}
    extra = node.wholes("output_padding") or (0,) * len(kernel)
    wanted = node.wholes("output_shape")
    if wanted is not None:
        # Older models state the batch and the channels too.
        arguments |= _for_size(geometry, sizes, wanted[-len(kernel) :])
    elif geometry.word in _WORDS:
        spread = tuple(size * step for size, step in zip(sizes, geometry.stride, strict=True))
        arguments |= {"padding": "same"} if geometry.word == "SAME_UPPER" else _for_size(geometry, sizes, spread)
    else:
        arguments |= {"padding": short(geometry.around), "output_padding": extra}
    walk.give(node, "conv_transpose", [view], arguments, weights, output)


def _for_size(geometry: Geometry, sizes: tuple[int, ...], wanted: tuple[int, ...]) -> dict[str, Argument]:
    """The padding and output padding that give an output size. Source: ONNX, ConvTranspose."""
    if not len(sizes) == len(wanted) == len(geometry.kernel):
        raise NoKind
    around, extra = [], []
    axes = zip(sizes, wanted, geometry.kernel, geometry.stride, geometry.dilation, strict=True)
    for size, whole, kernel, stride, dilation in axes:
        surplus = (size - 1) * stride + dilation * (kernel - 1) + 1 - whole
        extra.append(max(-surplus, 0))
        half = max(surplus, 0) // 2
        rest = max(surplus, 0) - half
        around.append((rest, half) if geometry.word == "SAME_LOWER" else (half, rest))
    return {"padding": short(tuple(around)), "output_padding": tuple(extra)}


def pool(walk: Walk, node: Node) -> None:
    """MaxPool and AveragePool."""
    view = walk.plain(node)
    kernel = node.wholes("kernel_shape") or ()
    sizes = walk.space(view)
    if len(kernel) != len(sizes) or not all(_is_undone(walk, name) for name in node.outputs[1:]):
        raise NoKind
    geometry = Geometry(node, kernel)
    arguments = geometry.arguments(sizes)
    arguments["ceil"] = bool(node.whole("ceil_mode", 0))
    padded = arguments["padding"] if isinstance(arguments["padding"], str) else geometry.around
    if not isinstance(padded, str) and any(2 * max(pair) > size for pair, size in zip(padded, kernel, strict=True)):
        arguments |= {"padding": _rounding_up(geometry, sizes, arguments), "ceil": True}
    if node.op == "MaxPool":
        arguments["dilation"] = geometry.dilation
    else:
        if max(geometry.dilation) > 1:
            raise NoKind
        counts = bool(node.whole("count_include_pad", 0))
        # Without padding the word means nothing.
        arguments["count_include_pad"] = counts or (padded != "same" and not any(map(any, geometry.around)))
    walk.give(node, "max_pool" if node.op == "MaxPool" else "avg_pool", [view], _shortened(arguments))
    for name in node.outputs[1:]:
        # A pool that is undone is named by its output.
        walk.bind(name, walk.values[node.outputs[0]])


def _outputs(geometry: Geometry, sizes: tuple[int, ...], around: Pairs, *, ceil: bool) -> list[int]:
    """The output sizes with another padding."""
    axes = zip(geometry.kernel, geometry.stride, geometry.dilation, around, sizes, strict=True)
    return [Window(kernel, stride, dilation, *pair, ceil).output(size) for kernel, stride, dilation, pair, size in axes]


def _rounding_up(geometry: Geometry, sizes: tuple[int, ...], arguments: dict[str, Argument]) -> Argument:
    """The padding that gives the same windows with an output that is rounded up. Raises NoKind if there is none."""
    around = tuple((before, min(before, after)) for before, after in geometry.around)
    stated = _outputs(geometry, sizes, geometry.around, ceil=bool(arguments["ceil"]))
    rounded = _outputs(geometry, sizes, around, ceil=True)
    if stated != rounded or any(2 * max(pair) > size for pair, size in zip(around, geometry.kernel, strict=True)):
        raise NoKind
    return short(around)


def _is_undone(walk: Walk, name: str) -> bool:
    """Whether only unpools read the places of a pool."""
    readers = [walk.nodes[index] for index in walk.readers.get(name, ()) if index >= 0]
    return all(reader.op in ("MaxUnpool", "scattered_unpool") for reader in readers) and -1 not in walk.readers.get(
        name, ()
    )


def _shortened(arguments: dict[str, Argument]) -> dict[str, Argument]:
    """The arguments without a stride that is the kernel, its default."""
    if arguments["stride"] == arguments["kernel"]:
        del arguments["stride"]
    return arguments


def global_pool(walk: Walk, node: Node) -> None:
    """GlobalAveragePool and GlobalMaxPool."""
    walk.give(node, "global_avg_pool" if node.op == "GlobalAveragePool" else "global_max_pool", [walk.plain(node)])


def pad(walk: Walk, node: Node) -> None:
    """Pad. Zeros around the space of a convolution become its padding."""
    view = walk.view(node)
    given = node.wholes("pads") or node.wholes("paddings") or _read(walk, node, 1)
    filled = walk.constant(node, 2)
    fill = node.real("value", 0.0) if filled is None else filled.single
    mode = {"constant": "zeros", "reflect": "reflect", "edge": "replicate", "wrap": "circular"}.get(
        node.word("mode", "constant"), ""
    )
    rank = len(view.axes)
    given = _on_all_axes(walk, node, given, rank)
    around = dict(zip(view.axes, halves(given, rank), strict=True))
    lowest = walk.is_own and mode == "zeros" and fill is not None and fill < -3e38
    if lowest and view.plain and _merged(walk, node, tuple(around[axis] for axis in range(2, rank)), "MaxPool"):
        return
    if not mode or (mode == "zeros" and fill != 0) or any(min(pair) < 0 for pair in around.values()) or any(around[0]):
        raise NoKind
    space = tuple(around[axis] for axis in range(2, rank))
    if any(around[1]):
        if any(map(any, space)) or mode != "zeros":
            raise NoKind
        walk.give(node, "pad_channels", [view], {"before": around[1][0], "after": around[1][1]})
    elif not any(map(any, space)):
        walk.bind(node.outputs[0], view)
    elif not (mode == "zeros" and view.plain and _merged(walk, node, space)):
        walk.give(node, "pad", [view], {"padding": short(space), "mode": mode})


def _read(walk: Walk, node: Node, index: int) -> tuple[int, ...]:
    constant = walk.constant(node, index)
    if constant is None:
        raise NoKind
    try:
        return constant.wholes
    except NotFolded:
        raise NoKind from None


def _on_all_axes(walk: Walk, node: Node, given: tuple[int, ...], rank: int) -> tuple[int, ...]:
    """The pads of all axes; from version 18 on a node may name only some."""
    if len(node.inputs) < 4 or not node.inputs[3]:
        return given
    whole = [0] * (2 * rank)
    axes = _read(walk, node, 3)
    for place, axis in enumerate(axes):
        if len(given) != 2 * len(axes) or not -rank <= axis < rank:
            raise NoKind
        whole[axis % rank], whole[axis % rank + rank] = given[place], given[place + len(axes)]
    return tuple(whole)


def _merged(walk: Walk, node: Node, space: Pairs, op: str = "Conv") -> bool:
    """Whether the padding was moved into the only reader, a convolution or pool with explicit padding."""
    reader = walk.only_reader(node.outputs[0])
    if reader is None or reader[1].op != op or reader[1].domain or reader[1].inputs[0] != node.outputs[0]:
        return False
    index, convolution = reader
    if convolution.word("auto_pad", "NOTSET") in _WORDS:
        return False
    own = halves(convolution.wholes("pads") or (0,) * (2 * len(space)), len(space))
    whole = [(before + more, after + extra) for (before, after), (more, extra) in zip(own, space, strict=True)]
    pads = tuple(before for before, _ in whole) + tuple(after for _, after in whole)
    attributes = {**convolution.attributes, "pads": pads, "auto_pad": "NOTSET"}
    walk.replace(index, convolution._replace(attributes=attributes, inputs=(node.inputs[0], *convolution.inputs[1:])))
    return True
