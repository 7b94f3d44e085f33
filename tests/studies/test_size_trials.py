"""Trials of many sizes at once, against an expansion of each size by itself."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cnnshape
from cnnshape.api import examine, expand
from cnnshape.arithmetic.numbers import Recordable, example
from cnnshape.graph import Options, given_inputs
from cnnshape.source import shipped_path
from cnnshape.study import size_trials
from cnnshape.study.size_trials import first_rounding, trials
from cnnshape.study.sizes import filled

NETWORKS = (
    "alexnet", "cbam_resnet18", "crnn", "deeplabv3_resnet50", "densenet121", "efficientnet_b0", "fcos_resnet50_fpn",
    "inception_v3", "m5", "r2plus1d18", "pspnet50", "unet", "unet_padded", "vgg16", "yolov3",
)  # fmt: skip


def expanding(text):
    """A design's expansion at a size, and the sizes, plain and recorded, that it was asked for."""
    design = cnnshape.load(text if "\n" in text else shipped_path(text))
    own = given_inputs(design.spec, Options())[0].tensor.shape
    examined = examine(design, Options(), explain=False)
    asked = []

    def expand_at(size):
        asked.append(size)
        tried = examined.with_options(Options(inputs={"": filled(own, range(1, len(own)), size)}))
        return (None if tried.problems else tried.graph), tried.problems

    return expand_at, asked, expand(design, Options(), explain=False)[0]


def alone(expand_at, size, stated):
    """The outcome at one size, without a recording."""
    (outcome,) = trials(lambda given: expand_at(example(given)), [size], stated)
    return outcome


def assert_as_alone(text, sizes):
    expand_at, _, stated = expanding(text)
    tried = dict(trials(expand_at, sizes, stated))
    assert sorted(tried) == list(sizes)
    problems = {}
    for size in sizes:
        _, expected = alone(expand_at, size, stated)
        outcome = tried[size]
        assert (outcome.rounding, outcome.keeps_weights) == (expected.rounding, expected.keeps_weights)
        assert (outcome.problem is None) == (expected.problem is None)
        if outcome.problem is not None:
            place = (outcome.problem.name, outcome.problem.at.span)
            assert place == (expected.problem.name, expected.problem.at.span)
            # Users read the message of the smallest size with that problem.
            if problems.setdefault(place, size) == size:
                assert outcome.problem == expected.problem


@pytest.mark.parametrize("network", NETWORKS)
def test_shipped_networks(network):
    assert_as_alone(network, range(1, 24))


@pytest.mark.parametrize("network", ["resnet18", "unet", "yolov3"])
@pytest.mark.parametrize("numpy", [True, False])
def test_large_sizes(network, numpy, monkeypatch):
    monkeypatch.setattr(size_trials, "MANY_SIZES", 1)
    if not numpy:
        monkeypatch.setattr(size_trials, "_numpy", lambda: None)
    assert_as_alone(network, range(180, 240))


STEPS = st.one_of(
    st.tuples(st.integers(1, 7), st.integers(1, 3), st.integers(0, 3)).map(
        lambda drawn: "conv: {{out: 4, kernel: {}, stride: {}, padding: {}}}".format(*drawn)
    ),
    st.tuples(st.integers(1, 4), st.integers(1, 3), st.booleans()).map(
        lambda drawn: f"max_pool: {{kernel: {drawn[0]}, stride: {drawn[1]}, ceil_mode: {str(drawn[2]).lower()}}}"
    ),
    st.integers(2, 5).map(lambda kernel: f"conv: {{out: 4, kernel: {kernel}, stride: 2, padding: same}}"),
    st.integers(1, 9).map(lambda size: f"adaptive_avg_pool: {size}"),
    st.sampled_from([2, 0.5, 1.5]).map(lambda scale: f"upsample: {{scale: {scale}}}"),
    st.integers(4, 40).map(lambda size: f"upsample: {{size: {size}}}"),
    st.integers(4, 20).map(lambda divisor: f"{{relu: {{}}, repeat: in_width // {divisor} + 1}}"),
    st.integers(4, 40).map(lambda least: f"{{max_pool: 2, when: in_width > {least}}}"),
    st.integers(2, 5).map(lambda divisor: f"conv: {{out: in_width // {divisor} + 1, kernel: 1}}"),
    st.just("residual: [{conv: {out: 4, kernel: 3, stride: 2, padding: 1}}, {upsample: {scale: 2}}]"),
    st.just("{concat: [{max_pool: 2}, {avg_pool: {kernel: 3, stride: 2, padding: 1}}]}"),
)


@given(st.lists(STEPS, min_size=1, max_size=5), st.booleans(), st.integers(1, 40))
@settings(max_examples=300)
def test_random_designs(steps, flat, start):
    steps = [*steps, "flatten", "{linear: 10}"] if flat else steps
    assert_as_alone(
        "input: [4, 30, 30]\nlayers:\n" + "".join(f"  - {step}\n" for step in steps), range(start, start + 20)
    )


def recordings(asked):
    return sum(isinstance(size, Recordable) for size in asked)


def test_few_recordings_hold_for_all_sizes():
    expand_at, asked, stated = expanding("resnet50")
    assert len(list(trials(expand_at, range(1, 1200), stated))) == 1199
    assert recordings(asked) == len(asked) < 10


def test_sizes_that_all_differ_are_tried_one_by_one():
    """After some recordings that hold for one size only, no more are made."""
    expand_at, asked, stated = expanding("input: [1, 8, 8]\nlayers:\n  - {relu: {}, repeat: in_width}\n")
    sizes = range(1, 300)
    assert sorted(size for size, _ in trials(expand_at, sizes, stated)) == list(sizes)
    assert recordings(asked) == size_trials.FEW_TRACES


def test_what_cannot_be_recorded_is_tried_one_by_one():
    expand_at, asked, stated = expanding("resnet18")

    def needs_a_plain_size(size):
        graph, problems = expand_at(size)
        int(size)
        return graph, problems

    tried = dict(trials(needs_a_plain_size, range(1, 9), stated))
    assert tried == dict(trials(expand_at, range(1, 9), stated))
    assert recordings(asked[:9]) == 1 and asked[1:9] == list(range(1, 9))


def test_a_bug_is_not_taken_for_what_cannot_be_recorded():
    def broken(size):
        raise TypeError(f"a bug at {size}")

    with pytest.raises(TypeError, match="a bug at 5"):
        list(trials(broken, [5, 6], None))


def test_the_first_layer_that_rounds_is_that_of_the_graph():
    expand_at, _, stated = expanding("resnet18")
    tried = dict(trials(expand_at, range(30, 70), stated))
    assert {size: first_rounding(expand_at(size)[0]) for size in tried} == {
        size: outcome.rounding for size, outcome in tried.items()
    }
