"""Params that change sizes in space which code has as constants: these stay at their values."""

from cnnshape.api import Examination
from cnnshape.graph import Graph
from cnnshape.language import Expression, Value, read_value
from cnnshape.source import SourceText

_SIZED = frozenset({"flatten", "reshape", "crop", "upsample", "layer_norm", "rms_norm", "conv_transpose", "slice"})
"""Kinds whose code may have sizes of the tensor that enters."""


def params_of_sizes(examination: Examination, graph: Graph) -> set[str]:
    """The params of a file that change the sizes at layers whose code may have them, as trials with other values show.

    A value that the design doesn't take shows nothing: then the param stays open.
    """
    assert examination.program is not None
    own = _sizes(graph)
    if not own:
        return set()
    fixed = set()
    for param in examination.program.spec.params:
        for text in _others(param.default):
            value, _ = read_value(SourceText("a trial", text))
            if value is None:
                continue
            options = examination.options
            trial = examination.with_options(options._replace(params={**options.params, param.name.text: value}))
            if not trial.problems and trial.graph is not None and _sizes(trial.graph) != own:
                fixed.add(param.name.text)
    return fixed


def _sizes(graph: Graph) -> set[tuple[str, tuple[int, ...]]]:
    """The sizes in space that enter these layers, where they are more than a single cell."""
    sizes = {(node.application.layer.name, node.application.inputs[0].shape[1:]) for node in graph.nodes}
    return {(name, shape) for name, shape in sizes if name in _SIZED and set(shape) - {1}}


def _others(default: Value | None) -> list[str]:
    """Other values of a param, as texts."""
    try:
        value = default.evaluate({}) if isinstance(default, Expression) and default.constant else None
    except ValueError:
        return []
    if isinstance(value, bool):
        return ["false" if value else "true"]
    if isinstance(value, int):
        return [str(value + 1), str(2 * value)]
    return []
