"""Reads contracts: the shapes that must enter and leave a step."""

import re

from cnnshape.document import Mapping, Node, Scalar, Sequence
from cnnshape.language import grammar
from cnnshape.language.expression import Expression
from cnnshape.language.model import Contract, ListValue, Value
from cnnshape.language.reader.problems import shown
from cnnshape.language.reader.values import ValueReader


class ContractReader(ValueReader):
    """Reads the `expect` of a step."""

    def contract(self, node: Node, what: str) -> Contract | None:
        """The contract; None for one that states nothing."""
        help = grammar.MODIFIERS["expect"].help
        if isinstance(node, Sequence) and "\n" not in node.span.text:
            help = f"a shape is that of a side: `{{output: {shown(node.span.text)}}}`"
        mapping = self.mapping(node, what, help=help)
        if mapping is None:
            return None
        known = self.corrected(mapping, "the `expect` of a step", grammar.CONTRACT)
        if not mapping.entries:
            self.report("wrong-structure", f"{what} states no shape", node.span, help=grammar.MODIFIERS["expect"].help)
        contract = Contract(self._shape(known, "input"), self._shape(known, "output"))
        return contract if contract.shapes else None

    def _shape(self, mapping: Mapping, key: str) -> Value | None:
        """A shape: a list of sizes, or the size of a flat tensor alone."""
        entry = mapping.get(key)
        if entry is None:
            return None
        node = entry.value
        if isinstance(node, Mapping) or (isinstance(node, Sequence) and not self._is_shape(node)):
            most, help = grammar.MAX_RANK + 1, grammar.CONTRACT[key].help
            self.report("bad-expectation", f"`{key}` is a shape of 1 to {most} sizes", node.span, help=help)
            return None
        if isinstance(node, Scalar) and re.fullmatch(r"\d+(?:x\d+)+", node.text):
            help = f"write `{key}: [{node.text.replace('x', ', ')}]`"
            self.report(
                "bad-expectation", f"`{key}` is a list of sizes, found `{shown(node.text)}`", node.span, help=help
            )
            return None
        value = self.value(node, f"`{key}`")
        return value if isinstance(value, Expression | ListValue) else None

    @staticmethod
    def _is_shape(node: Sequence) -> bool:
        listed = any(isinstance(item, Mapping | Sequence) for item in node.items)
        return 1 <= len(node.items) <= grammar.MAX_RANK + 1 and not listed
