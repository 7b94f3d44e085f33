"""The language as a JSON Schema (draft-07): completion, hover and red lines in editors.

It can't know a file's parameters, so an expression may stand wherever a value does. Where there are alternatives, only
the place that they stand in has a description: editors show the first one that they find.
"""

import json
import re
from inspect import cleandoc

from cnnshape.language.expression import MAX_LENGTH
from cnnshape.language.file import EXTENDING_KEYS, KEYS, MAX_RANK, VERSION, YEARS
from cnnshape.language.reading import MAX_NAME, NAME, RESERVED, VARIABLE
from cnnshape.language.steps import COMPANIONS, CONTROLS, JOINS, MODIFIERS
from cnnshape.layers import BY_NAME
from cnnshape.layers.argument import LARGEST
from cnnshape.render.schema_kinds import (
    EXPRESSION,
    NOTHING,
    STEP_KINDS,
    Schema,
    bare_kinds,
    by_kind,
    listed,
    mixed,
    of_kind,
    proposing,
    record,
    reference,
)
from cnnshape.report import FIGURES

_QUANTITY = (
    r"([0-9]{1,3}(,[0-9]{3}){1,6}|[0-9]{1,15}(_[0-9]{1,15}){0,6})(\.[0-9]{1,12})?\s*(k|K|M|G|T|B|kB|MB|GB|KiB|MiB|GiB)?"
)
_WANTED = rf"^\s*((<=?|>=?)?\s*{_QUANTITY}|{_QUANTITY}\s*(\+-|±)\s*[0-9]{{1,3}}(\.[0-9]{{1,6}})?\s*%)\s*$"
# An operand after every operator; whether brackets match and functions exist is more than a pattern can say.
_NUMBER = r"([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?(?![A-Za-z0-9_])"
_WORD = r"(?!(and|or|not|if|else)\b)[A-Za-z_][A-Za-z0-9_]*\b"
_OPERAND = rf"((-|not\b|({_WORD})?\s*\()\s*)*({_NUMBER}|{_WORD})(\s*(\)|\.\s*[0-9]+))*"
_OPERATOR = r"(//|==|!=|<=|>=|[-+*/%<>,]|(and|or|if|else)\b)"
_EXPRESSION = rf"^\s*{_OPERAND}(\s*{_OPERATOR}\s*{_OPERAND})*\s*$"
_BLOCK = "^[A-Z][A-Za-z0-9_]*$"
_END = r"\Z"


def to_schema() -> str:
    """The schema as text."""
    return json.dumps(schema(), indent=2) + "\n"


def schema() -> Schema:
    """The schema of a spec."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "cnnshape",
        "description": f"A convolutional network, in version {VERSION} of the language of cnnshape.",
        "type": "object",
        "properties": {key: _KEYS[key] for key in KEYS},
        "additionalProperties": False,
        "if": {"required": ["extends"]},
        "then": _without(*(key for key in KEYS if key not in EXTENDING_KEYS)),
        "else": {"required": ["input", "layers"]},
        "definitions": {
            "expression": {
                "pattern": _EXPRESSION,
                "maxLength": MAX_LENGTH,
                "patternErrorMessage": "an expression is made of numbers and names with operators between them",
            },
            "value": _VALUE,
            "step": _step(),
            "block": _block(),
            "follower": {**record(by_kind()), "minProperties": 1, "maxProperties": 1},
            **{kind.name: of_kind(kind) for kind in STEP_KINDS},
        },
    }


def _free(name: re.Pattern[str], what: str) -> Schema:
    """A new name, as JavaScript reads its pattern: none that has a meaning of its own."""
    pattern = f"^(?!({'|'.join(sorted(RESERVED))})$){name.pattern.removesuffix(_END)}$"
    return {"pattern": pattern, "maxLength": MAX_NAME, "patternErrorMessage": what}


def _said(description: str, *forms: Schema) -> Schema:
    return {"description": description, **(mixed(*forms) if len(forms) > 1 else forms[0])}


def _named(values: Schema, names: Schema, least: int = 0) -> Schema:
    """Values under names of the user's."""
    return {
        "type": "object",
        "propertyNames": names,
        "additionalProperties": values,
        **({"minProperties": least} if least else {}),
    }


