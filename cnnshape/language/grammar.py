"""The grammar of a spec, declared once: its keys, what they hold, and the words that it reserves.

The reader, the writer, the JSON Schema, the reference in the docs and the messages read these declarations.
"""

from collections.abc import Mapping

from cnnshape.language.expression import KEYWORDS, LITERALS, MAX_LENGTH, SIZE_NAMES

VERSION = 1
YEARS = range(1900, 2101)
MAX_RANK = 3
"""The most spatial axes that a tensor has."""
MAX_NAME = 100
"""The most characters of a name."""
RESULT = r"-?[0-9]{1,12}(\.[0-9]{1,12})?([eE]-?[0-9]{1,2})?"
"""A number of `results`."""
MAX_EXPRESSION = MAX_LENGTH
"""The most characters of an expression."""

VARIABLE = "[A-Za-z_][A-Za-z0-9_]*"
"""A name that expressions use: of a parameter, a loop variable, an input, a branch."""
NAME = "[A-Za-z_][A-Za-z0-9_.-]*"
"""A name that only references use: of a step, a variant."""
BLOCK_NAME = "[A-Z][A-Za-z0-9_]*"
"""A name of a block. Layer kinds are lower case, so the two never collide."""

ENTERING = "input"
"""The tensor that enters a block, in its steps; and the name of a file's only input."""
RESERVED = frozenset(("prev", "i", "last", *LITERALS, *KEYWORDS, *SIZE_NAMES))
"""Words with a meaning of their own, which name nothing else."""
REQUIRED = "required"
"""Takes the place of a default: each use of the block must set the parameter."""
ALL = "all"
"""The list of all rounds of a step, after its name; so no step has this name."""
KIND_WORDS = ("type", "kind", "op", "op_type", "class_name", "layer_type", "module", "layer")
"""Keys that hold the kind of a layer in other tools' files."""


def reserved(pattern: str) -> frozenset[str]:
    """The words that a name of this pattern can't be: `NAME` or `VARIABLE`."""
    return RESERVED | {ALL} if pattern == NAME else RESERVED


class Form:
    """What a value looks like: `notation` in the reference, `collection` for a `list` or `mapping` as a whole."""

    __slots__ = ("collection", "name", "notation")

    def __init__(self, name: str, notation: str, collection: str = "") -> None:
        self.name = name
        self.notation = notation
        self.collection = collection


VERSION_FORM = Form("version", str(VERSION))
LINE = Form("line", "text")
WORD = Form("word", "word")
YEAR = Form("year", "YYYY")
PATH = Form("path", "path")
INPUTS = Form("inputs", "[C, H, W] | {name: [C, H, W] | {boxes: N}, ...}", "list")
PARAMS = Form("params", "{name: value, ...}", "mapping")
BLOCK_PARAMS = Form("block_params", f"{{name: value | {REQUIRED}, ...}}", "mapping")
VARIANTS = Form("variants", "{name: {param: value, ...}, ...}", "mapping")
BLOCKS = Form(
    "blocks", f"{{CamelCase: {{params: {BLOCK_PARAMS.notation}, do: steps, outputs: [name, ...]}}, ...}}", "mapping"
)
STEPS = Form("steps", "steps", "list")
NAMES = Form("names", "[name, ...]", "list")
REFERENCES = Form("references", "[reference, ...]", "list")
SHAPE = Form("shape", "[size | any, ...]", "list")
CONTRACT_FORM = Form("contract", f"{{input: {SHAPE.notation}, output: {SHAPE.notation}}}", "mapping")
ANY = "any"
"""In place of a size that a contract leaves open."""
STEPS_EXPECTED = "steps"
"""The key of a file's `expect` with the contracts of steps by name."""
RESULTS = Form("results", "{measure: number, ...}", "mapping")
EXPECTATIONS = Form("expectations", "{figure: number | bound | tolerance | [size, ...], ...}", "mapping")
TRUTH = Form("truth", "expression")
COUNT = Form("count", "expression")
REFERENCE = Form("reference", "reference")
ARGUMENTS = Form("arguments", "{argument: value, ...}", "mapping")
DTYPE = Form("dtype", "type | {weights: type, biases: type, activations: type}")
TYPE = Form("type", "type")
COLUMNS = Form("columns", "{variable: [value, ...], ...}", "mapping")
SIDES = Form("sides", "{branch: steps, ...} | [reference, ...] | reference")
SHORTCUT = Form("shortcut", "identity | none | steps")
CROP = Form("crop", "center")
BROADCASTS = ("channels", "space")
"""What a join may repeat a tensor over."""
BROADCAST = Form("broadcast", " | ".join(BROADCASTS))


