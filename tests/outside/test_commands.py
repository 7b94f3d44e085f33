"""Every command on a design of kinds from outside of the package."""

from __future__ import annotations

import csv
import io
import json
import re
from xml.etree import ElementTree

import jsonschema
import pytest
import yaml

from .kinds import DESIGN, KINDS, REGIONS
from .process import run_all

NAMES = [kind.name for kind in KINDS]
DESIGNS = {
    "outside": DESIGN,
    "regions": REGIONS,
    "misspelt": "cnnshape: 1\ninput: [3, 8, 8]\nlayers:\n  - log_sigmod\n",
    "foreign": "cnnshape: 1\ninput: [3, 8, 8]\nlayers:\n  - UnitNorm\n",
    "argument": "cnnshape: 1\ninput: [3, 8, 8]\nlayers:\n  - lp_pool: {kernal: 2}\n",
    "refused": "cnnshape: 1\ninput: [3, 8, 8]\nlayers:\n  - lp_pool: 9\n",
}
FORMATS = {
    "summary": ("table", "plain", "markdown", "csv", "json", "svg"),
    "check": ("full", "concise", "json", "github", "gitlab", "sarif"),
    "rf": ("table", "json", "svg"),
    "sizes": ("table", "json"),
    "memory": ("table", "json", "svg"),
    "reconcile": ("table", "markdown", "csv", "json"),
}
LAYERS = (
    "stem",
    "stem.unit_norm",
    "stem.log_sigmoid",
    "channel_scale",
    "flip",
    "joined",
    "pooled",
    "sharpen",
    "summed",
)
COMMANDS = [
    *(f"{command} {name} --format {format}"
      for command, formats in FORMATS.items() for format in formats for name in ("outside", "regions")),
    *(f"compare outside regions --format {format}" for format in ("table", "markdown", "csv", "json")),
    *(f"check {name} --format json" for name in DESIGNS),
    "summary outside --expand", "summary outside --depth 1", "summary outside --count fvcore",
    "explain outside", *(f"explain outside {layer}" for layer in LAYERS), "explain regions roi_mean",
    "block outside Gated --input 3x16x16", "memory outside --expand", "memory outside --inplace-activations",
    "rf outside stem --at 3,3", "layers", *(f"layers {name}" for name in NAMES),
    "list --format json", "show resnet18", "rule", "schema",
    "docs kinds_page", "docs formulas_table MACs", "docs formulas_table FLOPs",
]  # fmt: skip
WRONG = {f"check {name} --format json" for name in ("misspelt", "foreign", "argument", "refused")}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """What each command does, by the command."""
    folder = tmp_path_factory.mktemp("designs")
    for name, text in DESIGNS.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    named = [[str(folder / f"{word}.yaml") if word in DESIGNS else word for word in line.split()] for line in COMMANDS]
    return dict(zip(COMMANDS, run_all(named), strict=True))


@pytest.mark.parametrize("command", [command for command in COMMANDS if command not in WRONG])
def test_a_command_works(outcomes, command):
    outcome = outcomes[command]
    assert (outcome.exit_code, outcome.stderr) == (0, "")
    # Formats for machines that read findings are empty if there are none.
    assert outcome.stdout or command.startswith("check")


def data(outcomes, command):
    return json.loads(outcomes[f"{command} --format json"].stdout)


def test_a_report_has_the_figures_of_the_kinds(outcomes):
    layers = {layer["name"]: layer for layer in data(outcomes, "summary outside")["layers"]}
    values = 8 * 32 * 32
    figures = {name: (layer["kind"], layer["params"], layer["macs"], layer["flops"]) for name, layer in layers.items()}
    assert figures["stem.log_sigmoid"] == ("log_sigmoid", 0, 0, 5 * values)
    assert figures["stem.unit_norm"] == ("unit_norm", 8, 0, 4 * values)
    assert figures["channel_scale"] == ("channel_scale", 16, 0, 2 * values)
    assert figures["Gated.pointwise"] == ("pointwise", 64, 64 * 1024, 2 * 64 * 1024)
    assert figures["Gated.lp_pool"] == ("lp_pool", 0, 0, 2 * 9 * values)
    assert figures["flip"] == ("flip", 0, 0, 0)
    assert figures["joined"] == ("maximum_with", 0, 0, values)
    assert figures["noise_dropout"] == ("noise_dropout", 0, 0, 0)
    assert [layers[name]["output"] for name in ("pooled", "sharpen", "adaptive_lp_pool", "summed")] == [
        [8, 16, 16], [8, 32, 32], [8, 4, 4], [8, 1, 1],
    ]  # fmt: skip


