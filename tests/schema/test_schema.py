"""The JSON Schema of specs, checked with a real validator: correct specs pass, and mistakes get their red line."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator, ValidationError
from typer.testing import CliRunner

from cnnshape.cli.app import app
from cnnshape.diagnostics import CATALOGUE
from cnnshape.language import ExpressionProblem, grammar
from cnnshape.language.expression import MAX_LENGTH, compile_expression
from cnnshape.layers import KINDS, Argument
from cnnshape.render.reference import describe_argument
from cnnshape.render.schema import schema, to_schema
from cnnshape.report import parse_wanted
from cnnshape.source import SourceText, Span, shipped_folder

ROOT = Path(__file__).parents[2]
SPECS = ROOT / "tests" / "specs"
GOOD = [*sorted(shipped_folder().glob("*.yaml")), *sorted((SPECS / "ok").glob("**/*.yaml"))]
SCHEMA = schema()
VALIDATOR = Draft7Validator(SCHEMA)
STEP_KINDS = [kind for kind in KINDS if kind.name not in grammar.JOINS]


class Core(yaml.SafeLoader):
    """YAML 1.2's core schema, as editors read it: `no` is a word, `010` is ten, `1e3` is a number."""

    yaml_implicit_resolvers: dict = {}  # noqa: RUF012


for tag, pattern, starts, make in (
    ("null", r"(~|null|Null|NULL|)\Z", ["~", "n", "N", ""], lambda text: None),
    ("bool", r"(true|True|TRUE|false|False|FALSE)\Z", list("tTfF"), lambda text: text.lower() == "true"),
    ("int", r"[-+]?[0-9]+\Z", list("-+0123456789"), int),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z", list("-+.0123456789"), float),
):
    Core.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), starts)
    Core.add_constructor(f"tag:yaml.org,2002:{tag}", lambda loader, node, make=make: make(node.value))


def errors(text: str) -> list[ValidationError]:
    return list(VALIDATOR.iter_errors(yaml.load(text, Core)))


def keys_of(form: dict[str, Any]) -> dict[str, Any]:
    """The properties of a record, which an empty mapping doesn't have, also those that exclude each other."""
    rest = form.get("else", form)
    exclusive = [rule["else"]["properties"] for rule in rest.get("allOf", ()) if "else" in rule]
    return {name: value for properties in (rest["properties"], *exclusive) for name, value in properties.items()}


def test_it_is_a_schema() -> None:
    Draft7Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert SCHEMA["$id"] == f"urn:cnnshape:schema:{grammar.VERSION}"


def test_the_command_prints_it() -> None:
    result = CliRunner().invoke(app, ["schema"])
    assert (result.exit_code, result.output) == (0, to_schema())
    assert json.loads(result.output) == SCHEMA


def test_the_one_in_docs_is_fresh() -> None:
    stored = (ROOT / "docs" / "cnnshape.schema.json").read_text(encoding="utf-8")
    assert stored == to_schema(), "run `cnnshape schema > docs/cnnshape.schema.json`"


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_no_false_alarm(path: Path) -> None:
    assert [
        (list(violation.absolute_path), violation.message) for violation in errors(path.read_text(encoding="utf-8"))
    ] == []


# Every kind and argument is in it, with its words


@pytest.mark.parametrize("kind", STEP_KINDS, ids=lambda kind: kind.name)
def test_a_kind_stands_with_all_it_declares(kind: type) -> None:
    definition = SCHEMA["definitions"][kind.name]
    assert set(keys_of(definition)) == {*kind.arguments, *kind.followers}
    assert kind.__doc__.startswith(definition["description"])
    for name, argument in kind.arguments.items():
        assert all(words in keys_of(definition)[name]["description"] for words in describe_argument(argument))


