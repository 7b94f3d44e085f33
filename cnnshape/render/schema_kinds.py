"""Layer kinds as parts of a JSON Schema, from their own declarations."""

from collections.abc import Callable, Iterable, Mapping
from inspect import cleandoc
from typing import Any

from cnnshape.language import grammar
from cnnshape.layers import KINDS, Argument, ArgumentType, Layer
from cnnshape.layers.argument import MOST_PARTS
from cnnshape.layers.definitions import definitions
from cnnshape.render.reference import describe_argument, describe_follower

Schema = dict[str, Any]

STEP_KINDS = tuple(kind for kind in KINDS if kind.name not in grammar.JOINS)
"""The kinds that steps name; joins have a form of their own."""


def reference(definition: str) -> Schema:
    """A reference to a part of `definitions`."""
    return {"$ref": f"#/definitions/{definition}"}


EXPRESSION: Schema = {"type": "string", "allOf": [reference("expression")]}
NOTHING: Schema = {"type": "null"}


def mixed(*forms: Schema) -> Schema:
    """A value of one of these forms, of different types.

    A keyword such as `minimum` or `pattern` applies to one type of value only, so one schema can have the keywords of
    all forms. Editors then show a specific error; for `anyOf`, they only say that no alternative fits.
    """
    merged: Schema = {"type": [], "allOf": []}
    for form in forms:
        for word, value in form.items():
            if word in ("type", "allOf"):
                merged[word] += value if isinstance(value, list) else [value]
            elif word in merged:
                raise ValueError(f"`{word}` would have two meanings")
            else:
                merged[word] = value
    return {word: value for word, value in merged.items() if value != []}


def seldom(form: Schema) -> Schema:
    """The same form, but editors do not insert it when they complete the key before it."""
    rest = {word: value for word, value in form.items() if word != "type"}
    return {"type": form["type"], "allOf": [rest]}


def proposing(words: Iterable[str], *forms: Schema) -> Schema:
    """A value of one of these forms, for which editors propose these words."""
    return {"anyOf": [{"enum": list(words)}, *forms]}


def listed(items: Schema, least: int = 0, most: int | None = None) -> Schema:
    """A list of `least` to `most` items."""
    bounds = {"minItems": least, "maxItems": most}
    return {"type": "array", "items": items, **{word: bound for word, bound in bounds.items() if bound}}


def record(properties: Mapping[str, Schema], required: Iterable[str] = ()) -> Schema:
    """A mapping of these keys and no others."""
    needed = list(required)
    return {
        "type": "object",
        "properties": dict(properties),
        "additionalProperties": False,
        **({"required": needed} if needed else {}),
    }


def of_kind(kind: type[Layer]) -> Schema:
    """The value of a kind's key: its arguments, the main one alone, or nothing."""
    properties = {name: _argument(argument) for name, argument in kind.arguments.items()}
    forms = [record(properties | {name: _follower(name) for name in kind.followers}, kind.required)]
    if kind.main is not None and set(kind.required) <= {kind.main}:
        forms.append(_value(kind.arguments[kind.main].type))
    if not kind.required:
        forms.append(NOTHING)
    return {"title": kind.name, **_documentation(kind), **mixed(*forms)}


def bare_kinds() -> list[Schema]:
    """The kinds that can be a step without an argument."""
    alone = [kind for kind in STEP_KINDS if not kind.required]
    return [{"const": kind.name, "title": kind.name, **_documentation(kind)} for kind in alone]


def by_kind() -> dict[str, Schema]:
    """Each kind's word with its definition."""
    return {kind.name: reference(kind.name) for kind in STEP_KINDS}


def _documentation(kind: type[Layer]) -> Schema:
    text = cleandoc(kind.__doc__ or "")
    counted = "; ".join(f"{figure}: {words}" for figure, words in definitions(kind).items())
    called = f"\n\nElsewhere called: {', '.join(kind.foreign)}." if kind.foreign else ""
    return {
        "description": text.partition("\n")[0],
        "markdownDescription": f"{text}\n\n{counted}.{called}",
    }


def _argument(argument: Argument) -> Schema:
    """An argument. Its default is in the description, as editors insert a `default` into each new step."""
    value = _value(argument.type)
    form = proposing(argument.type.words, value) if argument.type.words else value
    return {**_described(*describe_argument(argument)), **form}


def _follower(name: str) -> Schema:
    """`norm` or `act`: editors propose the usual kinds, but any kind is valid."""
    usual = [kind.name for kind in STEP_KINDS if (kind.activation if name == "act" else kind.normalizes)]
    return {**_described(*describe_follower(name)), **proposing([*usual, "none"], EXPRESSION, reference("follower"))}


def _described(doc: str, values: str) -> Schema:
    return {"description": f"{doc} ({values})", "markdownDescription": f"{doc}\n\n{values}"}


def _value(form: ArgumentType) -> Schema:
    """A value of a type. An expression is always accepted."""
    return mixed(*_LITERALS[form.form](form), EXPRESSION)


def _number(form: ArgumentType) -> Schema:
    # The smallest positive number means "above 0".
    least = {"exclusiveMinimum": 0} if 0 < form.least < 1 else {"minimum": form.least}
    return {"type": "number" if form.form in ("float", "factors") else "integer", **least, "maximum": form.most}


def _numbers(form: ArgumentType, least: int, most: int) -> Schema:
    return listed(mixed(_number(form), EXPRESSION), least, most)


def _paddings(form: ArgumentType) -> Schema:
    """A list of one number per axis, or of one pair per axis."""
    items = mixed(_number(form), _numbers(form, 2, 2), EXPRESSION)
    alike = [{"items": {"type": [kind, "string"]}} for kind in ("integer", "array")]
    return {**listed(items, 1, grammar.MAX_RANK), "anyOf": alike}


_LITERALS: dict[str, Callable[[ArgumentType], list[Schema]]] = {
    "int": lambda form: [_number(form)],
    "float": lambda form: [_number(form)],
    "bool": lambda form: [{"type": "boolean"}],
    "word": lambda form: [],
    "tensor": lambda form: [],
    "text": lambda form: [],
    "per_axis": lambda form: [_number(form), seldom(_numbers(form, 1, grammar.MAX_RANK))],
    "factors": lambda form: [_number(form), seldom(_numbers(form, 1, grammar.MAX_RANK))],
    "padding": lambda form: [_number(form), seldom(_paddings(form))],
    "parts": lambda form: [_number(form), seldom(_numbers(form, 1, MOST_PARTS))],
    "shape": lambda form: [_number(form), _numbers(form, 1, grammar.MAX_RANK + 1)],
}
