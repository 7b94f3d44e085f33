"""The forms of values that the grammar declares, as parts of a JSON Schema."""

from collections.abc import Iterable, Mapping

from cnnshape.device.deployment import Pads
from cnnshape.device.figures import DEVICE_FIGURES
from cnnshape.device.kernels import KERNELS
from cnnshape.device.lowering import IN_PLACE
from cnnshape.device.records import RUNTIMES
from cnnshape.device.target import DEVICE
from cnnshape.language import grammar, patterns
from cnnshape.language.dtypes import DTYPES
from cnnshape.layers.argument import LARGEST
from cnnshape.render.schema_kinds import (
    EXPRESSION,
    NOTHING,
    ROLES,
    Schema,
    keyed,
    listed,
    mixed,
    proposing,
    record,
    reference,
    seldom,
)
from cnnshape.render.schema_names import NO_NAMES, Names, Scope
from cnnshape.report import FIGURES, WANTED_PATTERN

Forms = Mapping[grammar.Form, tuple[Schema, ...]]


def described(description: str, *forms: Schema) -> Schema:
    """A value of one of these forms, with what it means."""
    return {"description": description, **(mixed(*forms) if len(forms) > 1 else forms[0])}


def properties(keys: Mapping[str, grammar.Key], forms: Forms) -> dict[str, Schema]:
    """Keys of the grammar, each with its description and the schemas of its form."""
    return {name: described(key.doc, *forms[key.form]) for name, key in keys.items()}


def _new_name(pattern: str, what: str) -> Schema:
    return {"pattern": patterns.new_name(pattern), "maxLength": grammar.MAX_NAME, "patternErrorMessage": what}


def _named(values: Schema, names: Schema, least: int = 0) -> Schema:
    """A mapping with names of the user."""
    return {
        "type": "object",
        "propertyNames": {**names, "doNotSuggest": True},
        "additionalProperties": values,
        **({"minProperties": least} if least else {}),
    }


_ANY = reference("value")
_GIVEN: Schema = {"allOf": [reference("given"), {"not": {"const": grammar.REQUIRED}}]}
VALUE = mixed({"type": ["number", "boolean"]}, EXPRESSION, seldom(listed(_ANY)))
_FOLLOWS: Schema = {"type": "object", "if": {"type": "object"}, "then": {"anyOf": [*map(reference, ROLES)]}}
GIVEN_TO_BLOCK = mixed({"type": ["number", "boolean"]}, EXPRESSION, seldom(listed(reference("given"))), _FOLLOWS)
_GIVEN_TO_BLOCK = reference("given")
ARGUMENTS_BY_NAME: Schema = {"type": "object", "additionalProperties": _GIVEN_TO_BLOCK}
ARGUMENT: Schema = {"if": {"not": _GIVEN_TO_BLOCK}, "then": _GIVEN_TO_BLOCK}
"""A value, for which editors propose nothing: neither `true` nor `false`, which few params take."""
_SIZE = mixed({"type": "integer", "minimum": 1, "maximum": LARGEST}, EXPRESSION)
_SHAPE = listed(_SIZE, 1, grammar.MAX_RANK + 1)
_REFERENCE: Schema = {"type": "string", "pattern": patterns.REFERENCE}
"""Not a definition of its own: editors would offer its name as an item of a list."""
_NAME = _new_name(grammar.NAME, "a name has letters, digits, `_`, `.` and `-`, and is no word of the language")
_VARIABLE = _new_name(grammar.VARIABLE, "a name has letters, digits and `_`, and is no word of the language")
_BLOCK_NAME = {
    "pattern": patterns.BLOCK_NAME,
    "maxLength": grammar.MAX_NAME,
    "patternErrorMessage": "the name of a block is CamelCase",
}


_CONTRACT: Schema = {
    **record(
        {
            name: described(
                key.doc, {"type": "integer", "minimum": 1}, EXPRESSION, listed(_SIZE, 1, grammar.MAX_RANK + 1)
            )
            for name, key in grammar.CONTRACT.items()
        }
    ),
    "minProperties": 1,
}


_TYPE: Schema = {"enum": list(DTYPES)}
_DTYPE: Schema = {
    "type": "string",
    "pattern": f"^({'|'.join(DTYPES)})$",
    "patternErrorMessage": f"a type is {', '.join(list(DTYPES)[:-1])} or {list(DTYPES)[-1]}",
}
_DTYPES: Schema = {
    **record({name: described(key.doc, _TYPE) for name, key in grammar.DTYPE_PARTS.items()}),
    "minProperties": 1,
}


def _expect() -> Schema:
    sizes = mixed({"type": "integer", "minimum": 1}, {"type": "string", "pattern": "^[0-9]{1,15}$"}, _SHAPE)
    by_name = {"type": "object", "additionalProperties": sizes}
    hint = "a number (`4.089G`), a bound (`<= 26M`) or a tolerance (`25.5M +- 1%`)"
    wanted = {"type": ["string", "number"], "minimum": 0, "pattern": WANTED_PATTERN, "patternErrorMessage": hint}
    fields = mixed(wanted, _SHAPE)
    steps = {"type": "object", "additionalProperties": _CONTRACT}
    device = {
        "runtime": described("how activations are held", {"enum": list(RUNTIMES)}),
        "dtype": described(
            "the type of weights and activations, or `weights=int8,activations=int16`", {"type": "string"}
        ),
        "in_place": described("operations that write over their input", listed({"enum": list(IN_PLACE)})),
        "pads": described("paddings as TensorFlow's, or copies", {"enum": [pads.value for pads in Pads]}),
        "kernels": described("the kernels whose working space counts", {"enum": list(KERNELS)}),
        **{name: described(f"{figure.definition}: {hint}", wanted) for name, figure in DEVICE_FIGURES.items()},
    }
    figures = {
        **{name: described(f"{figure.definition}: {hint}", wanted) for name, figure in FIGURES.items()},
        "output": described("the shape of the output", sizes),
        "outputs": described("the shapes of several outputs, by name", by_name),
        grammar.STEPS_EXPECTED: described("the shapes that enter and leave steps, by name", steps),
        DEVICE: described("the memory of a device, as a runtime uses it", record(device, ["runtime"])),
        "receptive_field": described(
            "its size on each axis, or a bound for all axes: of the last feature map, or of layers by name",
            fields,
            {"type": "object", "additionalProperties": fields},
        ),
    }
    return record(figures, patternProperties={r"^outputs\.": sizes, r"^receptive_field\.": fields})