def test_every_word_of_the_grammar_is_explained() -> None:
    whole = SCHEMA["else"]
    file = {**SCHEMA["properties"], **whole["properties"], **whole["else"]["properties"]}
    call = SCHEMA["definitions"]["call"]
    step = {**SCHEMA["definitions"]["step_mapping"]["properties"], **call["properties"], **call["then"]["properties"]}
    controls = SCHEMA["definitions"]["step_mapping"]["dependencies"]
    held = {word: part for control in controls.values() for word, part in control["properties"].items()}
    assert (set(file), set(step)) == (set(grammar.FILE), set(grammar.MODIFIERS))
    assert set(held) == {*grammar.CONTROLS, *grammar.COMPANIONS}
    assert [word for word, part in {**file, **step, **held}.items() if not part.get("description")] == []


ARGUMENTS = [
    pytest.param(kind.name, name, argument, id=f"{kind.name}-{name}")
    for kind in STEP_KINDS
    for name, argument in kind.arguments.items()
]
NUMBERS = st.sampled_from([0, 1, 2, 7, 64, 10**9, 10**9 + 1, -1, -(10**9), 0.0, 0.5, 1.0, 2.5, 64.0, 1e-5, 1e10])
LITERALS = st.recursive(NUMBERS | st.booleans(), lambda items: st.lists(items, max_size=5), max_leaves=6)


def convertible(argument: Argument, value: Any) -> bool:
    try:
        argument.type.convert(as_tuple(value))
    except ValueError:
        return False
    return True


def as_tuple(value: Any) -> Any:
    return tuple(map(as_tuple, value)) if isinstance(value, list) else value


@pytest.mark.parametrize(("kind", "name", "argument"), ARGUMENTS)
def test_an_argument_takes_the_literals_that_its_kind_takes(kind: str, name: str, argument: Argument) -> None:
    own = Draft7Validator({**keys_of(SCHEMA["definitions"][kind])[name], "definitions": SCHEMA["definitions"]})

    @settings(deadline=None, max_examples=60)
    @given(LITERALS)
    def law(value: Any) -> None:
        assert own.is_valid(value) == convertible(argument, value), value

    law()
    assert own.is_valid("width") and not own.is_valid("2 +")
    assert all(own.is_valid(word) for word in argument.type.words)


# Mistakes

