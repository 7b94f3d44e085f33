"""Steps as parts of a JSON Schema.

Editors propose what the schema has `properties` for at a place. So the keys of a step depend on the keys that it has: a
step without a kind gets a kind, a step with one gets its modifiers.
"""

from collections.abc import Iterable, Mapping
from inspect import cleandoc

from cnnshape.language import grammar, patterns
from cnnshape.layers import BY_NAME, Layer
from cnnshape.program import in_words
from cnnshape.render.schema_forms import ARGUMENT, ARGUMENTS_BY_NAME, VALUE, described, properties, scoped_forms
from cnnshape.render.schema_kinds import (
    NOTHING,
    STEP_KINDS,
    Schema,
    documentation,
    keyed,
    listing,
    mixed,
    needed,
    one_of,
    record,
    reference,
)
from cnnshape.render.schema_names import NO_NAMES, Names, OwnBlock, Scope

STEP = "a step is a kind, a CamelCase block or a control word; `cnnshape layers` lists the kinds"
_NO_KIND: Schema = {"type": "string", "errorMessage": "a step names a kind or a block"}
_ANYWHERE = tuple(word for word in grammar.MODIFIERS if word not in grammar.NOT_ON_CONTROLS)
"""The modifiers of every step."""
_ALONE = tuple(word for word in grammar.STEP if word not in grammar.OWN_KINDS)
"""The keys that make no step by themselves."""
_KINDS = {kind.name: kind for kind in STEP_KINDS}
_FORMS = scoped_forms(NO_NAMES)
_FRESH: Schema = {"type": ["object", "null"], "maxProperties": 1, "additionalProperties": {"type": "null"}}
"""A step of which one word is there, possibly the start of a longer one: editors see a mapping of it to nothing."""
_BLOCK: Schema = {"pattern": patterns.BLOCK_NAME}


def step_definitions(names: Names) -> dict[str, Schema]:
    """The parts that make a step, by name, for the `definitions` of the schema."""
    blocks = names.known_blocks
    return {
        "block": _block("a block", "The arguments of a block: its params by name, or the first one alone."),
        **{f"block_{name}": _own_block(name, block) for name, block in blocks.items()},
        "bare_step": _bare(blocks),
        **{_word(name): _offer(kind, fresh=False) for name, kind in _KINDS.items()},
        "fresh_step": {"properties": _offered(blocks, fresh=True)},
        "headless_step": _headless(blocks),
        "call": _call(),
        "kind_or_block": _kind_or_block(blocks),
        **{
            scope.definition(name): form
            for scope in names.scopes
            for name, form in (("step", _step(scope, blocks)), ("step_mapping", _mapping(scope)))
        },
    }


def _step(scope: Scope, blocks: Mapping[str, OwnBlock]) -> Schema:
    offered = [*_KINDS, *blocks, *grammar.CONTROLS, *_ANYWHERE]
    filled = keyed(offered, scope.reference("step_mapping"))
    empty = {"type": "object", "maxProperties": 0}
    return {
        "type": ["object", "string"],
        "errorMessage": STEP,
        "if": {"type": "string"},
        "then": reference("bare_step"),
        "else": {**filled, "allOf": [{"if": empty, "then": _NO_KIND}]},
    }


# Steps of one word


def _bare(blocks: Mapping[str, OwnBlock]) -> Schema:
    """A word alone. The alternatives serve hover texts only."""
    kinds = [{"pattern": f"^{name}$", **_shown(kind)} for name, kind in _KINDS.items() if not needed(kind)]
    own = [
        {"pattern": f"^{name}$", **_block_shown(name, block)} for name, block in blocks.items() if not block.required
    ]
    needing = {
        **{name: _needs(name, needed(kind)) for name, kind in _KINDS.items() if needed(kind)},
        **{name: _needs(name, block.required) for name, block in blocks.items() if block.required},
        **{word: f"`{word}` has more than a word: write `{key.example}`" for word, key in grammar.CONTROLS.items()},
    }
    known = f"{one_of([*_KINDS, *grammar.CONTROLS])['pattern']}|{patterns.BLOCK_NAME}"
    return {
        "anyOf": [*kinds, *own, {"type": "string"}],
        "allOf": [
            {"pattern": known, "patternErrorMessage": STEP},
            *({"pattern": f"^(?!{word}$)", "patternErrorMessage": message} for word, message in needing.items()),
        ],
    }


