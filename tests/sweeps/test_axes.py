"""Axes bound to a design: the same options as on the command line of `summary`, and the same refusals."""

from __future__ import annotations

import shlex
from typing import Any

import pytest

np = pytest.importorskip("numpy")

import cnnshape  # noqa: E402 -- numpy is there
from cnnshape.cli.options import graph_options  # noqa: E402
from cnnshape.diagnostics.refusal import Refusal  # noqa: E402
from cnnshape.graph import Options  # noqa: E402
from cnnshape.language import ListValue, Setting  # noqa: E402
from cnnshape.study.sweep.axes import bound_axes, options_of, space_of  # noqa: E402
from cnnshape.study.sweep.choices import options_text  # noqa: E402
from cnnshape.study.sweep.space import INPUT  # noqa: E402
from tests.command import run  # noqa: E402
from tests.sweeps.networks import SPACES, TINY, TWO_INPUTS, axes  # noqa: E402


def plain(value: object) -> object:
    """A value of the language as its text."""
    if isinstance(value, ListValue):
        return list(map(plain, value.items))
    if isinstance(value, Setting):
        return value.word.text, {argument.text: plain(argument.value) for argument in value.arguments}
    return value.span.text  # type: ignore[attr-defined]


def comparable(options: Options) -> tuple[Any, ...]:
    params = {name: plain(value) for name, value in options.params.items()}
    return params, options.variant, {name: tuple(shape) for name, shape in options.inputs.items()}


def from_words(words: str) -> Options:
    """The options of a command line."""
    pairs = list(zip(*[iter(shlex.split(words))] * 2, strict=True))
    variant = next((text for option, text in pairs if option == "--variant"), "")
    inputs = [text for option, text in pairs if option == "--input"]
    return graph_options(inputs, [text for option, text in pairs if option == "-p"], variant)


@pytest.mark.parametrize("space", SPACES)
def test_the_options_of_a_design_are_those_of_its_command_line(space: str) -> None:
    text, own = SPACES[space]
    bound = bound_axes(cnnshape.load(text), own)
    count = int(np.prod([len(axis.values) for axis in bound]))
    for index in range(0, count, 3):
        assert comparable(options_of(bound, index)) == comparable(from_words(options_text(bound, index)))


PLAIN = {
    "width=1,2": (1, 2),
    "width=0.5,1.0": (0.5, 1.0),
    "act=relu,'silu'": ("relu", "'silu'"),
    "flag=true,false": ("true", "false"),
    "repeats=[1, 2],[3, [4, 5]]": ((1, 2), (3, (4, 5))),
    "kernel=[1, 2.5, relu, 2 * 3]": ((1, 2.5, "relu", "2 * 3"),),
    "width=2 * 3,max(1, 2)": ("2 * 3", "max(1, 2)"),
    "width=1e3,-2": ("1e3", -2),
}


@pytest.mark.parametrize(("text", "values"), PLAIN.items())
def test_numbers_and_lists_are_recorded_as_such(text: str, values: tuple[Any, ...]) -> None:
    (axis,) = space_of(axes(text)).axes
    assert axis.values == values
    assert repr(axis.values) == repr(values)


def test_inputs_are_whole_shapes() -> None:
    bound = bound_axes(cnnshape.load(TINY), axes("width=8", input=["8,5x9x10"]))
    assert bound[1].values == ("3x8x8", "5x9x10")
    assert space_of(bound).axes[1] == (INPUT, ((3, 8, 8), (5, 9, 10)))


SHAPES: dict[str, tuple[str, str, list[str]]] = {
    "flat": ("input: [8]\nparams: {out: 4}\nlayers:\n  - linear: out\n", "5,6", ["5", "6"]),
    "a sequence": ("input: [8, 100]\nparams: {out: 4}\nlayers:\n  - relu\n", "50", ["8x50"]),
    "a volume": ("input: [1, 4, 8, 8]\nparams: {out: 4}\nlayers:\n  - relu\n", "6", ["1x6x6x6"]),
    "of a param": ("input: [out, 8, 8]\nparams: {out: 4}\nlayers:\n  - relu\n", "6", ["4x6x6"]),
    "an expression": ("input: [3 * 2, 8, 8]\nparams: {out: 4}\nlayers:\n  - relu\n", "6,7x7x7", ["6x6x6", "7x7x7"]),
    "the first by its name": (TWO_INPUTS, "image=8", ["3x8x8"]),
    "another": (TWO_INPUTS, "depth=8", ["1x8x8"]),
}


@pytest.mark.parametrize("case", SHAPES)
def test_one_size_is_that_of_all_axes_of_space(case: str) -> None:
    text, given, shapes = SHAPES[case]
    (axis,) = bound_axes(cnnshape.load(text), axes(input=[given]))
    assert list(axis.values) == shapes


def test_channels_follow_a_param_with_one_value() -> None:
    text = "input: [out, 8, 8]\nparams: {out: 4}\nlayers:\n  - relu\n"
    *_, axis = bound_axes(cnnshape.load(text), axes("out=6", input=["5"]))
    assert axis.values == ("6x5x5",)
    with pytest.raises(Refusal, match="follow `out`"):
        bound_axes(cnnshape.load(text), axes("out=6,7", input=["5"]))


def test_a_shape_without_channels_needs_whole_shapes() -> None:
    text = "input: [out, 8, 8]\nparams: {out: 0}\nlayers:\n  - relu\n"
    with pytest.raises(Refusal, match="own shape of `input` is unknown; write whole shapes"):
        bound_axes(cnnshape.load(text), axes(input=["5"]))


UNKNOWN = {
    "param": ("-p", "widht=1"),
    "variant": ("--variant", "wyde"),
    "input": ("-i", "picture=3x8x8"),
    "value": ("-p", "width=3 +"),
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_unknown_words_are_refused_as_summary_refuses_them(
    case: str, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.yaml").write_text(TINY)
    sweep, summary = run("sweep", "net.yaml", *UNKNOWN[case]), run("summary", "net.yaml", *UNKNOWN[case])
    assert sweep.exit_code == 2
    assert (sweep.stdout, summary.stdout) == ("", "")
    assert sweep.stderr == summary.stderr


LISTS = {
    "repeats=1,2": "write `repeats=[1, 2]` for one list",
    "repeats=1..3": "write `repeats=[1, 2, 3]` for one list",
    "repeats=1..9": "write `repeats=[1, 2, 3, 4, ...]` for one list",
}


@pytest.mark.parametrize(("text", "help"), LISTS.items())
def test_numbers_for_a_param_that_is_a_list(text: str, help: str) -> None:
    with pytest.raises(Refusal) as refused:
        bound_axes(cnnshape.load(TINY), axes(text))
    assert refused.value.reason.endswith(help)


@pytest.mark.parametrize("text", ["repeats=3", "repeats=[1, 2],3", "kernel=[1, 3],[3, 1]", "width=[1, 2]"])
def test_lists_and_numbers_that_the_design_decides_on(text: str) -> None:
    assert bound_axes(cnnshape.load(TINY), axes(text)) == tuple(axes(text))
