"""Definitions in words: each is read as a sentence of arithmetic and evaluates to the layer's figure.

The names of factors are given their numbers here a second time, by hand, so that a name that says something else than
its number is found.
"""

from __future__ import annotations

import re
from math import prod
from typing import Any

import pytest

from cnnshape.layers import BY_NAME, KINDS, Application
from cnnshape.layers.definitions import definitions
from tests.layers.rows import CASES, Row, amount, made, rows

every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
TAPS = {"linear": 2, "cubic": 4}
PRODUCTS = {"conv", "conv_transpose", "linear", "attention", "blur_pool", "lstm", "gru", "opaque"}
GATES = {"lstm": 4, "gru": 3}


def sizes(value: Any, rank: int) -> int:
    """The cells of a window or grid that is stated for all axes, or per axis."""
    return prod(value) if isinstance(value, tuple) else value**rank


def cells_read(application: Application) -> int:
    """Cells that adaptive windows read, counted window by window."""
    total = 1
    for size, count in zip(application.inputs[0].shape[1:], application.output.shape[1:], strict=True):
        total *= sum(-(-(window + 1) * size // count) - window * size // count for window in range(count))
    return total


def named(application: Application, row: Row) -> dict[str, int]:
    """The number of each name that a definition of this layer may have, for one box."""
    layer, shape = application.layer, application.inputs[0].shape
    values, rank = layer.values, len(shape) - 1
    boxes = application.output.boxes
    numbers = {
        "channels": shape[0],
        "input channels": shape[0],
        "inputs": prod(shape),
        "tensors": len(application.inputs),
        "input positions": prod(shape[1:]),
        "output positions": prod(application.output.shape[1:]),
        "MACs": amount(row.get("macs", 0)) // boxes,
        "value": application.output.elements // boxes,
        "output value": application.output.elements // boxes,
        "input value": application.inputs[0].elements // boxes,
    }
    if "out" in values:
        numbers |= {"kernels": values["out"], "outputs": values["out"]}
    if layer.name == "attention":
        query, key, value = (tensor.shape for tensor in application.inputs)
        numbers |= {"queries": prod(query[1:]), "keys": prod(key[1:]), "`heads`": values["heads"]}
        numbers |= {"query channels": query[0], "value channels": value[0]}
    if layer.name in GATES:
        numbers |= {
            "`out`": values["out"],
            "directions": 2 if values["bidirectional"] else 1,
            "`biases`": values["biases"],
            "`layers`": values["layers"],
        }
    if layer.name == "opaque":
        numbers |= {f"`{name}`": values[name] for name in ("params", "macs", "flops") if values[name] is not None}
    if "kernel" in values:
        numbers |= dict.fromkeys(("kernel size", "window size"), sizes(values["kernel"], rank))
    if "groups" in values and "out" in values:
        groups = values["groups"]
        numbers |= {"kernels / groups": values["out"] // groups, "input channels / groups": shape[0] // groups}
    if layer.name.startswith("adaptive"):
        numbers["cells that the windows read"] = cells_read(application)
    if layer.name == "upsample" and values["mode"] in TAPS:
        numbers["taps"] = TAPS[values["mode"]] ** rank
    if layer.name == "roi_align":
        numbers["samples"] = values["samples"] ** rank
    if layer.name == "local_response_norm":
        numbers["`size`"] = values["size"]
    if layer.name in ("layer_norm", "rms_norm"):
        parts = {"channels": shape[0], "space": prod(shape[1:]), "last": shape[-1], "all": prod(shape)}
        numbers["values normalized together"] = parts[values["axes"]]
    return numbers


def evaluated(words: str, numbers: dict[str, int]) -> int:
    """The value of a definition: ` x ` multiplies, and so does ` per `."""
    arithmetic = words
    for name in sorted(numbers, key=len, reverse=True):
        arithmetic = arithmetic.replace(name, str(numbers[name]))
    arithmetic = arithmetic.replace(" x ", " * ").replace(" per ", " * ")
    assert re.fullmatch(r"[\d\s*+()-]+", arithmetic), words
    return int(eval(arithmetic, {"__builtins__": {}}))


@rows(good=True)
def test_the_words_of_a_layer_evaluate_to_its_figures(kind: str, row: Row) -> None:
    layer, inputs = made(kind, row)
    application = Application(layer, inputs, layer.output(inputs))
    numbers, boxes = named(application, row), application.output.boxes
    assert evaluated(layer.macs_formula.words(application), numbers) * boxes == amount(row.get("macs", 0))
    if row["flops"] is None:
        assert layer.flops_formula.words(application) == "unknown"
    else:
        assert evaluated(layer.flops_formula.words(application), numbers) * boxes == amount(row["flops"])


@rows(good=True)
def test_the_words_of_weights_evaluate_to_their_sizes(kind: str, row: Row) -> None:
    layer, inputs = made(kind, row)
    application = Application(layer, inputs, layer.output(inputs))
    numbers = named(application, row)
    formulas = {tensor.name: tensor.formula for tensor in layer.owned}
    for weight in application.weights:
        assert evaluated(formulas[weight.name].words(application), numbers) == weight.elements


@every_kind
def test_a_definition_names_every_case(kind: Any) -> None:
    """What is printed of a kind holds the words of each of its layers."""
    whole = definitions(kind)
    for name, row in CASES:
        if name == kind.name and "out" in row:
            layer, inputs = made(name, row)
            application = Application(layer, inputs, layer.output(inputs))
            for term in layer.flops_formula.settled(application).terms(application):
                pieces = re.findall(r"[\w`/ ]+", term.words(application))
                assert all(piece.strip() in whole["FLOPs"] for piece in pieces)


@every_kind
def test_figures_that_a_kind_has_are_defined(kind: Any) -> None:
    whole = definitions(kind)
    assert ("MACs" in whole) == (kind.name in PRODUCTS)
    assert ("buffers" in whole) == (kind.name in {"batch_norm", "blur_pool"})
    assert ("params" in whole) == any(
        amount(row.get("params", 0)) for name, row in CASES if name == kind.name and "out" in row
    )
    assert list(whole) == [figure for figure in ("params", "buffers", "MACs", "FLOPs") if figure in whole]


@pytest.mark.parametrize(
    ("kind", "figure", "words"),
    [
        ("conv", "MACs", "kernels x input channels / groups x kernel size x output positions"),
        ("conv", "FLOPs", "2 x MACs + 1 per output value (with `bias`)"),
        (
            "conv",
            "params",
            "`weight` kernels x input channels / groups x kernel size; `bias` kernels (with `bias`); "
            "`gain` kernels (with `gain`)",
        ),
        ("conv_transpose", "MACs", "input channels x kernels / groups x kernel size x input positions"),
        ("linear", "MACs", "outputs x inputs"),
        ("max_pool", "FLOPs", "(window size - 1) per output value"),
        ("adaptive_avg_pool", "FLOPs", "channels x cells that the windows read"),
        ("global_max_pool", "FLOPs", "1 per input value - 1 per output value"),
        ("gelu", "FLOPs", "5 per value: quotient, erf, sum, product, product"),
        ("prelu", "params", "`weight` with `per_channel`: channels; else 1"),
        ("attention", "MACs", "queries x keys x (query channels + value channels)"),
        ("attention", "FLOPs", "2 x MACs + 3 x `heads` x queries x keys: exp, sum, quotient of the softmax"),
        ("blur_pool", "buffers", "`filt` channels x 1 x window size"),
        (
            "layer_scale",
            "params",
            "`weight` with `per_channel`: channels; else 1; `bias` with `per_channel`: channels; else 1 (with `shift`)",
        ),
        ("rescale", "FLOPs", "(1 (with `scale`) + 1 (with `shift`)) per value: product, sum"),
        (
            "lstm",
            "MACs",
            "4 x `out` x (channels + `out`) x directions x input positions + "
            "4 x `out` x (`layers` - 1) x (directions x `out` + `out`) x directions x input positions (with `layers` above 1)",
        ),
        ("opaque", "params", "`weight` `params` (with `params`)"),
        ("opaque", "FLOPs", "with `flops`: `flops`; else unknown (the spec states none)"),
        ("roi_pool", "FLOPs", "unknown: it depends on the boxes"),
        ("concat", "FLOPs", "0: values are moved, not computed"),
        ("dropout", "FLOPs", "0: nothing happens at inference"),
    ],
)
def test_definitions_read_as_they_should(kind: str, figure: str, words: str) -> None:
    assert definitions(BY_NAME[kind])[figure] == words
