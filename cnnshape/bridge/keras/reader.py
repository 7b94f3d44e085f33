"""Reads a Keras model from its configuration. Source of the format: keras.src.saving and keras.src.models.functional."""

import heapq
from collections.abc import Mapping, Sequence
from pathlib import Path

from cnnshape.bridge.building import Building, inputs_by_name, printable, quoted
from cnnshape.bridge.keras import graph
from cnnshape.bridge.keras.call import Call, Shared, View, channels_last
from cnnshape.bridge.keras.config import MOST_NESTED, Config, Json, config_of_file
from cnnshape.bridge.keras.graph import LayerConfig, Tensor
from cnnshape.bridge.keras.registry import MODELS, handler_of
from cnnshape.bridge.operations import ImportProblem, Module, NamedOutput, Network, Shape, UsageProblem

_HELP_INPUT = "state its shape, channels first and without the batch: `--input 3x224x224`"


def read_keras(path: str | Path, inputs: Mapping[str, Shape] | None = None) -> Network:
    """The network in a `.keras` file or in the JSON of `model.to_json()`.

    `inputs` are shapes, channels first and without the batch, for inputs whose sizes the model leaves open. Raises
    ImportProblem for a file that can't be read, and for layers that hold code.
    """
    path = Path(path)
    return keras_network(config_of_file(path), path.stem, inputs or {})


def keras_network(config: Json, name: str, inputs: Mapping[str, Shape] | None = None) -> Network:
    """The network of a model's configuration. Raises ImportProblem."""
    model = graph.layer_of(config)
    if model is None or model.word not in MODELS:
        raise ImportProblem("the file is no Keras model: it has no `class_name` of a model, and no `config`")
    shared = Shared(Building(), {}, {})
    reader = _Reader(shared, graph.is_channels_first(config))
    parts = graph.model_of(model)
    shapes = inputs_by_name(inputs or {}, [tensor.layer for tensor in parts.inputs])
    given = [reader.input(tensor, parts, shapes) for tensor in parts.inputs]
    views = reader.run(parts, given, (), "")
    outputs = [NamedOutput(tensor.layer, view.value) for tensor, view in zip(parts.outputs, views, strict=True)]
    params = sum(weight.elements for weight in shared.weights.values() if weight.learned)
    notes = [text.format(count) for text, count in shared.notes.items()]
    return shared.building.network(
        parts.name or name, f"Keras file {name}", _distinct(outputs), params=params, notes=notes
    )


def _distinct(outputs: Sequence[NamedOutput]) -> list[NamedOutput]:
    """The outputs with names of their own."""
    seen: dict[str, int] = {}
    named = []
    for output in outputs:
        count = seen[output.name] = seen.get(output.name, 0) + 1
        named.append(output if count == 1 else output._replace(name=f"{output.name}_{count}"))
    return named