HEAD = "input: [3, 32, 32]\n"
MISTAKES = {
    "unknown top-level key": "input: [3, 32, 32]\nlayres: []\nlayers: []",
    "no layers": HEAD,
    "no input": "layers: [relu]",
    "layers beside extends": "extends: base.yaml\nlayers: []",
    "blocks beside extends": "extends: base.yaml\nblocks: {}",
    "another version": "cnnshape: 2\n" + HEAD + "layers: []",
    "an input of rank 4": "input: [1, 2, 3, 4, 5]\nlayers: []",
    "an input of size 0": "input: [0, 32, 32]\nlayers: []",
    "an input that is a number": "input: 3\nlayers: []",
    "boxes with something else": "input: {a: {boxes: 3, size: 4}}\nlayers: []",
    "a reserved param": HEAD + "params: {last: 3}\nlayers: []",
    "a param that is a mapping": HEAD + "params: {a: {b: 3}}\nlayers: []",
    "a param without a value": HEAD + "params: {a: }\nlayers: []",
    "a lower-case block": HEAD + "blocks: {unit: {do: []}}\nlayers: []",
    "a block without do": HEAD + "blocks: {Unit: {params: {a: 1}}}\nlayers: []",
    "a block with another key": HEAD + "blocks: {Unit: {do: [], steps: []}}\nlayers: []",
    "a variant that is a list": HEAD + "variants: {a: [1]}\nlayers: []",
    "an output twice": HEAD + "layers: []\noutputs: [a, a]",
    "a year in words": HEAD + "layers: []\nyear: last",
    "a result with its unit": HEAD + "layers: []\nresults: {top-1: 76.1%}",
    "a list of results": HEAD + "layers: []\nresults: [76.1]",
    "an unknown figure": HEAD + "layers: []\nexpect: {paramz: 3}",
    "a figure that is no number": HEAD + "layers: []\nexpect: {params: lots}",
    "a bound and a tolerance": HEAD + "layers: []\nexpect: {params: '<= 3M +- 1%'}",
    "a shape of words": HEAD + "layers: []\nexpect: {output: ten}",
}
STEPS = {
    "a list": "[relu]",
    "nothing": "",
    "an empty mapping": "{}",
    "a modifier alone": "{name: x}",
    "an unknown kind": "convv: {out: 3, kernel: 1}",
    "an unknown kind, bare": "rellu",
    "a kind that can't be bare": "conv",
    "a control that can't be bare": "residual",
    "a join that can't be bare": "add",
    "a main argument that isn't enough": "conv: 64",
    "no main argument": "relu: 3",
    "a missing argument": "conv: {out: 3}",
    "an unknown argument": "conv: {out: 3, kernel: 1, kernal: 2}",
    "another framework's argument": "conv: {filters: 3, kernel: 1}",
    "an argument of another kind": "linear: {out: 3, kernel: 1}",
    "an argument without a value": "conv: {out: 3, kernel: 1, stride: }",
    "an argument that is a mapping": "conv: {out: {a: 3}, kernel: 1}",
    "a truth for a number": "conv: {out: true, kernel: 1}",
    "a number for a truth": "conv: {out: 3, kernel: 1, bias: 0}",
    "a fraction": "conv: {out: 2.5, kernel: 1}",
    "a number out of range": "dropout: 1.5",
    "a list for a number": "conv: {out: [3, 3], kernel: 1}",
    "a list of four axes": "conv: {out: 3, kernel: [1, 1, 1, 1]}",
    "a pair of three": "conv: {out: 3, kernel: 1, padding: [[1, 1, 1]]}",
    "numbers and pairs": "conv: {out: 3, kernel: 1, padding: [[1, 1], 1]}",
    "pairs for a kernel": "conv: {out: 3, kernel: [[1, 1]]}",
    "a number for a word": "pad: {padding: 1, mode: 3}",
    "a number for a tensor": "roi_pool: {size: 7, boxes: 3}",
    "an operator too many": "conv: {out: 2 +, kernel: 1}",
    "a sign that is no operator": "conv: {out: $width, kernel: 1}",
    "a split expression": "conv: {out: min(a, b), kernel: 1}",
    "an unknown follower": "conv: {out: 3, kernel: 1, act: {rellu: }}",
    "two followers in one": "conv: {out: 3, kernel: 1, act: {relu: , gelu: }}",
    "a bad argument of a follower": "conv: {out: 3, kernel: 1, norm: {batch_norm: {epsilon: 1}}}",
    "an activation for a normalization": "conv: {out: 3, kernel: 1, norm: {relu: }}",
    "a normalization for an activation": "conv: {out: 3, kernel: 1, act: {batch_norm: }}",
    "a follower of a follower": "conv: {out: 3, kernel: 1, norm: {conv: {out: 3, kernel: 1, act: relu}}}",
    "a follower that joins": "conv: {out: 3, kernel: 1, norm: {add: [a, b]}}",
    "neither of two arguments": "upsample: {mode: linear}",
    "neither of two arguments, no mapping": "upsample: {}",
    "neither of two arguments, a word": "upsample",
    "both of two arguments": "upsample: {scale: 2, size: 4}",
    "an unknown argument in first": "{conv: {out: 3, kernel: 1}, repeat: 2, first: {kernal: 3}}",
    "a follower of a kind without": "max_pool: {kernel: 2, act: relu}",
    "two kinds": "{conv: {out: 3, kernel: 1}, relu: }",
    "a kind and a block": "{relu: , Unit: 3}",
    "a kind and a control": "{relu: , residual: []}",
    "an argument next to the kind": "{linear: {out: 3}, bias: false}",
    "first without repeat": "{conv: {out: 3, kernel: 1}, first: {out: 4}}",
    "first with residual": "{residual: [], repeat: 2, first: {a: 1}}",
    "share with a loop": "{for: {n: [1]}, do: [], share: x}",
    "do with a kind": "{relu: , do: []}",
    "shortcut with a kind": "{relu: , shortcut: none}",
    "crop with a kind": "{relu: , crop: center}",
    "crop of another sort": "{add: [a, b], crop: left}",
    "for without do": "for: {n: [1, 2]}",
    "for without columns": "{for: {}, do: []}",
    "a column that is a number": "{for: {n: 3}, do: []}",
    "a reserved variable": "{for: {i: [1, 2]}, do: []}",
    "a residual of a word": "residual: relu",
    "a wrong step inside": "residual: [{convv: 3}]",
    "a wrong step in a shortcut": "{residual: [], shortcut: [{convv: 3}]}",
    "a join of one": "add: {a: []}",
    "a join of one tensor": "concat: [a]",
    "a join of a number": "multiply: 3",
    "a branch that is no list": "concat: {a: relu, b: []}",
    "a reference that is a list": "{relu: , from: [a, b]}",
    "a name with a space": "{relu: , name: a b}",
    "a reserved name": "{relu: , name: prev}",
    "a fraction of repeats": "{relu: , repeat: 1.5}",
    "a condition that is a number": "{relu: , when: 1}",
}


