"""Reads `expect:`. The values of its lines are parsed later, when there are figures to compare them with."""

from cnnshape.document import Entry, Mapping, Node, Sequence
from cnnshape.language import grammar
from cnnshape.language.model import Expectation, ListValue, Name, StepContract
from cnnshape.language.reader import split
from cnnshape.language.reader.contracts import ContractReader
from cnnshape.language.reader.problems import shown
from cnnshape.source import Span


class ExpectationReader(ContractReader):
    """Reads what a file expects of its own figures."""

    def expectations(self, entry: Entry) -> tuple[Expectation, ...]:
        """The lines, in order. A line with several values becomes several expectations: `outputs.scores`."""
        mapping = self.mapping(entry.value, "`expect`", help=grammar.FILE["expect"].help)
        lines = self._entries(mapping) if mapping else []
        figures = [entry for entry in lines if entry.key.text != grammar.STEPS_EXPECTED]
        return tuple(line for key, value in figures for line in self._expectation(Name(key.text, key.span), value))

    def contracts(self, entry: Entry) -> tuple[StepContract, ...]:
        """The contracts of steps, by name."""
        steps = entry.value.get(grammar.STEPS_EXPECTED) if isinstance(entry.value, Mapping) else None
        help = "write `steps: {pool: {output: [64, 56, 56]}}`"
        mapping = self.mapping(steps.value, "`steps`", help=help) if steps else None
        contracts = []
        for key, value in mapping.entries if mapping else ():
            step = self.reference(key, "a step")
            contract = self.contract(value, f"the contract of `{shown(key.text)}`")
            contracts += [StepContract(step, contract)] if step and contract else []
        return tuple(contracts)

    def _entries(self, node: Mapping) -> list[Entry]:
        """The entries; reports a number that YAML split at its commas, `25,557,032`."""
        kept = []
        for entry, pieces in split.thousands(node):
            if len(pieces) > 1:
                self._report_split_number(entry.value.span, pieces)
            else:
                kept.append(entry)
        return kept

    def _report_split_number(self, at: Span, pieces: list[str]) -> None:
        help = f"write `{shown(''.join(pieces))}`, or `{shown('_'.join(pieces))}`"
        self.report("split-expression", "YAML ends a value at a comma inside braces", at, help=help)

    def _expectation(self, figure: Name, node: Node) -> list[Expectation]:
        if isinstance(node, Mapping):
            return self._by_name(figure, node)
        if isinstance(node, Sequence):
            listed = self.value(node, f"`{figure.text}`")
            return [Expectation(figure, listed)] if isinstance(listed, ListValue) else []
        word = self.word(node, f"`{shown(figure.text)}`")
        return [Expectation(figure, word)] if word else []

    def _by_name(self, figure: Name, node: Mapping) -> list[Expectation]:
        """Expectations by name: `outputs: {scores: [21]}`."""
        expectations: list[Expectation] = []
        for key, value in self._entries(node):
            if isinstance(value, Mapping):
                message = f"`{shown(figure.text)}.{shown(key.text)}` is a single value or a list, found a mapping"
                self.report("wrong-structure", message, value.span)
            else:
                expectations += self._expectation(Name(f"{figure.text}.{key.text}", key.span), value)
        return expectations
