"""`padding: same` of a transposed convolution, as Keras has it: the numbers that the help offers give its size."""

from __future__ import annotations

import re

import pytest

import cnnshape

SPEC = "cnnshape: 1\ninput: [4, 10]\nlayers:\n  - conv_transpose: {out: 4, %s, padding: same}\n"


def help_of(arguments: str) -> str:
    (problem,) = cnnshape.check(cnnshape.load(SPEC % arguments))
    return problem.help or ""


@pytest.mark.parametrize("stride", [1, 2, 3, 4])
@pytest.mark.parametrize("kernel", [1, 2, 3, 4, 5, 7])
@pytest.mark.parametrize("dilation", [1, 2])
def test_the_numbers_give_stride_times_the_input(kernel: int, stride: int, dilation: int) -> None:
    arguments = f"kernel: {kernel}, stride: {stride}, dilation: {dilation}"
    help = help_of(arguments)
    written = re.search(r"`(padding: [^`]*)`", help)
    assert written
    edit = written[1].replace(", ...", "")
    text = (SPEC % arguments).replace("padding: same", edit)
    assert cnnshape.analyze(cnnshape.load(text)).outputs["output"] == (4, 10 * stride)


@pytest.mark.parametrize("arguments", ["kernel: [3], stride: 2", "kernel: 1 + 2, stride: 2"])
def test_an_example_where_the_numbers_are_not_written(arguments: str) -> None:
    assert "`padding: 1, output_padding: 1` for a kernel of 3 and a stride of 2" in help_of(arguments)
