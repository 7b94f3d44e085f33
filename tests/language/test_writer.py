"""Specs written back as YAML: reading the text gives the same tree and the same report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnnshape
from cnnshape import Design
from cnnshape.document import read_document
from cnnshape.language import Broken, walk, write
from cnnshape.language.grammar import CONTROLS, FILE, MODIFIERS
from cnnshape.language.writer.layout import WIDTH, Lines, Rows, Short, lay_out
from cnnshape.language.writer.scalar import is_plain, scalar
from cnnshape.render.json import to_json
from cnnshape.source import SourceText, shipped_folder
from tests.laws.strategy import specs

from .trees import plain

OK = Path(__file__).parents[1] / "specs" / "ok"
BAD = Path(__file__).parents[1] / "specs" / "bad"
GOOD = [*sorted(shipped_folder().glob("*.yaml")), *sorted(OK.glob("*.yaml"))]


def rewritten(design: Design) -> tuple[str, Design]:
    """A design written, and read again."""
    text = write(design.spec)
    again = cnnshape.load(text)
    assert again.diagnostics == [], text
    return text, again


def figures(design: Design) -> dict[str, Any]:
    """The report of a design as JSON has it, without the lines of the file."""
    return json.loads(to_json(cnnshape.analyze(design)), object_hook=without_line)


def without_line(data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key != "line"}


def too_long(text: str) -> list[str]:
    """The lines that are too long although they could be broken."""
    lines = [line for line in text.split("\n") if len(line) > WIDTH]
    return [line for line in lines if len(line.split()) > 3]


# Laws


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_a_file_is_the_same_after_it_is_written(path: Path) -> None:
    design = cnnshape.load(path)
    text, again = rewritten(design)
    assert plain(again.spec) == plain(design.spec)
    assert figures(again) == figures(design)
    assert too_long(text) == []
    assert write(again.spec) == text


@given(specs())
def test_a_design_is_the_same_after_it_is_written(spec) -> None:
    design = cnnshape.load(spec.text)
    text, again = rewritten(design)
    assert plain(again.spec) == plain(design.spec)
    assert figures(again) == figures(design)
    assert too_long(text) == []


def test_a_file_that_extends_another_is_written_whole(tmp_path: Path) -> None:
    base = tmp_path / "base.yaml"
    base.write_text("input: [3, 8, 8]\nparams: {width: 4}\nlayers:\n  - {conv: {out: width, kernel: 1}, name: a}\n")
    own = tmp_path / "own.yaml"
    own.write_text("extends: base.yaml\nname: own\nparams: {width: 6}\nexpect: {params: 24}\n")
    text, again = rewritten(cnnshape.load(own))
    assert "extends" not in text
    assert cnnshape.check(again) == []
    assert cnnshape.analyze(again).totals.params == 24


def is_well_formed(path: Path) -> bool:
    design = cnnshape.load(path)
    if design.diagnostics:
        return False
    lists = [design.spec.layers, *(block.steps for block in design.spec.blocks)]
    return not any(isinstance(step, Broken) for steps in lists for step in walk(steps))


WELL_FORMED = [path for path in sorted(BAD.glob("*.yaml")) if is_well_formed(path)]


@pytest.mark.parametrize("path", WELL_FORMED, ids=lambda path: path.stem)
def test_a_spec_that_is_wrong_but_well_formed_keeps_its_faults(path: Path) -> None:
    design = cnnshape.load(path)
    _, again = rewritten(design)
    assert plain(again.spec) == plain(design.spec)

    assert faults(again) == faults(design)


def faults(design: Design) -> list[tuple[str, str]]:
    return sorted((problem.name, problem.message) for problem in cnnshape.check(design))


def test_many_bad_specs_are_well_formed() -> None:
    assert len(WELL_FORMED) > 50


@pytest.mark.parametrize(
    "text",
    [
        "input: [3, 8, 8]\nlayers: [{conv: }, {residual: , name: x}]\n",
        "input: [3, 8, 8]\nparams: {1a: 3}\nlayers: [relu]\n",
        "input: 3\nlayers: [relu]\n",
        "input: [3, 8, 8]\n",
        "input: [3, 8, 8]\nlayers: [{conv: {out: 2 +, kernel: 1}}]\n",
        "input: [3, 8, 8]\nblocks: {Unit: [relu]}\nlayers: [Unit]\n",
    ],
)
def test_a_spec_that_failed_to_parse_is_not_written(text: str) -> None:
    design = cnnshape.load(text)
    assert design.diagnostics
    with pytest.raises(ValueError, match="failed to parse"):
        write(design.spec)


# The style, as in the shipped architectures

STYLE = [
    ("- relu", None),
    ("- relu:", "- relu"),
    ("- {max_pool: {kernel: 2}}", "- max_pool: {kernel: 2}"),
    ("- max_pool: 2\n    name: pool", "- {max_pool: 2, name: pool}"),
    ("- {max_pool: 2, from: prev}", None),
    ("- {relu: {}, name: a}", "- {relu, name: a}"),
    ("- {relu: , repeat: 2}", "- {relu, repeat: 2}"),
    ("- {conv: {out: 4, kernel: 1}, repeat: 2}", "- conv: {out: 4, kernel: 1}\n    repeat: 2"),
    ("- {conv: {out: 4, kernel: 1}, repeat: 2, name: x, first: {kernel: 3}, from: prev}",
     "- {conv: {out: 4, kernel: 1}, from: prev, name: x, repeat: 2, first: {kernel: 3}}"),
    ("- conv: {out: 4, kernel: 1, norm: {group_norm: 2}}", None),
    ("- conv: {out: \"max(4, 8)\", kernel: 1}", None),
    ("- linear: max(4, 8)", None),
    ("- linear: \"max(4, 8)\"", "- linear: max(4, 8)"),
    ("- {for: {n: [1, 2]}, name: s, do: [relu, tanh]}", "- for: {n: [1, 2]}\n    name: s\n    do:\n      - relu\n      - tanh"),
    ("- {for: {n: [1, 2]}, do: []}", "- for: {n: [1, 2]}\n    do: []"),
    ("- max_pool: 2\n    repeat: 2", "- {max_pool: 2, repeat: 2}"),
    ("- {max_pool: {kernel: 2}, repeat: 2}", "- max_pool: {kernel: 2}\n    repeat: 2"),
    ("- conv: {out: 4, kernel: 1}\n    when: in_channels == 3", "- {conv: {out: 4, kernel: 1}, when: in_channels == 3}"),
    ("- {residual: [relu], shortcut: [tanh]}", "- residual:\n      - relu\n    shortcut: [tanh]"),
    ("- {residual: [relu], shortcut: [tanh, relu]}", "- residual:\n      - relu\n    shortcut: [tanh, relu]"),
    ("- {residual: [relu], shortcut: [{conv: {out: 3, kernel: 1}}]}",
     "- residual:\n      - relu\n    shortcut: [conv: {out: 3, kernel: 1}]"),
    ("- {residual: [relu], shortcut: [{conv: {out: 3, kernel: 1}, name: a}]}",
     "- residual:\n      - relu\n    shortcut:\n      - {conv: {out: 3, kernel: 1}, name: a}"),
    ("- {residual: [relu], shortcut: [{conv: {out: 3, kernel: 1}, repeat: 2}]}",
     "- residual:\n      - relu\n    shortcut:\n      - conv: {out: 3, kernel: 1}\n        repeat: 2"),
    ("- {residual: [relu], shortcut: [{residual: [tanh]}]}",
     "- residual:\n      - relu\n    shortcut:\n      - residual:\n          - tanh"),
    ("- {residual: [relu], shortcut: none, name: r}", "- residual:\n      - relu\n    shortcut: none\n    name: r"),
    ("- residual: []", None),
    ("- {concat: {a: [], b: [relu]}}", "- concat:\n      a: []\n      b: [relu]"),
    ("- {add: [prev, input], crop: center}", "- add: [prev, input]\n    crop: center"),
    ("- {add: [prev, input], name: sum}", None),
    ("- {crop: {cut: [[1, 1], [0, 2]]}}", "- crop: {cut: [[1, 1], [0, 2]]}"),
]  # fmt: skip


@pytest.mark.parametrize(("step", "written"), STYLE)
def test_a_step_is_written_in_the_style_of_the_shipped_ones(step: str, written: str | None) -> None:
    design = cnnshape.load(f"input: [3, 8, 8]\nlayers:\n  {step}\n")
    text, _ = rewritten(design)
    assert text.partition("layers:\n  ")[2] == f"{written or step}\n"


FILES = [
    ("input: {input: [3, 8, 8]}", "input: [3, 8, 8]"),
    ("input: {a: [3, 8, 8]}", None),
    ("input: {a: [3, 8, 8], input: {boxes: 4}}", None),
    ("input: [3, 8, 8]\nparams: {a: 1, b: [c, 2]}", None),
    ("input: [3, 8, 8]\nparams: {}", "input: [3, 8, 8]"),
    ("input: [3, 8, 8]\nvariants: {a: {b: 1}}\nparams: {b: 2}", "input: [3, 8, 8]\nparams: {b: 2}\nvariants:\n  a: {b: 1}"),
    ("input: [3, 8, 8]\nblocks: {Unit: {do: []}}", "input: [3, 8, 8]\nblocks:\n  Unit:\n    do: []"),
    (
        "input: [3, 8, 8]\nblocks: {Unit: {do: [relu], params: {a: required}}}",
        "input: [3, 8, 8]\nblocks:\n  Unit:\n    params: {a: required}\n    do:\n      - relu",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("head", "written"), FILES)
def test_the_head_of_a_file(head: str, written: str | None) -> None:
    text, _ = rewritten(cnnshape.load(f"cnnshape: 1\nname: x\n{head}\nlayers:\n  - relu\n"))
    assert text == f"cnnshape: 1\nname: x\n{written or head}\nlayers:\n  - relu\n"


EXPECTATIONS = [
    ("{params: 3, macs: <= 4k}", None),
    ('{params: ">= 3"}', None),
    ("{output: [1, 2], outputs: {a: [1], b: [2]}}", None),
    ("{outputs.a: [1], outputs.b: [2]}", "{outputs: {a: [1], b: [2]}}"),
    ("{outputs: {a: [1]}, params: 3, outputs.b: [2]}", None),
    ("{outputs: {a: [1]}, outputs.a: [1]}", None),
    ("{receptive_field: 9, receptive_field.a.b: 3}", "{receptive_field: 9, receptive_field.a: {b: 3}}"),
    ("{receptive_field: {stage.0.conv: 3, b: [1, 2]}}", None),
]


@pytest.mark.parametrize(("expect", "written"), EXPECTATIONS)
def test_expectations(expect: str, written: str | None) -> None:
    design = cnnshape.load(f"input: [3, 8, 8]\nlayers: [relu]\nexpect: {expect}\n")
    text, again = rewritten(design)
    assert plain(again.spec) == plain(design.spec)
    assert text.splitlines()[-1] == f"expect: {written or expect}"


WORDS = " ".join(["word"] * 40)
NUMBERS = ", ".join(map(str, range(1000, 1060)))
LONG = [
    f"name: {WORDS}\ninput: [3, 8, 8]\nlayers: [relu]\n",
    f"input: [3, 8, 8]\nlayers:\n  - for: {{n: [{NUMBERS}]}}\n    do: [relu]\n",
    f"input: [3, 8, 8]\nparams: {{n: [{NUMBERS}], m: 3}}\nlayers: [relu]\n",
    f"input: [3, 8, 8]\nparams: {{n: [[{NUMBERS}], [{NUMBERS}]]}}\nlayers: [relu]\n",
    f"input: [3, 8, 8]\nlayers:\n  - relu: \n    when: {' or '.join(['in_channels == 3'] * 10)}\n",
    f"input: [3, 8, 8]\nlayers:\n  - conv: {{out: {' + '.join(['1'] * 50)}, kernel: [{' + '.join(['1'] * 50)}, 3]}}\n",
    f"input: [3, 8, 8]\nlayers:\n  - {{relu: , name: {'x' * 100}}}\n  - {{add: [{'x' * 100}, prev], name: b}}\n",
    f"input: [3, 8, 8]\nlayers: [relu]\noutputs: [{', '.join(f'output_{number}' for number in range(40))}]\n",
    f"input: [3, 8, 8]\nlayers: [relu]\nexpect: {{outputs: {{{', '.join(f'o{number}: [1, 2]' for number in range(40))}}}}}\n",
    f"input: [3, 8, 8]\nsource: {'a' * 200}\nlayers: [relu]\n",
    f'input: [3, 8, 8]\nsource: "{"a: " * 80}"\nlayers: [relu]\n',
    f"input: {{{', '.join(f'name_{number}: [3, 8, 8]' for number in range(20))}}}\nlayers: [relu]\n",
    "input: [3, 8, 8]\nlayers:\n  - conv: {out: 3, kernel: 1, norm: "
    f"{{group_norm: {{groups: {' + '.join(['1'] * 30)}, eps: {' + '.join(['1'] * 30)}}}}}}}\n",
]


@pytest.mark.parametrize("text", LONG, ids=range(len(LONG)))
def test_what_is_long_is_wrapped(text: str) -> None:
    design = cnnshape.load(text)
    assert design.diagnostics == []
    written, again = rewritten(design)
    assert too_long(written) == []
    assert max(map(len, written.split("\n"))) <= WIDTH or "a" * 200 in text or "x" * 100 in text
    assert plain(again.spec) == plain(design.spec)


def test_a_long_list_fills_its_lines() -> None:
    text = lay_out({"n": list(map(str, range(1000, 1040)))})
    assert text == (
        "n: [1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 1015, 1016, 1017, 1018,\n"
        "  1019, 1020, 1021, 1022, 1023, 1024, 1025, 1026, 1027, 1028, 1029, 1030, 1031, 1032, 1033, 1034, 1035, 1036, 1037,\n"
        "  1038, 1039]\n"
    )


def test_the_arguments_of_a_kind_fill_their_lines() -> None:
    arguments = {f"argument_{index}": str(index) for index in range(12)}
    text = lay_out({"layers": Rows([{"conv": arguments}])})
    lines = text.splitlines()
    assert [line[:14] for line in lines] == ["layers:", "  - conv: {arg", "        argume"]
    assert too_long(text) == []


def branches(*items: tuple[str, int]) -> list[str]:
    """The lines of a join with one branch, of steps with so many arguments each."""
    steps = [Lines({kind: {f"argument_{index}": str(index) for index in range(count)}}) for kind, count in items]
    return lay_out({"concat": Lines({"branch": Short(steps)})}).splitlines()[1:]


def test_a_branch_is_in_brackets_where_that_saves_two_lines() -> None:
    assert branches(("conv", 1)) == ["  branch: [conv: {argument_0: 0}]"]
    assert branches(("conv", 2), ("pool", 1)) == [
        "  branch: [conv: {argument_0: 0, argument_1: 1}, pool: {argument_0: 0}]"
    ]
    assert branches(("conv", 3), ("conv", 3), ("pool", 1)) == [
        "  branch: [conv: {argument_0: 0, argument_1: 1, argument_2: 2}, conv: {argument_0: 0, argument_1: 1, argument_2: 2},",
        "    pool: {argument_0: 0}]",
    ]


def test_a_branch_of_long_steps_has_a_line_for_each_step() -> None:
    for items in ([("conv", 7)], [("conv", 4), ("conv", 3)], [("conv", 4)] * 3):
        lines = branches(*items)
        assert lines[0] == "  branch:"
        assert [line.startswith("    - conv: {argument_0: 0") for line in lines[1:]] == [True] * len(items)


def test_one_long_word_below_a_long_key_is_written_once() -> None:
    """The word alone fits on a line, but not next to its key."""
    assert lay_out({"a" * 60: ["b" * 100]}).count("b") == 100
    assert lay_out({"a" * 60: {"c" * 40: "b" * 60}}).count("b") == 60


def test_a_long_step_has_its_modifiers_below() -> None:
    step = {"concat": [f"tensor_{index}" for index in range(9)], "name": "joined_together"}
    assert lay_out({"layers": Rows([step])}).splitlines()[-1] == "    name: joined_together"


# Single texts

QUOTED = [
    "", "~", "null", "<<", " a", "a ", "a: b", "a:", "a #b", "#a", "- a", "-", "?a", ":a", "[a", "{a", "]", "}", ",a", "&a", "*a", "!a", "|", "> 3", "'a", '"a"',
    "%a", "@a", "`a", "---", "--- a", "...", "a\nb", "a\tb", "\x1b[31m", "a\u00a0b", "a\u2028b", "\x85", "\ufeffa", "\U000e0001",
]  # fmt: skip
PLAIN = [
    "a", "3", "010", "1:30", "no", "on", "true", "-1", "-(a + b)", "a - b", "a // b", "2 * a", "a if b == c else d", "<= 26M", "Mask R-CNN", "é", "a#b", "a:b",
    "stage.0", "=", "x'y", 'x"y', "a & b", "a?", "not a", "\u00d7", "(a)",
]  # fmt: skip
PLAIN_OUTSIDE_OF_BRACKETS = ["max(1, 2)", "a, b", "a [b]", "a {b}", "ResNet (2015), table 1"]


@pytest.mark.parametrize("text", QUOTED)
def test_a_text_that_needs_quotes_has_them(text: str) -> None:
    assert not is_plain(text, flow=False)
    assert not is_plain(text, flow=True)


@pytest.mark.parametrize("text", PLAIN)
def test_a_text_that_needs_no_quotes_has_none(text: str) -> None:
    assert scalar(text, flow=False) == scalar(text, flow=True) == text


@pytest.mark.parametrize("text", PLAIN_OUTSIDE_OF_BRACKETS)
def test_a_comma_or_bracket_needs_quotes_in_brackets_alone(text: str) -> None:
    assert scalar(text, flow=False) == text
    assert scalar(text, flow=True) == f'"{text}"'


TEXTS = st.text(max_size=200) | st.text(alphabet="a-:#,[]{} '\"\\\n\t>|&*!%@`?<~", max_size=12)
TEXTS |= st.sampled_from([*QUOTED, *PLAIN, *PLAIN_OUTSIDE_OF_BRACKETS, WORDS])
NESTED = st.recursive(
    TEXTS,
    lambda inner: (
        st.lists(inner, max_size=30)
        | st.dictionaries(TEXTS.map(lambda text: text[:80]), inner, max_size=4)
        | st.lists(inner, max_size=3).map(Rows)
        | st.lists(inner, max_size=5).map(Short)
        | st.dictionaries(TEXTS.map(lambda text: text[:80]), inner, max_size=3).map(Lines)
    ),
    max_leaves=30,
)


def read(node):
    """Nodes as plain data."""
    if hasattr(node, "text"):
        assert not node.empty
        return node.text
    if hasattr(node, "items"):
        return [read(item) for item in node.items]
    return {key.text: read(value) for key, value in node.entries}


@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), NESTED, min_size=1, max_size=4))
def test_any_data_is_read_back(data) -> None:
    text = lay_out(data)
    document = read_document(SourceText("written", text))
    assert document.problems == [], text
    assert read(document.root) == data


def test_every_key_of_the_grammar_is_written_somewhere() -> None:
    texts = "\n".join(write(cnnshape.load(path).spec) for path in GOOD)
    words = [key for key in (*FILE, *MODIFIERS, *CONTROLS) if key != "extends"]
    assert [word for word in words if f"{word}: " not in texts and f"{word}:\n" not in texts] == []