@pytest.mark.parametrize("text", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_caught(text: str) -> None:
    assert errors(text)


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_a_mistake_in_a_step_is_caught(step: str) -> None:
    text = HEAD + "layers:\n  - relu\n  - " + step
    violations = errors(text)
    assert violations
    assert {tuple(violation.absolute_path)[:2] for violation in violations} == {("layers", 1)}


def test_mistakes_are_caught_wherever_steps_stand() -> None:
    step = "{convv: 3}"
    places = [
        "layers: [{residual: [%s]}]", "layers: [{residual: [], shortcut: [%s]}]", "layers: [{add: {a: [%s], b: []}}]",
        "layers: [{for: {n: [1]}, do: [%s]}]", "layers: []\nblocks: {Unit: {do: [%s]}}",
    ]  # fmt: skip
    assert [place for place in places if not errors(HEAD + place % step)] == []
    assert [place for place in places if errors(HEAD + place % "relu")] == []


# The bad specs: where a file says what is wrong on a line, the schema marks that line, as far as it can know.

MARK = re.compile(r'# error: ([a-z0-9-]+) "((?:[^"\\]|\\.)*)"')
BY_STRUCTURE = (
    "wrong-structure", "unknown-key", "missing-key", "bad-name", "bad-input", "unsupported-version", "ambiguous-step",
    "misplaced-modifier", "unknown-kind", "unknown-argument", "missing-argument", "foreign-spelling", "bad-expectation",
)  # fmt: skip
BEYOND = {
    r"rescale: \{\},": "one argument or the other",
    r"(norm|act): [a-z_]+\W.*# error: (missing-argument|foreign-spelling)": "this word may be the name of a param",
    r"mode: bilinear|\[(C|None), ": "these words may be names of params",
    r"- (Conv2d|Conv2D|Dense|ReLU|GlobalAveragePooling2D|Residual|Concat)\b": "a block may have that name",
    r"is not one output of this network": "the names of outputs",
    r"characters that can't be printed": "escapes are gone once YAML is read",
    r"`1` can't name a branch": "to a validator of data, 1 is no name at all",
    r"cnnshape: 1\.0": "1.0 is 1",
    r"`\w+` is one\b|joins an empty list|got 0\.5|no single input": "what a name means",
    r"isn't needed": "shapes",
    r"\[1, \"true\"\]": "a quoted word may be the name of a param",
}


def key_line(node: yaml.Node, key: str) -> int:
    return next(key_node.start_mark.line + 1 for key_node, _ in node.value if key_node.value == str(key))


def lines(error: ValidationError, root: yaml.Node, data: Any) -> set[int]:
    """Where an editor draws the red line of an error."""
    node, line_numbers = root, {1}
    for step in error.absolute_path:
        data = data[step]
        if isinstance(node, yaml.MappingNode):
            line_numbers = {key_line(node, step)}
            node = next(value for key, value in node.value if key.value == str(step))
        else:
            node = node.value[step]
            line_numbers = set()
        line_numbers.add(node.start_mark.line + 1)
    return {key_line(node, key) for key in guilty_keys(error, data)} or line_numbers


def guilty_keys(error: ValidationError, data: Any) -> list[str]:
    """The keys of the mapping at the place of an error that the error is about, if it is about keys."""
    given, path = error.instance, list(error.schema_path)
    if error.validator == "additionalProperties":
        patterns = error.schema.get("patternProperties", {})
        known = set(error.schema.get("properties", {}))
        return [key for key in given if key not in known and not any(re.search(pattern, key) for pattern in patterns)]
    if "propertyNames" in path and isinstance(given, str):
        return [given]
    if error.validator is None:  # `false`: jsonschema tells the place of the mapping
        return [key for key, value in data.items() if value is given]
    if "dependencies" in path:
        key = path[len(path) - path[::-1].index("dependencies")]
        return [key] if isinstance(given, dict) and key in given else []
    return []


def marked(path: Path) -> list[tuple[int, str, str]]:
    """The lines of a bad spec that the schema could mark: line, code, message."""
    numbered = enumerate(path.read_text(encoding="utf-8").split("\n"), 1)
    return [
        (number, match[1], match[2])
        for number, line in numbered
        for match in MARK.finditer(line)
        if match[1] in BY_STRUCTURE and not any(re.search(pattern, line) for pattern in BEYOND)
    ]


def readable(path: Path) -> bool:
    try:
        yaml.load(path.read_text(encoding="utf-8"), Core)
    except (yaml.YAMLError, ValueError):
        return False
    return True


BAD = [path for path in sorted((SPECS / "bad").glob("*.yaml")) if readable(path) and marked(path)]


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_bad_specs_are_marked(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    root, data = yaml.compose(text, Core), yaml.load(text, Core)
    red = {line for error in VALIDATOR.iter_errors(data) for line in lines(error, root, data)}
    assert [mark for mark in marked(path) if mark[0] not in red] == []


def test_the_lists_of_codes_and_excuses_have_nothing_in_vain() -> None:
    assert set(BY_STRUCTURE) <= set(CATALOGUE)
    everything = "\n".join(path.read_text(encoding="utf-8") for path in (SPECS / "bad").glob("*.yaml"))
    assert [pattern for pattern in BEYOND if not re.search(pattern, everything)] == []


# Patterns against what the tool itself reads

TOKENS = [
    "1",
    "2.5",
    ".5",
    "1e3",
    "a",
    "b_2",
    "list.0",
    "min",
    "max",
    "(",
    ")",
    ",",
    ".",
    "-",
    "+",
    "*",
    "/",
    "//",
    "%",
]
TOKENS += ["==", "!=", "<", "<=", "=", "**", "not", "and", "or", "if", "else", "true", "none", " ", "$", "in_channels"]


def expressible(text: str) -> bool:
    try:
        compile_expression(text, Span(SourceText("", text), 1, 1, 1, 1))
    except ExpressionProblem:
        return False
    return True


def atoms(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    gap = st.sampled_from(["", " "])
    sign = st.sampled_from(["+", "-", "*", "/", "//", "%", " and ", " or ", "==", "<="])
    return (
        st.builds("".join, st.tuples(inner, gap, sign, gap, inner))
        | st.builds("{} if {} else {}".format, inner, inner, inner)
        | st.builds("({})".format, inner)
        | st.builds("-{}".format, inner)
        | st.builds("not {}".format, inner)
        | st.builds("max({}, {})".format, inner, inner)
        | st.builds("make_divisible( {},{} )".format, inner, inner)
        | st.builds("[{}, {}].({})".format, inner, inner, inner)
        | st.builds("reverse({}).all . k".format, inner)
    )


LEAVES = st.sampled_from(
    [
        "1",
        "2.5",
        ".5",
        "1e3",
        "a",
        "widths.0",
        "widths . 1",
        "in_channels",
        "true",
        "order",
        "nota",
        "[]",
        "a.all",
        "a.b.0",
    ]
)
EXPRESSION = Draft7Validator(SCHEMA["definitions"]["expression"])


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(TOKENS), min_size=1, max_size=8).map("".join) | st.recursive(LEAVES, atoms, max_leaves=6)
)
@example("1and.5")
@example("2if a else 3")
def test_no_expression_is_refused(text: str) -> None:
    if len(text) <= MAX_LENGTH and expressible(text):
        assert EXPRESSION.is_valid(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "2 +",
        "+ 2",
        "2 ** 3",
        "a = 1",
        "2 3",
        "a b",
        "0x10",
        "3px",
        "a &&b",
        "${a}",
        "a if",
        "1:30",
        "a.",
        "a.(",
        "[1,",
        "a[0]",
    ],
)
def test_a_broken_expression_is_refused(text: str) -> None:
    assert not EXPRESSION.is_valid(text)
    assert not expressible(text)


