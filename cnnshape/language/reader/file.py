"""Reads one file: its keys and their values."""

import re

from cnnshape.diagnostics import nearest
from cnnshape.document import Entry, Mapping, Node, Scalar, Sequence
from cnnshape.language import grammar
from cnnshape.language.expression import Reference
from cnnshape.language.model import Block, Expectation, Input, Name, Param, Result, Step, StepContract, Variant
from cnnshape.language.reader.blocks import BlockReader
from cnnshape.language.reader.expectations import ExpectationReader
from cnnshape.language.reader.inputs import InputReader
from cnnshape.language.reader.problems import Problems, shown
from cnnshape.source import SourceText, Span

_TYPING_ERROR = 0.7
"""The similarity to a known key from which an unknown key with a number is a misspelling and not a parameter."""
_ROW = 4
"""The values of a layer in a model file of Ultralytics."""


class File:
    """The contents of one file; None or empty for keys that it doesn't have."""

    __slots__ = (
        "blocks", "comments", "contracts", "expectations", "extends", "family", "has_keys", "inputs", "keys", "layers", "name", "origin", "outputs",
        "params", "repaired", "results", "sound", "source", "strays", "variants", "year",
    )  # fmt: skip

    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.name = ""
        self.origin = ""
        self.family = ""
        self.year: int | None = None
        self.results: tuple[Result, ...] = ()
        self.extends: Name | None = None
        self.inputs: tuple[Input, ...] = ()
        self.params: tuple[Param, ...] = ()
        self.variants: tuple[Variant, ...] = ()
        self.blocks: tuple[Block, ...] = ()
        self.layers: tuple[Step, ...] = ()
        self.outputs: tuple[Reference, ...] = ()
        self.expectations: tuple[Expectation, ...] = ()
        self.contracts: tuple[StepContract, ...] = ()
        self.keys: frozenset[str] = frozenset()
        """The keys of the file, even if their values could not be read."""
        self.strays: tuple[Name, ...] = ()
        """Unknown keys. They may define names, so uses of these names are not reported."""
        self.sound = True
        """Whether everything but the steps could be read."""
        self.has_keys = True
        """Whether its root is a mapping."""
        self.repaired: tuple[Span, ...] = ()
        """The lines that are not YAML."""
        self.comments: tuple[Span, ...] = ()

    @property
    def start(self) -> Span:
        """The first character: the place of problems of the whole file."""
        return Span(self.source, 1, 1, 1, 2)

    def lacks(self, key: str) -> bool:
        """Whether a key is certainly missing: an unknown key may be a misspelling of it."""
        return self.has_keys and not self.repaired and not self.strays and key not in self.keys


def read_file(source: SourceText, root: Node, problems: Problems) -> File:
    """The file of a root node; empty and not sound if the root is not a mapping."""
    return _FileReader(problems).file(source, root)


