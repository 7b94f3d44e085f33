"""The grammar is declared once: what its declarations say is what the reader, the schema and the reference do."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnnshape
from cnnshape.diagnostics import Diagnostic, Severity
from cnnshape.language import KIND_WORDS, grammar, patterns
from cnnshape.language.grammar import (
    BLOCK,
    COMPANIONS,
    CONTROLS,
    DTYPE_PARTS,
    FILE,
    MODIFIERS,
    OWNERS,
    STEP,
    Key,
    foreign_words,
)
from cnnshape.layers import BY_NAME
from cnnshape.render.schema import schema
from cnnshape.render.schema_forms import file_forms
from cnnshape.render.schema_names import ANY_NAMES

KEYS = [
    *FILE.values(),
    *BLOCK.values(),
    *MODIFIERS.values(),
    *COMPANIONS.values(),
    *CONTROLS.values(),
    *DTYPE_PARTS.values(),
]
SPEC = "input: [3, 8, 8]\nlayers: [{relu: , name: stem}]\n"


def problems(text: str) -> list[Diagnostic]:
    return cnnshape.load(text).diagnostics


def errors(text: str) -> list[tuple[str, str | None]]:
    diagnostics = cnnshape.check(cnnshape.load(text))
    return [(problem.name, problem.help) for problem in diagnostics if problem.severity is Severity.ERROR]


# Declarations


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_a_key_says_what_it_holds_and_how_it_is_written(key: Key) -> None:
    assert re.fullmatch(r"[A-Z][^\n]*\.", key.doc)
    assert key.example.startswith(f"{key.name}: ")
    assert key.help == f"write `{key.example}`"
    assert key.form.notation
    assert key.form.collection in ("", "list", "mapping")


def test_control_words_and_companions_refer_to_each_other() -> None:
    assert {word for key in CONTROLS.values() for word in key.companions} == set(COMPANIONS) == set(OWNERS)
    assert all(word in CONTROLS[owner].companions for word, owners in OWNERS.items() for owner in owners)
    assert set(grammar.NOT_ON_CONTROLS) < set(MODIFIERS)
    assert set(grammar.OWN_KINDS) < set(COMPANIONS)


def test_words_of_steps_are_no_layer_kinds_but_for_those_declared() -> None:
    words = {*MODIFIERS, *COMPANIONS, *CONTROLS}
    assert words & set(BY_NAME) == {*grammar.JOINS, *grammar.OWN_KINDS}


@pytest.mark.parametrize("keys", [FILE, BLOCK, STEP], ids=["file", "block", "step"])
def test_a_foreign_word_stands_for_one_key_and_is_none_itself(keys: dict[str, Key]) -> None:
    listed = [word for key in keys.values() for word in key.foreign]
    assert len(listed) == len(set(listed)) == len(foreign_words(keys))
    assert set(listed).isdisjoint(keys)
    assert set(listed).isdisjoint(CONTROLS) or keys is FILE


# The reader


def in_file(key: Key) -> str:
    lines = {"input": "input: [3, 8, 8]", "layers": "layers: [{relu: , name: scores}, {relu: , name: boxes}]"}
    lines[key.name] = key.example.replace("[steps]", lines["layers"].partition(": ")[2])
    if key.name == "variants":
        lines["params"] = "params: {width: 1}"
    return "\n".join(lines.values()) + "\n"


@pytest.mark.parametrize("key", [key for key in FILE.values() if key.name != "extends"], ids=lambda key: key.name)
def test_the_example_of_a_key_of_a_file_can_be_read(key: Key) -> None:
    assert problems(in_file(key)) == []


@pytest.mark.parametrize("key", BLOCK.values(), ids=lambda key: key.name)
def test_the_example_of_a_key_of_a_block_can_be_read(key: Key) -> None:
    lines = {"do": "do: [relu]", key.name: key.example.replace("[steps]", "[relu]")}
    assert problems(f"{SPEC}blocks: {{Unit: {{{', '.join(lines.values())}}}}}\n") == []


@pytest.mark.parametrize("key", MODIFIERS.values(), ids=lambda key: key.name)
def test_the_example_of_a_modifier_can_be_read(key: Key) -> None:
    step = "conv: {out: 3, kernel: 1}" + (", repeat: 2" if key.name == "first" else "")
    assert problems(f"input: [3, 8, 8]\nlayers: [{{{step}, {key.example}}}]\n") == []


@pytest.mark.parametrize("key", CONTROLS.values(), ids=lambda key: key.name)
def test_the_example_of_a_control_word_can_be_read_with_its_companions(key: Key) -> None:
    parts = [key.example, *(COMPANIONS[word].example for word in key.companions)]
    step = ", ".join(parts).replace("[steps]", "[relu]")
    assert problems(f"input: [3, 8, 8]\nlayers: [{{{step}}}]\n") == []


@pytest.mark.parametrize(("word", "key"), foreign_words(FILE).items())
def test_another_tools_word_for_a_key_of_a_file_is_answered(word: str, key: str) -> None:
    assert ("unknown-key", f"did you mean `{key}`?") in errors(f"{SPEC}{word}: {{a: 1}}\n")


@pytest.mark.parametrize(("word", "key"), foreign_words(BLOCK).items())
def test_another_tools_word_for_a_key_of_a_block_is_answered(word: str, key: str) -> None:
    assert ("unknown-key", f"did you mean `{key}`?") in errors(f"{SPEC}blocks: {{Unit: {{{word}: 1}}}}\n")


@pytest.mark.parametrize(("word", "key"), foreign_words(STEP).items())
def test_another_tools_word_for_a_key_of_a_step_is_answered(word: str, key: str) -> None:
    text = f"input: [3, 8, 8]\nlayers:\n  - relu\n  - {{conv: {{out: 3, kernel: 1}}, {word}: 2}}\n"
    assert errors(text) == [("foreign-spelling", f"write `{key}`")]


@pytest.mark.parametrize("word", KIND_WORDS)
def test_a_kind_below_a_key_of_its_own_is_answered(word: str) -> None:
    ((name, help),) = errors(f"input: [3, 8, 8]\nlayers: [{{{word}: conv, out: 3, kernel: 1}}]\n")
    assert name == "ambiguous-step"
    assert help == "the kind is the key: `- conv: {out: 3, kernel: 1}`"


@pytest.mark.parametrize("word", sorted(grammar.RESERVED))
def test_a_reserved_word_names_nothing(word: str) -> None:
    texts = [
        f"input: {{{word}: [3, 8, 8]}}\nlayers: [relu]\n",
        f"{SPEC}params: {{{word}: 1}}\n",
        f"{SPEC}variants: {{{word}: {{}}}}\n",
        f"input: [3, 8, 8]\nlayers: [{{relu: , name: {word}}}]\n",
        f"input: [3, 8, 8]\nlayers: [{{for: {{{word}: [1]}}, do: []}}]\n",
        f"input: [3, 8, 8]\nlayers: [{{concat: {{{word}: [], other: []}}}}]\n",
    ]
    assert [[problem.name for problem in problems(text)] for text in texts] == [["bad-name"]] * len(texts)


# The schema


def descriptions(written: object) -> Iterator[tuple[str, str]]:
    """The keys that a schema has anywhere, each with its description."""
    if isinstance(written, list):
        for part in written:
            yield from descriptions(part)
    elif isinstance(written, dict):
        for name, form in written.get("properties", {}).items():
            if isinstance(form, dict) and "description" in form:
                yield name, form["description"]
        for part in written.values():
            yield from descriptions(part)


def test_the_schema_has_the_keys_of_the_grammar() -> None:
    written = schema()
    assert written["allOf"][0]["propertyNames"]["enum"] == list(FILE)
    described = set(descriptions(written))
    assert described >= {(key.name, key.doc) for key in (*FILE.values(), *BLOCK.values(), *MODIFIERS.values())}
    assert described >= {(key.name, key.doc) for key in COMPANIONS.values()}
    assert {name for name, _ in described} >= set(CONTROLS)


def test_every_form_has_a_schema() -> None:
    assert {key.form.name for key in KEYS} == {form.name for form in file_forms(ANY_NAMES)}


NAMES = st.text(alphabet="aZ_0.- é\n", max_size=6) | st.sampled_from(
    [*grammar.RESERVED, "a" * 100, "a" * 101, "A1", "iff"]
)


def accepts(pattern: str, text: str) -> bool:
    return re.search(pattern, text) is not None and not text.endswith("\n") and len(text) <= grammar.MAX_NAME


def quoted(text: str) -> str:
    return '"' + text.replace("\n", "\\n") + '"'


@given(NAMES)
def test_patterns_of_names_accept_what_the_reader_accepts(text: str) -> None:
    step = f"input: [3, 8, 8]\nlayers: [{{relu: , name: {quoted(text)}}}]\n"
    assert accepts(patterns.new_name(grammar.NAME), text) == (problems(step) == [])
    param = f"{SPEC}params: {{{quoted(text)}: 1}}\n"
    assert accepts(patterns.new_name(grammar.VARIABLE), text) == (problems(param) == [])


@given(NAMES)
def test_the_pattern_of_a_blocks_name_accepts_what_the_reader_accepts(text: str) -> None:
    block = f"{SPEC}blocks: {{{quoted(text)}: {{do: []}}}}\n"
    assert accepts(patterns.BLOCK_NAME, text) == (problems(block) == [])