@pytest.mark.parametrize(
    "text", ["(", "a ", "- ", "not ", "a(", "((a)", "a.0", "1.", "a if ", "aand", "[", "a.(", "a.b", "[]", "[["]
)
def test_patterns_take_no_time(text: str) -> None:
    long = (text * MAX_LENGTH)[: MAX_LENGTH - 1] + "$"
    start = time.perf_counter()
    assert not EXPRESSION.is_valid(long)
    assert time.perf_counter() - start < 0.1


AMOUNTS = [
    "1",
    "25",
    "1234",
    ".",
    ",",
    "_",
    " ",
    "k",
    "M",
    "G",
    "kB",
    "MiB",
    "B",
    "<",
    "<=",
    ">=",
    "+-",
    "±",
    "%",
    "x",
    "-",
]


@settings(deadline=None, max_examples=300)
@given(st.lists(st.sampled_from(AMOUNTS), min_size=1, max_size=7).map("".join))
def test_expectations_are_those_that_can_be_read(text: str) -> None:
    wanted = Draft7Validator(keys_of(SCHEMA["properties"]["expect"])["params"])
    assert wanted.is_valid(text) == (parse_wanted(text) is not None)


def test_it_stays_small() -> None:
    """An editor loads it for each file. What kinds share is stated once, in `definitions`."""
    assert len(to_schema()) < 400_000
    rules = SCHEMA["definitions"]
    own = json.dumps(rules["own_word"])
    assert own.count("conv_transpose|") <= 1
    assert {name for name in rules if name.startswith("word_")} == {f"word_{kind.name}" for kind in STEP_KINDS}


@pytest.mark.parametrize(
    "value", ["{leaky_relu: 0.1}", "[relu, {elu: {alpha: 1}}]", "{group_norm: 4}", "925M", "1_000"]
)
def test_params_may_be_layers_and_numbers_with_prefixes(value: str) -> None:
    text = "cnnshape: 1\ninput: [3, 8, 8]\nparams: {a: VALUE}\nvariants: {v: {a: VALUE}}\nlayers: [relu]\n"
    assert not errors(text.replace("VALUE", value))


@pytest.mark.parametrize("value", ["{leaky_relu: {slop: 1}}", "{elu: 1, relu: }", "4 X", "required"])
def test_other_params_are_marked(value: str) -> None:
    assert errors(f"cnnshape: 1\ninput: [3, 8, 8]\nparams: {{a: {value}}}\nlayers: [relu]\n")