class Key:
    """A key of the grammar.

    `doc` says in one line what it holds, `example` shows it, `foreign` are other tools' words for it. `companions` are
    the keys that a control word takes next to it, with True for one that it needs.
    """

    __slots__ = ("companions", "doc", "example", "foreign", "form", "name")

    def __init__(
        self,
        name: str,
        form: Form,
        doc: str,
        example: str = "",
        foreign: tuple[str, ...] = (),
        companions: dict[str, bool] | None = None,
    ) -> None:
        self.name = name
        self.form = form
        self.doc = doc
        self.example = example
        self.foreign = foreign
        self.companions = companions or {}

    @property
    def help(self) -> str:
        """How to write the key, for a message."""
        return f"write `{self.example}`"


def _by_name(*keys: Key) -> dict[str, Key]:
    return {key.name: key for key in keys}


FILE = _by_name(
    Key(
        "cnnshape", VERSION_FORM, "The version of the language.", "cnnshape: 1",
        foreign=("version",),
    ),
    Key(
        "name", LINE, "A line of text; without it, the file's name.", "name: ResNet-50",
        foreign=("title", "id", "model_name"),
    ),
    Key(
        "source", LINE, "Where the network or its figures come from.", "source: Krizhevsky (2012)",
        foreign=("description", "reference", "paper", "url", "citation", "comment"),
    ),
    Key("family", WORD, "A word for the group of networks that this one belongs to.", "family: resnet"),
    Key("year", YEAR, "The year of publication.", "year: 2015"),
    Key(
        "results", RESULTS, "What was measured of the trained network, such as its accuracy.",
        "results: {ImageNet top-1: 76.13}",
        foreign=("metrics", "accuracy", "metric", "scores", "performance"),
    ),
    Key(
        "extends", PATH, "The path of a file that this one builds on, relative to this file.", "extends: base.yaml",
        foreign=("base", "_base_", "parent", "inherits", "include", "import"),
    ),
    Key(
        "input", INPUTS, "The shape of the input, channels first, without the batch; or several inputs by name.",
        "input: [3, 224, 224]",
        foreign=(
            "inputs", "input_shape", "input_size", "input_dim", "input_dims", "in_shape", "shape", "image_size", "img_size",
            "data",
        ),
    ),
    Key(
        "params", PARAMS, "Values by name, for expressions. `-p` and variants override them.", "params: {width: 64}",
        foreign=("parameters", "variables", "vars", "config", "hyperparameters", "constants", "args"),
    ),
    Key(
        "variants", VARIANTS, "Named sets of values for `params`.", "variants: {wide: {width: 128}}",
        foreign=("configurations", "configs", "scales", "versions"),
    ),
    Key(
        "blocks", BLOCKS, "Groups of steps with parameters of their own, by a CamelCase name.", "blocks: {Unit: {do: [steps]}}",
        foreign=("functions", "definitions", "defs", "subgraphs", "macros"),
    ),
    Key(
        "layers", STEPS, "The steps. Each takes the output of the one before it.", "layers: [steps]",
        foreign=(
            "network", "model", "architecture", "net", "backbone", "head", "body", "steps", "modules", "sequence",
            "sequential", "graph", "nodes", "do",
        ),
    ),
    Key("outputs", REFERENCES, "The names of the outputs; by default, the last step's output.", "outputs: [scores, boxes]"),
    Key(
        "expect", EXPECTATIONS, "The figures that `cnnshape check` compares the design with.",
        "expect: {params: 25557032}",
        foreign=("tests", "asserts", "expected", "expects", "checks"),
    ),
)  # fmt: skip
"""The keys of a file."""

BLOCK = _by_name(
    Key(
        "params", BLOCK_PARAMS, f"The block's parameters, each with a default or `{REQUIRED}`.", "params: {width: required}",
        foreign=("parameters", "args", "arguments", "variables", "inputs"),
    ),
    Key(
        "do", STEPS, "The block's steps.", "do: [steps]",
        foreign=("steps", "layers", "body", "modules", "forward", "sequence"),
    ),
    Key(
        "outputs", NAMES, "The names of its steps that can be read from outside, as `id.name`.", "outputs: [skip]",
        foreign=("returns", "return", "output", "exports"),
    ),
)  # fmt: skip
"""The keys of a block."""

