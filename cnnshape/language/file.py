"""Reading the top level of one file."""

import re
from typing import NamedTuple

from cnnshape.diagnostics import Label, nearest
from cnnshape.document import Entry, Mapping, Node, Scalar, Sequence
from cnnshape.language.expression import Expression, Reference
from cnnshape.language.model import Block, Expectation, Input, ListValue, Name, Param, Step, Variant
from cnnshape.language.reading import NAME, VARIABLE, Problems, kind_of, shown
from cnnshape.language.steps import StepReader
from cnnshape.source import SourceText, Span

VERSION = 1
KEYS = (
    "cnnshape", "name", "source", "family", "year", "extends", "input", "params", "variants", "blocks", "layers",
    "outputs", "expect",
)  # fmt: skip
EXTENDING_KEYS = (
    "cnnshape", "extends", "name", "source", "family", "year", "input", "params", "outputs", "expect",
)  # fmt: skip
_FOREIGN_KEYS = {
    **dict.fromkeys((
        "inputs", "input_shape", "input_size", "input_dim", "input_dims", "in_shape", "shape", "image_size", "img_size", "data",
    ), "input"),
    **dict.fromkeys((
        "network", "model", "architecture", "net", "backbone", "head", "body", "steps", "modules", "sequence", "sequential",
        "graph", "nodes", "do",
    ), "layers"),
    **dict.fromkeys(("parameters", "variables", "vars", "config", "hyperparameters", "constants", "args"), "params"),
    **dict.fromkeys(("functions", "definitions", "defs", "subgraphs", "macros"), "blocks"),
    **dict.fromkeys(("configurations", "configs", "scales", "versions"), "variants"),
    **dict.fromkeys(("description", "reference", "paper", "url", "citation", "comment"), "source"),
    **dict.fromkeys(("title", "id", "model_name"), "name"),
    **dict.fromkeys(("base", "_base_", "parent", "inherits", "include", "import"), "extends"),
    **dict.fromkeys(("tests", "asserts", "expected", "expects", "checks"), "expect"),
    "version": "cnnshape",
}  # fmt: skip
_FOREIGN_BLOCK_KEYS = {
    **dict.fromkeys(("steps", "layers", "body", "modules", "forward", "sequence"), "do"),
    **dict.fromkeys(("parameters", "args", "arguments", "variables", "inputs"), "params"),
}
MAX_RANK = 3
TYPING_ERROR = 0.7
"""How alike a key and a known one must be, for a number behind it to be no parameter."""
_THOUSANDS = re.compile(r"(?<![0-9.])[0-9]{1,3}(?:\.[0-9]+)?\s*[A-Za-z]{0,3}\Z", re.ASCII)
YEARS = range(1900, 2101)


class File(NamedTuple):
    """What one file states itself; None or empty where it states nothing."""

    source: SourceText
    start: Span
    name: str = ""
    origin: str = ""
    family: str = ""
    year: int | None = None
    extends: Name | None = None
    inputs: tuple[Input, ...] = ()
    params: tuple[Param, ...] = ()
    variants: tuple[Variant, ...] = ()
    blocks: tuple[Block, ...] = ()
    layers: tuple[Step, ...] | None = None
    outputs: tuple[Reference, ...] = ()
    expectations: tuple[Expectation, ...] = ()
    sound: bool = True
    repaired: tuple[Span, ...] = ()
    comments: tuple[Span, ...] = ()


_SHAPES = "channels first: `[C, L]`, `[C, H, W]` or `[C, D, H, W]`; or `{boxes: N}` for regions"
_SIZE_KEYS = (("channels", "c", "in_channels"), ("depth", "d"), ("height", "h", "length"), ("width", "w"))


def shape_help(node: Node, name: str) -> str:
    """How to write the shape that a node seems to mean, as a list."""
    sizes = _sizes_of(node)
    if isinstance(node, Scalar) and node.text.isdigit():
        return f"write all sizes, channels first: `{name}: [3, {shown(node.text)}, {shown(node.text)}]`"
    return f"write `{name}: [{', '.join(sizes)}]`: channels first" if sizes else _SHAPES


