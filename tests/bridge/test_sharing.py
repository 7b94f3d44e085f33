"""Weights that several operations use, in folded specs."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnshape.bridge import proof
from cnnshape.bridge.operations import Network
from tests.bridge.networks import Making, basic, head
from tests.bridge.test_units import shipped, text_of, without_classes


def with_shared(network: Network, owner_of: dict[int, int]) -> Network:
    """The network where operations use the weights of earlier ones of the same shapes."""
    operations = list(network.operations)
    params = network.params or 0
    for place, owner in owner_of.items():
        weights = operations[owner].weights
        assert [weight.shape for weight in weights] == [weight.shape for weight in operations[place].weights]
        params -= sum(weight.elements for weight in operations[place].weights if weight.learned)
        operations[place] = operations[place]._replace(weights=weights)
    return network._replace(operations=tuple(operations), params=params)


def places(network: Network, path: str) -> list[int]:
    """The operations with weights in modules of a path."""
    return [
        place
        for place, operation in enumerate(network.operations)
        if operation.weights and any(module.path == path for module in operation.modules)
    ]


def heads(making: Making, *values: int) -> list[int]:
    """The same two layers on several tensors."""
    given = []
    for index, value in enumerate(values):
        with making.module(f"head{index}", "Head"):
            given.append(making.add("conv", making.conv(value, 8), out=4, kernel=1))
    return given


def pyramid() -> tuple[Network, list[list[int]]]:
    making = Making((8, 32, 32))
    fine = making.conv(making.inputs[0], 8)
    coarse = making.conv(fine, 8, stride=2)
    coarsest = making.conv(coarse, 8, stride=2)
    network = making.network(*heads(making, fine, coarse, coarsest))
    return network, [places(network, f"head{index}") for index in range(3)]


def test_a_block_uses_the_weights_of_its_first_call() -> None:
    network, (first, *others) = pyramid()
    text = text_of(
        with_shared(network, {here: there for other in others for here, there in zip(other, first, strict=True)})
    )
    assert text.count("share: ") == 2
    assert text.count("- conv: {out: 4, kernel: 1}") == 1
    assert proof.report_of(text).totals.params == network.params - 2 * (8 * 8 * 9 + 16 + 36)


def test_a_block_that_uses_some_weights_of_another_is_written_out() -> None:
    network, (first, second, _) = pyramid()
    text = text_of(with_shared(network, {second[-1]: first[-1]}))
    assert text.count("share: ") == 1


def test_weights_of_a_block_that_are_shared_inside_of_it() -> None:
    making = Making((8, 32, 32))
    value = making.inputs[0]
    for index in range(3):
        with making.module(f"block{index}", "Block"):
            one = making.conv(value, 8)
            two = making.conv(making.add("max_pool", value, kernel=3, stride=1, padding=1), 8)
            value = making.add("multiply", one, two)
    network = making.network(value)
    owner_of = {}
    for index in range(3):
        here = places(network, f"block{index}")
        owner_of.update(zip(here[2:], here[:2], strict=True))
    text = text_of(with_shared(network, owner_of))
    assert "repeat: 3" in text
    assert text.count("share: ") == 1


def test_layers_without_classes_share_too() -> None:
    network, (first, second, third) = pyramid()
    owner_of = {here: there for other in (second, third) for here, there in zip(other, first, strict=True)}
    text = text_of(without_classes(with_shared(network, owner_of)))
    # A convolution and its norm are one step.
    assert text.count("share: ") == 4


def test_equal_steps_that_share_are_no_repeat() -> None:
    making = Making((8, 32, 32))
    value = making.inputs[0]
    for _ in range(4):
        value = making.add("conv", value, out=8, kernel=3, padding=1)
    network = making.network(value)
    text = text_of(with_shared(network, {2: 1, 3: 1}))
    assert text.count("share: ") == 2
    assert "repeat: 2" in text
    assert "repeat" not in text_of(with_shared(network, {1: 0, 2: 0, 3: 0}))


def test_the_proof_tells_the_owners_of_weights_apart() -> None:
    step = "  - {{conv: {{out: 8, kernel: 3, padding: 1}}{}}}\n"
    texts = [
        f"input: [8, 16, 16]\nlayers:\n{step.format(', name: a')}{step.format(', name: b')}{step.format(share)}"
        for share in (", share: a", ", share: b")
    ]
    one, two = map(proof.report_of, texts)
    assert proof.differences(one, one) is None
    assert proof.differences(one, two) is not None


@pytest.mark.parametrize(
    ("name", "lines"), [("retinanet_resnet50_fpn", 64), ("cbam_resnet50", 49), ("fcos_resnet50_fpn", 66)]
)
def test_shipped_networks_with_shared_heads_are_short(name: str, lines: int) -> None:
    assert "share: " in shipped(name)
    assert shipped(name).count("\n") <= lines


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.booleans())
def test_any_sharing_gives_the_report_of_the_flat_spec(seed: int, classes: bool) -> None:
    rng = random.Random(seed)
    making = Making((8, 32, 32))
    value = making.inputs[0]
    for _ in range(rng.randint(2, 4)):
        value = basic(making, value, 8) if rng.random() < 0.6 else making.conv(value, 8)
    outputs = heads(making, *(value for _ in range(rng.randint(0, 3))))
    network = making.network(head(making, value), *outputs)
    first: dict[object, list[int]] = {}
    owner_of = {}
    for place, operation in enumerate(network.operations):
        if operation.weights:
            key = (
                operation.kind,
                tuple(operation.arguments.items()),
                tuple(weight.shape for weight in operation.weights),
            )
            owners = [other for other in first.setdefault(key, []) if other not in owner_of]
            if owners and rng.random() < 0.5:
                owner_of[place] = rng.choice(owners)
            first[key].append(place)
    network = with_shared(network, owner_of)
    text_of(network if classes else without_classes(network))