def _needs(word: str, required: Iterable[str]) -> str:
    arguments = ", ".join(f"{name}: ..." for name in required)
    return f"`{word}` needs arguments: write `{word}: {{{arguments}}}`"


def _shown(kind: type[Layer]) -> Schema:
    return {"title": kind.name, **documentation(kind)}


def _block_shown(name: str, block: OwnBlock) -> Schema:
    return {"title": name, "description": block.doc or "A block of this file."}


# Steps of several keys


def _mapping(scope: Scope) -> Schema:
    """A step that is a mapping: its modifiers, and the forms of control words in this scope."""
    forms = scoped_forms(scope)
    modifiers = {word: grammar.MODIFIERS[word] for word in _ANYWHERE}
    headed = {"anyOf": [one_of([*_KINDS, *grammar.CONTROLS]), _BLOCK]}
    headless = {
        "if": {"type": ["object", "null"], "propertyNames": {"not": headed}},
        "then": reference("headless_step"),
    }
    return {
        "properties": properties(modifiers, forms),
        "allOf": [
            {"if": _FRESH, "then": reference("fresh_step"), "else": headless},
            {"if": {"type": "object", "propertyNames": one_of(_ALONE)}, "then": _NO_KIND},
            reference("kind_or_block"),
        ],
        "dependencies": {
            **{word: _control(word, scope) for word in grammar.CONTROLS},
            **{word: {"dependencies": {"share": _shares(steps)}} for word, steps in scope.shared.items()},
        },
    }


def _headless(blocks: Mapping[str, OwnBlock]) -> Schema:
    """A step that has no kind so far."""
    return {
        "properties": _offered(blocks, fresh=False),
        "propertyNames": {"enum": list(grammar.STEP), "errorMessage": STEP},
    }


def _offered(blocks: Mapping[str, OwnBlock], *, fresh: bool) -> dict[str, Schema]:
    """The words that name a step, each with what editors insert. A `fresh` step can be a word alone."""
    kinds = {
        name: _offer(kind, fresh=True) if fresh and not kind.arguments else reference(_word(name))
        for name, kind in _KINDS.items()
    }
    own = {
        name: {**_block_shown(name, block), **_inserted(block.required, block.params, fresh=fresh)}
        for name, block in blocks.items()
    }
    # An `anyOf` inserts the key alone: with a `type`, it has lines below it, which are wrong in brackets and braces.
    controls = {word: {"description": _effect(word), "anyOf": [{}]} for word in grammar.CONTROLS}
    return {**kinds, **own, **controls}


def _word(kind: str) -> str:
    """The name of a kind's word as editors offer it, in `definitions`."""
    return f"word_{kind}"


def _offer(kind: type[Layer], *, fresh: bool) -> Schema:
    return {**_shown(kind), **_inserted(needed(kind), kind.arguments, fresh=fresh)}


def _inserted(required: Iterable[str], arguments: Iterable[str], *, fresh: bool) -> Schema:
    """What an editor inserts for the key of a kind or block: its required arguments, or one value, or the bare word.

    It is a single line, as a step may be in brackets or braces.
    """
    needed = list(required)
    if needed:
        places = ", ".join(f"{name}: ${place}" for place, name in enumerate(needed, 1))
        return {"defaultSnippets": [{"label": in_words(needed), "body": f"{{{places}}}"}]}
    return {} if fresh and not list(arguments) else {"type": ["string", "null"]}


def _effect(word: str) -> str:
    """What a control word does. A join has the description of its kind."""
    doc = grammar.CONTROLS[word].doc
    if word not in grammar.JOINS:
        return doc
    return f"{cleandoc(BY_NAME[word].__doc__ or '').partition(chr(10))[0]} {doc}"


# Kinds and blocks


def _kind_or_block(blocks: Mapping[str, OwnBlock]) -> Schema:
    """The keys of a step with a kind or a block."""
    kinds = {
        name: _named(name, reference(name), _same_arguments(kind), _beside_kind(kind)) for name, kind in _KINDS.items()
    }
    on_joins = {"anyOf": [{"required": [word]} for word in grammar.CONTROLS]}
    for word in grammar.OWN_KINDS:
        kinds[word] = {"if": on_joins, "else": kinds[word]}
    own = {
        name: _named(name, reference(f"block_{name}"), record(_properties_of(f"block_{name}", block.params)))
        for name, block in blocks.items()
    }
    other = _other_than(blocks)
    some_block = {"not": {"propertyNames": {"not": {"pattern": other}}}}
    return {
        "dependencies": {**kinds, **own},
        "if": {"type": "object", **some_block},
        "then": {
            "patternProperties": {other: reference("block")},
            "allOf": [reference("call")],
            "propertyNames": {
                "pattern": f"^({'|'.join(grammar.MODIFIERS)})$|{other}",
                "patternErrorMessage": _beside("a block", grammar.MODIFIERS),
            },
        },
    }


