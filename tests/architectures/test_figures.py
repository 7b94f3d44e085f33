"""The figures of the shipped architectures stay what they are: `figures.csv` has the totals of each, its receptive field
and a digest of all that is known of its layers. Published figures are in `test_published.py`.

After a change that is meant to change figures, `python -m tests.architectures.test_figures` rewrites them.
"""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

import cnnshape
from cnnshape.render.json import to_json
from cnnshape.report import TOTAL_FIGURES
from cnnshape.source import shipped_names, shipped_path
from cnnshape.study.zoo import survey

FILE = Path(__file__).parent / "figures.csv"
TOTALS = tuple(figure.name for figure in TOTAL_FIGURES)
LAYER = (
    "name", "kind", "inputs", "output", "boxes", "params", "trainable_params", "buffers", "macs", "flops",
    "activation_bytes", "receptive_field", "arguments", "shares", "shortcut",
)  # fmt: skip


def data_of(name: str) -> dict[str, Any]:
    return json.loads(to_json(cnnshape.analyze(cnnshape.load(shipped_path(name) or ""))))


def row_of(name: str, data: dict[str, Any]) -> dict[str, str]:
    """The row of `figures.csv` for the JSON of a network."""
    layers = [{key: layer[key] for key in LAYER} for layer in data["layers"]]
    text = json.dumps([layers, data["inputs"], data["outputs"], data["peak"]], sort_keys=True)
    totals = {key: str(data["totals"][key]) for key in TOTALS}
    field = next(iter(data["receptive_fields"].values()))
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return {"network": name, "layers": str(len(layers)), **totals, "field": field_text(field), "digest": digest}


def field_text(field: dict[str, Any] | None) -> str:
    """`427x427`, with a `*` where paths with different centres have met; `all` where every cell sees the same."""
    if field is None or not any(field["stride"]):
        return "all"
    return "x".join(map(str, field["size"])) + ("" if field["aligned"] else "*")


def stated() -> dict[str, dict[str, str]]:
    with FILE.open(newline="", encoding="utf-8") as file:
        return {row["network"]: row for row in csv.DictReader(file)}


def test_every_network_has_a_row() -> None:
    assert list(stated()) == shipped_names()


@pytest.mark.parametrize("name", shipped_names())
def test_figures_stay(name: str) -> None:
    assert row_of(name, data_of(name)) == stated()[name]


@pytest.mark.parametrize("name", shipped_names())
def test_the_list_has_the_same_figures(name: str) -> None:
    """`list` doesn't make a report, so it could differ from `summary`."""
    entry, row = survey(name), stated()[name]
    field = "all" if entry.field is None else "x".join(map(str, entry.field)) + ("" if entry.aligned else "*")
    assert (str(entry.params), str(entry.macs), field) == (row["params"], row["macs"], row["field"])


def write(names: list[str]) -> None:
    with FILE.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ("network", "layers", *TOTALS, "field", "digest"), lineterminator="\n")
        writer.writeheader()
        writer.writerows(row_of(name, data_of(name)) for name in names)


if __name__ == "__main__":
    write(shipped_names())