def _params(default: Schema, names: Schema = _VARIABLE) -> tuple[Schema, Schema]:
    return _named(default, names), NOTHING


_PARAM = {**_VARIABLE, "not": {"const": grammar.ENTERING}}
_BLOCK_PARAMS = _params(proposing([grammar.REQUIRED], {"allOf": [_GIVEN_TO_BLOCK]}), _PARAM)
_BOXES = record({"boxes": _SIZE}, ["boxes"])
_YEAR: Schema = {
    "type": ["integer", "string"],
    "minimum": grammar.YEARS[0],
    "maximum": grammar.YEARS[-1],
    "pattern": patterns.YEAR,
}
_MEASURE = {"pattern": patterns.MEASURE, "maxLength": grammar.MAX_NAME}
_RESULTS = _named({"type": ["string", "number"], "pattern": patterns.RESULT}, _MEASURE)
FORMS: Forms = {
    grammar.VERSION_FORM: ({"enum": [grammar.VERSION, str(grammar.VERSION)], "default": grammar.VERSION},),
    grammar.LINE: ({"type": ["string", "number"]},),
    grammar.WORD: ({"type": "string", **_NAME},),
    grammar.YEAR: (_YEAR,),
    grammar.RESULTS: (_RESULTS,),
    grammar.PATH: ({"type": "string"},),
    grammar.INPUTS: (_SHAPE, _named(mixed(_SHAPE, _BOXES), _VARIABLE, least=1)),
    grammar.PARAMS: _params(_GIVEN),
    grammar.BLOCK_PARAMS: _BLOCK_PARAMS,
    grammar.NAMES: ({**listed(_NAME), "uniqueItems": True},),
    grammar.EXPECTATIONS: (_expect(),),
    grammar.CONTRACT_FORM: (_CONTRACT,),
    grammar.TRUTH: (mixed({"type": "boolean"}, EXPRESSION),),
    grammar.COUNT: ({"type": "integer", "minimum": 0}, EXPRESSION),
    grammar.ARGUMENTS: (ARGUMENTS_BY_NAME,),
    grammar.COLUMNS: (_named(mixed(listed(_GIVEN_TO_BLOCK), EXPRESSION), _VARIABLE, least=1),),
    grammar.DTYPE: (proposing(DTYPES, _DTYPE, _DTYPES),),
    grammar.TYPE: (_TYPE,),
    grammar.CROP: ({"const": "center"},),
    grammar.BROADCAST: ({"enum": list(grammar.BROADCASTS)},),
}
"""The schemas of each form that is the same in all files, as alternatives."""


def scoped_forms(scope: Scope) -> Forms:
    """All forms of what steps in this scope hold."""
    steps = listed(scope.reference("step"))
    tensor = _reference_to(scope.tensors)
    return {
        **FORMS,
        grammar.STEPS: (steps,),
        grammar.REFERENCE: (tensor,),
        grammar.SIDES: (_named(steps, _VARIABLE, least=2), listed(tensor, 2), tensor),
        grammar.SHORTCUT: (proposing(["identity", "none"], mixed(EXPRESSION, steps)),),
    }


def file_forms(names: Names) -> Forms:
    """All forms of what a file holds."""
    scope = names.scopes[0]
    output = _reference_to(scope.outputs)
    params = dict.fromkeys(names.params, _GIVEN_TO_BLOCK)
    return {
        **scoped_forms(scope),
        grammar.PARAMS: (_proposed(params, _named(_GIVEN, _VARIABLE)), NOTHING),
        grammar.REFERENCES: ({**listed(output), "minItems": 1, "uniqueItems": True},),
        grammar.VARIANTS: (_named(_proposed(params, _named(_GIVEN_TO_BLOCK, _VARIABLE)), _NAME),),
        grammar.BLOCKS: (_blocks(names.scopes),),
    }


def _reference_to(names: Iterable[str]) -> Schema:
    """A reference, for which editors propose these names; an `enum` of them would add `- (array item)` in a list."""
    known = list(names)
    return {**_REFERENCE, "examples": known} if known else _REFERENCE


def _proposed(values: Mapping[str, Schema], form: Schema) -> Schema:
    """A mapping with names of the user, for which editors propose these."""
    return {**form, **keyed(values, {"properties": dict(values)})} if values else form


def _blocks(scopes: Iterable[Scope]) -> Schema:
    bodies = {scope.owner: _block_body(scope) for scope in scopes}
    other = bodies.pop("", _block_body(NO_NAMES))
    return {**_named(other, _BLOCK_NAME), **({"properties": bodies} if bodies else {})}


def _block_body(scope: Scope) -> Schema:
    return record(properties(grammar.BLOCK, scoped_forms(scope)), ["do"])
