"""The shipped architectures against figures that others published or measured.

`published.csv` holds totals, one row per network, variant and input; `layers/` holds a line per layer, and `layers.csv`
says of which network. `torchvision.csv` holds the metadata of torchvision 0.28's weights: parameters, and what it calls
GFLOPS; `left_out` are the heads for regions, which its random image didn't have. `results.csv` holds what was measured of
the trained networks. An empty cell is a figure that nobody states.
"""

import csv
import re
from pathlib import Path

import pytest

import cnnshape
from cnnshape.api import design_of
from cnnshape.render.zoo import short_source
from cnnshape.source import SourceText

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

SEGMENTING = (
    "fcn8s", "fcn16s", "fcn32s", "segnet", "fcn_resnet50", "fcn_resnet101", "deeplabv3_resnet50", "deeplabv3_resnet101",
    "deeplabv3_mobilenet_v3_large", "lraspp_mobilenet_v3_large",
)  # fmt: skip


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
METADATA = rows(HERE / "torchvision.csv")
RESULTS = rows(HERE / "results.csv")


@pytest.mark.parametrize("row", PUBLISHED, ids=label)
def test_totals(row):
    report = report_of(row)
    figures_of_report = {name: str(getattr(report.totals, name)) for name in ("params", "macs", "buffers") if row[name]}
    assert figures_of_report == {name: row[name] for name in figures_of_report}


@pytest.mark.parametrize("row", METADATA, ids=lambda row: "-".join((row["builder"], row["weights"], row["variant"])))
def test_metadata(row):
    """Parameters to the unit, MACs to the printed digit."""
    report = report_of(row)
    left_out = row["left_out"].split()
    macs = sum(layer.macs for layer in report.rows if layer.name.partition(".")[0] not in left_out)
    assert row["params"] in ("", str(report.totals.params))
    assert row["gmacs"] == "" or float(row["gmacs"]) == round(macs / 1e9, 3)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_results(path):
    """A file states the published results, all of them and no other."""
    stated = [(result.measure.text, result.number) for result in cnnshape.load(path).spec.results]
    assert stated == [(row["measure"], float(row["value"])) for row in RESULTS if row["network"] == path.stem]
    text = path.read_text(encoding="utf-8")
    assert ("\n  results: " in text) == bool(stated), "`source` says where the results come from"


WITHOUT_RESULTS = {
    "attention_unet": "the paper's network is another one, in 3-D; the code states its scores in a picture",
    "cbam_resnet18": "of the authors' code, only the ResNet-50 has a published score; the paper's table wasn't read",
    "centernet_resnet18": "the published scores are of the network with deformable convolutions",
    "cs231n_convnet": "the lecture notes state no score",
    "cyclegan_generator": "a generator has no score by itself: the paper's are those of people and of other networks",
    "dcgan_discriminator": "the paper scores the features of a network of other widths",
    "dcgan_generator": "the paper shows pictures",
    "lenet5": "the published score is that of the network of 1998, which this one isn't",
    "mobilenet_v1_vww": "the benchmark publishes a target (80 %), and no score of its network",
    "resnet8": "the benchmark publishes a target (85 %), and no score of its network",
    "unet_padded": "the score in the code's README is that of the network with bilinear upsampling",
    "vnet": "the paper's network is another one; the code states no score",
    "wavenet": "the paper's scores are opinions of listeners, of a network whose channels it doesn't state",
}
"""The networks for which nothing is published as they ship, or nothing that we have read at its source."""


def test_a_network_without_results_says_why():
    assert {path.stem for path in FILES} - {row["network"] for row in RESULTS} == set(WITHOUT_RESULTS)


@pytest.mark.parametrize("row", PUBLISHED, ids=label)
def test_outputs(row):
    outputs = report_of(row).outputs
    for stated in row["output"].split():
        name, _, sizes = stated.rpartition("=")
        assert outputs[name or next(iter(outputs))] == shape(sizes)


@pytest.mark.parametrize("size", [(3, 333, 500), (3, 500, 333), (3, 360, 480)], ids=str)
@pytest.mark.parametrize("name", SEGMENTING)
def test_a_map_has_the_size_of_its_image(name, size):
    report = cnnshape.analyze(cnnshape.load(ARCHITECTURES / f"{name}.yaml"), inputs=size)
    assert {shape[1:] for shape in report.outputs.values()} == {size[1:]}


@pytest.mark.parametrize("row", LAYERS, ids=label)
def test_layers(row):
    """Every layer in order. The lists lack pools that the traced code calls as functions, so ours are skipped."""
    wanted = iter(rows(HERE / "layers" / row["file"]))
    functional = set(row["functional"].split())
    expected = next(wanted, None)
    for layer in report_of(row).rows:
        if layer.kind not in COMPARED:
            continue
        if matches(layer, expected):
            expected = next(wanted, None)
        else:
            assert layer.kind in functional, f"line {layer.line}, {layer.name}: {figures(layer)}, expected {expected}"
    assert expected is None


def matches(layer, expected):
    return (
        expected is not None
        and layer.kind in KINDS[expected["class"]]
        and figures(layer) == (shape(expected["output"]), int(expected["params"]), int(expected["macs"]))
    )


def figures(row):
    return row.output, row.params, row.macs


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_file(path):
    """Each file states its name and source, and meets its own expectations."""
    stated = {line.partition(":")[0] for line in path.read_text(encoding="utf-8").splitlines()}
    assert {"cnnshape", "name", "source", "expect"} <= stated
    assert cnnshape.check(cnnshape.load(path)) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_family_and_year(path):
    """Each network states a family, by itself or through `extends`, and the year of one of its sources."""
    spec = cnnshape.load(path).spec
    assert re.fullmatch("[a-z][a-z0-9]*", spec.family)
    assert f"({spec.year})" in spec.origin
    text = path.read_text(encoding="utf-8")
    assert ("\nfamily: " in text) != ("\nextends: " in text)


def test_a_base_gives_its_family_and_year_where_none_is_stated():
    text = "extends: resnet50.yaml\n{}\nsource: mine\n"
    specs = [spec_beside(text.format(line)) for line in ("", "family: mine", "year: 2024")]
    assert [(spec.family, spec.year) for spec in specs] == [("resnet", 2015), ("mine", 2015), ("resnet", 2024)]


def test_the_results_of_a_base_are_not_those_of_a_file_that_extends_it():
    assert spec_beside("extends: resnet50.yaml\nname: mine\n").results == ()
    (result,) = spec_beside("extends: resnet50.yaml\nresults: {ImageNet top-1: 80.858}\n").results
    assert (result.measure.text, result.number) == ("ImageNet top-1", 80.858)


def spec_beside(text):
    """The spec of a text, read as if it were in the folder of the architectures."""
    return design_of(SourceText("mine.yaml", text, ARCHITECTURES / "mine.yaml")).spec


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_short_source_names_its_authors(path):
    assert re.fullmatch(r"[\w é-]+ \(\d{4}\)", short_source(cnnshape.load(path).spec.origin).replace(" et al.", ""))


def test_every_file_has_a_published_row_and_a_name_of_its_own():
    assert {row["network"] for row in PUBLISHED} == {path.stem for path in FILES}
    names = [cnnshape.load(path).name for path in FILES]
    assert len(names) == len(set(names))
    assert not set(names) & {path.stem for path in FILES}


def test_every_list_of_layers_is_used():
    assert {path.name for path in (HERE / "layers").iterdir()} == {row["file"] for row in LAYERS}