def _without(*keys: str) -> Schema:
    return {"properties": dict.fromkeys(keys, False)}


_ANY = reference("value")
_GIVEN: Schema = {"allOf": [_ANY, {"not": {"const": "required"}}]}
_ANYTHING: Schema = {"type": "object", "additionalProperties": _ANY}
_VALUE = mixed({"type": ["number", "boolean"]}, EXPRESSION, listed(_ANY))
_STEPS = listed(reference("step"))
_SIZE = mixed({"type": "integer", "minimum": 1, "maximum": LARGEST}, EXPRESSION)
_SHAPE = listed(_SIZE, 1, MAX_RANK + 1)
_TENSOR: Schema = {"type": "string", "pattern": f"^{NAME.pattern.removesuffix(_END)}$"}
_NAME = _free(NAME, "a name has letters, digits, `_`, `.` and `-`, and is no word of the language")
_VARIABLE = _free(VARIABLE, "a name has letters, digits and `_`, and is no word of the language")
_BLOCK_NAME = {"pattern": _BLOCK, "maxLength": MAX_NAME, "patternErrorMessage": "the name of a block is CamelCase"}


def _step() -> Schema:
    heads = {**by_kind(), **{word: _CONTROLS[word] for word in CONTROLS}}
    beside = {word: _BESIDE[word] for word in (*MODIFIERS, *COMPANIONS)}
    headless = {"type": "object", "propertyNames": {"enum": [word for word in beside if word not in BY_NAME]}}
    return {
        "type": ["object", "string"],
        "properties": {**heads, **beside},
        "patternProperties": {_BLOCK: reference("block")},
        "additionalProperties": False,
        "anyOf": [*bare_kinds(), {"type": "string", "pattern": _BLOCK}, {"type": "object"}],
        "allOf": [
            {"if": {"type": "object"}, "then": {"oneOf": _one_of([word for word in heads if word not in beside])}},
            {"if": headless, "then": {"type": "string", "errorMessage": "a step names a kind or a block"}},
        ],
        "dependencies": _dependencies(),
    }


def _one_of(words: list[str]) -> list[Schema]:
    """One kind, or blocks, or nothing that is known, which is said already. Two blocks can't be told from one."""
    block = {"pattern": _BLOCK}
    some_block = {"not": {"propertyNames": {"not": block}}}
    nothing = {"propertyNames": {"not": {"anyOf": [{"enum": words}, block]}}}
    return [*({"required": [word]} for word in words), some_block, nothing]


def _dependencies() -> Schema:
    owners = {word: {"anyOf": _owners(word)} for word in COMPANIONS}
    controls = {word: _without("first", "share") for word in CONTROLS}
    for word in JOINS:
        controls[word]["properties"]["crop"] = {"const": "center"}
    return {**owners, **controls, "for": {**controls["for"], "required": ["do"]}, "first": ["repeat"]}


def _owners(word: str) -> list[Schema]:
    """What a word stands beside; one that is a kind too may stand alone."""
    alone = [{"propertyNames": {"enum": [word, *MODIFIERS]}}] if word in BY_NAME else []
    return [*({"required": [owner]} for owner in COMPANIONS[word]), *alone]


def _block() -> Schema:
    what = "The arguments of a block: its params by name, or the first one alone."
    return {"title": "a block", **_said(what, _ANYTHING, _VALUE, NOTHING)}


def _join(word: str) -> Schema:
    what = cleandoc(BY_NAME[word].__doc__ or "").partition("\n")[0]
    branches = _named(_STEPS, _VARIABLE, least=2)
    return _said(f"{what} Branches that share the input, or tensors by name.", branches, listed(_TENSOR, 2))