class _FileReader(BlockReader):
    def file(self, source: SourceText, root: Node) -> File:
        file = File(source)
        if not isinstance(root, Mapping):
            self._report_other_root(root)
            file.sound = file.has_keys = False
            return file
        if self._is_of_ultralytics(source, root):
            file.sound = file.has_keys = False
            return file
        mapping = self._known_keys(file, root)
        entries = {entry.key.text: entry for entry in mapping.entries}
        self._read_head(file, entries)
        self._read_declarations(file, entries)
        file.sound = not self.problems.all
        if "blocks" in entries:
            file.blocks = self.blocks(entries["blocks"])
        if "layers" in entries:
            file.layers = self.steps(entries["layers"].value, "`layers`")
        return file

    def _report_other_root(self, root: Node) -> None:
        help = "a spec starts with `cnnshape: 1`, `input: [...]` and `layers:`"
        if isinstance(root, Sequence):
            help = "put the list of steps under `layers:`, and the input above it: `input: [3, 224, 224]`"
        self.mapping(root, "a spec", help=help)

    def _is_of_ultralytics(self, source: SourceText, root: Mapping) -> bool:
        """Whether a file describes a network in the form of Ultralytics: `[from, number, module, arguments]` per layer.

        Reports it once, instead of each of its lines.
        """
        parts = [value for key, value in root.entries if key.text in ("backbone", "head")]
        steps = [item for part in parts if isinstance(part, Sequence) for item in part.items]
        if not steps or not all(isinstance(item, Sequence) and len(item.items) == _ROW for item in steps):
            return False
        message = "a model file of Ultralytics, not a spec: its layers are lists of from, number, module, arguments"
        # Its modules are classes of Python, which the names alone don't describe.
        plain = source.name.isprintable() and not set(source.name) & set(" '\"\\$`")
        name = source.name if plain else "FILE.yaml"
        help = (
            f"import the network that torch and ultralytics make of it: `cnnshape import "
            f"ultralytics.nn.tasks:DetectionModel --arg \"cfg='{name}'\" --input 3x640x640`"
        )
        self.report("wrong-structure", message, root.entries[0].key.span, help=help)
        return True

    def _known_keys(self, file: File, root: Mapping) -> Mapping:
        """The known entries of a file, with misspelt ones renamed. Reports all others."""
        known = self.corrected(root, "a spec", grammar.FILE, _param_help)
        file.keys = frozenset(entry.key.text for entry in known.entries)
        read = {entry.key.span for entry in known.entries}
        file.strays = tuple(Name(key.text, key.span) for key, _ in root.entries if key.span not in read)
        if "extends" not in file.keys:
            return known
        for key, _ in known.entries:
            if key.text not in grammar.EXTENDING_KEYS:
                message = f"`{key.text}` is not allowed with `extends`: the base file is used as a whole"
                help = "copy the base file (`cnnshape show`) to change its layers; params may be overridden"
                self.report("unknown-key", message, key.span, help=help)
        return known

    def _read_head(self, file: File, entries: dict[str, Entry]) -> None:
        """Reads the keys that describe the file."""
        if "cnnshape" in entries:
            self._check_version(entries["cnnshape"].value)
        if "name" in entries:
            file.name = self._line(entries["name"])
        if "source" in entries:
            file.origin = self._line(entries["source"])
        if "family" in entries:
            family = self.name(entries["family"].value, "a family")
            file.family = family.text if family else ""
        if "year" in entries:
            file.year = self._year(entries["year"].value)
        if "results" in entries:
            file.results = self._results(entries["results"].value)
        if "extends" in entries:
            file.extends = self.word(entries["extends"].value, "`extends`")

    def _read_declarations(self, file: File, entries: dict[str, Entry]) -> None:
        """Reads the declarations that steps refer to, and the expectations."""
        if "input" in entries:
            file.inputs = InputReader(self.problems).inputs(entries["input"])
        file.params = self.params(entries.get("params"))
        if "variants" in entries:
            file.variants = self.variants(entries["variants"])
        if "outputs" in entries:
            file.outputs = self._outputs(entries["outputs"])
        if "expect" in entries:
            reader = ExpectationReader(self.problems)
            file.expectations = reader.expectations(entries["expect"])
            file.contracts = reader.contracts(entries["expect"])

    def _check_version(self, node: Node) -> None:
        if isinstance(node, Scalar) and node.text == str(grammar.VERSION):
            return
        message = f"`cnnshape` is the version of the language; this release reads version {grammar.VERSION}"
        self.report("unsupported-version", message, node.span, help=grammar.FILE["cnnshape"].help)

    def _line(self, entry: Entry) -> str:
        """A line of free text without control characters."""
        word = self.word(entry.value, f"`{entry.key.text}`", sort="a line of text")
        if word is None:
            return ""
        if word.text.replace("\n", " ").isprintable():
            return " ".join(word.text.split())
        message = f"`{entry.key.text}` has characters that can't be printed"
        self.report("bad-name", message, word.span, help="remove the escapes")
        return ""

    def _year(self, node: Node) -> int | None:
        """The year in which the network was published."""
        word = self.word(node, "`year`")
        if word is None:
            return None
        year = int(word.text) if re.fullmatch("[0-9]{4}", word.text) else None
        if year in grammar.YEARS:
            return year
        first, last = grammar.YEARS[0], grammar.YEARS[-1]
        message = f"`year` is a whole number from {first} to {last}, found `{shown(word.text)}`"
        self.report("wrong-structure", message, word.span, help="write the year of the publication: `year: 2016`")
        return None

    def _results(self, node: Node) -> tuple[Result, ...]:
        """What was measured of the trained network."""
        mapping = self.mapping(node, "`results`", help=grammar.FILE["results"].help)
        results = [self._result(entry) for entry in (self.spaced_entries(mapping) if mapping else ())]
        return tuple(result for result in results if result is not None)

    def _result(self, entry: Entry) -> Result | None:
        measure, node = entry
        if not measure.text.isprintable() or len(measure.text) > grammar.MAX_NAME:
            help = f"a measure is a line of at most {grammar.MAX_NAME} characters"
            self.report("bad-name", f"`{shown(measure.text)}` can't name a measure", measure.span, help=help)
            return None
        word = self.word(node, f"`{shown(measure.text)}`", sort="a number")
        if word is None:
            return None
        if re.fullmatch(grammar.RESULT, word.text):
            return Result(Name(measure.text, measure.span), word)
        number = re.match(rf"{grammar.RESULT}(?![\w.])", word.text)
        help = f"write the number alone: `{shown(measure.text)}: {number[0]}`" if number else "write a number, `76.13`"
        message = f"`{shown(measure.text)}` is a number, found `{shown(word.text)}`"
        self.report("wrong-structure", message, word.span, help=help)
        return None

    def _outputs(self, entry: Entry) -> tuple[Reference, ...]:
        """The outputs of the network."""
        listed = self.sequence(entry.value, "`outputs`", help=grammar.FILE["outputs"].help)
        if listed and not listed.items:
            help = "leave it out for the last step's tensor, or name one: `outputs: [scores]`"
            self.report("wrong-structure", "`outputs` names no tensor", listed.span, help=help)
        named = [self.reference(item, "an output") for item in (listed.items if listed else ())]
        return self.distinct_outputs(output for output in named if output)


def _param_help(entry: Entry) -> str | None:
    """Help for an unknown key with a number, which is probably a parameter."""
    key, value = entry
    if not isinstance(value, Scalar) or not value.text.isdigit() or nearest(key.text, grammar.FILE, _TYPING_ERROR):
        return None
    return f"a parameter belongs under `params:`: `params: {{{shown(key.text)}: {shown(value.text)}}}`"