def _sizes_of(node: Node) -> list[str]:
    """The sizes that a single text or a mapping states, channels first; none where they can't be told."""
    if isinstance(node, Scalar):
        listed = re.fullmatch(r"\W*(\d{1,9}(?:(?:\W+|\s*x\s*)\d{1,9}){1,3})\W*", node.text[:60], re.ASCII)
        return re.findall(r"\d+", listed[1]) if listed else []
    if isinstance(node, Sequence):
        return []
    inner = node.get("shape") or node.get("size")
    if inner is not None and isinstance(inner.value, Sequence):
        return [each.text for each in inner.value.items if isinstance(each, Scalar)]
    values = {entry.key.text.lower(): entry.value for entry in node.entries}
    found = [next((values[key] for key in keys if key in values), None) for keys in _SIZE_KEYS]
    sizes = [each.text for each in found if isinstance(each, Scalar)]
    if len(sizes) == 1 and inner is not None and isinstance(inner.value, Scalar):
        sizes += [inner.value.text] * 2
    return sizes if found[0] and len(sizes) > 1 else []


def _param_help(entry: Entry) -> str | None:
    """Help for an unknown key with a number, which seems to be a parameter."""
    key, value = entry
    if not isinstance(value, Scalar) or not value.text.isdigit() or nearest(key.text, KEYS, TYPING_ERROR):
        return None
    return f"a parameter stands under `params:`: `params: {{{shown(key.text)}: {shown(value.text)}}}`"


def _strays(root: Mapping) -> list[Param]:
    """What stands where no parameter can: it was meant to be known, so that its uses are no second fault."""
    return [Param(Name(key.text, key.span), None) for key, _ in root.entries if key.text not in KEYS]


def read_file(source: SourceText, root: Node, problems: Problems) -> File | None:
    """The file of a root node; None where the root is no mapping."""
    reader = _FileReader(problems)
    help = "a spec starts with `cnnshape: 1`, `input: [...]` and `layers:`"
    if isinstance(root, Sequence):
        help = "a list of steps stands under `layers:`, and the input before it: `input: [3, 224, 224]`"
    mapping = reader.mapping(root, "a spec", help=help)
    return reader.file(source, mapping) if mapping else None