def test_every_face_of_a_summary_has_the_same_totals(outcomes):
    totals = data(outcomes, "summary outside")["totals"]
    rows = list(csv.DictReader(io.StringIO(outcomes["summary outside --format csv"].stdout)))
    for figure in ("params", "macs", "flops", "activation_bytes"):
        assert sum(int(row[figure]) for row in rows) == totals[figure]
    for format in ("table", "plain", "markdown"):
        assert f"{totals['params']:,}" in outcomes[f"summary outside --format {format}"].stdout


def test_a_region_pool_runs_once_per_box(outcomes):
    layers = {layer["kind"]: layer for layer in data(outcomes, "summary regions")["layers"]}
    assert layers["roi_mean"]["boxes"] == 3
    assert layers["roi_mean"]["flops"] == 3 * 8 * 7 * 7


def test_a_view_moves_no_bytes_and_an_activation_works_in_place(outcomes):
    steps = {step["name"]: step for step in data(outcomes, "memory outside")["layers"]}
    assert steps["noise_dropout"]["moved_bytes"] == 0
    assert steps["flip"]["moved_bytes"] == 2 * 4 * 8 * 32 * 32
    assert outcomes["memory outside --inplace-activations"] != outcomes["memory outside --format table"]


def test_pictures_are_xml(outcomes):
    for command in ("rf outside --format svg", "memory outside --format svg", "summary outside --format svg"):
        assert ElementTree.fromstring(outcomes[command].stdout).tag.endswith("svg")


def test_sizes_follow_from_the_kinds(outcomes):
    assert data(outcomes, "sizes outside")["working"][0] == 2


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("misspelt", "CS401", "log_sigmoid"),
        ("foreign", "CS402", "unit_norm"),
        ("argument", "CS403", "kernel"),
        ("refused", "CS501", "9"),
    ],
)
def test_faults_are_reported_at_their_line(outcomes, name, code, words):
    outcome = outcomes[f"check {name} --format json"]
    assert outcome.exit_code == 1
    (finding,) = json.loads(outcome.stdout)["diagnostics"]
    assert finding["line"] == 4
    assert finding["code"][:3] == code[:3]
    assert words in f"{finding['message']} {finding['help']}"


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_is_explained_with_its_numbers(outcomes, layer):
    text = outcomes[f"explain outside {layer}"].stdout
    layers = {row["name"]: row for row in data(outcomes, "summary outside")["layers"]}
    assert re.search(rf"^FLOPs .*\b{layers[layer]['flops']:,}\b", text, re.MULTILINE)
    assert layers[layer]["kind"] in text


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_kind_is_in_the_vocabulary_and_the_docs(outcomes, kind):
    manual = outcomes[f"layers {kind.name}"].stdout
    assert kind.name in outcomes["layers"].stdout
    assert (kind.__doc__ or "").splitlines()[0] in re.sub(r"\s+", " ", manual)
    assert all(argument in manual for argument in kind.arguments)
    assert f"### {kind.name}\n" in outcomes["docs kinds_page"].stdout
    assert f"](kinds.md#{kind.name})" in outcomes["docs formulas_table FLOPs"].stdout


def test_the_table_of_matrix_products_has_the_one_from_outside(outcomes):
    assert "](kinds.md#pointwise)" in outcomes["docs formulas_table MACs"].stdout
    assert "](kinds.md#log_sigmoid)" not in outcomes["docs formulas_table MACs"].stdout


@pytest.mark.parametrize("name", ["outside", "regions"])
def test_the_schema_accepts_a_design_of_the_kinds(outcomes, name):
    schema = json.loads(outcomes["schema"].stdout)
    jsonschema.validate(yaml.safe_load(DESIGNS[name]), schema)


@pytest.mark.parametrize("name", ["misspelt", "argument"])
def test_the_schema_refuses_what_the_kinds_do_not_take(outcomes, name):
    schema = json.loads(outcomes["schema"].stdout)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(yaml.safe_load(DESIGNS[name]), schema)


def test_no_face_prints_a_tensor_as_a_value(outcomes):
    for command in (command for command in COMMANDS if command.startswith(("summary", "compare", "explain"))):
        assert "Tensor(" not in outcomes[command].stdout
        assert "other=[[" not in outcomes[command].stdout
    layers = {layer["name"]: layer for layer in data(outcomes, "summary outside")["layers"]}
    assert layers["joined"]["arguments"] == {"broadcast": None}
    assert layers["pooled"]["arguments"]["kernel"] == 2
