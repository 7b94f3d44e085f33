"""What is set from outside of a file: params, variants, input shapes, the budget of layers."""

from __future__ import annotations

import pickle

import pytest

import cnnshape
from cnnshape import DesignError, Diagnostic
from cnnshape.diagnostics import Severity

TEXT = """\
input: {image: [3, 8, 8], rois: {boxes: 2}}
params: {width: 4, kernels: [1, 3], act: relu}
variants:
  wide: {width: 8}
  broken: {width: 0}
layers:
  - conv: {out: width, kernel: kernels.1, padding: kernels.0, act: act}
    repeat: kernels.0
  - {identity: , name: features}
"""
BROKEN = "`out` of conv is a whole number, 1 or more, got 0"


def errors(**options: object) -> list[Diagnostic]:
    problems = cnnshape.check(cnnshape.load(TEXT), **options)  # type: ignore[arg-type]
    return [problem for problem in problems if problem.severity is Severity.ERROR]


@pytest.mark.parametrize(
    ("options", "shape"),
    [
        ({}, (4, 8, 8)),
        ({"variant": "wide"}, (8, 8, 8)),
        ({"params": {"width": 5}}, (5, 8, 8)),
        ({"params": {"width": "2 * 3"}}, (6, 8, 8)),
        ({"params": {"width": 5}, "variant": "wide"}, (5, 8, 8)),
        ({"params": {"kernels": [2, 3]}}, (4, 12, 12)),
        ({"params": {"kernels": (0, 3)}}, (3, 8, 8)),
        ({"params": {"act": "silu"}}, (4, 8, 8)),
        ({"params": {"act": "{leaky_relu: 0.1}"}}, (4, 8, 8)),
        ({"params": {"width": "2k"}}, (2000, 8, 8)),
        ({"inputs": (3, 16, 12)}, (4, 16, 12)),
        ({"inputs": {"image": (1, 5, 6)}}, (4, 5, 6)),
        ({"inputs": {"rois": (5,)}}, (4, 8, 8)),
    ],
)
def test_an_option_changes_the_design(options: dict[str, object], shape: tuple[int, ...]) -> None:
    report = cnnshape.analyze(cnnshape.load(TEXT), **options)  # type: ignore[arg-type]
    assert report.outputs == {"output": shape}


@pytest.mark.parametrize("given", [{"leaky_relu": 0.3}, "{leaky_relu: 0.3}", {"leaky_relu": {"slope": "0.1 + 0.2"}}])
def test_a_param_can_be_a_layer_with_arguments(given: object) -> None:
    report = cnnshape.analyze(cnnshape.load(TEXT), params={"act": given})  # type: ignore[dict-item]
    layers = [row.application.layer for row in report.rows]
    assert [layer.name for layer in layers] == ["conv", "leaky_relu", "identity"]
    assert layers[1].values["slope"] == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("options", "name", "message", "help"),
    [
        (
            {"params": {"act": {"LeakyReLU": 0.3}}},
            "foreign-spelling",
            "`LeakyReLU` is called `leaky_relu` here",
            "write",
        ),
        ({"params": {"act": {"relu": {"slope": 1}}}}, "unknown-argument", "relu has no argument `slope`", "takes no"),
        ({"variant": "wid"}, "unknown-variant", "no variant is called `wid`", "did you mean `wide`?"),
        (
            {"variant": "\x1b[31m"},
            "unknown-variant",
            r"no variant is called `\x1b[31m`",
            "known here: `broken`, `wide`",
        ),
        ({"variant": "broken"}, "bad-argument", BROKEN, ""),
        ({"params": {"widht": 3}}, "unknown-param", "`widht` is not a param of this file", "did you mean `width`?"),
        ({"params": {"width": 0}}, "bad-argument", BROKEN, ""),
        ({"params": {"width": "two"}}, "bad-argument", "`out` of conv is a whole number, 1 or more, got `two`", ""),
        ({"inputs": {"imag": (3, 8, 8)}}, "bad-input", "no input is called `imag`", "did you mean `image`?"),
        ({"inputs": (3, 10**9, 10**9)}, "size-limit", "the input `image` is larger than any memory", ""),
        ({"inputs": {"image": (3,)}}, "bad-input", "`3` has 1 size, the input `image` has 3", "as many sizes"),
        ({"inputs": (8, 8)}, "bad-input", "`8x8` has 2 sizes, the input `image` has 3", "come first: write `3x8x8`"),
        ({"inputs": (3, 16)}, "bad-input", "`3x16` has 2 sizes", "a size for each axis: `3x16x16`"),
        (
            {"inputs": (1, 3, 32, 32)},
            "bad-input",
            "has 4 sizes",
            "leave the batch out, channels first: write `3x32x32`",
        ),
        (
            {"inputs": (1, 32, 32, 3)},
            "bad-input",
            "has 4 sizes",
            "leave the batch out, channels first: write `3x32x32`",
        ),
        ({"inputs": (8, 3, 9, 7)}, "bad-input", "has 4 sizes", "leave the batch out: write `3x9x7`"),
        ({"inputs": (2, 5, 9, 7)}, "bad-input", "has 4 sizes", "as many sizes as the file"),
        ({"max_layers": 1}, "expansion-budget", "the design expands to more than 1 layers", "--max-layers"),
        ({"max_layers": 2}, "expansion-budget", "the design expands to more than 2 layers", "--max-layers"),
        ({"budgets": {"params": "10"}, "variant": "wide"}, "budget-exceeded", "params", ""),
    ],
)
def test_an_option_that_does_not_fit_is_an_error(
    options: dict[str, object], name: str, message: str, help: str
) -> None:
    (problem,) = errors(**options)
    assert problem.name == name
    assert message in problem.message
    assert help in (problem.help or "")


