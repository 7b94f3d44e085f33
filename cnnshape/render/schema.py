"""The language as a JSON Schema (draft-07), for completion, hover texts and error marks in editors.

A schema of some files knows their blocks, params and tensors. The schema of all files doesn't, so it accepts any. Both
accept an expression wherever they accept a value. Alternatives have no description, only the place that holds them has
one, because editors show the first description that they find.
"""

import json
from collections.abc import Iterable

from cnnshape.language import Spec, grammar, patterns
from cnnshape.render.schema_forms import GIVEN_TO_BLOCK, VALUE, file_forms, properties
from cnnshape.render.schema_kinds import Schema, kind_definitions, listing
from cnnshape.render.schema_names import ANY_NAMES, Names, names_of
from cnnshape.render.schema_steps import step_definitions
from cnnshape.render.schema_words import word_definitions, word_rules

_OWN_KEYS = tuple(key for key in grammar.FILE if key not in grammar.EXTENDING_KEYS)
"""The keys of a file that extends no other one."""


def to_schema(specs: Iterable[Spec] = ()) -> str:
    """The schema of some files as text; without files, of all files. Its lines have no indent, which would be a sixth of it."""
    given = list(specs)
    return json.dumps(schema(names_of(given) if given else ANY_NAMES), indent=0) + "\n"


def schema(names: Names = ANY_NAMES) -> Schema:
    """The schema of files with these names."""
    keys = properties(grammar.FILE, file_forms(names))
    base = {"extends": keys.pop("extends")}
    own = {key: keys.pop(key) for key in _OWN_KEYS}
    is_whole = {"anyOf": [{"required": [key]} for key in _OWN_KEYS]}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": f"urn:cnnshape:schema:{grammar.VERSION}",
        "title": "cnnshape",
        "description": f"A convolutional network, in version {grammar.VERSION} of the language of cnnshape.",
        "type": "object",
        "properties": keys,
        "if": {"required": ["extends"]},
        "then": {
            "properties": {**base, **dict.fromkeys(own, False)},
            "errorMessage": f"a file with `extends` has no {listing(_OWN_KEYS)}: those of the base file count",
        },
        "else": {
            "properties": own,
            "allOf": [{"required": list(grammar.NEEDED_KEYS)}],
            "if": is_whole,
            "else": {"properties": base},
        },
        "allOf": [{"propertyNames": _known_keys()}, *word_rules(names)],
        "definitions": {
            "expression": {
                "pattern": patterns.EXPRESSION,
                "maxLength": grammar.MAX_EXPRESSION,
                "patternErrorMessage": "an expression is made of numbers and names with operators between them",
            },
            "value": VALUE,
            "given": GIVEN_TO_BLOCK,
            **step_definitions(names),
            **kind_definitions(),
            **word_definitions(names),
        },
    }


def _known_keys() -> Schema:
    """The keys of a file. They stand apart from `properties`, since editors propose what stands there."""
    return {"enum": list(grammar.FILE), "errorMessage": f"a file has only {listing(grammar.FILE)}"}
