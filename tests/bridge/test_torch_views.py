"""Views of values, without PyTorch."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnshape.bridge.torch import views
from cnnshape.bridge.torch.recorder import Recorder, Unsupported
from cnnshape.bridge.torch.views import Atom

SHAPE = (12, 5, 7)
NATURAL = views.standard(SHAPE, 2)


def test_the_axes_of_a_value_as_it_is() -> None:
    assert views.sizes_of(NATURAL) == (2, 12, 5, 7)
    assert views.standard((3, 1, 4), 2)[2] == ()


def test_an_axis_is_split_outermost_first() -> None:
    assert views.split(NATURAL[1], (3, 4)) == ((Atom(0, 4, 3),), (Atom(0, 1, 4),))


@pytest.mark.parametrize("sizes", [(5, 3), (24,), (3, 4, 2), (7, 2)])
def test_an_axis_is_not_split_through_a_step(sizes: tuple[int, ...]) -> None:
    assert views.split(NATURAL[1], sizes) is None


def test_parts_that_are_merged_again_are_the_axis() -> None:
    parts = views.reshaped(NATURAL, (2, 3, 4, 5, 7))
    assert parts is not None
    assert views.reshaped(parts, (2, 12, 5, 7)) == NATURAL


@given(st.permutations(range(4)))
def test_only_the_order_of_the_value_is_natural(order: list[int]) -> None:
    dims = tuple(NATURAL[place] for place in order)
    assert views.natural(dims[1:], SHAPE) == (order == [0, 1, 2, 3])


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4))
def test_a_reshape_keeps_the_cells_in_order(sizes: list[int]) -> None:
    shape = tuple(sizes)
    dims = views.standard(shape, 2)
    flat = views.reshaped(dims, (2, views.size_of(views.atoms_of(dims[1:]))))
    assert flat is not None
    assert views.natural(flat[1:], shape)
    assert views.reshaped(flat, (2, *shape)) == dims


def test_a_channel_shuffle_is_two_swapped_parts() -> None:
    groups, inner = views.split(NATURAL[1], (3, 4)) or ((), ())
    assert views.swapped(views.merged((*inner, *groups))) == 3
    assert views.swapped(views.merged((*groups, *inner))) == 0
    assert views.swapped((Atom(0, 2, 6), Atom(0, 1, 2))) == 0


@pytest.mark.parametrize(
    ("order", "shows"), [((0, 1, 2, 3), True), ((0, 2, 3, 1), True), ((0, 3, 2, 1), False), ((1, 0, 2, 3), False)]
)
def test_channels_last_shows_the_value(order: tuple[int, ...], shows: bool) -> None:
    assert views.shows_axes(tuple(NATURAL[place] for place in order), SHAPE, 2) == shows


def recorder() -> Recorder:
    made = Recorder([SHAPE], {})
    made.moment = 1
    return made


def test_a_value_as_it_is_needs_no_step() -> None:
    record = recorder()
    assert record.plain(record.seen(0)) == 0
    assert record.steps == []


@pytest.mark.parametrize(
    ("shape", "kind"), [((2, 420), "flatten"), ((2, 12, 35), "reshape"), ((2, 3, 4, 5, 7), "reshape")]
)
def test_a_reshaped_value(shape: tuple[int, ...], kind: str) -> None:
    record = recorder()
    dims = views.reshaped(NATURAL, shape)
    assert dims is not None
    view = record.seen(0, dims)
    value = record.plain(view)
    assert record.plain(view) == value
    assert [(step.kind, step.shape) for step in record.steps] == [(kind, shape[1:])]


def test_another_order_of_axes_is_opaque() -> None:
    record = recorder()
    record.plain(record.seen(0, (NATURAL[0], NATURAL[3], NATURAL[2], NATURAL[1])))
    assert [(step.kind, step.what, step.shape) for step in record.steps] == [("opaque", "permute", (7, 5, 12))]


@pytest.mark.parametrize("dims", [(NATURAL[1], NATURAL[0], *NATURAL[2:]), ((*NATURAL[0], *NATURAL[1]), *NATURAL[2:])])
def test_a_batch_that_is_not_the_first_axis_is_refused(dims: views.Dims) -> None:
    record = recorder()
    with pytest.raises(Unsupported):
        record.plain(record.seen(0, dims))


def test_steps_that_are_taken_back_are_forgotten() -> None:
    record = recorder()
    view = record.seen(0, views.reshaped(NATURAL, (2, 420)))
    record.plain(view)
    record.steps.clear()
    record.forget(0)
    record.plain(view)
    assert len(record.steps) == 1


# Space to depth: (C, H, W) seen as (C, H / r, r, W / r, r).
BLOCKS = views.reshaped(views.standard((3, 4, 6), 2), (2, 3, 2, 2, 3, 2))


@pytest.mark.parametrize(
    ("order", "shape", "kinds"),
    [
        ((0, 1, 3, 5, 2, 4), (2, 12, 2, 3), ["pixel_unshuffle"]),
        ((0, 3, 5, 1, 2, 4), (2, 12, 2, 3), ["pixel_unshuffle", "channel_shuffle"]),
        ((0, 5, 3, 1, 2, 4), (2, 12, 2, 3), ["opaque"]),
    ],
)
def test_space_to_depth(order: tuple[int, ...], shape: tuple[int, ...], kinds: list[str]) -> None:
    assert BLOCKS is not None
    record = Recorder([(3, 4, 6)], {})
    dims = views.reshaped(tuple(BLOCKS[place] for place in order), shape)
    assert dims is not None
    value = record.plain(record.seen(0, dims))
    assert [step.kind for step in record.steps] == kinds
    assert record.shape(value) == shape[1:]