def test_an_input_of_another_rank_is_placed_at_its_option_and_the_file_names_its_own() -> None:
    (problem,) = errors(inputs={"image": (8, 8)})
    assert problem.at is not None
    assert (problem.at.span.source.name, problem.at.span.text) == ("inputs", "8x8")
    assert [(label.span.line, label.text) for label in problem.related] == [(1, "3 sizes")]


def test_with_an_input_of_another_rank_the_faults_of_the_file_are_found_too() -> None:
    names = [problem.name for problem in errors(inputs=(8, 8), params={"width": 0})]
    assert sorted(names) == ["bad-argument", "bad-input"]


@pytest.mark.parametrize(
    ("shape", "likely"), [((32, 32, 3), "3x32x32"), ((28, 28, 1), "1x28x28"), ((3, 32, 32), "")], ids=str
)
def test_advice_on_the_layout_is_placed_at_the_option(shape: tuple[int, ...], likely: str) -> None:
    design = cnnshape.load("input: [3, 32, 32]\nlayers: [relu]\n")
    warnings = cnnshape.check(design, inputs=shape)
    places = [(warning.name, warning.at.span.source.name, warning.at.span.text) for warning in warnings if warning.at]
    text = "x".join(map(str, shape))
    assert places == ([("input-layout", "inputs", text)] if likely else [])
    assert all(f"`{likely}`" in (warning.help or "") for warning in warnings)


@pytest.mark.parametrize(
    ("options", "pattern"),
    [
        ({"inputs": (0, 8, 8)}, r"1 to 4 whole numbers from 1 to 10\^9"),
        ({"inputs": (3, 8.0, 8)}, r"1 to 4 whole numbers from 1 to 10\^9"),
        ({"inputs": (1, 2, 3, 4, 5)}, r"1 to 4 whole numbers from 1 to 10\^9"),
        ({"inputs": (10**10,)}, r"1 to 4 whole numbers from 1 to 10\^9"),
        ({"params": {"width": "3 +"}}, "param width:1:4: .* found the end"),
        ({"params": {"width": ""}}, "^(?!.*file)"),
        ({"params": {"width": "min(1, 2"}}, r"expected `\)`"),
        ({"params": {"width": "[1"}}, r"the `\[` is not closed"),
        ({"params": {"width": "a: 1\n---\n"}}, "a second document"),
        ({"params": {"width": "{a: 1, b: 2}"}}, "is a single value or a list, found a mapping"),
        ({"params": {"width": 10**5000}}, "beyond|at most"),
    ],
)
def test_an_option_that_is_no_value_is_refused(options: dict[str, object], pattern: str) -> None:
    with pytest.raises(DesignError, match=pattern):
        errors(**options)


def test_a_refusal_can_be_raised_in_another_process() -> None:
    with pytest.raises(DesignError) as refused:
        errors(inputs=(0, 8, 8))
    copy = pickle.loads(pickle.dumps(refused.value))
    assert (str(copy), copy.diagnostics) == (str(refused.value), refused.value.diagnostics)


def test_without_a_variant_the_errors_of_all_are_found() -> None:
    (problem,) = errors()
    assert (problem.name, problem.message) == ("bad-argument", BROKEN)
    assert problem.notes == ("in the variant `broken`",)


def test_a_larger_budget_lets_a_larger_design_through() -> None:
    design = cnnshape.load("input: [3]\nlayers:\n  - dropout:\n    repeat: 100001\n")
    (problem,) = cnnshape.check(design)
    assert problem.name == "expansion-budget"
    assert len(cnnshape.analyze(design, max_layers=100_001).rows) == 100_001


@pytest.mark.parametrize(
    ("options", "place"),
    [({"variant": "broken"}, ("<text>", 5)), ({"params": {"width": 0}}, ("param width", 1))],
    ids=["a variant", "a param"],
)
def test_a_fault_names_the_place_of_the_value_that_was_chosen(
    options: dict[str, object], place: tuple[str, int]
) -> None:
    (problem,) = errors(**options)
    labels = {label.text: label.span for label in problem.related}
    assert (labels["`width` is given here"].source.name, labels["`width` is given here"].line) == place
