"""Layers of a model and the tensors between them, in the forms of Keras 2 and 3."""

from collections.abc import Iterator
from itertools import pairwise

from cnnshape.bridge.building import quoted
from cnnshape.bridge.keras.config import Json, wholes
from cnnshape.bridge.operations import ImportProblem
from cnnshape.named_tuple import NamedTuple

MOST_LAYERS = 20_000
LONGEST_NAME = 1_000


class Tensor(NamedTuple):
    """A tensor of a model: the layer, the number of its call, and the place among its results."""

    layer: str
    node: int
    place: int


class LayerCall(NamedTuple):
    """What one call of a layer reads: tensors with the shapes that the file states, and numbers."""

    tensors: tuple[Tensor, ...]
    shapes: tuple[tuple[int | None, ...], ...]
    scalars: tuple[float, ...] = ()
    scalar_first: bool = False


class LayerConfig(NamedTuple):
    """A layer: its class and the module of that, its name, its arguments, and its calls."""

    word: str
    module: str
    name: str
    config: dict[str, Json]
    calls: tuple[LayerCall, ...]

    @property
    def described(self) -> str:
        """The layer, for a message."""
        return f"{quoted(self.word)} {quoted(self.name)}"


class Model(NamedTuple):
    """A model: its layers, and the tensors that it reads and gives."""

    name: str
    layers: tuple[LayerConfig, ...]
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]


def layer_of(value: Json) -> LayerConfig | None:
    """The layer or model that a value of the configuration describes; None if it is none."""
    if not isinstance(value, dict):
        return None
    word, config, module = value.get("class_name"), value.get("config"), value.get("module") or ""
    if isinstance(config, list):
        # A Sequential of Keras 2.2 and before is a list.
        config = {"layers": config}
    if not isinstance(word, str) or not isinstance(config, dict) or not isinstance(module, str):
        return None
    registered = value.get("registered_name")
    if not module and isinstance(registered, str) and ">" in registered:
        # Keras 2 writes no module, but the package of classes that users registered.
        module = registered.partition(">")[0]
    name = value.get("name") or config.get("name") or word.lower()
    if not isinstance(name, str) or len(name) > LONGEST_NAME or len(word) > LONGEST_NAME:
        return None
    return LayerConfig(word, module, name, config, tuple(_calls(value.get("inbound_nodes"), name)))


def unknown(layer: LayerConfig) -> ImportProblem:
    """Why a layer can't be read."""
    if "Lambda" in layer.word:
        message = f"{layer.described} holds code of Python, and an import of a file runs none"
        return ImportProblem(
            message, "write the layer with Keras' own layers, or export the model to ONNX and import that"
        )
    if layer.module and not layer.module.startswith(("keras", "tensorflow", "tf_keras")):
        message = (
            f"{layer.described} is a class of the program {quoted(layer.module)}: the file doesn't say what it computes"
        )
        return ImportProblem(message, "export the model to ONNX, and import that")
    message = f"no kind describes {layer.described}"
    return ImportProblem(message, "export the model to ONNX: there `--opaque` takes what no kind describes")


def model_of(layer: LayerConfig) -> Model:
    """The parts of a model. Raises ImportProblem if it is incomplete."""
    listed = layer.config.get("layers")
    if not isinstance(listed, list) or not listed:
        raise ImportProblem(f"{layer.described} has no layers")
    if len(listed) > MOST_LAYERS:
        raise ImportProblem(f"{layer.described} has more than {MOST_LAYERS:,} layers")
    layers = []
    names = set()
    for item in listed:
        inner = layer_of(item)
        if inner is None:
            raise ImportProblem(f"{layer.described} has a layer without a class and arguments")
        if inner.name in names:
            raise ImportProblem(f"{layer.described} has two layers with the name {quoted(inner.name)}")
        names.add(inner.name)
        layers.append(inner)
    if layer.word == "Sequential":
        return _sequential(layer, layers)
    inputs, outputs = (_tensors(layer.config.get(key)) for key in ("input_layers", "output_layers"))
    if not inputs or not outputs:
        raise ImportProblem(
            f"{layer.described} has no inputs or no outputs", "a subclassed model has no list of layers"
        )
    whole = tuple(item._replace(calls=item.calls or (LayerCall((), ()),)) for item in layers)
    return Model(layer.name, whole, inputs, outputs)


