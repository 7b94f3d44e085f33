"""Guesses of tensors after a fault: a guess allows for everything that a layer does to a possible tensor.

The truth is the layer itself, run on shapes of a pattern: where one of them works, nothing may be reported, and what
comes out must be among what is guessed.
"""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnnshape.diagnostics import diagnose
from cnnshape.graph.evaluation import Refused
from cnnshape.graph.guess import (
    ANY,
    UNKNOWN,
    Guess,
    Pattern,
    at_most,
    exact,
    exactly,
    hull,
    meet,
    pattern_text,
    witnesses,
)
from cnnshape.graph.recovery import after_failure, after_join, failed, through
from cnnshape.layers import BY_NAME, LARGEST, Layer, LayerProblem, Shape, Tensor

SMALL = st.integers(1, 12)
LAYERS = st.one_of(
    st.builds(
        lambda out, kernel, stride, padding, dilation, groups: BY_NAME["conv"](
            out=out * groups, kernel=kernel, stride=stride, padding=padding, dilation=dilation, groups=groups
        ),
        SMALL, SMALL, st.integers(1, 4), st.integers(0, 3) | st.just("same"), st.integers(1, 3), st.integers(1, 4),
    ),
    st.builds(lambda out, kernel, stride: BY_NAME["conv_transpose"](out=out, kernel=kernel, stride=stride), SMALL, SMALL, SMALL),
    st.builds(lambda kernel, ceil: BY_NAME["max_pool"](kernel=kernel, ceil=ceil), SMALL, st.booleans()),
    st.builds(lambda kernel, stride: BY_NAME["avg_pool"](kernel=kernel, stride=stride), SMALL, SMALL),
    st.builds(lambda size: BY_NAME["adaptive_avg_pool"](size=size), SMALL),
    st.builds(lambda groups: BY_NAME["group_norm"](groups=groups), SMALL),
    st.builds(lambda groups: BY_NAME["channel_shuffle"](groups=groups), SMALL),
    st.builds(lambda parts: BY_NAME["split"](parts=parts, take=0), SMALL),
    st.builds(lambda start, size: BY_NAME["slice"](start=start, stop=start + size), SMALL, SMALL),
    st.builds(lambda factor: BY_NAME["pixel_shuffle"](factor=factor), st.integers(1, 3)),
    st.builds(lambda factor: BY_NAME["pixel_unshuffle"](factor=factor), st.integers(1, 3)),
    st.builds(lambda scale: BY_NAME["upsample"](scale=scale), SMALL),
    st.builds(lambda stride: BY_NAME["subsample"](stride=stride), SMALL),
    st.builds(lambda cut: BY_NAME["crop"](cut=cut), SMALL),
    st.builds(lambda padding: BY_NAME["pad"](padding=padding), SMALL),
    st.builds(lambda before, after: BY_NAME["pad_channels"](before=before, after=after), SMALL, SMALL),
    st.builds(lambda out: BY_NAME["linear"](out=out), SMALL),
    st.sampled_from([BY_NAME[name]() for name in ("relu", "flatten", "global_avg_pool", "batch_norm", "layer_norm", "glu", "channel_max_pool", "global_response_norm")]),
    st.builds(lambda axes: BY_NAME["softmax"](axes=axes), st.sampled_from(["channels", "space"])),
    st.builds(lambda kernel, stride: BY_NAME["blur_pool"](kernel=kernel, stride=stride), SMALL, SMALL),
)  # fmt: skip
SHAPES = st.lists(st.integers(1, 40), min_size=1, max_size=4).map(tuple)


def run_of(layer: Layer):
    def run(tensor: Tensor) -> Tensor:
        try:
            return layer.output((tensor,))
        except LayerProblem as problem:
            raise Refused(diagnose(problem.name, problem.message)) from None

    return run


def numbers_of(layer: Layer) -> list[int]:
    return [value for value in layer.values.values() if type(value) is int]


def holds(pattern: Pattern, shape: Shape) -> bool:
    return len(pattern) == len(shape) and all(a <= size <= b for (a, b), size in zip(pattern, shape, strict=True))


def allows(guess: Guess, shape: Shape) -> bool:
    return any(holds(pattern, shape) for pattern in guess.patterns)


@st.composite
def patterns_of(draw: st.DrawFn, shape: Shape) -> Pattern:
    """A pattern that a shape has: each axis certain, bounded or anything."""
    axes = [draw(st.sampled_from([exact(size), at_most(size), at_most(size + 9), ANY])) for size in shape]
    return tuple(axes)


@given(LAYERS, SHAPES, st.data())
@settings(max_examples=1500, deadline=None)
def test_what_may_work_is_not_reported_and_comes_out_as_guessed(
    layer: Layer, shape: Shape, data: st.DataObject
) -> None:
    run = run_of(layer)
    try:
        output = run(Tensor(shape)).shape
    except Refused:
        assume(False)
        raise
    guess = Guess([data.draw(patterns_of(shape)), *data.draw(st.sampled_from([(), UNKNOWN.patterns]))])
    outcome = through(run, guess, numbers_of(layer))
    assert outcome is not None
    assert outcome.problem is None
    assert allows(outcome.left, output)


