"""Words that no file may use as they stand, as parts of a JSON Schema: other frameworks' words, and unknown ones.

A schema can't compare a word with the names that a file declares. But it can ask whether a file declares any blocks or
params, and whether one of them has a word of another framework as its name. Rules apply to files where they are certain.
They stand apart from the forms of steps, and add no key and no value to completion.
"""

import re
from collections.abc import Iterable, Mapping

from cnnshape.language import grammar
from cnnshape.layers import BY_NAME, KINDS, ArgumentType, Layer, bare, foreign_kind
from cnnshape.program.foreign import CONTROLS
from cnnshape.program.foreign_words import KINDS as ADVICE
from cnnshape.render.schema_kinds import Schema, followers, one_of, reference
from cnnshape.render.schema_names import Names

_EMPTY: Schema = {"type": ["object", "null"], "maxProperties": 0}
_SORTS = {"norm": "a normalization", "act": "an activation"}


def word_definitions(names: Names) -> dict[str, Schema]:
    """The rules for words, by name, for the `definitions` of the schema."""
    own = reference("own_word")
    blocks = names.known_blocks
    problem = "this file has no blocks" if names.blocks is None else "no block has this name"
    no_block = {
        "pattern": f"^(?!(?!({'|'.join(blocks)})$){grammar.BLOCK_NAME}$)",
        "patternErrorMessage": f"{problem}: define the block under `blocks:`, or write a kind",
    }
    return {
        "own_word": _own_word(),
        "own_value": {"allOf": [reference("own_word"), *map(_own, _worded_types())]},
        **{_own_name(form): _own_values(form) for form in _worded_types()},
        "own_step": _walked("own_step", {"if": {"pattern": "^[A-Z]"}, "then": own}),
        "blockless_step": _walked("blockless_step", {"if": own, "then": no_block}),
        "plain_step": _plain_step(),
        "native_step": _valued("native_step", closed=False),
        "paramless_step": _valued("paramless_step", closed=True),
    }


def word_rules(names: Names) -> list[Schema]:
    """The rules for a file, each with the condition under which it is certain."""
    own_blocks = {"properties": {"blocks": {"propertyNames": reference("own_word")}}}
    native = {"propertyNames": reference("own_value")}
    plain = {
        "properties": {
            "params": native,
            "input": native,
            "layers": _steps("plain_step"),
            "blocks": {"additionalProperties": {"properties": {"params": native, "do": _steps("plain_step")}}},
        }
    }
    return [
        {"if": own_blocks, "then": _everywhere("own_step")},
        _blockless(names),
        {"if": plain, "then": _everywhere("native_step")},
        {"if": _without("params"), "then": _in("layers", _steps("paramless_step"))},
        _in(
            "blocks", {"additionalProperties": {"if": _without("params"), "then": _in("do", _steps("paramless_step"))}}
        ),
    ]


def _blockless(names: Names) -> Schema:
    """Blocks that no file defines: all of a file without any, and those besides the known ones."""
    if names.blocks is None:
        return {"if": _without("blocks"), "then": _in("layers", _steps("blockless_step"))}
    return _everywhere("blockless_step")


def _without(key: str) -> Schema:
    return {"properties": {key: _EMPTY}}


def _in(key: str, form: Schema) -> Schema:
    """A key's form. Editors propose `properties`, but not these."""
    return {"patternProperties": {f"^{key}$": form}}


def _steps(definition: str) -> Schema:
    return {"items": reference(definition)}


def _everywhere(definition: str) -> Schema:
    blocks = {"additionalProperties": _in("do", _steps(definition))}
    return {"patternProperties": {"^layers$": _steps(definition), "^blocks$": blocks}}


def _walked(definition: str, words: Schema) -> Schema:
    """A rule for the words of a step and of the steps inside it."""
    return {**words, "propertyNames": words, **_inside(definition, loops=True)}


def _inside(definition: str, *, loops: bool) -> Schema:
    """The steps inside a step; without `loops`, those that see no variables of a `for`."""
    lists = ["residual", "shortcut", *(["do"] if loops else [])]
    return {
        "patternProperties": {
            f"^({'|'.join(lists)})$": _steps(definition),
            f"^({'|'.join(grammar.JOINS)})$": {"additionalProperties": _steps(definition)},
        }
    }


def _plain_step() -> Schema:
    """A step that names nothing by a word of another framework."""
    names = {"propertyNames": reference("own_value")}
    step = _inside("plain_step", loops=True)
    joins = f"^({'|'.join(grammar.JOINS)})$"
    step["patternProperties"] |= {"^for$": names, "^name$": reference("own_value")}
    step["patternProperties"][joins] = {**step["patternProperties"][joins], **names}
    return step


