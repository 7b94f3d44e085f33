"""Pools as Keras says them. Its own pad for `same` alone, and have no ceil mode."""

from typing import Any

from cnnshape.export.keras.convolutions import around, centred, pairs_of
from cnnshape.export.keras.layout import Pairs
from cnnshape.export.keras.site import Line, Site, Unsaid, helped, operation
from cnnshape.export.keras.text import Code, literal
from cnnshape.layers import Application, Window


def _over(application: Application) -> tuple[Window, ...]:
    layer: Any = application.layer
    windows: tuple[Window, ...] = layer.over(application.inputs[0].shape[1:])
    return windows


def _beyond(application: Application) -> Pairs:
    """The cells that the windows of a pool with `ceil` reach beyond the padding: none before, so many after."""
    windows = _over(application)
    axes = zip(windows, application.inputs[0].shape[1:], application.output.shape[1:], strict=True)
    return tuple((0, max(_end(window, output) - size - window.after, 0)) for window, size, output in axes)


def _end(window: Window, output: int) -> int:
    """The cell after the last one that a window reads."""
    return (output - 1) * window.stride + window.extent - window.before


def _stepped(site: Site, word: str, padding: str = "") -> Line:
    """Keras' own pool."""
    arguments: dict[str, Code] = {}
    stated = "stride" in site.texts or any(one.layer.values["stride"] is not None for one in site.applications)
    if stated and site.text("stride") != site.text("kernel"):
        arguments["strides"] = site.text("stride")
    if padding:
        arguments["padding"] = padding
    return site.windowed(word, site.text("kernel"), **arguments)


def _same(site: Site) -> bool:
    """Whether Keras' `same` is the padding: it leaves the padding out of a maximum and of a mean."""
    word = site.layer.padding
    return word == "same" or (word not in ("same_lower", "causal") and centred(site, site.of_all(_over)))


def _halves(site: Site) -> bool:
    """Whether ceil mode is Keras' `same` at every size: it adds one cell after the last one, or none."""
    axes = [axis for over in site.of_all(_over) for axis in over]
    plain = all(axis == Window(2, 2, ceil=True) for axis in axes)
    return plain and site.texts.keys().isdisjoint(("kernel", "stride", "padding"))


def _total(application: Application) -> Pairs:
    """All cells around: padding, and what ceil mode adds."""
    axes = zip(pairs_of(_over(application)), _beyond(application), strict=True)
    return tuple((before, after + more) for (before, after), (_, more) in axes)


def _is_padded(site: Site) -> bool:
    return any(map(any, (pair for pairs in site.of_all(_total) for pair in pairs)))


def max_pool(site: Site) -> list[Line]:
    """The largest value of each window; the cells around are below all values."""
    if any(axis.dilation > 1 for over in site.of_all(_over) for axis in over):
        raise Unsaid("Keras' pools have no dilation", "use `stride` and `kernel`")
    if not _is_padded(site) and not _halves(site):
        return [_stepped(site, "MaxPooling")]
    if _halves(site) or (_same(site) and not _is_ceiled(site)):
        return [_stepped(site, "MaxPooling", '"same"')]
    cells = site.layout.around(site.same(_total))
    lowest = operation("pad", cells, constant_values='float("-inf")')
    return [lowest, _stepped(site, "MaxPooling")]


def _is_ceiled(site: Site) -> bool:
    return any(map(any, (pair for pairs in site.of_all(_beyond) for pair in pairs)))


def avg_pool(site: Site) -> list[Line]:
    """The mean of each window. What ceil mode adds never counts; the padding does with `count_include_pad`."""
    if not _is_padded(site) and not _halves(site):
        return [_stepped(site, "AveragePooling")]
    counted = site.value("count_include_pad")
    if _halves(site) or (not counted and _same(site) and not _is_ceiled(site)):
        return [_stepped(site, "AveragePooling", '"same"')]
    lines: list[Line] = []
    pairs = site.same(lambda one: pairs_of(_over(one)))
    if counted and any(map(any, pairs)):
        lines.append(site.windowed("ZeroPadding", around(pairs)))
        pairs = tuple((0, 0) for _ in pairs)
    beyond = site.same(_beyond)
    around_all = tuple((before, after + more) for (before, after), (_, more) in zip(pairs, beyond, strict=True))
    if not any(map(any, around_all)):
        return [*lines, _stepped(site, "AveragePooling")]
    stride = site.text("kernel") if "stride" not in site.texts and site.value("stride") is None else site.text("stride")
    mean = helped(f"average_pool_{site.rank}d", site.text("kernel"), stride, around(around_all))
    return [*lines, mean]


def adaptive_pool(word: str) -> Any:
    """A pool to a stated size: Keras' `Adaptive...Pooling`, or a global pool for a single cell."""

    def say(site: Site) -> list[Line]:
        if "size" not in site.texts and all(size == 1 for one in site.applications for size in one.output.shape[1:]):
            return [site.windowed(f"Global{word}Pooling", keepdims="True")]
        return [site.windowed(f"Adaptive{word}Pooling", site.text("size"))]

    return say


def global_pool(word: str) -> Any:
    """A pool over the whole space, which stays with size 1."""

    def say(site: Site) -> list[Line]:
        return [site.windowed(f"Global{word}Pooling", keepdims="True")]

    return say


def channel_pool(word: str) -> Any:
    """A pool over the channels of each position."""

    def say(site: Site) -> list[Line]:
        return [operation(word, axis=literal(site.layout.axis), keepdims="True")]

    return say


def _blurred(application: Application) -> Pairs:
    layer: Any = application.layer
    return pairs_of(layer._over(application.inputs[0].shape[1:]))


def blur_pool(site: Site) -> list[Line]:
    """A fixed binomial filter on each channel."""
    if site.rank > 2:
        raise Unsaid("Keras has no depthwise convolution on three axes")
    from cnnshape.export.keras.moves import filled

    steps = site.value("stride")
    if isinstance(steps, tuple) and len(set(steps)) > 1:
        raise Unsaid("Keras' depthwise convolutions have one stride for all axes")
    arguments: dict[str, Code] = {} if steps == 1 else {"strides": site.text("stride")}
    line = site.windowed(
        "DepthwiseConv", site.text("kernel"), **arguments, use_bias="False", depthwise_initializer="binomial",
        trainable="False",
    )  # fmt: skip
    pairs = site.same(_blurred)
    lines = filled(site, pairs, site.value("mode")) if any(map(any, pairs)) else []
    return [*lines, line._replace(owns=True, helpers=("binomial",))]