def _other_than(blocks: Iterable[str]) -> str:
    words = "|".join(blocks)
    return rf"^(?!({words})$){grammar.BLOCK_NAME}$" if words else patterns.BLOCK_NAME


def _same_arguments(kind: type[Layer]) -> Schema:
    """The arguments of a kind with the forms that they have in its definition."""
    plain = [name for name in (*kind.arguments, *kind.followers) if name not in kind.one_of]
    return record(_properties_of(kind.name, plain), **_any_of(kind.one_of))


def _any_of(names: tuple[str, ...]) -> Schema:
    """Keys that are valid, and that editors don't propose."""
    return {"patternProperties": {one_of(names)["pattern"]: {}}} if names else {}


def _properties_of(definition: str, names: Iterable[str]) -> dict[str, Schema]:
    """References to properties of a record in `definitions`."""
    return {name: reference(f"{definition}/else/properties/{name}") for name in names}


def _beside_kind(kind: type[Layer]) -> list[str]:
    """The modifiers of a kind's step; no tensor enters a layer whose arguments name all of its inputs."""
    return [word for word in grammar.MODIFIERS if word != "from" or not kind.by_name]


def _named(word: str, form: Schema, arguments: Schema, modifiers: Iterable[str] = tuple(grammar.MODIFIERS)) -> Schema:
    """A step with this kind or block. `first` has the same arguments, none of them required."""
    beside = {"pattern": one_of([word, *modifiers])["pattern"], "patternErrorMessage": _beside(f"`{word}`", modifiers)}
    return {
        "properties": {word: form},
        "patternProperties": {"^first$": arguments},
        "allOf": [reference("call")],
        "propertyNames": beside,
    }


def _beside(what: str, words: Iterable[str]) -> str:
    return f"next to {what}, a step has only {listing(words)}"


def _call() -> Schema:
    """The modifiers that only a kind or a block has."""
    forms = {
        word: described(grammar.MODIFIERS[word].doc, *_FORMS[grammar.MODIFIERS[word].form])
        for word in grammar.NOT_ON_CONTROLS
    }
    repeated = {"properties": {"first": forms.pop("first")}}
    once: Schema = {"properties": {"first": False}, "errorMessage": "`first` needs a `repeat`"}
    return {"properties": forms, "if": {"required": ["repeat"]}, "then": repeated, "else": once}


def _shares(steps: tuple[str, ...]) -> Schema:
    return {"properties": {"share": {"examples": list(steps)}}}


def _block(title: str, description: str) -> Schema:
    return {"title": title, **described(description, ARGUMENTS_BY_NAME, VALUE, NOTHING)}


def _own_block(name: str, block: OwnBlock) -> Schema:
    """The arguments of a block of the file, as those of a kind."""
    params = {param: {"description": doc, **ARGUMENT} for param, doc in block.params.items()}
    forms = [record(params, block.required)]
    if block.has_main:
        forms.append(VALUE)
    if not block.required:
        forms.append(NOTHING)
    return {**_block_shown(name, block), **mixed(*forms)}


# Control words


def _control(word: str, scope: Scope) -> Schema:
    """The keys of a step with a control word."""
    companions = grammar.CONTROLS[word].companions
    keys = {word: grammar.CONTROLS[word], **{companion: grammar.COMPANIONS[companion] for companion in companions}}
    others = [*companions, *_ANYWHERE]
    needed = [
        {"required": [companion], "errorMessage": f"`{word}` needs `{companion}` next to it"}
        for companion, is_needed in companions.items()
        if is_needed
    ]
    held = properties(keys, scoped_forms(scope))
    held[word]["description"] = _effect(word)
    return {
        "properties": held,
        "propertyNames": {"enum": [word, *others], "errorMessage": _beside(f"`{word}`", others)},
        **({"allOf": needed} if needed else {}),
    }
