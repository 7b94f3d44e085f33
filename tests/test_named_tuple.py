"""Our `NamedTuple` behaves as the one of `typing`, and a start pays less for it."""

import copy
import pickle
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnnshape
from cnnshape import named_tuple


class Ours(named_tuple.NamedTuple):
    """A documented tuple."""

    name: str
    sizes: tuple[int, ...]
    unit: str = "cells"
    note: "str | None" = None

    @property
    def rank(self) -> int:
        return len(self.sizes)


class Theirs(typing.NamedTuple):
    """A documented tuple."""

    name: str
    sizes: tuple[int, ...]
    unit: str = "cells"
    note: "str | None" = None

    @property
    def rank(self) -> int:
        return len(self.sizes)


VALUES: dict[str, Any] = {"name": "x", "sizes": (3, 4), "unit": "bytes", "note": "odd"}


def outcome(make: Callable[[], Any]) -> Any:
    """The fields of what is made, or the type of the error."""
    try:
        return make()._asdict()
    except TypeError:
        return TypeError


@given(st.integers(0, 5), st.sets(st.sampled_from([*VALUES, "other"])))
def test_arguments_are_taken_by_place_and_by_name(places: int, names: set[str]) -> None:
    values = [*VALUES.values(), "more"][:places]
    named = {name: VALUES.get(name, 0) for name in sorted(names)}
    assert outcome(lambda: Ours(*values, **named)) == outcome(lambda: Theirs(*values, **named))


def test_a_wrong_argument_is_named() -> None:
    with pytest.raises(TypeError, match=r"Ours\.__new__\(\).*length"):
        Ours(*["x"], length=3)


def test_it_is_a_tuple_with_fields() -> None:
    ours, theirs = Ours(**VALUES), Theirs(**VALUES)
    assert tuple(ours) == tuple(theirs) == tuple(VALUES.values())
    assert {name: getattr(ours, name) for name in VALUES} == VALUES
    assert (ours.rank, hash(ours), repr(ours)) == (theirs.rank, hash(theirs), repr(theirs).replace("Theirs", "Ours"))
    assert (Ours._fields, Ours._field_defaults, Ours.__match_args__) == (
        Theirs._fields,
        Theirs._field_defaults,
        Theirs.__match_args__,
    )
    assert Ours.__doc__ == Theirs.__doc__


def test_it_can_be_changed_only_into_another() -> None:
    ours = Ours(**VALUES)
    changed = ours._replace(unit="bits")
    assert changed == Ours("x", (3, 4), "bits", "odd")
    assert type(changed) is Ours
    assert Ours._make(VALUES.values()) == ours
    with pytest.raises(AttributeError):
        ours.name = "y"
    with pytest.raises(AttributeError):
        ours.other = "y"


def test_processes_can_exchange_it() -> None:
    ours = Ours(**VALUES)
    for twin in (pickle.loads(pickle.dumps(ours)), copy.copy(ours), copy.deepcopy(ours)):
        assert twin == ours
        assert type(twin) is Ours


def test_a_class_of_it_can_have_children() -> None:
    class Child(Ours):
        """A child with a method."""

        def area(self) -> int:
            return self.sizes[0] * self.sizes[1]

    child = Child("x", (3, 4))
    assert child.area() == 12
    assert child._replace(sizes=(5, 6)).area() == 30


def test_more_fields_than_it_has_attributes_for_are_refused() -> None:
    fields = {f"field_{index}": int for index in range(named_tuple.MOST_FIELDS + 1)}
    with pytest.raises(TypeError, match=f"Wide has more than {named_tuple.MOST_FIELDS} fields"):
        type(named_tuple.NamedTuple)("Wide", (named_tuple.NamedTuple,), {"__annotations__": fields})


def test_the_package_takes_no_other() -> None:
    """A single class of the other kind costs as much as five of ours."""
    root = Path(cnnshape.__file__).parent
    others = [
        path.name
        for path in root.rglob("*.py")
        if path.name != "named_tuple.py"
        and any("NamedTuple" in line for line in path.read_text().splitlines() if line.startswith("from typing"))
    ]
    assert others == []