_COLUMNS = _named(mixed(listed(_ANY), EXPRESSION), _VARIABLE, least=1)
_CONTROLS: dict[str, Schema] = {
    "for": _said("Columns that are walked together: `do` is expanded once per row.", _COLUMNS),
    "residual": _said("The body of a residual connection; `shortcut` is added to it.", _STEPS),
    **{word: _join(word) for word in JOINS},
}
_COUNT = {"type": "integer", "minimum": 0}
_TRUTH = mixed({"type": "boolean"}, EXPRESSION)
_PATH = proposing(["identity", "none"], mixed(EXPRESSION, _STEPS))
_BESIDE: dict[str, Schema] = {
    "name": _said("The name of the output: for `from`, joins, `share` and `outputs`.", {"type": "string", **_NAME}),
    "from": _said("Takes this tensor instead of the previous step's output.", _TENSOR),
    "when": _said("Leaves the step out where this is false.", _TRUTH),
    "repeat": _said("Runs the step so many times, each on the output of the one before.", _COUNT, EXPRESSION),
    "first": _said("Other arguments for the first of several repeats.", _ANYTHING),
    "share": _said("Uses the weights of the step of this name.", _TENSOR),
    "frozen": _said("Weights that training doesn't change.", _TRUTH),
    "do": _said("The steps of one round.", _STEPS),
    "shortcut": _said("The other path: steps, `identity` (where it is left out) or `none`.", _PATH),
    "crop": _said(
        "Beside a join: `center` cuts larger tensors to the smallest, about their centre. Alone: cuts cells off.",
        {"anyOf": [{"const": "center"}, reference("crop")]},
    ),
}


def _input() -> Schema:
    named = _named(mixed(_SHAPE, record({"boxes": _SIZE}, ["boxes"])), _VARIABLE, least=1)
    return _said("The shape of the input, channels first, without the batch; or several by name.", _SHAPE, named)


def _params(description: str, values: Schema) -> Schema:
    return _said(description, _named(values, _VARIABLE), NOTHING)


def _blocks() -> Schema:
    params = _params("The block's parameters: a default, or `required`.", proposing(["required"], _VALUE))
    block = record({"params": params, "do": _said("The block's steps.", _STEPS)}, ["do"])
    return _said("Steps that are used by a CamelCase name.", _named(block, _BLOCK_NAME))


def _expect() -> Schema:
    sizes = mixed({"type": "integer", "minimum": 1}, {"type": "string", "pattern": "^[0-9]{1,15}$"}, _SHAPE)
    by_name = {"type": "object", "additionalProperties": sizes}
    hint = "a number (`4.089G`), a bound (`<= 26M`) or a tolerance (`25.5M +- 1%`)"
    wanted = {"type": ["number", "string"], "minimum": 0, "pattern": _WANTED, "patternErrorMessage": hint}
    fields = mixed(wanted, _SHAPE)
    figures = {
        **{name: _said(f"{figure.definition}: {hint}", wanted) for name, figure in FIGURES.items()},
        "output": _said("the shape of the output", sizes),
        "outputs": _said("the shapes of several outputs, by name", by_name),
        "receptive_field": _said(
            "its size on each axis, or a bound for all axes: of the last feature map, or of layers by name",
            fields,
            {"type": "object", "additionalProperties": fields},
        ),
    }
    what = "What the file demands of itself; `cnnshape check` holds it to that."
    return _said(what, {**record(figures), "patternProperties": {r"^outputs\.": sizes, r"^receptive_field\.": fields}})


_TEXT = {"type": ["string", "number"]}
_VERSION = {"enum": [VERSION, str(VERSION)], "default": VERSION}
_YEAR = {"type": ["integer", "string"], "minimum": YEARS[0], "maximum": YEARS[-1], "pattern": "^[0-9]{4}$"}
_VARIANTS = _named(_named(_ANY, _VARIABLE), _NAME)
_OUTPUTS = {**listed(_TENSOR), "minItems": 1, "uniqueItems": True}
_KEYS: dict[str, Schema] = {
    "cnnshape": _said("The version of the language.", _VERSION),
    "name": _said("A line of text; without it, the file's name.", _TEXT),
    "source": _said("Where the network or its figures come from.", _TEXT),
    "family": _said("A word that groups the network with its kin.", {"type": "string", **_NAME}),
    "year": _said("The year of publication.", _YEAR),
    "extends": _said("A file that this one takes over, by its path from here.", {"type": "string"}),
    "input": _input(),
    "params": _params("Values by name, for expressions; `-p` and variants set others.", _GIVEN),
    "variants": _said("Named sets of values of `params`.", _VARIANTS),
    "blocks": _blocks(),
    "layers": _said("The steps, each on the output of the one before.", _STEPS),
    "outputs": _said("The names of the outputs; without it, the last step's.", _OUTPUTS),
    "expect": _expect(),
}
