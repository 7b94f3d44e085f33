"""Layer kinds as parts of a JSON Schema, from their own declarations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from inspect import cleandoc
from typing import Any

from cnnshape.layers import KINDS, Argument, ArgumentType, Layer
from cnnshape.render.reference import describe_argument, describe_follower
from cnnshape.spec.file import MAX_RANK
from cnnshape.spec.steps import JOINS

Schema = dict[str, Any]

STEP_KINDS = tuple(kind for kind in KINDS if kind.name not in JOINS)
"""The kinds that steps name; joins have a form of their own."""


def reference(definition: str) -> Schema:
    """What stands under `definitions`."""
    return {"$ref": f"#/definitions/{definition}"}


EXPRESSION = reference("expression")


def either(*alternatives: Schema) -> Schema:
    """A value of one of these forms. Next to a `$ref` readers would skip everything, so it never stands alone."""
    if len(alternatives) == 1:
        return {"allOf": list(alternatives)} if "$ref" in alternatives[0] else alternatives[0]
    return {"anyOf": list(alternatives)}


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
    """What may stand behind a kind's word: its arguments, the main one alone, or nothing."""
    arguments = kind.arguments.items()
    required = [name for name, argument in arguments if argument.required]
    properties = {name: _argument(argument) for name, argument in arguments}
    forms = [record(properties | {name: _follower(name) for name in kind.followers}, required)]
    main = next((name for name, argument in arguments if argument.main), None)
    if main is not None and set(required) <= {main}:
        forms += _values(kind.arguments[main].type)
    if not required:
        forms.append({"type": "null"})
    return {"title": kind.name, **_documentation(kind), **either(*forms)}


def bare_kinds() -> list[Schema]:
    """The kinds that can be a step without an argument."""
    alone = [kind for kind in STEP_KINDS if not any(argument.required for argument in kind.arguments.values())]
    return [{"const": kind.name, "title": kind.name, **_documentation(kind)} for kind in alone]


def by_kind() -> dict[str, Schema]:
    """Each kind's word with its definition."""
    return {kind.name: reference(kind.name) for kind in STEP_KINDS}


def _documentation(kind: type[Layer]) -> Schema:
    text = cleandoc(kind.__doc__ or "")
    called = f"\n\nElsewhere called: {', '.join(kind.foreign)}." if kind.foreign else ""
    return {
        "description": text.partition("\n")[0],
        "markdownDescription": f"{text}\n\nFLOPs: {kind.operations}.{called}",
    }


def _argument(argument: Argument) -> Schema:
    default = {} if argument.required or argument.default is None else {"default": argument.default}
    return {**_described(*describe_argument(argument)), **default, **either(*_values(argument.type))}


def _follower(name: str) -> Schema:
    """`norm` or `act`: the usual kinds are proposed, any kind may follow."""
    usual = [kind.name for kind in STEP_KINDS if (kind.activation if name == "act" else kind.normalizes)]
    forms = either({"enum": [*usual, "none"]}, EXPRESSION, reference("following"))
    return {**_described(*describe_follower(name)), **forms}


def _described(doc: str, values: str) -> Schema:
    return {"description": f"{doc} ({values})", "markdownDescription": f"{doc}\n\n{values}"}


def _values(form: ArgumentType) -> list[Schema]:
    """The alternatives of a value of that type; an expression is always one of them."""
    words = [{"enum": list(form.words)}] if form.words else []
    return [*words, *_LITERALS[form.form](form), EXPRESSION]


def _number(form: ArgumentType) -> Schema:
    # The least positive number stands for "above 0".
    least = {"exclusiveMinimum": 0} if 0 < form.least < 1 else {"minimum": form.least}
    return {"type": "number" if form.form == "float" else "integer", **least, "maximum": form.most}


def _numbers(form: ArgumentType, least: int, most: int) -> Schema:
    return listed(either(_number(form), EXPRESSION), least, most)


def _per_axis(form: ArgumentType) -> list[Schema]:
    return [_number(form), _numbers(form, 1, MAX_RANK)]


def _padding(form: ArgumentType) -> list[Schema]:
    return [*_per_axis(form), listed(either(_numbers(form, 2, 2), EXPRESSION), 1, MAX_RANK)]


_LITERALS: dict[str, Callable[[ArgumentType], list[Schema]]] = {
    "int": lambda form: [_number(form)],
    "float": lambda form: [_number(form)],
    "bool": lambda form: [{"type": "boolean"}],
    "word": lambda form: [],
    "tensor": lambda form: [],
    "per_axis": _per_axis,
    "padding": _padding,
    "shape": lambda form: [_number(form), _numbers(form, 1, MAX_RANK + 1)],
}