class _FileReader(StepReader):
    def file(self, source: SourceText, root: Mapping) -> File:
        self.version(root)
        extends = root.get("extends")
        allowed = EXTENDING_KEYS if extends else KEYS
        strays = _strays(root)
        root = self.corrected(root, "a spec", KEYS, _FOREIGN_KEYS, _param_help)
        for entry in root.entries:
            if entry.key.text not in allowed:
                message = f"`{entry.key.text}` can't stand beside `extends`: the base file is taken whole"
                help = "copy the base file (`cnnshape show`) to change its layers; params may be overridden"
                self.report("unknown-key", message, entry.key.span, help=help)
        start = Span(source, 1, 1, 1, 2)
        layers = root.get("layers")
        file = File(
            source,
            start,
            self.text(root.get("name")),
            self.text(root.get("source")),
            self.family(root.get("family")),
            self.year(root.get("year")),
            self.word(extends.value, "`extends`") if extends else None,
            self.inputs(root.get("input")),
            (*self.params(root.get("params"), of_block=False), *strays),
            self.variants(root.get("variants")),
            (),
            None,
            self.outputs(root.get("outputs")),
            self.expectations(root.get("expect")),
            not self.problems.found,
        )
        blocks = self.blocks(root.get("blocks"))
        if extends is not None:
            # an unreadable `extends` is fault enough; the layers that it would bring are not missing
            return file._replace(blocks=blocks, layers=None if file.extends else ())
        return file._replace(blocks=blocks, layers=self.steps(layers.value, "`layers`") if layers else None)

    def version(self, root: Mapping) -> None:
        entry = root.get("cnnshape")
        if entry is None:
            return
        if not isinstance(entry.value, Scalar) or entry.value.text != str(VERSION):
            message = f"`cnnshape` is the version of the language; this tool speaks {VERSION}"
            self.report("unsupported-version", message, entry.value.span, help=f"write `cnnshape: {VERSION}`")

    def text(self, entry: Entry | None) -> str:
        """A line of free text, as it may be printed."""
        if entry is None:
            return ""
        word = self.word(entry.value, f"`{entry.key.text}`", sort="a line of text")
        if word is None:
            return ""
        if not word.text.replace("\n", " ").isprintable():
            message = f"`{entry.key.text}` holds characters that can't be printed"
            self.report("bad-name", message, word.span, help="remove the escapes")
            return ""
        return " ".join(word.text.split())

    def family(self, entry: Entry | None) -> str:
        """The word that groups a network with its kin."""
        name = self.name(entry.value, "a family") if entry else None
        return name.text if name else ""

    def year(self, entry: Entry | None) -> int | None:
        """The year in which the network was published."""
        word = self.word(entry.value, "`year`") if entry else None
        if word is None:
            return None
        year = int(word.text) if re.fullmatch("[0-9]{4}", word.text) else None
        if year in YEARS:
            return year
        message = f"`year` is a whole number from {YEARS[0]} to {YEARS[-1]}, found `{shown(word.text)}`"
        self.report("wrong-structure", message, word.span)
        return None

    def inputs(self, entry: Entry | None) -> tuple[Input, ...]:
        """`input:`, one shape or several by name."""
        if entry is None:
            return ()
        if not isinstance(entry.value, Mapping):
            one = self.input(Name("input", entry.key.span), entry.value)
            return (one,) if one else ()
        found = []
        for each in self.named_inputs(entry.value):
            name = self.checked(Name(each.key.text, each.key.span), "an input", VARIABLE)
            one = self.input(name, each.value) if name else None
            found += [one] if one else []
        return tuple(found)

    def named_inputs(self, node: Mapping) -> list[Entry]:
        """The entries of `input:`; none where they are no inputs, but the sizes of one."""
        if not node.entries:
            self.report("bad-input", "`input` names no tensor", node.span)
        if not node.entries or not all(isinstance(each.value, Scalar) for each in node.entries):
            return node.entries
        message = "`input` is a shape, or a mapping of names to shapes; found a mapping of single values"
        self.report("bad-input", message, node.span, help=shape_help(node, "input"))
        return []

    def input(self, name: Name, node: Node) -> Input | None:
        """One input: `[C, H, W]` or `{boxes: N}`."""
        what = "`input`" if name.text == "input" else f"the input `{name.text}`"
        if isinstance(node, Mapping) and [each.key.text for each in node.entries] == ["boxes"]:
            boxes = self.expression(node.entries[0].value, "`boxes`")
            return Input(name, (), boxes, node.span) if boxes else None
        if not isinstance(node, Sequence) or not 1 <= len(node.items) <= MAX_RANK + 1:
            found = f"a list of {len(node.items)}" if isinstance(node, Sequence) else kind_of(node)
            message = f"{what} is a shape of 1 to {MAX_RANK + 1} sizes, found {found}"
            self.report("bad-input", message, node.span, help=shape_help(node, name.text))
            return None
        sizes = [self.size(item, what, first=index == 0) for index, item in enumerate(node.items)]
        found_sizes = tuple(size for size in sizes if size is not None)
        return Input(name, found_sizes, None, node.span) if len(found_sizes) == len(sizes) else None

    def size(self, node: Node, what: str, *, first: bool) -> Expression | None:
        """One size of a shape; `first` if it stands where a batch would."""
        unknown = isinstance(node, Scalar) and (node.empty or (first and node.text in ("-1", "None")))
        if isinstance(node, Scalar) and not unknown:
            return self.expression(node, "a size")
        found = f"`{node.text}`" if isinstance(node, Scalar) and node.text else kind_of(node)
        help = "the batch is left out: `[3, 224, 224]`" if unknown and first else None
        if isinstance(node, Mapping) and node.entries:
            help = f"name an input without a dash: `input: {{{shown(node.entries[0].key.text)}: [3, 224, 224]}}`"
        self.report("bad-input", f"a size of {what} is a whole number, found {found}", node.span, help=help)
        return None

    def params(self, entry: Entry | None, *, of_block: bool) -> tuple[Param, ...]:
        """Declared parameters with their defaults, in order; those of a block may be required."""
        if entry is None or (isinstance(entry.value, Scalar) and entry.value.empty):
            return ()
        help = "write `params: {width: 64}`"
        if of_block and isinstance(entry.value, Sequence):
            names = ", ".join(f"{shown(item.text)}: required" for item in entry.value.items if isinstance(item, Scalar))
            help = f"write `params: {{{names}}}`"
        mapping = self.mapping(entry.value, "`params`", help=help)
        found = []
        for each in self.unsplit_entries(mapping) if mapping else ():
            name = self.checked(Name(each.key.text, each.key.span), "a parameter", VARIABLE)
            required = isinstance(each.value, Scalar) and each.value.text == "required"
            default = None if required else self.value(each.value, f"the parameter `{shown(each.key.text)}`")
            if required and not of_block:
                self.required(each)
            if name:
                found.append(Param(name, default))
        return tuple(found)

    def required(self, entry: Entry) -> None:
        """Reports a parameter of the file without a value of its own."""
        message = f"the file's parameter `{shown(entry.key.text)}` needs a value; only a block's may be `required`"
        help = f"write a default, such as `{shown(entry.key.text)}: 64`; `-p` and variants override it"
        self.report("wrong-structure", message, entry.value.span, help=help)

    def variants(self, entry: Entry | None) -> tuple[Variant, ...]:
        """Named sets of parameter values."""
        help = "write `variants: {wide: {width: 128}}`"
        mapping = self.mapping(entry.value, "`variants`", help=help) if entry else None
        found = []
        for each in mapping.entries if mapping else ():
            name = self.checked(Name(each.key.text, each.key.span), "a variant", NAME)
            help = f"name the param that it sets: `{shown(each.key.text)}: {{NAME: {shown(each.value.span.text.strip()) or '...'}}}`"
            values = self.mapping(each.value, f"the variant `{shown(each.key.text)}`", help=help)
            if name and values:
                found.append(Variant(name, self.arguments(values, f"the variant `{name.text}`")[0]))
        return tuple(found)

    def blocks(self, entry: Entry | None) -> tuple[Block, ...]:
        """The blocks that the file defines."""
        if entry is not None and isinstance(entry.value, Sequence):
            return self.listed_blocks(entry.value)
        mapping = self.mapping(entry.value, "`blocks`", help="write `blocks: {Unit: {do: [steps]}}`") if entry else None
        found = [self.block(each) for each in (mapping.entries if mapping else ())]
        return tuple(block for block in found if block is not None)

    def listed_blocks(self, node: Sequence) -> tuple[Block, ...]:
        """Blocks in a list, which they can't be: their names are known all the same, so that uses are no second fault."""
        keys = [entry.key for item in node.items if isinstance(item, Mapping) for entry in item.entries[:1]]
        help = f"write a name without a dash: `{shown(keys[0].text)}:`" if keys else None
        self.report("wrong-structure", "`blocks` is a mapping, found a list", node.span, help=help)
        return tuple(Block(Name(key.text, key.span), (), (), sound=False) for key in keys)

    def block(self, entry: Entry) -> Block | None:
        """One block: its `params` and its `do`."""
        name = self.checked(Name(entry.key.text, entry.key.span), "a block", VARIABLE)
        if name and not name.text[0].isupper():
            help = f"call it `{name.text.title().replace('_', '')}`"
            self.report("bad-name", f"the block `{name.text}` needs a CamelCase name", name.span, help=help)
            return Block(name, (), (), sound=False)
        help = "write its steps under `do:`, its parameters under `params:`"
        body = self.mapping(entry.value, f"the block `{shown(entry.key.text)}`", help=help)
        if body is None or name is None:
            return Block(name, (), (), sound=False) if name else None
        body = self.corrected(body, "a block", ("params", "do"), _FOREIGN_BLOCK_KEYS)
        do = body.get("do")
        if do is None:
            message = f"the block `{name.text}` needs a `do`: its steps"
            self.report("missing-key", message, name.span, help=f"write `{name.text}: {{do: [steps]}}`")
            return Block(name, (), (), sound=False)
        before = len(self.problems.found)
        params = self.params(body.get("params"), of_block=True)
        sound = len(self.problems.found) == before
        return Block(name, params, self.steps(do.value, "`do`"), sound)

    def outputs(self, entry: Entry | None) -> tuple[Reference, ...]:
        """The tensors that the network gives."""
        listed = self.sequence(entry.value, "`outputs`", help="write `outputs: [scores, boxes]`") if entry else None
        found: dict[str, Reference] = {}
        if listed and not listed.items:
            help = "leave it out for the last step's tensor, or name one: `outputs: [scores]`"
            self.report("wrong-structure", "`outputs` names no tensor", listed.span, help=help)
        for item in listed.items if listed else ():
            name = self.reference(item, "an output")
            if name and name.text in found:
                related = [Label(found[name.text].span, "first named here")]
                self.report(
                    "duplicate-name", f"the output `{shown(name.text)}` stands twice", name.span, related=related
                )
            elif name:
                found[name.text] = name
        return tuple(found.values())

    def expectations(self, entry: Entry | None) -> tuple[Expectation, ...]:
        """The lines of `expect:`; what they say is read when there are figures to hold them against."""
        mapping = self.mapping(entry.value, "`expect`", help="write `expect: {params: 25557032}`") if entry else None
        found: list[Expectation] = []
        for each in self.unsplit_numbers(mapping) if mapping else ():
            found += self.expectation(Name(each.key.text, each.key.span), each.value)
        return tuple(found)

    def unsplit_numbers(self, node: Mapping) -> list[Entry]:
        """The entries; of a number that YAML has cut at its commas, `25,557,032`, it is said how to write it."""
        kept: list[Entry] = []
        parts: list[str] = []
        for entry in node.entries:
            value = entry.value
            if parts and isinstance(value, Scalar) and value.empty and _THOUSANDS.match(entry.key.text):
                parts.append(entry.key.text)
                continue
            self.split_number(kept, parts)
            parts = [value.text] if isinstance(value, Scalar) and _THOUSANDS.search(value.text) else []
            kept.append(entry)
        self.split_number(kept, parts)
        return kept

    def split_number(self, kept: list[Entry], parts: list[str]) -> None:
        """Reports the last entry if its number goes on behind a comma."""
        if len(parts) > 1:
            at = kept.pop().value.span
            help = f"write `{shown(''.join(parts))}`, or `{shown('_'.join(parts))}`"
            self.report("split-expression", "YAML ends a value at a comma inside braces", at, help=help)

    def expectation(self, figure: Name, node: Node) -> list[Expectation]:
        if isinstance(node, Mapping):
            return self.nested_expectations(figure, node)
        if isinstance(node, Sequence):
            listed = self.value(node, f"`{figure.text}`")
            return [Expectation(figure, listed)] if isinstance(listed, ListValue) else []
        word = self.word(node, f"`{shown(figure.text)}`")
        return [Expectation(figure, word)] if word else []

    def nested_expectations(self, figure: Name, node: Mapping) -> list[Expectation]:
        """Expectations by name, such as `outputs: {scores: [21]}`."""
        found: list[Expectation] = []
        for key, value in self.unsplit_numbers(node):
            if isinstance(value, Mapping):
                message = f"`{shown(figure.text)}.{shown(key.text)}` is a single value or a list, found a mapping"
                self.report("wrong-structure", message, value.span)
            else:
                found += self.expectation(Name(f"{figure.text}.{key.text}", key.span), value)
        return found
