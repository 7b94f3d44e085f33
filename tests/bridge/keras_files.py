"""Writes configurations of Keras models as `to_json()` does, so that the tests need no Keras."""

from collections.abc import Sequence

from cnnshape.bridge.keras.config import Json

Config = dict[str, Json]


def layer(
    word: str, name: str, *sources: str, module: str = "keras.layers", args: list[Json] | None = None, **config: Json
) -> Config:
    """A layer that reads other layers, each named `name` or `name:node`. `args` are other arguments of the call."""
    tensors: list[Json] = [history(source) for source in sources]
    called: list[Json] = args if args is not None else [tensors] if len(tensors) > 1 else tensors
    nodes: list[Json] = [{"args": called, "kwargs": {}}] if called else []
    return {
        "module": module,
        "class_name": word,
        "config": {"name": name, **config},
        "name": name,
        "inbound_nodes": nodes,
    }


def history(source: str, shape: list[Json] | None = None) -> Config:
    """A tensor of another layer."""
    name, _, node = source.partition(":")
    config: Config = {"dtype": "float32", "keras_history": [name, int(node or 0), 0]}
    return {"class_name": "__keras_tensor__", "config": config if shape is None else {**config, "shape": shape}}


def image(*sizes: int | None, name: str = "x") -> Config:
    """An input of sizes without the batch."""
    return layer("InputLayer", name, batch_shape=[None, *sizes])


def functional(
    layers: Sequence[Config], outputs: Sequence[str] = (), inputs: Sequence[str] = ("x",), name: str = "net"
) -> Config:
    """A model whose outputs are the last layer, or those named."""
    given: list[Json] = [[entry, 0, 0] for entry in inputs]
    last = layers[-1]["name"]
    named: list[Json] = [[output, 0, 0] for output in outputs or [str(last)]]
    config: Config = {"name": name, "layers": list(layers), "input_layers": given, "output_layers": named}
    return {"module": "keras.src.models.functional", "class_name": "Functional", "config": config}


def sequential(*layers: Config, name: str = "net", **config: Json) -> Config:
    """A model of layers in order."""
    return {"module": "keras", "class_name": "Sequential", "config": {"name": name, "layers": list(layers), **config}}


def single(word: str, sizes: Sequence[int], /, module: str = "keras.layers", **config: Json) -> Config:
    """A model of one layer."""
    return functional([image(*sizes), layer(word, "y", "x", module=module, **config)])
