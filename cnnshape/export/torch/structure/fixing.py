"""Params that change sizes in space which code has as constants: these stay at their values."""

from cnnshape.api import Examination
from cnnshape.graph import Graph
from cnnshape.language import Expression, Value, read_value
from cnnshape.layers import Layer
from cnnshape.source import SourceText

_SIZED = frozenset({"flatten", "reshape", "crop"})
"""Kinds whose code has sizes of the tensor that enters."""
_NORMS = frozenset({"layer_norm", "rms_norm"})


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
    layers = {(node.application.layer, node.application.inputs[0].shape[1:]) for node in graph.nodes}
    return {(layer.name, shape) for layer, shape in layers if set(shape) - {1} and _has_sizes(layer)}


def _has_sizes(layer: Layer) -> bool:
    """Whether the code of a layer has sizes of the tensor that enters."""
    values = layer.values
    if layer.name == "conv_transpose":
        return values["output"] is not None or isinstance(values["padding"], str)
    return layer.name in _SIZED or (layer.name in _NORMS and values["axes"] != "channels")


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