def _sequential(layer: LayerConfig, layers: list[LayerConfig]) -> Model:
    """A model whose layers read each other in order. The input is the first layer, or is made from its arguments."""
    if layers[0].word != "InputLayer":
        stated = layers[0].config.get("batch_input_shape") or layer.config.get("build_input_shape")
        layers = [
            LayerConfig("InputLayer", "keras.layers", f"{layer.name} input", {"batch_shape": stated}, ()),
            *layers,
        ]
    chained = [layers[0]._replace(calls=(LayerCall((), ()),))]
    for before, inner in pairwise(layers):
        chained.append(inner._replace(calls=(LayerCall((Tensor(before.name, 0, 0),), ((),)),)))
    return Model(layer.name, tuple(chained), (Tensor(layers[0].name, 0, 0),), (Tensor(layers[-1].name, 0, 0),))


def input_shape(layer: LayerConfig) -> tuple[int | None, ...] | None:
    """The shape of an input without its batch; None if the layer states none."""
    stated = layer.config.get("batch_shape") or layer.config.get("batch_input_shape")
    return _sizes(stated)[1:] if isinstance(stated, list) and stated else None


def _sizes(listed: list[Json]) -> tuple[int | None, ...]:
    return tuple(None if size is None else (wholes([size]) or (0,))[0] for size in listed)


def _tensors(value: Json) -> tuple[Tensor, ...]:
    """The tensors of `input_layers` or `output_layers`: one, a list of them, or a mapping."""
    return tuple(tensor for tensor, _ in _found(value, 0))


def _found(value: Json, depth: int) -> Iterator[tuple[Tensor, tuple[int | None, ...]]]:
    """The tensors in a value, with the shapes that it states."""
    if depth > 8:
        return
    if isinstance(value, dict):
        inner = value.get("config")
        if value.get("class_name") == "__keras_tensor__" and isinstance(inner, dict):
            shape = inner.get("shape")
            sizes = _sizes(shape)[1:] if isinstance(shape, list) else ()
            yield from ((tensor, sizes) for tensor, _ in _found(inner.get("keras_history"), depth + 1))
        else:
            for item in value.values():
                yield from _found(item, depth + 1)
    elif isinstance(value, list):
        match value:
            case [str(layer), int(node), int(place), *_]:
                yield Tensor(layer, node, place), ()
            case _:
                for item in value:
                    yield from _found(item, depth + 1)


def _calls(value: Json, name: str) -> Iterator[LayerCall]:
    """The calls in `inbound_nodes`."""
    for node in value if isinstance(value, list) else ():
        arguments = node.get("args") if isinstance(node, dict) else node
        pairs = list(_found(arguments, 0))
        if isinstance(node, dict) and isinstance(node.get("kwargs"), dict):
            pairs += _found(node["kwargs"], 0)
        listed = arguments if isinstance(arguments, list) and isinstance(node, dict) else []
        scalars = tuple(item for item in listed if isinstance(item, int | float) and not isinstance(item, bool))
        first = bool(listed) and bool(scalars) and listed[0] is scalars[0]
        if not pairs and not scalars and arguments:
            raise ImportProblem(f"the layer {quoted(name)} reads something that is no tensor of a layer")
        yield LayerCall(tuple(tensor for tensor, _ in pairs), tuple(sizes for _, sizes in pairs), scalars, first)


def is_channels_first(value: Json, depth: int = 0) -> bool:
    """Whether a layer of the model has its channels first."""
    if depth > 64:
        return False
    if isinstance(value, dict):
        if value.get("data_format") == "channels_first":
            return True
        return any(is_channels_first(item, depth + 1) for item in value.values())
    return isinstance(value, list) and any(is_channels_first(item, depth + 1) for item in value)
