"""Repeats expansions of blocks: the same block with the same values on the same tensor gives the same layers."""

from cnnshape.graph.draft import Draft
from cnnshape.graph.model import Group, Node

ENTERING = 0
"""The place of the tensor that enters the block. The outputs of its layers have the places after it."""


class _Layer:
    """A node of an earlier expansion: the rest of its name after the label, the places of its inputs, and the index of
    the layer whose weights it shares, relative to the start of the block."""

    __slots__ = ("inputs", "node", "shares", "suffix")

    def __init__(self, node: Node, suffix: str, inputs: tuple[int, ...], shares: int | None) -> None:
        self.node = node
        self.suffix = suffix
        self.inputs = inputs
        self.shares = shares


class Template:
    """The layers and groups of one use of a block. `visits` and `depth` are the parts of the budgets that its expansion
    used."""

    __slots__ = ("_children", "_label", "_layers", "_result", "_start", "depth", "visits")

    def __init__(self, label: str, start: int, children: list[Group], layers: list[_Layer], result: int) -> None:
        self._label = label
        self._start = start
        self._children = children
        self._layers = layers
        self._result = result
        self.visits = 0
        self.depth = 0

    @property
    def size(self) -> int:
        """The number of its layers."""
        return len(self._layers)

    def repeat(self, draft: Draft, label: str, entering: int) -> int | None:
        """Adds the layers again, under another label; None if one of their names is taken."""
        names = [label + layer.suffix for layer in self._layers]
        if not draft.names.isdisjoint(names):
            return None
        start, first = len(draft.nodes), len(draft.tensors)
        values: tuple[int, ...] = (entering, *range(first, first + self.size))
        draft.names.update(names)
        for name, layer in zip(names, self._layers, strict=True):
            model, inputs = layer.node, tuple(map(values.__getitem__, layer.inputs))
            shares = None if layer.shares is None else start + layer.shares
            draft.nodes.append(
                Node(
                    name,
                    model.application,
                    inputs,
                    model.at,
                    model.follows,
                    model.frozen,
                    shares,
                    model.shortcut,
                    model.dtypes,
                )
            )
        draft.tensors += [layer.node.application.output for layer in self._layers]
        draft.current_group.children += [self._moved(group, label, start) for group in self._children]
        return values[self._result]

    def _moved(self, group: Group, label: str, start: int) -> Group:
        """The group at another place. Nesting is limited, so recursion is safe."""
        offset = start - self._start
        moved = Group(label + group.label[len(self._label) :], group.word, group.start + offset, group.params, group.at)
        moved.end = group.end + offset
        if group.children:
            moved.children = [self._moved(child, label, start) for child in group.children]
        return moved


class Recording:
    """One use of a block that was expanded without a fault. It becomes a template when the same use occurs again.

    Its nodes are those of the draft from `start` to `end`, its value is `result`, and `entering` is what entered it.
    `visits` and `depth` are the parts of the budgets that its expansion used.
    """

    __slots__ = ("children", "depth", "draft", "end", "entering", "label", "result", "start", "visits")

    def __init__(self, draft: Draft, label: str, entering: int) -> None:
        self.draft = draft
        self.label = label
        self.entering = entering
        self.start = len(draft.nodes)
        self.end = self.start
        self.result = entering
        self.children: list[Group] = []
        self.visits = 0
        self.depth = 0

    def template(self) -> Template | None:
        """The template; None if a layer reads anything but layers of the block and the entering tensor."""
        return _template(self)


def _template(recording: Recording) -> Template | None:
    draft, label, start, entering = recording.draft, recording.label, recording.start, recording.entering
    first = draft.inputs + start
    places = {entering: ENTERING}
    layers = []
    for value, node in enumerate(draft.nodes[start : recording.end], first):
        inputs = tuple([places[index] for index in node.inputs if index in places])
        if len(inputs) < len(node.inputs) or (node.shares or start) < start:
            return None
        places[value] = len(places)
        shares = None if node.shares is None else node.shares - start
        layers.append(_Layer(node, node.name[len(label) :], inputs, shares))
    if recording.result not in places:
        return None
    template = Template(label, start, recording.children, layers, places[recording.result])
    template.visits, template.depth = recording.visits, recording.depth
    return template
