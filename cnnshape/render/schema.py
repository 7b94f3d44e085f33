"""The language as a JSON Schema (draft-07), for completion, hover texts and error marks in editors.

A schema doesn't know a file's parameters, so it accepts an expression wherever it accepts a value. Alternatives have no
description, only the place that holds them has one, because editors show the first description that they find.
"""

import json
from collections.abc import Mapping
from inspect import cleandoc

from cnnshape.language import grammar, patterns
from cnnshape.layers import BY_NAME
from cnnshape.render.schema_forms import ARGUMENTS_BY_NAME, FORMS, VALUE, described
from cnnshape.render.schema_kinds import NOTHING, STEP_KINDS, Schema, bare_kinds, by_kind, of_kind, record, reference
from cnnshape.render.schema_words import word_definitions, word_rules


def to_schema() -> str:
    """The schema as text."""
    return json.dumps(schema(), indent=2) + "\n"


def schema() -> Schema:
    """The schema of a spec."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": f"urn:cnnshape:schema:{grammar.VERSION}",
        "title": "cnnshape",
        "description": f"A convolutional network, in version {grammar.VERSION} of the language of cnnshape.",
        "type": "object",
        "properties": _properties(grammar.FILE),
        "additionalProperties": False,
        "if": {"required": ["extends"]},
        "then": _without(*(key for key in grammar.FILE if key not in grammar.EXTENDING_KEYS)),
        "else": {"required": list(grammar.NEEDED_KEYS)},
        "allOf": word_rules(),
        "definitions": {
            "expression": {
                "pattern": patterns.EXPRESSION,
                "maxLength": grammar.MAX_EXPRESSION,
                "patternErrorMessage": "an expression is made of numbers and names with operators between them",
            },
            "value": VALUE,
            "step": _step(),
            "block": _block(),
            "follower": {**record(by_kind()), "minProperties": 1, "maxProperties": 1},
            **{kind.name: of_kind(kind) for kind in STEP_KINDS},
            **word_definitions(),
        },
    }


def _properties(keys: Mapping[str, grammar.Key]) -> dict[str, Schema]:
    """The keys of a part of the grammar, each with its description and the schemas of its form."""
    return {name: described(key.doc, *FORMS[key.form]) for name, key in keys.items()}


def _without(*keys: str) -> Schema:
    return {"properties": dict.fromkeys(keys, False)}


def _step() -> Schema:
    heads = {**by_kind(), **_controls()}
    modifiers = {**_properties(grammar.MODIFIERS), **_companions()}
    headless = {"type": "object", "propertyNames": {"enum": [word for word in modifiers if word not in BY_NAME]}}
    return {
        "type": ["object", "string"],
        "properties": {**heads, **modifiers},
        "patternProperties": {patterns.BLOCK_NAME: reference("block")},
        "additionalProperties": False,
        "errorMessage": "a step is a kind, a CamelCase block or a control word; `cnnshape layers` lists the kinds",
        "anyOf": [*bare_kinds(), {"type": "string", "pattern": patterns.BLOCK_NAME}, {"type": "object"}],
        "allOf": [
            {"if": {"type": "object"}, "then": {"oneOf": _one_of([word for word in heads if word not in modifiers])}},
            {"if": headless, "then": {"type": "string", "errorMessage": "a step names a kind or a block"}},
        ],
        "dependencies": _dependencies(),
    }


def _controls() -> dict[str, Schema]:
    """The control words. A join has the description of its kind."""
    controls = _properties(grammar.CONTROLS)
    for word in grammar.JOINS:
        effect = cleandoc(BY_NAME[word].__doc__ or "").partition("\n")[0]
        controls[word]["description"] = f"{effect} {grammar.CONTROLS[word].doc}"
    return controls


def _companions() -> dict[str, Schema]:
    """The companions of control words. One that is also a kind may be that kind."""
    companions = _properties(grammar.COMPANIONS)
    for word in grammar.OWN_KINDS:
        alone = cleandoc(BY_NAME[word].__doc__ or "").partition("\n")[0]
        forms = {"anyOf": [*FORMS[grammar.COMPANIONS[word].form], reference(word)]}
        companions[word] = described(f"{grammar.COMPANIONS[word].doc} Alone: {alone[:1].lower()}{alone[1:]}", forms)
    return companions


def _one_of(words: list[str]) -> list[Schema]:
    """Exactly one kind, or blocks, or no known word, which is an error already. The schema can't distinguish two blocks
    from one."""
    block = {"pattern": patterns.BLOCK_NAME}
    some_block = {"not": {"propertyNames": {"not": block}}}
    nothing = {"propertyNames": {"not": {"anyOf": [{"enum": words}, block]}}}
    return [*({"required": [word]} for word in words), some_block, nothing]


def _dependencies() -> Schema:
    owners = {word: {"anyOf": _owners(word)} for word in grammar.COMPANIONS}
    controls = {word: _dependency(word) for word in grammar.CONTROLS}
    named = {kind.name: _without("from") for kind in STEP_KINDS if kind.by_name}
    return {**owners, **controls, **named, "first": ["repeat"]}


def _dependency(word: str) -> Schema:
    """The keys that a control word forbids and requires next to it."""
    companions = grammar.CONTROLS[word].companions
    dependency = _without(*grammar.NOT_ON_CONTROLS)
    for companion in companions:
        if companion in grammar.OWN_KINDS:
            dependency["properties"] |= {companion: FORMS[grammar.COMPANIONS[companion].form][0]}
    needed = [companion for companion, is_needed in companions.items() if is_needed]
    return {**dependency, "required": needed} if needed else dependency


def _owners(word: str) -> list[Schema]:
    """The control words of a companion. One that is also a kind may be alone."""
    alone = [{"propertyNames": {"enum": [word, *grammar.MODIFIERS]}}] if word in grammar.OWN_KINDS else []
    return [*({"required": [owner]} for owner in grammar.OWNERS[word]), *alone]


def _block() -> Schema:
    what = "The arguments of a block: its params by name, or the first one alone."
    return {"title": "a block", **described(what, ARGUMENTS_BY_NAME, VALUE, NOTHING)}
