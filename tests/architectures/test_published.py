"""The shipped architectures against figures that others published or measured.

`published.csv` holds totals, one row per network, variant and input; `layers/` holds a line per layer, and `layers.csv`
says of which network. An empty cell is a figure that nobody states.
"""

import csv
from pathlib import Path

import pytest

import cnnshape

HERE = Path(__file__).parent
ARCHITECTURES = HERE.parent.parent / "architectures"
FILES = sorted(ARCHITECTURES.glob("*.yaml"))

KINDS = {
    "Conv2d": {"conv"},
    "ConvTranspose2d": {"conv_transpose"},
    "Linear": {"linear"},
    "BatchNorm2d": {"batch_norm"},
    "LayerNorm": {"layer_norm"},
    "MaxPool2d": {"max_pool"},
    "AvgPool2d": {"avg_pool"},
    "AdaptiveAvgPool2d": {"adaptive_avg_pool", "global_avg_pool"},
}
COMPARED = set().union(*KINDS.values())


def rows(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def label(row):
    return "-".join(filter(None, (row["network"], row["variant"], row["input"])))


def shape(text):
    return tuple(map(int, text.split("x")))


def report_of(row):
    design = cnnshape.load(ARCHITECTURES / f"{row['network']}.yaml")
    inputs = shape(row["input"]) if row["input"] else None
    return cnnshape.analyze(design, variant=row["variant"], inputs=inputs)


PUBLISHED = rows(HERE / "published.csv")
LAYERS = rows(HERE / "layers.csv")


@pytest.mark.parametrize("row", PUBLISHED, ids=label)
def test_totals(row):
    report = report_of(row)
    found = {name: str(getattr(report.totals, name)) for name in ("params", "macs", "buffers") if row[name]}
    assert found == {name: row[name] for name in found}


@pytest.mark.parametrize("row", PUBLISHED, ids=label)
def test_outputs(row):
    outputs = report_of(row).outputs
    for stated in row["output"].split():
        name, _, sizes = stated.rpartition("=")
        assert outputs[name or next(iter(outputs))] == shape(sizes)


@pytest.mark.parametrize("row", LAYERS, ids=label)
def test_layers(row):
    """Every layer in order. Pools that the traced code calls as functions stand in no list; ours are passed over."""
    wanted = iter(rows(HERE / "layers" / row["file"]))
    functional = set(row["functional"].split())
    expected = next(wanted, None)
    for found in report_of(row).rows:
        if found.kind not in COMPARED:
            continue
        if matches(found, expected):
            expected = next(wanted, None)
        else:
            assert found.kind in functional, f"line {found.line}, {found.name}: {figures(found)}, expected {expected}"
    assert expected is None


def matches(found, expected):
    return (
        expected is not None
        and found.kind in KINDS[expected["class"]]
        and figures(found) == (shape(expected["output"]), int(expected["params"]), int(expected["macs"]))
    )


def figures(row):
    return row.output, row.params, row.macs


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_file(path):
    """Each file says itself what it is and where it comes from, and meets what it expects."""
    stated = {line.partition(":")[0] for line in path.read_text(encoding="utf-8").splitlines()}
    assert {"cnnshape", "name", "source", "expect"} <= stated
    assert cnnshape.check(cnnshape.load(path)) == []


def test_every_file_has_a_published_row_and_a_name_of_its_own():
    assert {row["network"] for row in PUBLISHED} == {path.stem for path in FILES}
    names = [cnnshape.load(path).name for path in FILES]
    assert len(names) == len(set(names))
    assert not set(names) & {path.stem for path in FILES}


def test_every_list_of_layers_is_used():
    assert {path.name for path in (HERE / "layers").iterdir()} == {row["file"] for row in LAYERS}
