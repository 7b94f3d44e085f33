"""Modules as attributes, and what their names are."""

from collections.abc import Sequence

from cnnshape.export.python import (
    Code,
    call,
    identifier,
)
from cnnshape.export.torch.structure.chain import ChainWriter
from cnnshape.export.torch.structure.file import File, bodies_of
from cnnshape.export.torch.structure.items import Item, render, words
from cnnshape.export.torch.structure.model import (
    Context,
    Unstructured,
    Val,
)
from cnnshape.language.expression.tree import Node
from cnnshape.program import Body, LoopStep, ResolvedStep


class AttributeWriter(ChainWriter):
    """Writes attributes, and their calls."""

    shared: frozenset[str] = frozenset()
    """The names of the steps whose weights others use: each is an attribute of its own."""
    read: frozenset[str] = frozenset()
    """The names that steps of this class read."""
    outputs: frozenset[str] = frozenset()
    """The names of the steps that the network returns: one that is left out is no output, so its condition is fixed."""
    sections = False
    """Whether loops, blocks and other layers are attributes of their own."""
    attribute = ""
    """The attribute that was made last."""
    result: Code | None = None
    """What `forward` returns, if that is no tensor alone."""

    def __init__(self, file: File, contexts: Sequence[Context]) -> None:
        super().__init__(file, contexts)
        self.lent: dict[str, str] = {}

    def is_read(self, step: ResolvedStep) -> bool:
        """Whether another step reads the output of a step by its name."""
        return step.name is not None and (
            step.name.text in self.read
            or f"{step.name.text}." in self.read
            or any(name.startswith(f"{step.name.text}.") for name in self.read)
        )

    def has_rounds_read(self, step: ResolvedStep) -> bool:
        """Whether another step reads a round or a part of a step."""
        name = "" if step.name is None else f"{step.name.text}."
        return bool(name) and any(read.startswith(name) for read in self.read)

    def reads_inside(self, body: Body) -> bool:
        """Whether the output of a step in a list is read by its name."""
        return any(self.is_read(step) or any(map(self.reads_inside, bodies_of(step))) for step in body.steps)

    def stem(self) -> str:
        """A name for the first layers of a network."""
        return "stem" if not self.init.lines else ""

    def head(self, body: Body) -> str:
        """A name for the last layers of a network."""
        return "head" if self.sections and body is self.file.program.layers and self.init.lines else ""

    def hint(self, step: ResolvedStep) -> str:
        """A name for what begins with a step."""
        return identifier(step.name.text) if step.name is not None and isinstance(step, LoopStep) else ""

    def flush(self, items: list[Item], x: Val, channels: Node, target: str, hint: str) -> Val:
        """Makes modules one attribute, and writes its call."""
        self.run.add(f"{target} = ", self.called(items, x, hint))
        return Val(target, channels)

    def called(self, items: list[Item], x: Val, hint: str) -> Code:
        """Makes modules one attribute. Gives its call."""
        self.attribute = self.attributes.new(hint or _name(items))
        self.init_attribute(self.attribute, items)
        return call(f"self.{self.attribute}", self.named(x))

    def init_attribute(self, name: str, items: list[Item]) -> None:
        """Writes an attribute of modules."""
        render(self.init, f"self.{name} = ", items, lambda: self.locals.new(name))

    def named(self, x: Val) -> str:
        """The code of a tensor; raises Unstructured for one that is known only on a condition."""
        if not x.code:
            raise Unstructured("a tensor that depends on a condition")
        return x.code

    def own_name(self, step: ResolvedStep) -> str:
        """The name of a step for its attribute."""
        return "" if step.name is None else identifier(step.name.text)

    def lent_call(self, step: ResolvedStep, x: Val, channels: Node, target: str) -> Val:
        """A call of the module whose weights a step shares."""
        assert step.share is not None
        if step.share.text not in self.lent:
            raise Unstructured("shared weights")
        attribute = self.lent[step.share.text]
        if step.name is not None:
            self.lent[step.name.text] = attribute
        self.run.add(f"{target} = ", call(f"self.{attribute}", self.named(x)))
        return Val(target, channels)


def _name(items: Sequence[Item]) -> str:
    """A name for modules in a row."""
    listed = words(items)
    if len(items) == 1 and len(listed) == 1:
        return identifier(listed[0][0].lower() + listed[0][1:])
    return "layers"
