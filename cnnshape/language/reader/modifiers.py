"""Reads the modifiers of a step: `name`, `from`, `when`, `repeat`, `first`, `share`, `frozen`, `dtype`, `expect`."""

from cnnshape.diagnostics import respelled
from cnnshape.document import Entry, Mapping, Node
from cnnshape.language import grammar
from cnnshape.language.dtypes import Dtypes, UnknownType, check_dtype, uniform
from cnnshape.language.expression import Expression, Reference
from cnnshape.language.model import PLAIN, Argument, Modifiers
from cnnshape.language.reader import step_help
from cnnshape.language.reader.contracts import ContractReader
from cnnshape.language.reader.problems import shown


class ModifierReader(ContractReader):
    """Reads the keys next to the kind, block or control word of a step."""

    def modifiers(self, node: Mapping, *, control: bool = False) -> Modifiers:
        """The modifiers of a step. A control word allows fewer of them."""
        values = {entry.key.text: entry for entry in node.entries if entry.key.text in grammar.MODIFIERS}
        if control:
            self._drop_modifiers_of_calls(values)
        if not values:
            return PLAIN
        if "first" in values and "repeat" not in values:
            message = "`first` needs a `repeat`"
            help = "put the arguments in the step itself"
            self.report("misplaced-modifier", message, values.pop("first").key.span, help=help)
        return Modifiers(
            name=self.name(values["name"].value, "a step") if "name" in values else None,
            source=self._reference_of(values, "from"),
            when=self._expression_of(values, "when"),
            repeat=self._expression_of(values, "repeat"),
            first=self._first(values["first"]) if "first" in values else (),
            share=self._reference_of(values, "share"),
            frozen=self._expression_of(values, "frozen"),
            dtypes=self._dtypes(values["dtype"].value) if "dtype" in values else None,
            expect=self.contract(values["expect"].value, "`expect`") if "expect" in values else None,
        )

    def _drop_modifiers_of_calls(self, values: dict[str, Entry]) -> None:
        for word in grammar.NOT_ON_CONTROLS:
            if word in values:
                message = f"`{word}` goes with a kind or a block"
                help = "put it next to the kind or block inside whose arguments it changes" if word == "first" else None
                self.report("misplaced-modifier", message, values.pop(word).key.span, help=help)

    def _reference_of(self, values: dict[str, Entry], word: str) -> Reference | None:
        if word not in values:
            return None
        node = values[word].value
        return self.reference(node, f"`{word}`", step_help.one_input(node) if word == "from" else None)

    def _expression_of(self, values: dict[str, Entry], word: str) -> Expression | None:
        return self.expression(values[word].value, f"`{word}`") if word in values else None

    def _dtypes(self, node: Node) -> Dtypes | None:
        """The types of a step's values: one for all, or of weights, biases and activations apart."""
        if not isinstance(node, Mapping):
            dtype = self._dtype(node, "`dtype`")
            return uniform(dtype) if dtype else None
        known = self.corrected(node, "the `dtype` of a step", grammar.DTYPE_PARTS)
        if not node.entries:
            self.report("wrong-structure", "`dtype` states no type", node.span, help=grammar.MODIFIERS["dtype"].help)
        read = {entry.key.text: self._dtype(entry.value, f"`{entry.key.text}`") for entry in known.entries}
        stated = {part: dtype for part, dtype in read.items() if part in grammar.DTYPE_PARTS and dtype}
        return Dtypes(**stated) if stated else None

    def _dtype(self, node: Node, subject: str) -> str | None:
        """One type."""
        word = self.word(node, subject, sort="a type")
        if word is None:
            return None
        try:
            check_dtype(word.text)
        except UnknownType as unknown:
            message = f"{subject} is a type, got `{shown(word.text)}`"
            fixes = respelled(word.text, unknown.meant, word.span)
            self.report("bad-argument", message, word.span, help=unknown.help, fixes=fixes)
            return None
        return word.text

    def _first(self, entry: Entry) -> tuple[Argument, ...]:
        """The arguments that only the first of several repeats gets."""
        mapping = self.mapping(entry.value, "`first`", help=grammar.MODIFIERS["first"].help)
        return self.arguments(mapping, "`first`")[0] if mapping else ()
