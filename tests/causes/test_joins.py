"""Joins that fail: the layer at fault is found wherever it is, and the program is as before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnnshape
from cnnshape.api.examination import examine
from cnnshape.graph import Options
from tests.mutations.slips import errors, fixes

KERNELS = (1, 3, 5, 7)


def residual(convs, shortcut=()):
    lines = [f"      - conv: {{out: 8, kernel: {k}, padding: {p}, dilation: {d}}}" for k, p, d in convs]
    return "\n".join(["cnnshape: 1", "input: [8, 40, 40]", "layers:", "  - residual:", *lines, *shortcut, ""])


def keeping(kernel, dilation):
    return kernel, dilation * (kernel - 1) // 2, dilation


@given(
    st.lists(st.builds(keeping, st.sampled_from(KERNELS), st.integers(1, 3)), min_size=1, max_size=4),
    st.data(),
)
def test_the_one_padding_that_loses_cells_is_corrected(convs, data):
    place = data.draw(st.integers(0, len(convs) - 1))
    kernel, padding, dilation = convs[place]
    wrong = data.draw(st.integers(0, 4).filter(lambda size: size != padding))
    text = residual([*convs[:place], (kernel, wrong, dilation), *convs[place + 1 :]])
    (problem,) = errors(text)
    assert f"`padding: {padding}` on the conv in line {5 + place}" in problem.help
    assert 5 + place in {label.span.line for label in problem.related}
    (fixed,) = fixes(text, problem)
    assert errors(fixed) == []


KEEPING_TEXTS = {
    ("3", "d"): "d", ("5", "d"): "2 * d", ("3", "2 * d"): "(2 * d)", ("k", "1"): "k // 2", ("k", ""): "k // 2",
    ("k + 0", ""): "(k + 0) // 2", ("k", "2"): "(k // 2) * 2", ("k", "d"): "(k // 2) * d",
}  # fmt: skip


@pytest.mark.parametrize(("kernel", "dilation"), KEEPING_TEXTS)
@pytest.mark.parametrize("wrong", ["1", "0"])
def test_the_padding_is_an_expression_where_the_window_is_one(kernel, dilation, wrong):
    """The rounds have windows of several sizes, so no number suits them all."""
    dilated = f", dilation: {dilation}" if dilation else ""
    conv = f"conv: {{out: 8, kernel: {kernel}{dilated}, padding: {wrong}}}"
    text = f"input: [8, 40, 40]\nlayers:\n  - for: {{k: [3, 5, 7], d: [2, 3, 4]}}\n    do: [residual: [{conv}]]\n"
    (problem,) = errors(text)
    assert problem.help.startswith(f"write `padding: {KEEPING_TEXTS[kernel, dilation]}` on the conv in line 4")
    (fixed, *_) = fixes(text, problem)
    assert errors(fixed) == []


@given(st.integers(1, 4), st.integers(0, 3), st.integers(1, 9))
def test_the_width_that_differs_is_named(count, place, width):
    place %= count
    widths = [8] * (count - 1) + [width]
    lines = [f"      - conv: {{out: {out}, kernel: 1}}" for out in widths]
    text = "\n".join(["cnnshape: 1", "input: [8, 40, 40]", "layers:", "  - residual:", *lines, ""])
    problems = errors(text)
    if width == 8:
        assert problems == []
        return
    (problem,) = problems
    assert 4 + count in {label.span.line for label in problem.related}
    for fixed in fixes(text, problem):
        assert errors(fixed) == []


@given(st.integers(24, 70), st.integers(24, 70), st.integers(1, 3))
def test_sizes_that_are_offered_round_nowhere_and_come_back(height, width, depth):
    down = [
        line
        for level in range(depth)
        for line in (f"  - {{conv: {{out: 4, kernel: 3, padding: 1}}, name: d{level}}}", "  - max_pool: 2")
    ]
    up = [line for level in reversed(range(depth)) for line in ("  - upsample: 2", f"  - concat: [prev, d{level}]")]
    text = "\n".join(["cnnshape: 1", f"input: [1, {height}, {width}]", "layers:", *down, *up, ""])
    problems = errors(text)
    step = 2**depth
    if height % step == width % step == 0:
        assert problems == []
        return
    (problem,) = problems
    sizes = list(fixes(text, problem))
    assert sizes
    for fixed in sizes:
        assert errors(fixed) == []
        (output,) = cnnshape.analyze(cnnshape.load(fixed)).outputs.values()
        assert f"input: [1, {output[1]}, {output[2]}]" in fixed
        assert all(size % step == 0 for size in output[1:])


UNMET = """cnnshape: 1
input: [8, 40, 40]
layers:
  - residual:
      - conv: {out: 8, kernel: 5, padding: 1}
