"""Our named tuples are those of `typing`, law by law."""

import pickle
import typing
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnshape.named_tuple import NamedTuple


class Ours(NamedTuple):
    """Three fields."""

    first: int
    second: "str"
    third: tuple[int, ...] = ()

    @property
    def doubled(self) -> int:
        """A member of the body stays one."""
        return 2 * self.first


class Theirs(typing.NamedTuple):
    """Three fields."""

    first: int
    second: "str"
    third: tuple[int, ...] = ()


class One(NamedTuple):
    only: int


FIELDS = st.tuples(st.integers(), st.text(), st.lists(st.integers()).map(tuple))


@given(FIELDS)
def test_a_value_is_the_tuple_of_its_fields(values):
    ours, theirs = Ours(*values), Theirs(*values)
    assert ours == theirs == values
    assert hash(ours) == hash(theirs)
    assert tuple(ours) == values
    assert (ours.first, ours.second, ours.third) == values
    assert repr(ours) == repr(theirs).replace("Theirs", "Ours")
    assert ours._asdict() == theirs._asdict()
    assert ours == Ours._make(iter(values)) == Ours(**ours._asdict())


@given(FIELDS, st.integers())
def test_replacing_a_field_leaves_the_others(values, first):
    replaced = Ours(*values)._replace(first=first)
    assert type(replaced) is Ours
    assert replaced == Theirs(*values)._replace(first=first)


@given(FIELDS)
def test_a_value_survives_pickling(values):
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        copy = pickle.loads(pickle.dumps(Ours(*values), protocol))
        assert type(copy) is Ours
        assert copy == values


@pytest.mark.parametrize(
    "make",
    [
        lambda kind: kind(),
        lambda kind: kind(1),
        lambda kind: kind(1, "a", (), 4),
        lambda kind: kind(1, "a", fourth=4),
        lambda kind: kind(1, "a", first=1),
        lambda kind: kind(1, "a")._replace(fourth=4),
        lambda kind: setattr(kind(1, "a"), "first", 2),
        lambda kind: setattr(kind(1, "a"), "fourth", 2),
        lambda kind: delattr(kind(1, "a"), "first"),
    ],
)
def test_misuse_is_refused_alike(make: Callable[[type], object]):
    errors = []
    for kind in (Ours, Theirs):
        with pytest.raises((TypeError, ValueError, AttributeError)) as caught:
            make(kind)
        errors.append(caught.type)
    assert errors[0] is errors[1]


def test_the_class_says_what_it_is():
    assert Ours._fields == Ours.__match_args__ == Theirs._fields
    assert Ours.__doc__ == Theirs.__doc__
    assert Ours.__annotations__["first"] is int
    assert type(Ours) is type
    assert not hasattr(Ours(1, "a"), "__dict__")


def test_members_of_the_body_stay():
    assert Ours(4, "a").doubled == 8
    assert Ours(4, "a").third == ()


def test_a_single_field():
    assert One(3) == (3,)
    assert One(only=3).only == 3


def test_patterns_match_fields():
    match Ours(1, "a", (2,)):
        case Ours(first, third=(second,)):
            assert (first, second) == (1, 2)


def test_classes_of_as_many_fields_keep_their_names_apart():
    class Other(NamedTuple):
        a: int
        b: int
        c: int

    assert Other(a=1, b=2, c=3) == (1, 2, 3)
    with pytest.raises(TypeError, match="first"):
        Other(first=1, second="", third=())
    assert Ours(second="b", first=1) == (1, "b", ())
