"""A graph as Keras sees it: layers that do nothing are left out, and what each value is used for is known."""

from collections.abc import Mapping
from typing import Any

from cnnshape.export.keras.layout import Layout
from cnnshape.export.keras.site import Line, Site, Unsaid
from cnnshape.export.keras.table import SAID, UNSAID
from cnnshape.graph import Graph
from cnnshape.layers import BY_NAME

_ANY_ORDER = frozenset({"dropout", "drop_path", "identity", "batch_norm"})
"""Layers that treat all values of a flat tensor alike, besides activations."""


class Network:
    """A graph without layers that do nothing. `inputs` and `outputs` are values as in the graph."""

    def __init__(self, graph: Graph, layout: Layout) -> None:
        self.graph = graph
        self.layout = layout
        self._first = len(graph.inputs)
        self._meant: dict[int, int] = {}
        self.index = {node: index for index, node in enumerate(graph.nodes)}
        for index, node in enumerate(graph.nodes):
            if node.application.layer.name == "identity":
                self._meant[self._first + index] = self.meant(node.inputs[0])
        self.outputs = {name: self.meant(value) for name, value in graph.outputs.items()}
        self.order = self._needed()
        self.readers: dict[int, list[int]] = {}
        for index in self.order:
            for value in self.read(index):
                self.readers.setdefault(value, []).append(index)

    def _needed(self) -> list[int]:
        """The layers that an output depends on, in their order: Keras' models have no others."""
        needed = set(self.outputs.values())
        for index in reversed(range(len(self.graph.nodes))):
            if self.value_of(index) in needed:
                needed.update(self.read(index))
        return [index for index in range(len(self.graph.nodes)) if self.value_of(index) in needed and self.read(index)]

    @property
    def left_out(self) -> list[str]:
        """The names of layers with weights that no output depends on."""
        order = set(self.order)
        nodes = enumerate(self.graph.nodes)
        return [node.name for index, node in nodes if index not in order and node.application.params]

    def meant(self, value: int) -> int:
        """The value that a layer without effect passes on."""
        return self._meant.get(value, value)

    def read(self, index: int) -> tuple[int, ...]:
        """The values that the code of a layer reads."""
        node = self.graph.nodes[index]
        kind = node.application.layer.name
        if kind == "identity":
            return ()
        inputs = tuple(map(self.meant, node.inputs))
        return (inputs[0], self._entered(inputs[1])) if kind == "max_unpool" else inputs

    def _entered(self, pool: int) -> int:
        """What entered a pool."""
        maker = self.graph.maker(pool)
        return pool if maker is None else self.meant(maker.inputs[0])

    def value_of(self, index: int) -> int:
        """The value that a layer makes."""
        return self._first + index

    def any_order(self, index: int) -> bool:
        """Whether only `linear` layers read a flat value, so that any order of it will do."""
        value = self.value_of(index)
        if value in self.outputs.values():
            return False
        return all(self._takes_any_order(reader) for reader in self.readers.get(value, ()))

    def _takes_any_order(self, reader: int) -> bool:
        layer = self.graph.nodes[reader].application.layer
        if layer.name == "linear":
            return True
        alike = layer.name in _ANY_ORDER or (BY_NAME[layer.name].activation and layer.name != "glu")
        return alike and self.any_order(reader)

    def said(self, index: int) -> list[Line]:
        """The lines of a layer; raises Unsaid."""
        node = self.graph.nodes[index]
        application = node.application
        if application.layer.name == "max_unpool":
            self._check_pool(index)
        site = Site([application], self.layout, frozen=node.frozen, any_order=self.any_order(index))
        return say(application.layer.name, site)

    def _check_pool(self, index: int) -> None:
        node = self.graph.nodes[index]
        pool, own = self.graph.maker(self.meant(node.inputs[1])), node.application.layer
        reason = "Keras has no pool that gives its places, and this layer names no `max_pool` with its windows"
        if pool is None or pool.application.layer.name != "max_pool":
            raise Unsaid(reason)
        values, wanted = pool.application.layer.values, own.values
        if any(_stride(values, name) != _stride(wanted, name) for name in ("kernel", "stride", "padding")):
            raise Unsaid(reason)


def say(kind: str, site: Site) -> list[Line]:
    """The lines of a kind; raises Unsaid."""
    if kind not in SAID:
        raise Unsaid(UNSAID.get(kind, "the export to Keras doesn't know this kind"))
    return SAID[kind](site)


def _stride(values: Mapping[str, Any], name: str) -> Any:
    """An argument of a pool, whose stride is its kernel by default."""
    return values["kernel"] if name == "stride" and values[name] is None else values[name]
