"""If a part of a file is wrong, the rest of its tree is read, and each independent fault is reported."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

import cnnshape
from cnnshape.language import Spec, read_spec
from cnnshape.source import SourceText


class Case(NamedTuple):
    """A text, the problems of reading it (line and name), and what its tree holds."""

    text: str
    problems: str
    inputs: str = ""
    params: str = ""
    blocks: str = ""
    layers: str = ""


def outline(spec: Spec) -> dict[str, str]:
    """The words of a tree; `?` for a step that failed to parse."""
    return {
        "inputs": " ".join(given.name.text for given in spec.inputs),
        "params": " ".join(param.name.text for param in spec.params),
        "blocks": " ".join(f"{block.name.text}({len(block.steps)})" for block in spec.blocks),
        "layers": " ".join(step.word.text or "?" for step in spec.layers),
    }


GOOD = "input: [3, 8, 8]\n"
CASES = {
    "a step": Case(
        GOOD + "layers:\n  - relu\n  - [conv]\n  - tanh\n", "4 wrong-structure", inputs="input", layers="relu ? tanh"
    ),
    "two steps": Case(
        GOOD + "layers:\n  - {conv: {out: 2 +, kernel: 1}}\n  - {name: x}\n  - tanh\n",
        "3 expression-syntax, 4 ambiguous-step", inputs="input", layers="? ? tanh",
    ),
    "an argument and a modifier of one step": Case(
        GOOD + "layers:\n  - conv: {out: 2 +, kernel: 1}\n    name: a b\n", "3 expression-syntax, 4 bad-name",
        inputs="input", layers="?",
    ),
    "a key next to a kind, and an argument": Case(
        GOOD + "layers:\n  - conv: {out: 2 +, kernel: 1}\n    name: a b\n    do: []\n",
        "3 expression-syntax, 4 bad-name", inputs="input", layers="?",
    ),
    "a column, and a step of the loop": Case(
        GOOD + "layers:\n  - for: {last: [1]}\n    do: [{conv: {out: 2 +, kernel: 1}}]\n",
        "3 bad-name, 4 expression-syntax", inputs="input", layers="?",
    ),
    "a loop without steps": Case(
        GOOD + "layers:\n  - for: {n: [1]}\n    share: x\n  - relu\n", "3 missing-key, 4 misplaced-modifier",
        inputs="input", layers="? relu",
    ),
    "the input": Case("input: 3\nlayers: [relu]\n", "1 bad-input", layers="relu"),
    "one of two inputs": Case(
        "input: {a: [3, 8, 8], b: 4}\nlayers: [relu]\n", "1 bad-input", inputs="a", layers="relu"
    ),
    "the params": Case(GOOD + "params: [a]\nlayers: [relu]\n", "2 wrong-structure", inputs="input", layers="relu"),
    "one of two params": Case(
        GOOD + "params: {a: 2 +, b: 3}\nlayers: [relu]\n", "2 expression-syntax", inputs="input", params="a b", layers="relu"
    ),
    "the layers": Case(GOOD + "params: {a: 3}\nlayers: 5\n", "3 wrong-structure", inputs="input", params="a", layers="?"),
    "no layers": Case(
        GOOD + "blocks: {Unit: {do: [relu]}}\n", "1 missing-key", inputs="input", blocks="Unit(1)"
    ),
    "no input": Case("layers: [relu]\n", "1 missing-key", layers="relu"),
    "no input, and a step": Case("layers: [relu, []]\n", "1 missing-key, 1 wrong-structure", layers="relu ?"),
    "nothing but a name": Case("name: x\n", "1 missing-key, 1 missing-key"),
    "a stray key may be the input": Case("thing: 3\nlayers: [relu]\n", "1 unknown-key", params="thing", layers="relu"),
    "a misspelt section": Case(
        "inptu: [3, 8, 8]\nlayrs: [relu, []]\n", "1 unknown-key, 2 unknown-key, 2 wrong-structure",
        inputs="input", layers="relu ?",
    ),
    "another tool's sections": Case(
        "input_shape: [3, 8, 8]\nsteps: [relu]\nparameters: {a: 1}\n", "1 unknown-key, 2 unknown-key, 3 unknown-key",
        inputs="input", params="a", layers="relu",
    ),
    "a block without do": Case(
        GOOD + "blocks:\n  Unit: {params: {a: 2 +}}\n  Other: {do: [relu]}\nlayers: [relu]\n",
        "3 expression-syntax, 3 missing-key", inputs="input", blocks="Unit(0) Other(1)", layers="relu",
    ),
    "a misspelt key of a block may be its do": Case(
        GOOD + "blocks:\n  Unit: {params: {a: 1}, od: [relu]}\nlayers: [Unit]\n", "3 unknown-key",
        inputs="input", blocks="Unit(0)", layers="Unit",
    ),
    "a block with its steps alone": Case(
        GOOD + "blocks:\n  Unit: [relu, []]\nlayers: [Unit]\n", "3 wrong-structure, 3 wrong-structure",
        inputs="input", blocks="Unit(2)", layers="Unit",
    ),
    "a block in lower case": Case(
        GOOD + "blocks:\n  unit: {do: [relu, []]}\nlayers: [unit]\n", "3 bad-name, 3 wrong-structure",
        inputs="input", blocks="unit(2)", layers="unit",
    ),
    "keys of a block that lost its name": Case(
        GOOD + "blocks:\n  params: {a: 1}\n  do: [relu]\nlayers: [relu]\n", "3 bad-name, 4 bad-name",
        inputs="input", blocks="params(0) do(0)", layers="relu",
    ),
    "blocks in a list": Case(
        GOOD + "blocks: [{Unit: {do: [relu]}}]\nlayers: [Unit]\n", "2 wrong-structure", inputs="input", blocks="Unit(0)",
        layers="Unit",
    ),
    "a variant": Case(
        GOOD + "params: {a: 1}\nvariants: {last: {a: 2 +}, b: 3}\nlayers: [relu]\n",
        "3 bad-name, 3 expression-syntax, 3 wrong-structure", inputs="input", params="a", layers="relu",
    ),
    "the head": Case(
        "cnnshape: 2\nyear: 3\nfamily: [a]\nname: {a: b}\nresults: 3\n" + GOOD + "layers: [relu]\n",
        "1 unsupported-version, 2 wrong-structure, 3 wrong-structure, 4 wrong-structure, 5 wrong-structure", inputs="input", layers="relu",
    ),
    "expectations": Case(
        GOOD + "layers: [relu]\nexpect: {params: {a: {b: 1}}, macs: , output: 5}\n", "3 wrong-structure, 3 wrong-structure",
        inputs="input", layers="relu",
    ),
    "a list": Case("- relu\n- conv: 3\n", "1 wrong-structure"),
    "a word": Case("relu\n", "1 wrong-structure"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_rest_of_the_tree_is_there(case: Case) -> None:
    spec, problems = read_spec(SourceText("text", case.text))
    placed = sorted((problem.at.span.line, problem.name) for problem in problems if problem.at)
    assert ", ".join(f"{line} {name}" for line, name in placed) == case.problems
    assert spec is not None
    assert outline(spec) == {name: getattr(case, name) for name in ("inputs", "params", "blocks", "layers")}


def test_a_step_that_may_be_a_misspelt_control_word_keeps_its_problems_back() -> None:
    spec, problems = read_spec(
        SourceText("text", GOOD + "layers:\n  - residul: [{relu: , name: a}]\n    shortcut: none\n")
    )
    assert problems == []
    unconfirmed = spec.layers[0].unconfirmed
    assert unconfirmed.word.text == "residul"
    assert [problem.name for problem in unconfirmed.problems] == ["misplaced-modifier", "wrong-structure"]
    assert [name.text for name in spec.layers[0].names] == ["a"]


# Extending


def written(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        path = folder / f"{name}.yaml"
        path.write_text(text)
    return path


def test_a_misspelt_key_next_to_extends_is_one_error(tmp_path: Path) -> None:
    base = GOOD + "params: {width: 4}\nlayers: [relu]\n"
    path = written(tmp_path, base=base, own="extends: base.yaml\nparms: {width: 3}\n")
    (problem,) = cnnshape.check(cnnshape.load(path))
    assert (problem.name, problem.help) == ("unknown-key", "did you mean `params`?")


def test_a_stray_key_next_to_extends_is_one_error(tmp_path: Path) -> None:
    path = written(tmp_path, base=GOOD + "layers: [relu]\n", own="extends: base.yaml\ncolour: red\n")
    (problem,) = cnnshape.check(cnnshape.load(path))
    assert (problem.name, problem.message) == ("unknown-key", "`colour` is not a key of a spec")


@pytest.mark.parametrize("extends", ["nowhere.yaml", "[base.yaml]", "own.yaml", ""])
def test_without_its_base_only_the_head_of_a_file_is_known(tmp_path: Path, extends: str) -> None:
    path = written(tmp_path, own=f"name: mine\nextends: {extends}\nparams: {{a: b}}\ninput: [3, a, c]\noutputs: [x]\n")
    design = cnnshape.load(path)
    (problem,) = cnnshape.check(design)
    assert problem.at.span.line == 2
    assert design.name == "mine"
    assert not design.spec.sound
    assert set(outline(design.spec).values()) == {""}


def test_faults_of_both_files_are_reported(tmp_path: Path) -> None:
    base = "input: [3, 8, 8]\nparams: {a: 2 +}\nlayers: [relu, []]\n"
    path = written(tmp_path, base=base, own="extends: base.yaml\nyear: 3\nlayers: []\nparams: {b: 1}\n")
    places = sorted(
        (Path(diagnostic.path).stem, diagnostic.at.span.line, diagnostic.name)
        for diagnostic in cnnshape.check(cnnshape.load(path))
    )
    assert places == [
        ("base", 2, "expression-syntax"),
        ("base", 3, "wrong-structure"),
        ("own", 2, "wrong-structure"),
        ("own", 3, "unknown-key"),
        ("own", 4, "unknown-param"),
    ]


def test_each_file_of_a_chain_is_read_once(tmp_path: Path) -> None:
    top = written(tmp_path, a=GOOD + "layers: [relu]\n", b="extends: a.yaml\n", c="extends: b.yaml\nname: top\n")
    opened: list[str] = []

    def read(path: Path) -> bytes:
        opened.append(path.name)
        return path.read_bytes()

    spec, problems = read_spec(SourceText(str(top), top.read_text(), top), read)
    assert problems == []
    assert spec.name == "top"
    assert opened == ["b.yaml", "a.yaml"]
