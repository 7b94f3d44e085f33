"""Missed outputs: the edits that are offered give the output that is expected."""

import pytest

import cnnshape
from tests.mutations.slips import fixes


def spec(shape, steps, wanted):
    lines = [f"  - {step}" for step in steps]
    return "\n".join(["cnnshape: 1", f"input: {shape}", "layers:", *lines, f"expect: {{output: {wanted}}}", ""])


CASES = [
    ([1, 1000], ["conv: {out: 8, kernel: 3, stride: 2, padding: 1}", "conv_transpose: {out: 1, kernel: 3, stride: 2, padding: 1}"],
     [1, 1000], "write `output_padding: 1` on the conv_transpose in line 5 or `kernel: 4` in line 5"),
    ([1, 28, 28], ["conv: {out: 8, kernel: 3, stride: 2}", "conv_transpose: {out: 1, kernel: 3, stride: 2}"],
     [1, 28, 28], "write `output_padding: 1` on the conv_transpose in line 5"),
    ([3, 32, 32], ["conv: {out: 8, kernel: 3, stride: 2, padding: 1}", "flatten", "linear: 100"], [10],
     "write `out: 10` on the linear in line 6"),
    ([3, 32, 32], ["conv: {out: 8, kernel: 5, padding: 1}"], [8, 32, 32], "write `padding: 2` on the conv in line 4"),
    ([3, 32, 32], ["conv: {out: 8, kernel: 3, padding: 1, dilation: 3}"], [8, 32, 32], "write `padding: 3` on the conv in line 4"),
    ([3, 32, 32], ["conv: {out: 8, kernel: 3, stride: 2, padding: 1}"], [8, 32, 32], "write `stride: 1` on the conv in line 4"),
    ([3, 32, 32], ["conv: {out: 8, kernel: 1}", "upsample: 2"], [8, 128, 128], "write `scale: 4` on the upsample in line 5"),
    ([3, 31, 31], ["max_pool: 2"], [3, 16, 16], "`ceil: true`"),
]  # fmt: skip


@pytest.mark.parametrize(("shape", "steps", "wanted", "help"), CASES)
def test_a_missed_output_is_answered_with_edits(shape, steps, wanted, help):
    (problem,) = missed(spec(shape, steps, wanted))
    assert help in problem.help
    assert problem.help.endswith(f": the output is then {'x'.join(map(str, wanted))}")
    assert problem.related


@pytest.mark.parametrize(("shape", "steps", "wanted"), [case[:3] for case in CASES])
def test_every_edit_gives_the_output(shape, steps, wanted):
    text = spec(shape, steps, wanted)
    (problem,) = missed(text)
    fixed = list(fixes(text, problem))
    assert fixed
    for edited in fixed:
        assert edited != text
        assert missed(edited) == []


@pytest.mark.parametrize("wanted", [[8, 17, 29], [9, 9], "8", [8, 32, "32 // 0"]])
def test_an_output_that_no_edit_gives_is_missed_without_help(wanted):
    text = spec([3, 32, 32], ["conv: {out: 8, kernel: 3}"], wanted)
    for problem in cnnshape.check(cnnshape.load(text), ignore=["all"]):
        assert "the output is then" not in (problem.help or "")


def test_the_output_is_that_of_its_name():
    text = """cnnshape: 1
input: [3, 32, 32]
layers:
  - {conv: {out: 8, kernel: 3}, name: small}
  - {conv: {out: 4, kernel: 3, padding: 1}, name: same}
outputs: [small, same]
expect: {outputs: {small: [8, 30, 30], same: [4, 28, 28]}}
"""
    (problem,) = missed(text)
    assert problem.message == "the output is 4x30x30, expected 4x28x28"
    assert problem.help == "write `padding: 0` on the conv in line 5: the output is then 4x28x28"


def missed(text):
    problems = cnnshape.check(cnnshape.load(text), ignore=["all"])
    assert {problem.name for problem in problems} <= {"expectation-missed"}
    return problems
