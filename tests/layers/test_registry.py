"""The list of kinds against the classes that exist, and what every kind must say about itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import pytest

import cnnshape.layers
from cnnshape.layers import BY_FOREIGN_NAME, BY_NAME, KINDS, Layer, Tensor, family_of
from cnnshape.layers.activation import Relu
from cnnshape.layers.contract import layer
from cnnshape.layers.family import SamePlace, Unweighted
from cnnshape.layers.registry import RARE
from cnnshape.program import WORDS

WORD = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)

SMALLEST: dict[str, Any] = {
    "int": 1,
    "per_axis": 1,
    "float": 1.0,
    "bool": True,
    "padding": 0,
    "shape": (1,),
    "parts": 1,
    "tensor": Tensor((4,), 3),
}
"""A value of each form of argument; words have their own."""


def subclasses(kind: type) -> Iterator[type]:
    for subclass in kind.__subclasses__():
        yield subclass
        yield from subclasses(subclass)


def values(kind: type[Layer]) -> dict[str, Any]:
    """A value for each argument that must be given."""
    required = {name: argument.type for name, argument in kind.arguments.items() if argument.required}
    return {name: type.words[0] if type.words else SMALLEST[type.form] for name, type in required.items()}


def test_the_list_holds_exactly_the_concrete_kinds_with_a_name() -> None:
    ours = {subclass for subclass in subclasses(Layer) if subclass.__module__.startswith(cnnshape.layers.__name__)}
    named = {subclass for subclass in ours if "name" in vars(subclass)}
    assert Counter(KINDS) == Counter(named)


def test_rare_kinds_are_those_of_their_modules() -> None:
    homes = {name: f"cnnshape.layers.{module}" for module, names in RARE.items() for name in names.split()}
    assert {kind.name: kind.__module__ for kind in KINDS if kind.__module__ in homes.values()} == homes


def test_arguments_of_rare_kinds_take_no_words_of_their_own() -> None:
    """A start knows the words of values without them."""
    rare = {name for names in RARE.values() for name in names.split()}
    words: dict[bool, set[str]] = {True: set(), False: set()}
    for kind in KINDS:
        words[kind.name in rare] |= {word for argument in kind.arguments.values() for word in argument.type.words}
    assert words[True] <= words[False] <= WORDS


def test_a_kind_that_nobody_knows_has_no_class() -> None:
    assert "nothing" not in BY_NAME
    assert BY_NAME.get("nothing") is None
    assert len(list(BY_NAME)) == len(BY_NAME) == len(KINDS)


def test_kinds_of_a_family_follow_each_other() -> None:
    families = [family for family, _ in groupby(KINDS, family_of)]
    assert len(families) == len(set(families))


def test_names_are_unique_words() -> None:
    assert {kind.name: kind for kind in KINDS} == BY_NAME
    assert len(BY_NAME) == len(KINDS)
    assert all(map(WORD.fullmatch, BY_NAME))


def test_foreign_words_mean_one_kind_and_are_no_name() -> None:
    words = Counter(word for kind in KINDS for word in kind.foreign)
    assert [word for word, times in words.items() if times > 1] == []
    assert words.keys() & BY_NAME.keys() == set()
    assert {word: kind for kind in KINDS for word in kind.foreign} == BY_FOREIGN_NAME


@every_kind
def test_words_of_arguments_mean_one_argument(kind: type[Layer]) -> None:
    own = [*kind.arguments, *kind.followers]
    words = Counter([*own, *(word for argument in kind.arguments.values() for word in argument.foreign)])
    assert [word for word, times in words.items() if times > 1] == []
    assert all(map(WORD.fullmatch, own))


@every_kind
def test_at_most_one_argument_is_the_main_one(kind: type[Layer]) -> None:
    assert sum(argument.main for argument in kind.arguments.values()) <= 1


@every_kind
def test_a_bare_value_is_enough_where_a_single_one_is_required(kind: type[Layer]) -> None:
    required = [argument for argument in kind.arguments.values() if argument.required]
    assert len(required) != 1 or required[0].main


@every_kind
def test_everything_is_documented(kind: type[Layer]) -> None:
    assert vars(kind)["__doc__"].strip()
    assert kind.flops_formula.definition()
    for argument in kind.arguments.values():
        assert argument.doc.strip() == argument.doc != ""
        assert argument.type.expected


@pytest.mark.parametrize(
    ("flag", "names"),
    [
        ("view", {"flatten", "reshape", "crop", "split", "slice", "subsample", "dropout", "drop_path", "identity"}),
        ("joins", {"add", "multiply", "subtract", "average", "maximum", "concat"}),
        ("combines", {"add", "multiply", "subtract", "average", "maximum"}),
        (
            "normalizes",
            {
                "batch_norm",
                "layer_norm",
                "rms_norm",
                "group_norm",
                "instance_norm",
                "local_response_norm",
                "global_response_norm",
                "evo_norm",
            },
        ),
        ("by_name", {"attention"}),
        ("stated", {"opaque"}),
        ("centers", {"batch_norm", "instance_norm"}),
    ],
)
def test_kinds_that_stand_out(flag: str, names: set[str]) -> None:
    assert {kind.name for kind in KINDS if getattr(kind, flag)} == names


@every_kind
def test_defaults_are_values_of_their_type(kind: type[Layer]) -> None:
    for argument in kind.arguments.values():
        if not argument.required and argument.default is not None:
            assert argument.type.convert(argument.default) == argument.default


@every_kind
def test_a_layer_keeps_its_arguments(kind: type[Layer]) -> None:
    layer = kind(**values(kind))
    defaults = {name: argument.default for name, argument in kind.arguments.items() if not argument.required}
    assert layer.values == {**defaults, **values(kind)}


@every_kind
def test_a_layer_is_immutable(kind: type[Layer]) -> None:
    layer = kind(**values(kind))
    for name in [*kind.arguments, "name", "anything"]:
        with pytest.raises(AttributeError):
            setattr(layer, name, 1)


def test_an_argument_stays_in_its_layer() -> None:
    layer = BY_NAME["max_pool"](kernel=2)
    with pytest.raises(AttributeError):
        del layer.kernel


@every_kind
def test_equal_arguments_make_equal_layers(kind: type[Layer]) -> None:
    one, other = kind(**values(kind)), kind(**dict(reversed(values(kind).items())))
    assert one == other
    assert hash(one) == hash(other)
    assert len({one, other}) == 1


@every_kind
def test_another_argument_makes_another_layer(kind: type[Layer]) -> None:
    layer = kind(**values(kind))
    for name in kind.arguments:
        assert layer != kind(**{**values(kind), name: "another"})


def test_layers_of_two_kinds_differ() -> None:
    assert len({kind(**values(kind)) for kind in KINDS}) == len(KINDS)
    assert BY_NAME["global_avg_pool"]() != BY_NAME["global_max_pool"]()


@every_kind
def test_a_layer_takes_its_declared_arguments_alone(kind: type[Layer]) -> None:
    with pytest.raises(TypeError, match="undeclared"):
        kind(**values(kind), undeclared=1)
    for name in values(kind):
        given = {other: value for other, value in values(kind).items() if other != name}
        with pytest.raises(TypeError, match=name):
            kind(**given)


@pytest.mark.parametrize("method", ["output", "footprint"])
def test_a_kind_without_an_output_or_a_footprint_is_refused(method: str) -> None:
    body = {name: value for name, value in vars(Relu).items() if not name.startswith("__")}
    half = type("Half", (Unweighted,), {**body, method: vars(SamePlace)[method]})
    missing = ({"output", "footprint"} - {method}).pop()
    with pytest.raises(TypeError, match=f"Half declares no {missing}"):
        layer(half)
