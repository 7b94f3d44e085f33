"""The comparison of trees sees every difference that the language can express."""

import pytest

import cnnshape

from .trees import plain

TEXT = """\
name: a
family: b
year: 2000
source: c
results: {top-1: 70.5, top-5: 90}
input: [3, size, 8]
params: {size: 8, list: [1, 2]}
variants: {small: {size: 4}}
blocks:
  Unit: {params: {width: required, act: relu}, do: [conv: {out: width, kernel: 1, act: act}]}
layers:
  - conv: {out: 4, kernel: 1, norm: {group_norm: {groups: 2}}}
  - {Unit: {width: 4}, name: u, from: prev, when: size > 2, repeat: 2, first: {act: gelu}, frozen: true}
  - for: {n: [1, 2]}
    do: [relu]
  - residual: [relu]
    shortcut: [tanh]
  - residual: [relu]
    shortcut: identity
  - concat: {left: [relu], right: []}
  - add: [prev, u]
    crop: center
  - {Unit: 4, name: w, share: u.1}
outputs: [u, w]
expect: {outputs: {u: [4, 8, 8]}, params: 3}
"""
CHANGES = [
    ("name: a", "name: aa"), ("family: b", "family: bb"), ("2000", "2001"), ("70.5", "70.50"), ("top-5", "top-3"),
    ("source: c", "source: d"), ("size, 8", "size, 9"),
    ("{size: 8", "{size: 9"), ("[1, 2]}\n", "[2, 1]}\n"), ("{size: 4}", "{size: 5}"), ("small", "tiny"), ("Unit: {params", "Init: {params"),
    ("width: required", "width: 3"), ("act: relu", "act: silu"), ("out: width", "out: 2"), ("groups: 2", "groups: 4"),
    ("group_norm: {groups: 2}", "group_norm: 2"), ("norm: {group_norm: {groups: 2}}", "norm: batch_norm"), ("{width: 4}", "4"),
    ("name: u,", "name: v,"), ("from: prev", "from: input"), ("> 2", "> 3"), ("repeat: 2", "repeat: 3"), ("gelu", "mish"), ("first", "when"),
    ("true", "false"), ("{n: [1, 2]}", "{n: [1, 3]}"), ("{n: [1", "{m: [1"), ("do: [relu]\n", "do: [tanh]\n"), ("residual: [relu]", "residual: []"),
    ("[tanh]", "[]"), ("identity", "none"), ("    shortcut: identity\n", ""), ("left: [", "wrong: ["), ("right: []", "right: [relu]"), ("concat", "add"),
    ("add: [prev, u]", "add: [u, prev]"), ("    crop: center\n", ""), ("share: u.1", "share: u.0"), ("[u, w]", "[w, u]"), ("{u: [4", "{w: [4"),
    ("params: 3}", "params: 4}"),
]  # fmt: skip


def tree(text: str):
    return plain(cnnshape.load(text).spec)


@pytest.mark.parametrize(("old", "new"), CHANGES)
def test_a_change_makes_another_tree(old, new):
    assert TEXT.count(old) >= 1
    assert tree(TEXT.replace(old, new, 1)) != tree(TEXT)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\n\n"),
        lambda text: f"# a comment\n{text}",
        lambda text: text.replace("name: a", "name: 'a'"),
        lambda text: text.replace(", ", ",   "),
        lambda text: text.replace("[relu]", "['relu']"),
    ],
)
def test_places_comments_and_quotes_make_no_other_tree(change):
    assert change(TEXT) != TEXT
    assert tree(change(TEXT)) == tree(TEXT)
