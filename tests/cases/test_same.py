"""Padding of a transposed convolution as Keras has it: `same` is the stride times the input, and what `valid` means."""

from __future__ import annotations

import pytest

import cnnshape

SPEC = "cnnshape: 1\ninput: [4, 10]\nlayers:\n  - conv_transpose: {out: 4, %s, padding: %s}\n"
NUMBERS = pytest.mark.parametrize(
    ("kernel", "stride", "dilation"),
    [(kernel, stride, dilation) for kernel in (1, 2, 3, 4, 5, 7) for stride in (1, 2, 3, 4) for dilation in (1, 2)],
)


def written(kernel: int, stride: int, dilation: int) -> str:
    return f"kernel: {kernel}, stride: {stride}, dilation: {dilation}"


def length(text: str) -> int:
    return cnnshape.analyze(cnnshape.load(text)).outputs["output"][1]


def help_of(arguments: str, padding: str = "valid") -> str:
    (problem,) = cnnshape.check(cnnshape.load(SPEC % (arguments, padding)))
    return problem.help or ""


@NUMBERS
def test_same_gives_stride_times_the_input(kernel: int, stride: int, dilation: int) -> None:
    assert length(SPEC % (written(kernel, stride, dilation), "same")) == 10 * stride


@NUMBERS
def test_a_convolution_with_same_undoes_the_size(kernel: int, stride: int, dilation: int) -> None:
    """`same` is the transpose of a convolution with `same`, for every size that it makes the input of."""
    arguments = written(kernel, stride, dilation)
    for size in range(9 * stride + 1, 10 * stride + 1):
        text = SPEC % (f"{arguments}, output: {size}", "same")
        assert length(text) == size
        assert length(f"{text}  - conv: {{out: 4, {arguments}, padding: same}}\n") == 10


@NUMBERS
def test_what_the_help_says_of_valid_gives_the_size_that_keras_has(kernel: int, stride: int, dilation: int) -> None:
    """Keras: W * S + max(K - S, 0); PyTorch's output without padding is smaller where the kernel is below the stride."""
    arguments = written(kernel, stride, dilation)
    assert help_of(arguments) == (
        "write `0`; for Keras' W * S if the kernel is below the stride, add `output_padding: stride - kernel`"
    )
    spans = dilation * (kernel - 1) + 1
    added = f", output_padding: {stride - spans}" if spans < stride else ""
    assert length(SPEC % (arguments, f"0{added}")) == 10 * stride + max(spans - stride, 0)


def test_valid_of_a_convolution_is_zero() -> None:
    text = "cnnshape: 1\ninput: [4, 10]\nlayers:\n  - conv: {out: 4, kernel: 1, stride: 3, padding: valid}\n"
    (problem,) = cnnshape.check(cnnshape.load(text))
    assert problem.help == "write `0`"
    assert problem.fixes