@given(LAYERS, SHAPES)
@settings(max_examples=300, deadline=None)
def test_a_certain_tensor_comes_out_certain_or_is_refused(layer: Layer, shape: Shape) -> None:
    run = run_of(layer)
    guess = exactly(shape)
    outcome = through(run, guess, numbers_of(layer)) or failed(run, guess, numbers_of(layer), type(layer), None)
    try:
        output = run(Tensor(shape)).shape
    except Refused as refused:
        name = refused.diagnostic.name
    else:
        assert outcome == (exactly(output), None)
        return
    assert outcome.problem is None or outcome.problem.diagnostic.name == name


@given(SHAPES, st.data(), st.lists(st.integers(1, 50), max_size=4))
def test_witnesses_are_shapes_of_the_pattern(shape: Shape, data: st.DataObject, numbers: list[int]) -> None:
    pattern = data.draw(patterns_of(shape))
    shapes_tried = list(witnesses(pattern, numbers))
    assert shapes_tried
    assert all(holds(((1, LARGEST**2), *pattern[1:]), witness) for witness in shapes_tried)
    bounded = all(most < LARGEST for _, most in pattern[1:])
    assert not bounded or shapes_tried[0][1:] == tuple(most for _, most in pattern[1:])


@given(SHAPES, SHAPES)
def test_what_both_guesses_allow_their_meeting_allows(first: Shape, second: Shape) -> None:
    wide = Guess([tuple(at_most(size) for size in first)])
    narrow = Guess([tuple(at_most(size) for size in second)])
    both = meet(wide, narrow)
    if len(first) == len(second):
        assert allows(both, tuple(map(min, first, second)))
        assert both.patterns == (tuple(at_most(min(sizes)) for sizes in zip(first, second, strict=True)),)
    else:
        assert both == wide


@given(SHAPES)
def test_an_uncertain_tensor_meets_a_certain_one_in_its_shape(shape: Shape) -> None:
    assert meet(exactly(shape), UNKNOWN) == meet(UNKNOWN, exactly(shape)) == exactly(shape)


CONV, LINEAR, UPSAMPLE, RESHAPE, POOL = (
    BY_NAME[name] for name in ("conv", "linear", "upsample", "reshape", "max_pool")
)
MAP = exactly((8, 20, 30))


@pytest.mark.parametrize(
    ("kind", "stated", "entering", "patterns"),
    [
        (CONV, 16, MAP, [(exact(16), at_most(20), at_most(30))]),
        (CONV, None, MAP, [(ANY, at_most(20), at_most(30))]),
        (POOL, None, MAP, [(ANY, at_most(20), at_most(30))]),
        (UPSAMPLE, None, MAP, [(ANY, ANY, ANY)]),
        (LINEAR, 10, MAP, [(exact(10),), (ANY, at_most(20), at_most(30))]),
        (LINEAR, None, exactly((8,)), [(ANY,)]),
        (LINEAR, 10, exactly((8,)), [(exact(10),)]),
        (RESHAPE, None, MAP, list(UNKNOWN.patterns)),
        (CONV, 16, UNKNOWN, [(exact(16), *[ANY] * axes) for axes in range(4)]),
    ],
)
def test_what_a_failed_layer_gives(
    kind: type[Layer], stated: int | None, entering: Guess, patterns: list[Pattern]
) -> None:
    assert list(after_failure(kind, stated, entering).patterns) == patterns


def test_a_layer_that_refuses_flat_tensors_gives_none() -> None:
    left = after_failure(CONV, 7, UNKNOWN, flat_fails=True)
    assert [len(pattern) for pattern in left.patterns] == [2, 3, 4]


def test_a_failed_join_gives_the_ranks_of_its_inputs() -> None:
    left = after_join([exactly((8, 20, 30)), exactly((4, 10, 15)), exactly((7,))])
    assert left.patterns == ((ANY, at_most(20), at_most(30)), (ANY, at_most(10), at_most(15)), (ANY,))


@pytest.mark.parametrize(
    ("guess", "axis", "size"),
    [
        (MAP, 0, 8),
        (MAP, 2, 30),
        (Guess([(exact(8), at_most(20))]), 0, 8),
        (Guess([(exact(8), at_most(20))]), 1, None),
        (Guess([(exact(8), exact(1)), (exact(8),)]), 0, 8),
        (Guess([(exact(8), exact(1)), (exact(8),)]), 1, None),
        (Guess([(exact(8),), (exact(9),)]), 0, None),
        (UNKNOWN, 0, None),
    ],
)
def test_a_size_is_certain_where_all_patterns_agree(guess: Guess, axis: int, size: int | None) -> None:
    assert guess.size(axis) == size


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ((exact(64), at_most(7), ANY), "64x?x?"),
        ((ANY,), "?"),
        ((exact(10),), "10"),
        ((exact(3), exact(1), exact(1)), "3x1x1"),
    ],
)
def test_a_guess_is_not_shown_as_a_shape(pattern: Pattern, text: str) -> None:
    assert pattern_text(pattern) == text


def test_a_hull_holds_all_of_its_patterns() -> None:
    assert hull([(exact(3), at_most(9)), (exact(5), exact(12))]) == ((3, 5), (1, 12))


@pytest.mark.parametrize(
    ("guess", "text"),
    [
        (Guess([(exact(64), at_most(7))]), "64x?"),
        (Guess([(exact(64), at_most(7)), (exact(32), at_most(7))]), "?x?"),
        (Guess([(exact(7), ANY), (exact(7), ANY, ANY)]), "7x...x?"),
        (UNKNOWN, "?x...x?"),
    ],
)
def test_a_message_shows_what_is_certain_of_all_patterns(guess: Guess, text: str) -> None:
    assert {guess.text(pattern) for pattern in guess.patterns} == {text}
