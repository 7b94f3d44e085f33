"""Facts of the shipped architectures that no count shows, against their sources.

A fact is an argument whose value leaves shapes, params and MACs as they are: the `eps` of a norm, the rate of a dropout,
the slope of an activation. `facts.csv` says for each network and kind how many layers have which facts, and where that
is written. `tests/oracles/test_facts.py` makes the rows of the networks that torchvision has, from its modules; the
others are read from the source that they name: `python -m tests.architectures.test_facts NETWORK` prints what a file has,
to be compared with its source.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

import cnnshape
from cnnshape.report import Report, Row
from cnnshape.source import shipped_names, shipped_path

FILE = Path(__file__).parent / "facts.csv"
COLUMNS = ("network", "variant", "kind", "facts", "source")
FACTS: dict[str, tuple[str, ...]] = {
    "batch_norm": ("eps", "momentum"),
    "layer_norm": ("eps",),
    "group_norm": ("eps",),
    "instance_norm": ("eps",),
    "local_response_norm": ("size", "alpha", "beta", "k"),
    "global_response_norm": ("eps",),
    "rescale": ("scale", "shift"),
    "layer_scale": ("init",),
    "roi_pool": ("scale",),
    "roi_align": ("scale", "samples", "aligned"),
    "leaky_relu": ("slope",),
    "dropout": ("p",),
    "drop_path": ("p",),
    "avg_pool": ("count_include_pad",),
    "upsample": ("mode", "align_corners"),
    "pad": ("mode",),
}
ACTIVATIONS = (
    "relu", "relu6", "gelu", "silu", "mish", "hard_swish", "hard_sigmoid", "sigmoid", "tanh", "softmax",
    "log_softmax", "prelu",
)  # fmt: skip
"""Their kinds are facts themselves: `relu` or `relu6` makes no difference to params and MACs."""


def own_facts(row: Row) -> dict[str, Any]:
    """The facts of a layer of ours."""
    values = row.application.layer.values
    facts = {name: values[name] for name in FACTS.get(row.kind, ()) if values[name] is not None}
    if values.get("affine") is False and row.kind == "batch_norm":
        # Its statistics are fixed with its scale and shift.
        del facts["momentum"]
    if row.kind == "avg_pool" and values["padding"] == 0:
        del facts["count_include_pad"]
    return facts


def counted(layers: Iterable[tuple[str, Mapping[str, Any]]]) -> dict[str, str]:
    """How many layers have which facts, by kind: `46 x eps=0.001 momentum=0.01; 8 x eps=1e-05 momentum=0.1`."""
    texts: dict[str, Counter[str]] = {}
    for kind, facts in layers:
        text = " ".join(f"{name}={_written(value)}" for name, value in facts.items())
        texts.setdefault(kind, Counter())[text] += 1
    return {
        kind: "; ".join(f"{number} x {text}" if text else str(number) for text, number in sorted(counter.items()))
        for kind, counter in sorted(texts.items())
    }


def _written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.6g}" if isinstance(value, int | float) else str(value)


def facts_of(report: Report) -> dict[str, str]:
    """The facts of a design, by kind."""
    return counted((row.kind, own_facts(row)) for row in report.rows if row.kind in (*FACTS, *ACTIVATIONS))


def stated() -> list[dict[str, str]]:
    """The rows of `facts.csv`."""
    with FILE.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


DESIGNS = list(dict.fromkeys((row["network"], row["variant"]) for row in stated()))


@pytest.mark.parametrize(("network", "variant"), DESIGNS, ids="-".join)
def test_a_network_has_the_facts_of_its_source(network: str, variant: str) -> None:
    wanted = {row["kind"]: row["facts"] for row in stated() if (row["network"], row["variant"]) == (network, variant)}
    report = cnnshape.analyze(cnnshape.load(shipped_path(network) or ""), variant=variant)
    assert facts_of(report) == wanted


def test_every_network_and_every_source_is_stated() -> None:
    assert {network for network, variant in DESIGNS if not variant} == set(shipped_names())
    assert all(row["source"] for row in stated())


@pytest.mark.parametrize(
    ("layers", "texts"),
    [
        ([("relu", {}), ("relu", {})], {"relu": "2"}),
        ([("dropout", {"p": 0.5}), ("dropout", {"p": 0.25})], {"dropout": "1 x p=0.25; 1 x p=0.5"}),
        ([("upsample", {"mode": "linear", "align_corners": True})], {"upsample": "1 x mode=linear align_corners=true"}),
        ([("batch_norm", {"eps": 0.0})], {"batch_norm": "1 x eps=0"}),
    ],
)
def test_facts_are_written_by_kind(layers: list[tuple[str, dict[str, Any]]], texts: dict[str, str]) -> None:
    assert counted(layers) == texts


def show(networks: list[str]) -> None:
    """Prints the rows of some networks, without their source."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    for network in networks:
        facts = facts_of(cnnshape.analyze(cnnshape.load(shipped_path(network) or "")))
        writer.writerows((network, "", kind, text, "") for kind, text in facts.items())


if __name__ == "__main__":
    show(sys.argv[1:])