MODIFIERS = _by_name(
    Key(
        "name", WORD, "The name of the step's output, for `from`, joins, `share` and `outputs`.", "name: stem",
        foreign=("id", "label", "top", "as", "alias"),
    ),
    Key(
        "from", REFERENCE, "The tensor to take instead of the previous step's output.", "from: stem",
        foreign=("input", "inputs", "bottom", "in", "src", "parents"),
    ),
    Key(
        "when", TRUTH, "A condition. The step is left out where it is false.", "when: stride != 1",
        foreign=("if", "condition", "only_if", "enabled"),
    ),
    Key(
        "repeat", COUNT, "How many times the step runs, each time on its own last output.", "repeat: 3",
        foreign=("repeats", "times", "n", "number", "count", "num", "num_blocks", "num_layers"),
    ),
    Key("first", ARGUMENTS, "Other arguments for the first repeat.", "first: {stride: 2}"),
    Key(
        "share", REFERENCE, "The step whose weights this one uses.", "share: stem",
        foreign=("shared", "reuse", "tie", "share_weights", "weights"),
    ),
    Key(
        "frozen", TRUTH, "Whether training leaves the weights as they are.", "frozen: true",
        foreign=("freeze", "trainable", "requires_grad"),
    ),
    Key(
        "dtype", DTYPE, "The types of the step's values: one for all, or of weights, biases and activations apart.",
        "dtype: {weights: int4, activations: int8}",
        foreign=("dtypes", "precision", "data_type", "datatype", "bits", "quantize", "quantization"),
    ),
    Key(
        "expect", CONTRACT_FORM, "The shapes that must enter and leave the step; `any` leaves a size open.",
        "expect: {output: [64, any, any]}",
        foreign=("expects", "expected", "assert", "contract"),
    ),
)  # fmt: skip
"""The keys that every step may have next to its kind, block or control word."""
CONTRACT = _by_name(
    Key(
        "input", SHAPE, "The shape that must enter the step.", "input: [64, any, any]",
        foreign=("in", "inputs", "input_shape"),
    ),
    Key(
        "output", SHAPE, "The shape that must leave it.", "output: [64, any, any]",
        foreign=("out", "outputs", "output_shape", "shape"),
    ),
)  # fmt: skip
"""The keys of a step's `expect`."""
DTYPE_PARTS = _by_name(
    Key(
        "weights", TYPE, "The type of learned values, without biases.", "weights: int8",
        foreign=("weight", "kernel", "kernels", "params"),
    ),
    Key("biases", TYPE, "The type of biases, and of the shifts of norms.", "biases: int32", foreign=("bias",)),
    Key(
        "activations", TYPE, "The type of the output.", "activations: float16",
        foreign=("activation", "output", "outputs", "values"),
    ),
)  # fmt: skip
"""The keys of a step's `dtype`."""
NOT_ON_CONTROLS = ("first", "share")
"""The modifiers that only a kind or a block has."""

COMPANIONS = _by_name(
    Key("do", STEPS, "The steps of one round.", "do: [steps]", foreign=("steps", "layers", "body")),
    Key(
        "shortcut", SHORTCUT, "The other path: steps, `identity` (the default) or `none`.", "shortcut: [steps]",
        foreign=("projection", "skip", "downsample"),
    ),
    Key("crop", CROP, "With a join: `center` cuts larger tensors to the smallest, about their centre.", "crop: center"),
    Key(
        "broadcast", BROADCAST,
        "With an element-wise join: repeats a tensor of one channel over `channels`, or of one cell over `space`.",
        "broadcast: channels",
    ),
)  # fmt: skip
"""The keys that only some control words have next to them."""

_JOIN = "Branches that share the input, or tensors by name."
_ELEMENTWISE = {"crop": False, "broadcast": False}
CONTROLS = _by_name(
    Key(
        "for", COLUMNS, "Variables with a list of values each. `do` is expanded once for each position of the lists.", "for: {width: [64, 128]}",
        companions={"do": True},
    ),
    Key(
        "residual", STEPS, "The steps of the main path. `shortcut` is added to their output.", "residual: [steps]",
        companions={"shortcut": False},
    ),
    *(
        Key(word, SIDES, _JOIN, f"{word}: {{left: [steps], right: [steps]}}", companions=companions)
        for word, companions in (
            ("add", _ELEMENTWISE), ("concat", {"crop": False}), ("multiply", _ELEMENTWISE), ("subtract", _ELEMENTWISE),
            ("average", _ELEMENTWISE), ("maximum", _ELEMENTWISE),
        )
    ),
)  # fmt: skip
"""The words that make a step of other steps."""


STEP = {**MODIFIERS, **COMPANIONS}
"""The keys next to the kind, block or control word of a step."""
JOINS = tuple(name for name, key in CONTROLS.items() if key.form is SIDES)
OWN_KINDS = ("crop",)
"""Companions that are also layer kinds if no owner is next to them."""
OWNERS = {word: tuple(name for name, key in CONTROLS.items() if word in key.companions) for word in COMPANIONS}
"""The control words that each companion goes with."""
EXTENDING_KEYS = tuple(name for name in FILE if name not in ("variants", "blocks", "layers"))
"""The keys of a file that extends another one."""
NEEDED_KEYS = ("input", "layers")
"""The keys that a file needs, unless `extends` brings them."""


def foreign_words(keys: Mapping[str, Key]) -> dict[str, str]:
    """Other tools' words for keys, with the names of the keys."""
    return {word: key.name for key in keys.values() for word in key.foreign}
