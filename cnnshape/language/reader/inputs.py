"""Reads `input:`, one shape or several by name."""

import re

from cnnshape.document import Entry, Mapping, Node, Scalar, Sequence
from cnnshape.language import grammar
from cnnshape.language.expression import Expression
from cnnshape.language.model import Input, Name
from cnnshape.language.reader.problems import describe_node, shown
from cnnshape.language.reader.values import ValueReader

_SHAPES = "channels first: `[C, L]`, `[C, H, W]` or `[C, D, H, W]`; or `{boxes: N}` for regions"
_SIZE_KEYS = (("channels", "c", "in_channels"), ("depth", "d"), ("height", "h", "length"), ("width", "w"))


class InputReader(ValueReader):
    """Reads the inputs of a file."""

    def inputs(self, entry: Entry) -> tuple[Input, ...]:
        """The inputs, in order; the first one enters `layers`."""
        key, node = entry
        if not isinstance(node, Mapping):
            only = self._input(Name("input", key.span), node)
            return (only,) if only else ()
        inputs = [self._named_input(*named) for named in self._entries(node)]
        return tuple(given for given in inputs if given is not None)

    def _entries(self, node: Mapping) -> list[Entry]:
        """The named inputs; none if the mapping has the sizes of one input."""
        if not node.entries:
            self.report("bad-input", "`input` names no tensor", node.span)
        if not node.entries or not all(isinstance(value, Scalar) for _, value in node.entries):
            return node.entries
        message = "`input` is a shape, or a mapping of names to shapes; found a mapping of single values"
        self.report("bad-input", message, node.span, help=_shape_help(node, "input"))
        return []

    def _named_input(self, key: Scalar, node: Node) -> Input | None:
        name = self.checked(Name(key.text, key.span), "an input", grammar.VARIABLE)
        return self._input(name, node) if name else None

    def _input(self, name: Name, node: Node) -> Input | None:
        """One input: `[C, H, W]` or `{boxes: N}`."""
        subject = "`input`" if name.text == "input" else f"the input `{name.text}`"
        if isinstance(node, Mapping) and [key.text for key, _ in node.entries] == ["boxes"]:
            boxes = self.expression(node.entries[0].value, "`boxes`")
            return Input(name, (), boxes, node.span) if boxes else None
        most = grammar.MAX_RANK + 1
        if not isinstance(node, Sequence) or not 1 <= len(node.items) <= most:
            actual = f"a list of {len(node.items)}" if isinstance(node, Sequence) else describe_node(node)
            message = f"{subject} is a shape of 1 to {most} sizes, found {actual}"
            self.report("bad-input", message, node.span, help=_shape_help(node, name.text))
            return None
        sizes = [self._size(item, subject, first=index == 0) for index, item in enumerate(node.items)]
        shape = tuple(size for size in sizes if size is not None)
        return Input(name, shape, None, node.span) if len(shape) == len(sizes) else None

    def _size(self, node: Node, subject: str, *, first: bool) -> Expression | None:
        """One size of a shape. `first` marks the position at which other tools have the batch."""
        unknown = isinstance(node, Scalar) and (node.empty or (first and node.text in ("-1", "None")))
        if isinstance(node, Scalar) and not unknown:
            return self.expression(node, "a size")
        actual = f"`{node.text}`" if isinstance(node, Scalar) and node.text else describe_node(node)
        help = "the batch is left out: `[3, 224, 224]`" if unknown and first else None
        if isinstance(node, Mapping) and node.entries:
            help = f"name an input without a dash: `input: {{{shown(node.entries[0].key.text)}: [3, 224, 224]}}`"
        self.report("bad-input", f"a size of {subject} is a whole number, found {actual}", node.span, help=help)
        return None


def _shape_help(node: Node, name: str) -> str:
    """Help with the shape that a node probably means."""
    if isinstance(node, Scalar) and node.text.isdigit():
        return f"write all sizes, channels first: `{name}: [3, {shown(node.text)}, {shown(node.text)}]`"
    sizes = _sizes_in(node)
    return f"write `{name}: [{', '.join(sizes)}]`: channels first" if sizes else _SHAPES


def _sizes_in(node: Node) -> list[str]:
    """The sizes in a single text or a mapping, channels first; empty if it has none."""
    if isinstance(node, Scalar):
        listed = re.fullmatch(r"\W*(\d{1,9}(?:(?:\W+|\s*x\s*)\d{1,9}){1,3})\W*", node.text[:60], re.ASCII)
        return re.findall(r"\d+", listed[1]) if listed else []
    return _sizes_by_key(node) if isinstance(node, Mapping) else []


def _sizes_by_key(node: Mapping) -> list[str]:
    inner = node.get("shape") or node.get("size")
    if inner is not None and isinstance(inner.value, Sequence):
        return [item.text for item in inner.value.items if isinstance(item, Scalar)]
    values = {key.text.lower(): value for key, value in node.entries}
    stated = [next((values[key] for key in keys if key in values), None) for keys in _SIZE_KEYS]
    sizes = [size.text for size in stated if isinstance(size, Scalar)]
    if len(sizes) == 1 and inner is not None and isinstance(inner.value, Scalar):
        sizes += [inner.value.text] * 2
    return sizes if stated[0] and len(sizes) > 1 else []
