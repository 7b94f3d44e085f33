"""Specs with a random mistake, against PyYAML's loaders: where both read the same, so does our reader."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import yaml

from cnnshape.document import read_document
from cnnshape.source import SourceText
from tests.document.test_composer import FILES, LOADERS, composed, ours, theirs

ROUNDS = 12
"""Mutations of each file."""
SIGNS = [*"[]{}:,-#'\"()*&!%@ 09.=<>|\n", "é", "  ", "\n  ", "\n    ", "- ", ": "]
OWN = {"bad-key", "duplicate-key", "yaml-feature"}
"""What YAML allows and specs don't."""


def mutated(text: str, chance: random.Random) -> str:
    """The text cut, or without a character, with another one, or with a line moved or left out."""
    place = chance.randrange(len(text) + 1)
    lines = text.split("\n")
    line = chance.randrange(len(lines))
    moved = [*lines[:line], chance.choice(["", " ", "  ", "    "]) + lines[line].lstrip(), *lines[line + 1 :]]
    return chance.choice(
        [
            text[:place],
            text[:place] + text[place + 1 :],
            text[:place] + chance.choice(SIGNS) + text[place:],
            "\n".join(moved),
            "\n".join([*lines[:line], *lines[line + 1 :]]),
        ]
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_mutated_spec_reads_as_in_pyyaml(path: Path) -> None:
    chance = random.Random(path.stem)
    for _ in range(ROUNDS):
        text = mutated(path.read_text(), chance)
        document = read_document(SourceText("spec.yaml", text))
        nodes = [composed(text, loader) for loader in LOADERS]
        if document.complete and not document.problems:
            assert all(theirs(node) == ours(document.root) for node in nodes if node)
        elif all(nodes):
            assert {problem.name for problem in document.problems} <= {*OWN, "empty-file"}, text


def test_both_loaders_of_pyyaml_are_compared() -> None:
    assert len(LOADERS) == 1 + yaml.__with_libyaml__
