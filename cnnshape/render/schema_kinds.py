"""Layer kinds as parts of a JSON Schema, from their own declarations."""

from collections.abc import Callable, Iterable, Mapping
from inspect import cleandoc
from typing import Any

from cnnshape.language import grammar
from cnnshape.layers import KINDS, ArgumentType, Layer
from cnnshape.layers.argument import MOST_PARTS
from cnnshape.layers.definitions import definitions
from cnnshape.render.reference import describe_argument, describe_follower, sort_of

Schema = dict[str, Any]

STEP_KINDS = tuple(kind for kind in KINDS if kind.name not in grammar.JOINS)
"""The kinds that steps name; joins have a form of their own."""
ROLES = tuple(dict.fromkeys(role for kind in STEP_KINDS for role in kind.followers))
"""The words under which a layer has another one follow it."""


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
    # Editors insert a value of the first type: nothing for a string, but `0` for a number, which may be refused.
    merged["type"].sort(key=lambda name: name != "string")
    return {word: value for word, value in merged.items() if value != []}


def seldom(form: Schema) -> Schema:
    """The same form, but editors do not insert it when they complete the key before it."""
    rest = {word: value for word, value in form.items() if word != "type"}
    return {"type": form["type"], "allOf": [rest]}


def proposing(words: Iterable[str], *forms: Schema) -> Schema:
    """A value of one of these forms, for which editors propose these words. A `description` of it is shown with each."""
    given = list(words)
    value = mixed(*forms) if len(forms) > 1 else forms[0]
    return {**value, "anyOf": [{"enum": given}, {}]} if given else value


def listed(items: Schema, least: int = 0, most: int | None = None) -> Schema:
    """A list of `least` to `most` items."""
    bounds = {"minItems": least, "maxItems": most}
    return {"type": "array", "items": items, **{word: bound for word, bound in bounds.items() if bound}}


def one_of(words: Iterable[str]) -> Schema:
    """One of these words, for a condition. While yaml-language-server completes, the start of a word of an `enum` passes
    for the word."""
    return {"type": "string", "pattern": f"^({'|'.join(words)})$"}


def keyed(keys: Iterable[str], rest: Schema) -> Schema:
    """A mapping that editors complete with these keys while it is empty; any other is `rest`.

    In `key: {}`, yaml-language-server proposes no `properties`, but it proposes the values of `propertyNames`.
    """
    empty: Schema = {"type": "object", "maxProperties": 0}
    return {"if": empty, "then": {"type": "object", "propertyNames": {"enum": list(keys)}}, "else": rest}


def listing(words: Iterable[str]) -> str:
    """Words for a message."""
    *most, last = [f"`{word}`" for word in words]
    return f"{', '.join(most)} and {last}" if most else last


def record(
    properties: Mapping[str, Schema], required: Iterable[str] = (), also: Iterable[str] = (), **others: Any
) -> Schema:
    """A mapping of these keys and no others but those of `patternProperties`; `also` are such keys by name."""
    needed = list(required)
    rest: Schema = {"properties": dict(properties), "additionalProperties": False, **others}
    if properties:
        known = [*properties, *also]
        rest = keyed(known, {**rest, "errorMessage": f"no such key here, only {listing(known)}"})
    return {"type": "object", **rest, **({"required": needed} if needed else {})}


def of_kind(kind: type[Layer]) -> Schema:
    """The value of a kind's key: its arguments, the main one alone, or nothing."""
    properties = {name: argument_form(kind, name) for name in kind.arguments if name not in kind.one_of}
    followers = {role: _follower(role) for role in kind.followers}
    forms = [record(properties | followers, kind.required, kind.one_of, **_either(kind))]
    if kind.main is not None and set(kind.required) <= {kind.main}:
        forms.append(_value(kind.arguments[kind.main].type))
    if not needed(kind):
        forms.append(NOTHING)
    given = {"anyOf": [{"required": [name]} for name in kind.one_of]} if kind.one_of else {}
    return {"title": kind.name, **documentation(kind), **mixed(*forms), **given}


def needed(kind: type[Layer]) -> list[str]:
    """Arguments that are enough for a kind: what it requires, and the first of those of which it takes one."""
    return [*kind.required, *kind.one_of[:1]]


def _either(kind: type[Layer]) -> Schema:
    """The arguments of which a kind takes exactly one. Where one is given, editors propose no other."""
    if not kind.one_of:
        return {}
    message = f"{kind.name} takes either {' or '.join(f'`{name}`' for name in kind.one_of)}"
    rules: list[Schema] = []
    for name in kind.one_of:
        others = [{"required": [other]} for other in kind.one_of if other != name]
        refused = {"properties": {name: False}, "errorMessage": message}
        own = {"properties": {name: argument_form(kind, name)}}
        rules.append({"if": {"anyOf": others}, "then": refused, "else": own})
    return {"patternProperties": {one_of(kind.one_of)["pattern"]: {}}, "allOf": rules}


def kind_definitions() -> dict[str, Schema]:
    """The kinds by name, and the followers by role."""
    return {
        **{kind.name: of_kind(kind) for kind in STEP_KINDS},
        **{role: _following(role) for role in ROLES},
    }


def followers(role: str) -> list[str]:
    """The kinds that `norm` or `act` may name."""
    return [kind.name for kind in STEP_KINDS if role in kind.follows]


def _following(role: str) -> Schema:
    """The kind with arguments that follows a layer as `norm` or `act`."""
    names = followers(role)
    forms = {name: reference(name) for name in names}
    named = {"propertyNames": {"not": one_of(names)}}
    given: Schema = {
        "maxProperties": 1,
        "dependencies": {name: {"properties": {name: form}} for name, form in forms.items()},
    }
    message = f"`{role}` is one {sort_of(role)}, as a layer kind"
    unnamed: Schema = {"properties": forms, "additionalProperties": False, "errorMessage": message}
    return {"type": "object", "minProperties": 1, **keyed(names, {"if": named, "then": unnamed, "else": given})}


def documentation(kind: type[Layer]) -> Schema:
    """What a kind does, how it counts, and what it is called elsewhere."""
    text = cleandoc(kind.__doc__ or "")
    counted = "; ".join(f"{figure}: {words}" for figure, words in definitions(kind).items())
    called = f"\n\nElsewhere called: {', '.join(kind.foreign)}." if kind.foreign else ""
    return {
        "description": text.partition("\n")[0],
        "markdownDescription": f"{text}\n\n{counted}.{called}",
    }


def argument_form(kind: type[Layer], name: str) -> Schema:
    """An argument. Its default is in the description, as editors insert a `default` into each new step."""
    argument = kind.arguments[name]
    value = _value(argument.type)
    form = proposing(argument.type.words, value) if argument.type.words else value
    return {**_described(*describe_argument(argument)), **form}


def _follower(role: str) -> Schema:
    """`norm` or `act`: editors propose the usual kinds."""
    usual = [kind.name for kind in STEP_KINDS if (kind.activation if role == "act" else kind.normalizes)]
    forms: Schema = {
        "type": ["string", "object"],
        "if": {"type": "string"},
        "then": EXPRESSION,
        "else": reference(role),
    }
    return {**_described(*describe_follower(role)), **proposing([*usual, "none"], forms)}


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
