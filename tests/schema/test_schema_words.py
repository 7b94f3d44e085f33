"""The schema's rules for words: what they refuse, `check` refuses too, and what `check` accepts, they accept."""

from __future__ import annotations

import re

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

import cnnshape
from cnnshape.diagnostics import Severity
from cnnshape.layers import BY_NAME, KINDS, bare, foreign_kind
from cnnshape.program.foreign_words import KINDS as ADVICE
from cnnshape.render.schema import schema
from tests.laws.strategy import specs
from tests.schema.test_schema import Core

SCHEMA = schema()
VALIDATOR = Draft7Validator(SCHEMA)
WORD = Draft7Validator({**SCHEMA["definitions"]["own_word"], "definitions": SCHEMA["definitions"]})
HEAD = "input: [4, 32, 32]\n"
CONV = "conv: {out: 4, kernel: 1, %s}"


def is_valid(text: str) -> bool:
    return VALIDATOR.is_valid(yaml.load(text, Core))


def is_refused(text: str) -> bool:
    return any(problem.severity is Severity.ERROR for problem in cnnshape.check(cnnshape.load(text)))


def one(step: str, head: str = HEAD) -> str:
    return f"{head}layers:\n  - {step}\n"


@settings(deadline=None, max_examples=60)
@given(specs())
def test_the_schema_accepts_what_check_accepts(spec) -> None:
    text = spec.text
    assert not is_refused(text)
    assert is_valid(text)


OTHERS = ["Foo", "rleu", "Conv2d", "batchnorm", "valid", "swish", "bilinear", "Sequential", "relu", "none", "same"]


@settings(deadline=None, max_examples=60)
@given(specs(), st.sampled_from(OTHERS), st.integers(0, 60))
def test_check_refuses_what_the_schema_refuses(spec, word: str, place: int) -> None:
    text = spec.text
    words = list(re.finditer(r"\b(relu|identity|batch_norm|same|nearest|conv|max_pool)\b", text))
    if words:
        start, end = words[place % len(words)].span()
        text = text[:start] + word + text[end:]
        if not is_valid(text):
            assert is_refused(text), text


FOREIGN = sorted({word for kind in KINDS for word in kind.foreign} - set(BY_NAME))


@pytest.mark.parametrize("word", FOREIGN)
def test_a_foreign_word_of_a_kind_is_refused_with_the_kind(word: str) -> None:
    messages = [error.schema["patternErrorMessage"] for error in WORD.iter_errors(word)]
    assert messages == [f"this is called `{foreign_kind(word).name}` here"]


@pytest.mark.parametrize("word", sorted(ADVICE))
def test_a_word_with_advice_is_refused_as_a_block(word: str) -> None:
    text = one(word[:1].upper() + word[1:])
    assert is_refused(text)
    assert not is_valid(text)


def test_a_word_of_the_language_is_no_foreign_word() -> None:
    assert [name for name in BY_NAME if not WORD.is_valid(name)] == []


@given(st.text("CcOoNnVvRreLlUuBaAtTchNnorm_2dD", min_size=1, max_size=12))
def test_a_refused_word_is_known_to_be_foreign(word: str) -> None:
    if not WORD.is_valid(word):
        assert foreign_kind(word) or bare(word) in ADVICE or bare(word) in ("for", "skip", "loop", "branch"), word


REFUSED = {
    "a foreign kind": one("Conv2d: {out: 3, kernel: 1}"),
    "a foreign kind alone": one("ReLU"),
    "a foreign kind in a residual": one("residual: [ReLU]"),
    "a foreign kind in a branch": one("add: {a: [ReLU], b: []}"),
    "a foreign kind in a loop": one("{for: {n: [1]}, do: [ReLU]}"),
    "a foreign kind in a block": HEAD + "blocks: {Unit: {do: [ReLU]}}\nlayers: [Unit]\n",
    "a block without blocks": one("Foo"),
    "a block with empty blocks": one("Foo", HEAD + "blocks: {}\n"),
    "a foreign norm": one(CONV % "norm: batchnorm"),
    "a foreign padding": one(CONV % "padding: valid"),
    "a foreign padding in capitals": one(CONV % "padding: VALID"),
    "a foreign word beside params": one(CONV % "padding: valid", HEAD + "params: {w: 3}\n"),
    "a misspelt activation": one(CONV % "act: rleu"),
    "a norm that is none": one(CONV % "norm: dropout"),
    "a pool as an activation": one(CONV % "act: max_pool"),
    "a pool as a norm, with arguments": one(CONV % "norm: {avg_pool: 2}"),
    "a linear activation": one(CONV % "act: linear"),
    "a misspelt mode": one("upsample: {scale: 2, mode: nearst}"),
    "a foreign mode": one("upsample: {scale: 2, mode: bilinear}"),
    "a misspelt activation in a block": HEAD + "blocks: {Unit: {do: [{%s}]}}\nlayers: [Unit]\n" % (CONV % "act: rleu"),
}
ACCEPTED = {
    "an own block with a foreign name": one("Conv2d", HEAD + "blocks: {Conv2d: {do: [relu]}}\n"),
    "a param with a foreign name": one(CONV % "padding: valid", HEAD + "params: {valid: 0}\n"),
    "a param that holds an activation": one(CONV % "act: rleu", HEAD + "params: {rleu: relu}\n"),
    "a variable with a foreign name": one("{for: {valid: [0]}, do: [{%s}]}" % (CONV % "padding: valid")),
    "a variable that holds an activation": one("{for: {a: [relu]}, do: [{%s}]}" % (CONV % "act: a")),
    "a param of a block": HEAD
    + "blocks: {Unit: {params: {a: relu}, do: [{%s}]}}\nlayers: [Unit]\n" % (CONV % "act: a"),
    "a dropout after a layer": one(CONV % "act: dropout"),
    "a scale after a layer": one(CONV % "norm: layer_scale"),
    "a param that holds a norm": one(CONV % "norm: flatten", HEAD + "params: {flatten: batch_norm}\n"),
    "a choice of words": one(CONV % "act: relu if 1 == 1 else none"),
    "an own activation": one(CONV % "act: hard_swish"),
    "an own padding": one(CONV % "padding: same"),
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_a_word_that_no_file_can_mean_is_refused(text: str) -> None:
    assert is_refused(text)
    assert not is_valid(text)


@pytest.mark.parametrize("text", ACCEPTED.values(), ids=ACCEPTED)
def test_a_word_that_the_file_gives_a_meaning_is_accepted(text: str) -> None:
    assert [problem for problem in cnnshape.check(cnnshape.load(text)) if problem.severity is Severity.ERROR] == []
    assert is_valid(text)