class _Reader:
    """Follows the layers of a model and of the models in it."""

    def __init__(self, shared: Shared, channels_first: bool) -> None:
        self._shared = shared
        self._channels_first = channels_first
        self._calls = 0
        self._models: dict[int, graph.Model] = {}

    def input(self, tensor: Tensor, parts: graph.Model, inputs: Mapping[str, Shape]) -> View:
        """Adds an input of the whole model."""
        layer = next((layer for layer in parts.layers if layer.name == tensor.layer), None)
        stated = graph.input_shape(layer) if layer is not None else None
        given = inputs.get(tensor.layer)
        if given is None:
            if not stated or any(size is None for size in stated):
                shown = "x".join("?" if size is None else str(size) for size in stated or ())
                raise UsageProblem(
                    f"the input {quoted(tensor.layer)} has sizes that vary: {shown or 'any'}", _HELP_INPUT
                )
            sizes = tuple(size for size in stated if size is not None)
            first = self._channels_first or len(sizes) == 1
            given = sizes if first else (sizes[-1], *sizes[:-1])
        rank = len(given)
        axes = tuple(range(rank)) if self._channels_first else channels_last(rank)
        return View(self._shared.building.input(tensor.layer, given), axes)

    def run(self, model: graph.Model, given: Sequence[View], modules: tuple[Module, ...], path: str) -> list[View]:
        """Adds the operations of a model's layers on the given inputs, and returns its outputs."""
        if len(modules) > MOST_NESTED:
            raise ImportProblem(f"more than {MOST_NESTED} models are nested in each other")
        if len(given) != len(model.inputs):
            raise ImportProblem(
                f"the model {quoted(model.name)} has {len(model.inputs)} inputs, but is called with {len(given)}"
            )
        values: dict[Tensor, View] = dict(zip(model.inputs, given, strict=True))
        layers = {layer.name: layer for layer in model.layers}
        for layer, node in _ordered(model):
            call = layer.calls[node]
            if Tensor(layer.name, node, 0) in values:
                continue
            views = [self._value(values, tensor, layer) for tensor in call.tensors]
            results = self._call(layer, call, views, modules, path)
            values.update({Tensor(layer.name, node, index): view for index, view in enumerate(results)})
        missing = next((tensor for tensor in model.outputs if tensor not in values), None)
        if missing is not None:
            what = "gives no such tensor" if missing.layer in layers else "is no layer"
            raise ImportProblem(f"the output {quoted(missing.layer)} {what}")
        return [values[tensor] for tensor in model.outputs]

    def _value(self, values: Mapping[Tensor, View], tensor: Tensor, layer: LayerConfig) -> View:
        view = values.get(tensor)
        if view is None:
            raise ImportProblem(f"{layer.described} reads {quoted(tensor.layer)}, which gives no such tensor")
        return view

    def _call(
        self, layer: LayerConfig, call: graph.LayerCall, views: list[View], modules: tuple[Module, ...], path: str
    ) -> list[View]:
        inner = f"{path}.{layer.name}" if path else layer.name
        self._calls += 1
        inner = printable(inner)
        stack = (*modules, Module(inner, printable(layer.word), self._calls, layer.word == "Sequential"))
        for view, stated in zip(views, call.shapes, strict=True):
            self._check(layer, view, stated)
        if layer.word in MODELS:
            return self.run(self._model(layer), views, stack, inner)
        handler = handler_of(layer.module, layer.word)
        if handler is None:
            raise graph.unknown(layer)
        working = Call(
            self._shared, Config(layer.described, layer.config), stack, views, call.scalars, call.scalar_first
        )
        handler(working)
        return [working.view]

    def _model(self, layer: LayerConfig) -> graph.Model:
        """The parts of a model that may be called many times."""
        known = self._models.get(id(layer.config))
        if known is None:
            known = self._models[id(layer.config)] = graph.model_of(layer)
        return known

    def _check(self, layer: LayerConfig, view: View, stated: Sequence[int | None]) -> None:
        """Raises ImportProblem if the file states another shape for what a layer reads."""
        shape = self._shared.building.shape(view.value)
        seen = tuple(shape[axis] for axis in view.axes)
        if stated and (
            len(stated) != len(seen) or any(size not in (None, own) for size, own in zip(stated, seen, strict=True))
        ):
            own, claimed = "x".join(map(str, seen)), "x".join("?" if size is None else str(size) for size in stated)
            raise ImportProblem(f"{layer.described} reads a tensor of {own}, but the file says {claimed[:200]}")


def _ordered(model: graph.Model) -> list[tuple[LayerConfig, int]]:
    """The calls of the layers, in an order in which each comes after those whose results it reads.

    Raises ImportProblem for a circle.
    """
    calls = [(layer, node) for layer in model.layers for node in range(len(layer.calls))]
    places = {(layer.name, node): place for place, (layer, node) in enumerate(calls)}
    waiting: dict[int, int] = {}
    readers: dict[int, list[int]] = {}
    for place, (layer, node) in enumerate(calls):
        sources = {(tensor.layer, tensor.node) for tensor in layer.calls[node].tensors}
        before = [places[source] for source in sources if source in places]
        waiting[place] = len(before)
        for source in before:
            readers.setdefault(source, []).append(place)
    ready = [place for place, count in waiting.items() if not count]
    ordered = []
    while ready:
        place = heapq.heappop(ready)
        ordered.append(calls[place])
        for reader in readers.get(place, ()):
            waiting[reader] -= 1
            if not waiting[reader]:
                heapq.heappush(ready, reader)
    if len(ordered) < len(calls):
        stuck = next(calls[place][0] for place, count in waiting.items() if count)
        raise ImportProblem(f"{stuck.described} is part of a circle of layers")
    return ordered
