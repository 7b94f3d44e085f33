"""The arithmetic of a layer's output size."""

from cnnshape.arithmetic import ceil_div
from cnnshape.graph import Node
from cnnshape.layers import AxisRelation, ConvTranspose, Phases, Shape, Window
from cnnshape.study.fact import AXES, Fact


def sizes(node: Node) -> list[Fact]:
    """The arithmetic of each spatial axis, once for equal axes."""
    application = node.application
    footprint = application.footprint
    if not isinstance(footprint, tuple):
        return []
    before, after = application.inputs[0].shape[1:], application.output.shape[1:]
    if isinstance(application.layer, ConvTranspose):
        equations = [(text, "") for text in _transposed_sizes(application.layer, before, after)]
    else:
        equations = [_size(relation, *pair) for relation, *pair in zip(footprint, before, after, strict=True)]
    names = AXES[len(before)]
    if len(set(equations)) == 1:
        return [Fact(", ".join(names), *equations[0])]
    return [Fact(name, *equation) for name, equation in zip(names, equations, strict=True)]


def _size(relation: AxisRelation, before: int, after: int) -> tuple[str, str]:
    if isinstance(relation, Window):
        return _window_size(relation, before, after)
    if isinstance(relation, Phases) and relation.advance and after == before * relation.period // relation.advance:
        ratio = str(relation.period) if relation.advance == 1 else f"{relation.period} / {relation.advance}"
        exact = before * relation.period % relation.advance == 0
        return f"{before} * {ratio} = {after}" if exact else f"floor({before} * {ratio}) = {after}", ""
    return f"{before} -> {after}", ""


def _transposed_sizes(layer: ConvTranspose, before: Shape, after: Shape) -> list[str]:
    """`(W - 1) * S + K_eff - P_before - P_after + output_padding` for each axis."""
    axes = zip(layer.windows(before), before, layer.extras(before), after, strict=True)
    return [f"{_transposed(window, size, extra)} = {result}" for window, size, extra, result in axes]


def _transposed(window: Window, size: int, extra: int) -> str:
    cuts = "".join(f" - {cut}" for cut in (window.before, window.after) if cut)
    added = f" + {extra}" if extra else ""
    return f"({size} - 1) * {window.stride} + {_kernel(window)}{cuts}{added}"


def _kernel(window: Window) -> str:
    """The cells that a window spans, with its dilation."""
    return f"({window.dilation} * ({window.kernel} - 1) + 1)" if window.dilation > 1 else str(window.kernel)


def _window_size(window: Window, before: int, after: int) -> tuple[str, str]:
    room = before - window.extent + window.before + window.after
    rounding = "ceil" if window.ceil else "floor"
    start = f"{rounding}(({before} - {_kernel(window)}{_padding(window)}) / {window.stride}) + 1"
    middle = f"{rounding}({room} / {window.stride}) + 1"
    if window.output(before) != (ceil_div(room, window.stride) if window.ceil else room // window.stride) + 1:
        return f"{start} = {middle} = {after + 1}", f"{after}: the last window would start in the padding"
    return f"{start} = {middle} = {after}", _dropped(window, room)


def _padding(window: Window) -> str:
    if window.before == window.after:
        return f" + 2*{window.before}" if window.before else ""
    return "".join(f" {'+' if cells > 0 else '-'} {abs(cells)}" for cells in (window.before, window.after) if cells)


def _dropped(window: Window, room: int) -> str:
    rest = 0 if window.ceil else room % window.stride
    lost = rest - max(window.after, 0)
    if lost > 0:
        return f"the last {_cells(lost)} of the input {'is' if lost == 1 else 'are'} never seen"
    return f"the last {_cells(rest)} of the padding {'is' if rest == 1 else 'are'} not used" if rest else ""


def _cells(count: int) -> str:
    return "cell" if count == 1 else f"{count} cells"
