"""Norms in the layers before them: published counts, PyTorch's own folding, and laws."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

import cnnshape
from cnnshape.analysis.norm_folding import norm_folding, without_norms
from cnnshape.api import examine
from cnnshape.graph import Graph, Options
from cnnshape.report import Report
from tests.command import run
from tests.laws.strategy import Spec, specs

NETWORKS = sorted(path.stem for path in (Path(__file__).parents[2] / "architectures").glob("*.yaml"))
CONV = "{out: 8, kernel: 3, padding: same"


def graph_of(design: str) -> Graph:
    graph = examine(cnnshape.load(design), Options()).graph
    assert graph is not None and graph.complete
    return graph


def report_of(layers: str, shape: str = "[3, 32, 32]", *, fold_norms: bool = True) -> Report:
    return cnnshape.analyze(f"input: {shape}\nlayers:\n{layers}", fold_norms=fold_norms)


def kept(report: Report) -> dict[str, str]:
    assert report.folded_norms is not None
    return {norm.layer: norm.reason for norm in report.folded_norms.kept}


def test_resnet50() -> None:
    # torchvision's ResNet-50 after fuse_conv_bn_eval: 25,557,032 - 2 * 26,560 of the norms + 26,560 biases.
    report = cnnshape.analyze("resnet50", fold_norms=True)
    assert report.totals.params == 25_530_472
    assert report.totals.buffers == 0
    assert report.folded_norms is not None
    assert len(report.folded_norms.into) == 53
    assert not report.folded_norms.kept


@pytest.mark.parametrize(
    ("layers", "reason"),
    [
        (f"- conv: {CONV}, norm: batch_norm}}", None),
        (f"- conv: {CONV}, bias: false}}\n- batch_norm", None),
        (f"- conv: {CONV}}}\n- {{dropout: 0.5}}\n- batch_norm", None),
        ("- {conv_transpose: {out: 8, kernel: 2, stride: 2, norm: batch_norm}}", None),
        ("- flatten\n- {linear: {out: 4, norm: batch_norm}}", None),
        ("- batch_norm", "it reads an input"),
        ("- {max_pool: 2}\n- batch_norm", "max_pool is no convolution or linear layer"),
        (f"- conv: {CONV}, act: relu}}\n- batch_norm", "relu is no convolution or linear layer"),
        (f"- conv: {CONV}}}\n- flatten\n- batch_norm", "flatten is no convolution or linear layer"),
        (f"- {{conv: {CONV}}}, name: c}}\n- batch_norm\n- add: [c, prev]", "c has several readers"),
        (f"- conv: {CONV}, norm: {{group_norm: 4}}}}", "group_norm measures the values that enter it"),
        (f"- conv: {CONV}, norm: layer_norm}}", "layer_norm measures the values that enter it"),
    ],
)
def test_what_folds(layers: str, reason: str | None) -> None:
    report = report_of(layers)
    assert list(kept(report).values()) == ([] if reason is None else [reason])
    if reason is None:
        assert not any(row.application.layer.normalizes for row in report.rows)
        assert next(row for row in report.rows if row.params).application.layer.values["bias"]


def test_two_norms_fold_one_after_the_other() -> None:
    report = report_of(f"- conv: {CONV}, norm: batch_norm}}\n- batch_norm")
    assert report.folded_norms is not None
    assert report.folded_norms.into == {"batch_norm": "conv", "batch_norm_2": "conv"}
    assert [row.name for row in report.rows] == ["conv"]


def test_shared_weights_take_no_norm() -> None:
    layers = f"- {{conv: {CONV}}}, name: a}}\n- batch_norm\n- {{conv: {CONV}}}, name: b}}"
    once = report_of(f"{layers}\n- batch_norm", "[8, 32, 32]")
    assert not kept(once)
    twice = report_of(f"{layers.removesuffix('}')}, share: a}}\n- batch_norm", "[8, 32, 32]")
    assert kept(twice) == {"batch_norm": "a shares its weights", "batch_norm_2": "b shares its weights"}


def test_a_norm_that_lends_its_weights_stays() -> None:
    layers = f"- conv: {CONV}}}\n- {{batch_norm: , name: n}}\n- {{max_pool: 2}}\n- {{batch_norm: , share: n, name: m}}"
    report = report_of(layers)
    assert kept(report) == {"n": "n shares its weights", "m": "m shares its weights"}
    assert [row.shares for row in report.rows] == ["", "", "", "n"]


@pytest.mark.parametrize("network", NETWORKS)
def test_laws_of_shipped_networks(network: str) -> None:
    graph = graph_of(network)
    folding = norm_folding(graph)
    left = without_norms(graph, folding)
    check_graph(graph, left)
    assert len(left.nodes) == len(graph.nodes) - len(folding.into)
    biased = {index for index in folding.into.values() if graph.nodes[index].application.layer.values["bias"]}
    norms = sum(graph.nodes[norm].application.params for norm in folding.into)
    biases = sum(graph.nodes[index].application.output.shape[0] for index in set(folding.into.values()) - biased)
    before = sum(node.application.params for node in graph.nodes)
    assert sum(node.application.params for node in left.nodes) == before - norms + biases
    assert not norm_folding(left).into


@given(specs())
def test_laws_of_any_network(spec: Spec) -> None:
    graph = examine(cnnshape.load(spec.text), Options()).graph
    assert graph is not None
    check_graph(graph, without_norms(graph, norm_folding(graph)))


def check_graph(graph: Graph, left: Graph) -> None:
    """All names, shapes and edges of the layers that are left are those of the whole graph."""
    old = {node.name: node for node in graph.nodes}
    assert [graph.value(value) for value in graph.outputs.values()] == [
        left.value(value) for value in left.outputs.values()
    ]
    for node in left.nodes:
        twin = old[node.name]
        assert node.application.output == twin.application.output
        assert node.application.macs == twin.application.macs
        assert [left.value(value) for value in node.inputs] == list(twin.application.inputs)
        if node.shares is not None:
            assert twin.shares is not None
            assert left.nodes[node.shares].name == graph.nodes[twin.shares].name
    ends = [left.root]
    while ends:
        group = ends.pop()
        assert group.start <= group.end <= len(left.nodes)
        assert all(group.start <= child.start < child.end <= group.end for child in group.children)
        ends += group.children


def fused(model: Any) -> int:
    """The learned parameters after PyTorch has folded each norm that is called directly after a convolution."""
    import torch
    from torch.fx import symbolic_trace
    from torch.nn.utils.fusion import fuse_conv_bn_eval

    traced = symbolic_trace(model.eval())
    modules = dict(traced.named_modules())
    for node in traced.graph.nodes:
        if node.op != "call_module" or not isinstance(modules[node.target], torch.nn.BatchNorm2d):
            continue
        before = node.args[0]
        if (
            before.op == "call_module"
            and isinstance(modules[before.target], torch.nn.Conv2d)
            and len(before.users) == 1
        ):
            modules[before.target] = fuse_conv_bn_eval(modules[before.target], modules[node.target])
            modules[node.target] = torch.nn.Identity()
    targets = {node.target for node in traced.graph.nodes if node.op == "call_module"}
    return sum(weight.numel() for name in targets for weight in modules[name].parameters())


@pytest.mark.parametrize(
    "network",
    ["resnet18", "mobilenet_v2", "densenet121", "shufflenet_v2_x1_0", "vgg16", "mnasnet1_0", "efficientnet_b0"],
)
def test_counts_are_those_of_pytorch(network: str) -> None:
    torch = pytest.importorskip("torch")
    models = pytest.importorskip("tests.bridge.torchvision_operators").torchvision_models()
    with torch.device("meta"):
        model = getattr(models, network)()
    assert cnnshape.analyze(network, fold_norms=True).totals.params == fused(model)


# The command


def test_the_faces_say_what_became_of_norms() -> None:
    data = json.loads(run("summary", "densenet121", "--fold-norms", "-f", "json").stdout)
    norms = data["folded_norms"]
    assert len(norms["into"]) + len(norms["kept"]) == 121
    assert norms["kept"][0] == {
        "layer": "block.0.DenseLayer.new.batch_norm",
        "reason": "max_pool is no convolution or linear layer",
    }
    assert "folded_norms" not in json.loads(run("summary", "densenet121", "-f", "json").stdout)
    text = run("summary", "densenet121", "--fold-norms").stdout
    assert text.startswith("DenseNet-121: input 3x224x224, batch 1, float32, norms folded\n")
    assert "59 norms folded into the layers before, 62 not folded\n" in text
    assert "and 57 more: concat is no convolution or linear layer" in text
    assert (
        "59 norms folded into the layers before"
        in run("summary", "densenet121", "--fold-norms", "-f", "markdown").stdout
    )
    rows = run("summary", "resnet18", "--fold-norms", "-f", "csv").stdout
    assert "batch_norm" not in rows