def _valued(definition: str, *, closed: bool) -> Schema:
    """A rule for the words among the values of a step. Where it is `closed`, no param and no variable is in scope."""
    step = _inside(definition, loops=not closed)
    for kind in KINDS:
        rules = {name: _value_rule(argument.type, closed=closed) for name, argument in kind.arguments.items()}
        rules |= {role: _follower_rule(role, closed=closed) for role in kind.followers}
        known = {f"^{name}$": rule for name, rule in rules.items() if rule}
        if known and not kind.joins:
            alone = rules.get(kind.main or "")
            step["patternProperties"][f"^{kind.name}$"] = {
                "patternProperties": known,
                **({"allOf": [alone]} if alone else {}),
            }
    return step


def _follower_rule(role: str, *, closed: bool) -> Schema:
    own = reference("own_word")
    return _known(own, [*followers(role), "none"], f"the word of {_SORTS[role]}, or `none`") if closed else own


def _value_rule(form: ArgumentType, *, closed: bool) -> Schema:
    own = _own(form)
    if closed and form.form == "word":
        return _known(own, form.words, form.expected)
    return {} if closed else own


def _known(own: Schema, words: Iterable[str], expected: str) -> Schema:
    """One of these words, or an expression that is no single word. A word that `own` refuses has its message there."""
    unknown = rf"^(?!\s*(?!({'|'.join(words)})\s*$){grammar.VARIABLE}\s*$)"
    return {"if": own, "then": {"pattern": unknown, "patternErrorMessage": f"expected {expected}"}}


def _worded_types() -> list[ArgumentType]:
    """The types of arguments that other frameworks have words for, once each."""
    types = [argument.type for kind in KINDS for argument in kind.arguments.values()]
    return [form for index, form in enumerate(types) if _own_values(form) and form not in types[:index]]


def _own(form: ArgumentType) -> Schema:
    """No word of another framework for a value of a type; empty if there is none."""
    return reference(_own_name(form)) if _own_values(form) else {}


def _own_name(form: ArgumentType) -> str:
    """The name of the rule for the words of a type: they may be the same as another type's."""
    return f"own_{'_'.join(form.words or form.foreign)}"


def _own_values(form: ArgumentType) -> Schema:
    by_right: dict[str, list[str]] = {}
    for word in (*form.words, *form.foreign):
        by_right.setdefault(form.foreign.get(word, word), []).append(word)
    rules = [
        {
            "pattern": f"^(?!(?!({'|'.join(form.words)})$)({'|'.join(map(_any_case, words))})$)",
            "patternErrorMessage": f"this is written `{right}` here",
        }
        for right, words in by_right.items()
    ]
    return {"allOf": rules} if rules else {}


def _kind_words() -> Mapping[str, list[str]]:
    """What to write instead of a layer, with the bare words of other frameworks for it."""
    meant: dict[str, str] = {}
    for kind in KINDS:
        for word in (*kind.foreign, kind.name):
            for spelling in _spellings(word):
                meant.setdefault(spelling, f"this is called `{_named(kind, word)}` here")
    for word, control in {**CONTROLS, "residual": "residual", "for": "for"}.items():
        meant.setdefault(word, f"this is called `{control}` here")
    for word, advice in ADVICE.items():
        meant.setdefault(word, advice)
    by_message: dict[str, list[str]] = {}
    for word, message in meant.items():
        by_message.setdefault(message, []).append(word)
    return by_message


def _spellings(word: str) -> Iterable[str]:
    """The bare word; also the word with its `2d`, if that is in the middle: `Conv2DTranspose`."""
    whole = word.lower().replace("_", "")
    return (bare(word), whole) if re.search("[123]d.", whole) else (bare(word),)


def _named(kind: type[Layer], word: str) -> str:
    """The kind that `program` finds for a word; two kinds may have the same bare word."""
    resolved = foreign_kind(word)
    return (resolved or kind).name


def _own_word() -> Schema:
    """No word of another framework. A kind's own word is fine, so it is looked for once, before all others."""
    refused = [_refused(words, message) for message, words in _kind_words().items()]
    return {"if": one_of((*BY_NAME, *grammar.CONTROLS, *grammar.STEP)), "else": {"allOf": refused}}


def _refused(words: Iterable[str], message: str) -> Schema:
    """None of these bare words, in any of the spellings that frameworks have for them."""
    spellings = "|".join(_any_case(word) for word in words if word[:1].isalpha())
    return {"pattern": f"^(?!({spellings})(_?[123][dD])?$)", "patternErrorMessage": message}


def _any_case(word: str) -> str:
    """A pattern for a word in any case, with or without `_` between its letters."""
    letters = (f"[{letter}{letter.upper()}]" if letter.isalpha() else re.escape(letter) for letter in word)
    return "_?".join(letters).replace("_?_", "_?")
