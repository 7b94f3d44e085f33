"""The forms of values that the grammar declares, as parts of a JSON Schema."""

from cnnshape.language import grammar, patterns
from cnnshape.layers.argument import LARGEST
from cnnshape.render.schema_kinds import EXPRESSION, NOTHING, Schema, listed, mixed, proposing, record, reference
from cnnshape.report import FIGURES, WANTED_PATTERN


def described(description: str, *forms: Schema) -> Schema:
    """A value of one of these forms, with what it means."""
    return {"description": description, **(mixed(*forms) if len(forms) > 1 else forms[0])}


def _new_name(pattern: str, what: str) -> Schema:
    return {"pattern": patterns.new_name(pattern), "maxLength": grammar.MAX_NAME, "patternErrorMessage": what}


def _named(values: Schema, names: Schema, least: int = 0) -> Schema:
    """A mapping with names of the user."""
    return {
        "type": "object",
        "propertyNames": names,
        "additionalProperties": values,
        **({"minProperties": least} if least else {}),
    }


_ANY = reference("value")
_GIVEN: Schema = {"allOf": [_ANY, {"not": {"const": grammar.REQUIRED}}]}
VALUE = mixed({"type": ["number", "boolean"]}, EXPRESSION, listed(_ANY))
_GIVEN_TO_BLOCK = mixed(VALUE, {"type": "object", "if": {"type": "object"}, "then": reference("follower")})
ARGUMENTS_BY_NAME: Schema = {"type": "object", "additionalProperties": _GIVEN_TO_BLOCK}
_STEPS = listed(reference("step"))
_SIZE = mixed({"type": "integer", "minimum": 1, "maximum": LARGEST}, EXPRESSION)
_SHAPE = listed(_SIZE, 1, grammar.MAX_RANK + 1)
_REFERENCE: Schema = {"type": "string", "pattern": patterns.REFERENCE}
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


def _expect() -> Schema:
    sizes = mixed({"type": "integer", "minimum": 1}, {"type": "string", "pattern": "^[0-9]{1,15}$"}, _SHAPE)
    by_name = {"type": "object", "additionalProperties": sizes}
    hint = "a number (`4.089G`), a bound (`<= 26M`) or a tolerance (`25.5M +- 1%`)"
    wanted = {"type": ["number", "string"], "minimum": 0, "pattern": WANTED_PATTERN, "patternErrorMessage": hint}
    fields = mixed(wanted, _SHAPE)
    steps = {"type": "object", "additionalProperties": _CONTRACT}
    figures = {
        **{name: described(f"{figure.definition}: {hint}", wanted) for name, figure in FIGURES.items()},
        "output": described("the shape of the output", sizes),
        "outputs": described("the shapes of several outputs, by name", by_name),
        grammar.STEPS_EXPECTED: described("the shapes that enter and leave steps, by name", steps),
        "receptive_field": described(
            "its size on each axis, or a bound for all axes: of the last feature map, or of layers by name",
            fields,
            {"type": "object", "additionalProperties": fields},
        ),
    }
    return {**record(figures), "patternProperties": {r"^outputs\.": sizes, r"^receptive_field\.": fields}}


def _params(default: Schema, names: Schema = _VARIABLE) -> tuple[Schema, Schema]:
    return _named(default, names), NOTHING


def _blocks() -> Schema:
    outputs = {**listed(_NAME), "uniqueItems": True}
    forms = {grammar.BLOCK_PARAMS: _BLOCK_PARAMS, grammar.STEPS: (_STEPS,), grammar.NAMES: (outputs,)}
    keys = {name: described(key.doc, *forms[key.form]) for name, key in grammar.BLOCK.items()}
    return _named(record(keys, ["do"]), _BLOCK_NAME)


_PARAM = {**_VARIABLE, "not": {"const": grammar.ENTERING}}
_BLOCK_PARAMS = _params(proposing([grammar.REQUIRED], _GIVEN_TO_BLOCK), _PARAM)
_BOXES = record({"boxes": _SIZE}, ["boxes"])
_YEAR: Schema = {
    "type": ["integer", "string"],
    "minimum": grammar.YEARS[0],
    "maximum": grammar.YEARS[-1],
    "pattern": patterns.YEAR,
}
FORMS: dict[grammar.Form, tuple[Schema, ...]] = {
    grammar.VERSION_FORM: ({"enum": [grammar.VERSION, str(grammar.VERSION)], "default": grammar.VERSION},),
    grammar.LINE: ({"type": ["string", "number"]},),
    grammar.WORD: ({"type": "string", **_NAME},),
    grammar.YEAR: (_YEAR,),
    grammar.PATH: ({"type": "string"},),
    grammar.INPUTS: (_SHAPE, _named(mixed(_SHAPE, _BOXES), _VARIABLE, least=1)),
    grammar.PARAMS: _params(_GIVEN),
    grammar.BLOCK_PARAMS: _BLOCK_PARAMS,
    grammar.BLOCKS: (_blocks(),),
    grammar.VARIANTS: (_named(_named(_ANY, _VARIABLE), _NAME),),
    grammar.STEPS: (_STEPS,),
    grammar.NAMES: ({**listed(_NAME), "uniqueItems": True},),
    grammar.REFERENCES: ({**listed(_REFERENCE), "minItems": 1, "uniqueItems": True},),
    grammar.EXPECTATIONS: (_expect(),),
    grammar.CONTRACT_FORM: (_CONTRACT,),
    grammar.TRUTH: (mixed({"type": "boolean"}, EXPRESSION),),
    grammar.COUNT: ({"type": "integer", "minimum": 0}, EXPRESSION),
    grammar.REFERENCE: (_REFERENCE,),
    grammar.ARGUMENTS: (ARGUMENTS_BY_NAME,),
    grammar.COLUMNS: (_named(mixed(listed(_GIVEN_TO_BLOCK), EXPRESSION), _VARIABLE, least=1),),
    grammar.SIDES: (_named(_STEPS, _VARIABLE, least=2), listed(_REFERENCE, 2), _REFERENCE),
    grammar.SHORTCUT: (proposing(["identity", "none"], mixed(EXPRESSION, _STEPS)),),
    grammar.CROP: ({"const": "center"},),
    grammar.BROADCAST: ({"enum": list(grammar.BROADCASTS)},),
}
"""The schemas of each form, as alternatives."""