"""


def test_the_program_is_as_before_after_its_edits_were_tried():
    design = cnnshape.load(UNMET)
    first, second = examine(design, Options()), examine(design, Options())
    assert first.problems == second.problems
    assert first.problems[0].help == "write `padding: 2` on the conv in line 5; both paths then end with 8x40x40"


def test_nothing_is_searched_where_no_one_reads_it():
    (problem,) = examine(cnnshape.load(UNMET), Options(), explain=False).problems
    assert "in line" not in problem.help


def test_an_edit_serves_all_variants():
    text = """cnnshape: 1
input: [8, 40, 40]
params: {stride: 2, where: first}
variants: {second: {where: second}}
layers:
  - residual:
      - conv: {out: 8, kernel: 3, stride: stride if where == first else 1, padding: 1}
      - conv: {out: 8, kernel: 3, stride: stride if where == second else 1, padding: 1}
    shortcut:
      - conv: {out: 8, kernel: 1}
"""
    problems = cnnshape.check(cnnshape.load(text), ignore=["all"])
    assert all("`stride: stride` on the conv in line 10" in problem.help for problem in problems if problem.help)
    assert errors(text.replace("kernel: 1}", "kernel: 1, stride: stride}")) == []


def test_a_param_is_changed_where_its_block_is_used():
    text = """cnnshape: 1
input: [8, 40, 40]
blocks:
  Conv:
    params: {out: required, stride: 1}
    do:
      - conv: {out: out, kernel: 3, stride: stride, padding: 1}
layers:
  - concat:
      left: [Conv: {out: 8, stride: 2}]
      right: [Conv: {out: 8}, Conv: {out: 8, stride: 3}]
  - Conv: 4
"""
    (problem,) = errors(text)
    assert problem.help == "write `stride: 2` on the Conv in line 11 or `stride: 3` in line 10"
    for fixed in fixes(text, problem):
        assert errors(fixed) == []


@pytest.mark.parametrize("text", [
    "cnnshape: 1\ninput: {a: [3, 8, 8], b: [3, 9, 9]}\nlayers:\n  - add: [a, b]\n",
    "cnnshape: 1\ninput: [3, 8, 8]\nlayers:\n  - residual: [flatten]\n",
    "cnnshape: 1\ninput: {a: [3, 8, 8], r: {boxes: 4}}\nlayers:\n  - {roi_pool: {boxes: r, size: 8}, from: a}\n  - add: [prev, a]\n",
])  # fmt: skip
def test_a_join_that_no_edit_makes_fit_keeps_its_help(text):
    explained = examine(cnnshape.load(text), Options()).problems
    plain = examine(cnnshape.load(text), Options(), explain=False).problems
    assert [problem.help for problem in explained] == [problem.help for problem in plain]
    assert explained


SEVERAL = """\
input: {image: [3, 64, 64], depth: [1, 32, 32], mask: [1, 64, 64], code: [8]}
layers:
  - {conv: {out: 4, kernel: 3, stride: 2, padding: 1}, name: a}
  - concat: [a, depth]
  - conv_transpose: {out: 1, kernel: 2, stride: 2}
  - multiply: [prev, mask]
"""


@pytest.mark.parametrize(
    ("given", "others"),
    [
        ({"image": (3, 96, 128)}, {"depth": (1, 48, 64), "mask": (1, 96, 128)}),
        ({"": (3, 32, 32)}, {"depth": (1, 16, 16), "mask": (1, 32, 32)}),
        ({"mask": (1, 128, 64)}, {"image": (3, 128, 64), "depth": (1, 64, 32)}),
        ({"image": (3, 32, 32), "mask": (1, 32, 32)}, {"depth": (1, 16, 16)}),
    ],
)
def test_inputs_that_keep_their_size_are_named_with_the_size_that_fits(given, others):
    """Nothing is wrong with the layers, so no edit of them is offered."""
    design = cnnshape.load(SEVERAL)
    assert errors(SEVERAL) == []
    (problem,) = [problem for problem in cnnshape.check(design, inputs=given) if problem.code.startswith("CS5")]
    sizes = " ".join(f"--input {name}={'x'.join(map(str, shape))}" for name, shape in others.items())
    assert problem.help.endswith(f" too: add `{sizes}`")
    assert problem.fixes == ()
    named = [label.text for label in problem.related if label.text in ("keeps its size", "the requested size")]
    assert sorted(named) == ["keeps its size"] * len(others) + ["the requested size"] * len(given)
    assert [found for found in cnnshape.check(design, inputs={**given, **others}) if found.code.startswith("CS5")] == []


@pytest.mark.parametrize(
    "given", [{"image": (3, 65, 64)}, {"image": (3, 64, 64), "depth": (1, 16, 16)}, {"code": (9,)}]
)
def test_inputs_that_no_size_makes_fit_are_not_offered_one(given):
    found = cnnshape.check(cnnshape.load(SEVERAL), inputs=given)
    assert all(" too: add " not in (problem.help or "") for problem in found)
