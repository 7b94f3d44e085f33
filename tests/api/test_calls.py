"""The functions of the Python API are the commands: the same options, the same figures, the same refusals."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from inspect import Parameter, getdoc, signature
from pathlib import Path
from typing import Any, get_overloads

import pytest

import cnnshape
from cnnshape.cli.commands import command_of
from cnnshape.cli.sizes import LARGEST
from cnnshape.diagnostics.refusal import Refusal
from cnnshape.study.calls import opened
from tests.command import run

CALLS: dict[str, tuple[Callable[[], Any], str]] = {
    "summary": (lambda: cnnshape.analyze("resnet18", main_fields=True), "summary resnet18"),
    "summary with options": (
        lambda: cnnshape.analyze(
            "resnet18",
            params={"repeats": [1, 1, 1, 1]},
            input="3x64x64",
            batch=2,
            dtype="float16",
            inplace_adds=True,
            main_fields=True,
        ),
        "summary resnet18 -p repeats=[1,1,1,1] -i 3x64x64 -b 2 --dtype float16 --inplace-adds",
    ),
    "compare": (lambda: cnnshape.compare("resnet18", "resnet34"), "compare resnet18 resnet34"),
    "compare three": (lambda: cnnshape.compare("lenet5", "m5", "unet"), "compare lenet5 m5 unet"),
    "rf": (lambda: cnnshape.receptive_field("googlenet"), "rf googlenet"),
    "rf of a layer": (
        lambda: cnnshape.rf("mobilenet_v3_large", "conv_2", ignore_gates=True, input=(3, 96, 96)),
        "rf mobilenet_v3_large conv_2 --ignore-gates -i 3x96x96",
    ),
    "sizes": (lambda: cnnshape.sizes("lenet5"), "sizes lenet5"),
    "sizes of an axis": (
        lambda: cnnshape.sizes("lenet5", input=(1, 32, "*"), from_=20, to=40, costs=[32, 36]),
        "sizes lenet5 -i 1x32x* --from 20 --to 40 --costs 32,36",
    ),
    "sizes with costs": (lambda: cnnshape.sizes("lenet5", costs="32, 40", to=9), "sizes lenet5 --costs 32,40 --to 9"),
    "sizes with params": (lambda: cnnshape.sizes("unet", params={"base": 8}, to=64), "sizes unet -p base=8 --to 64"),
    "sweep": (
        lambda: cnnshape.sweep("lenet5", {"classes": range(2, 9, 3)}, input=[28, 32], where="params<=61k"),
        "sweep lenet5 -p classes=2..8:3 -i 28,32 --where params<=61k",
    ),
    "sweep for a front": (
        lambda: cnnshape.sweep(
            "resnet18",
            {"repeats": [[1, 1, 1, 1], (2, 2, 2, 2)]},
            input=(3, 64, 96),
            pareto=("params", "max:macs"),
            objective="macs",
            top=3,
            batch=2,
            dtype="int8",
        ),
        "sweep resnet18 -p repeats=[1,1,1,1],[2,2,2,2] -i 3x64x96 --pareto params,max:macs --objective macs --top 3 -b 2 "
        "--dtype int8",
    ),
    "sweep at random": (
        lambda: cnnshape.sweep("resnet50", {"groups": "1..64"}, variant=["original"], sample=5, seed=2),
        "sweep resnet50 -p groups=1..64 --variant original --sample 5 --seed 2",
    ),
    "memory": (lambda: cnnshape.memory("unet", inplace_activations=True), "memory unet --inplace-activations"),
    "memory of a machine": (
        lambda: cnnshape.memory("lenet5", peak_flops=4e12, bandwidth="50GB", batch=8, dtype="float16"),
        "memory lenet5 --peak-flops 4T --bandwidth 50GB -b 8 --dtype float16",
    ),
    "memory of a device": (
        lambda: cnnshape.memory(
            "mobilenet_v2",
            runtime="tflm",
            dtype="int8",
            pads="explicit",
            kernels="cmsis-mve",
            in_place="add",
            order=True,
        ),
        "memory mobilenet_v2 --runtime tflm --dtype int8 --pads explicit --kernels cmsis-mve --in-place add --order",
    ),
    "memory of training": (
        lambda: cnnshape.memory("resnet18", training="adam", batch=8, dtype="float16"),
        "memory resnet18 --training adam -b 8 --dtype float16",
    ),
    "reconcile": (lambda: cnnshape.reconcile("resnet18"), "reconcile resnet18"),
    "reconcile with tools": (
        lambda: cnnshape.reconcile("lenet5", tool=["fvcore", "thop"]),
        "reconcile lenet5 -t fvcore -t thop",
    ),
    "reconcile with a tool": (lambda: cnnshape.reconcile("lenet5", tool="thop"), "reconcile lenet5 -t thop"),
}
TEXTS: dict[str, tuple[Callable[[], Any], str]] = {
    "explain": (lambda: cnnshape.explain("resnet18", "stage.0", batch=4), "explain resnet18 stage.0 -b 4"),
    "explain a layer": (lambda: cnnshape.explain("lenet5", "C3"), "explain lenet5 C3"),
    "explain sizes": (lambda: cnnshape.explain("resnet18", input=(3, 64, 96)), "explain resnet18 -i 3x64x96"),
    "a cell": (lambda: cnnshape.rf("resnet18", "stage.0", at=(0, 3)), "rf resnet18 stage.0 --at 0,3"),
    "a cell as a text": (lambda: cnnshape.rf("m5", "conv", at="7"), "rf m5 conv --at 7"),
    "a cell of one axis": (lambda: cnnshape.rf("m5", "conv", at=7), "rf m5 conv --at 7"),
}
cells = pytest.mark.parametrize(("call", "command"), [*CALLS.values(), *TEXTS.values()], ids=[*CALLS, *TEXTS])


@cells
def test_a_value_is_printed_as_the_command_prints_it(call: Callable[[], Any], command: str) -> None:
    assert f"{call()}\n" == run(*command.split()).stdout


@pytest.mark.parametrize(("call", "command"), CALLS.values(), ids=CALLS)
def test_a_value_has_the_data_of_the_command(call: Callable[[], Any], command: str) -> None:
    data, printed = call().to_dict(), json.loads(run(*command.split(), "-f", "json").stdout)
    if "source" in printed:
        assert data.pop("source") == printed.pop("source")
    assert data == printed


def test_findings_have_the_data_of_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bad.yaml").write_text("cnnshape: 1\ninput: [3, 8, 8]\nlayers:\n  - conv: {filters: 3, kernel: 3}\n")
    problems = cnnshape.check("bad.yaml")
    outcome = run("check", "bad.yaml")
    assert str(problems) == outcome.stdout.rstrip().replace("; `--fix` fixes 1", "")
    assert problems.to_dict() == json.loads(run("check", "bad.yaml", "-f", "json").stdout)
    assert problems[0].to_dict() == problems.to_dict()["diagnostics"][0]


# Options

FUNCTIONS = {
    "compare": cnnshape.compare,
    "explain": cnnshape.explain,
    "memory": cnnshape.memory,
    "reconcile": cnnshape.reconcile,
    "rf": cnnshape.receptive_field,
    "sizes": cnnshape.sizes,
    "sweep": cnnshape.sweep,
    "summary": cnnshape.analyze,
    "check": cnnshape.check,
}
PYTHON = {"spec": "design", "paths": "design", "param": "params", "from": "from_", "max-layers": "max_layers"}
"""What an option is called in Python, if its own word is taken or means one of several."""
PRINTING = {
    "format", "expand", "depth", "columns", "sort", "count", "plot", "color", "exit-zero", "statistics", "strict", "diff",
    "fix", "update-expect", "stdin-filename", "config", "against", "fail-if", "sticky", "quiet", "no-config",
}  # fmt: skip
"""Options about what is printed, which files are read and how a command ends. A sweep has its own of some of these."""


def options_of(name: str) -> set[str]:
    """The options and arguments of a command by their words, without those of printing, and budgets."""
    command = command_of(name)
    words = set()
    for parameter in command.parameters:
        names = getattr(parameter.declared, "names", None)
        words.add(next(word for word in names if word.startswith("--"))[2:] if names else parameter.name)
    printing = PRINTING if name == "sweep" else PRINTING | {"output", "top", "jobs"}
    return {word for word in words - printing if not word.startswith("max-") or word == "max-layers"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_the_options_of_its_command(name: str) -> None:
    parameters = signature(FUNCTIONS[name]).parameters
    python = {**PYTHON, "param": "space"} if name == "sweep" else PYTHON
    wanted = {python.get(word, word.replace("-", "_")) for word in options_of(name)}
    assert wanted <= set(parameters)
    only_here = {"summary": {"main_fields", "partial", "inputs"}, "check": {"inputs", "budgets"}}
    assert set(parameters) - wanted == only_here.get(name, set())


POSITIONAL = ("design", "layer", "sides", "space")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_options_are_named_and_documented(name: str) -> None:
    function = FUNCTIONS[name]
    parameters = signature(function).parameters.values()
    documented = getdoc(function) or ""
    assert "Raises" in documented or name == "check"
    assert [part.kind for part in parameters if part.name not in POSITIONAL].count(Parameter.KEYWORD_ONLY) == len(
        [part for part in parameters if part.name not in POSITIONAL]
    )
    assert all(part.annotation is not Parameter.empty for part in parameters)


@pytest.mark.parametrize("name", ["explain", "rf"])
def test_each_form_of_a_call_has_all_options(name: str) -> None:
    function = FUNCTIONS[name]
    forms = [signature(form) for form in get_overloads(function)]
    assert len(forms) == 2
    for form in forms:
        assert list(form.parameters) == list(signature(function).parameters)


def test_rf_is_the_name_of_the_command() -> None:
    assert cnnshape.rf is cnnshape.receptive_field


def test_two_words_for_the_input() -> None:
    reports = [
        cnnshape.analyze("lenet5", **given)
        for given in ({"input": (1, 40, 40)}, {"inputs": (1, 40, 40)}, {"input": "1x40x40"}, {"input": {"": "1,40,40"}})
    ]
    assert len({report.totals for report in reports}) == 1
    assert reports[0].inputs["input"].shape == (1, 40, 40)
    assert (
        len({str(cnnshape.check("lenet5", **given)) for given in ({}, {"input": (1, 8, 8)}, {"inputs": (1, 8, 8)})})
        == 2
    )


@pytest.mark.parametrize("design", ["text", "path", "name", "design"])
def test_every_function_takes_what_load_reads(design: str, tmp_path: Path) -> None:
    text = "name: tiny\ninput: [3, 8, 8]\nlayers:\n  - conv: {out: 4, kernel: 3}\n"
    path = tmp_path / "tiny.yaml"
    path.write_text(text)
    given = {"text": text, "path": path, "name": str(path), "design": cnnshape.load(text)}[design]
    params = cnnshape.analyze(given).totals.params
    assert params == 3 * 4 * 9 + 4
    assert cnnshape.check(given) == []
    assert cnnshape.explain(given).name == cnnshape.receptive_field(given).name == "tiny"
    assert cnnshape.memory(given).report.totals.params == cnnshape.reconcile(given).report.totals.params == params
    assert cnnshape.sizes(given, to=4).axes[0].sizes.working == (3, 4)
    label = str(given) if design in ("path", "name") else "tiny"
    assert [side.label for side in cnnshape.compare(given, given).sides] == [label, label]


def test_a_report_is_a_side_too() -> None:
    report = cnnshape.analyze("lenet5", batch=4)
    comparison = cnnshape.compare("lenet5", report)
    assert comparison.sides[1].report is report
    macs = dict(comparison.figures)["macs"]
    assert macs[1] == 4 * macs[0] > 0


# Refusals

REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "no layer": (lambda: cnnshape.explain("lenet5", "flaten"), "layer: no layer.*did you mean `flatten`"),
    "several layers": (lambda: cnnshape.rf("resnet18", "conv_2"), "layer: .*may be"),
    "no cell": (lambda: cnnshape.rf("lenet5", "C1", at=(99, 0)), r"at: '99,0' is not a cell of an output of 6x28x28"),
    "a cell without a layer": (lambda: cnnshape.rf("lenet5", at=(0, 0)), "at: needs a layer"),
    "no cells": (lambda: cnnshape.rf("lenet5", "flatten", at=()), "at: '' is not a cell of an output of 400"),
    "a size of none": (lambda: cnnshape.sizes("lenet5", from_=0), "from_: sizes are from 1"),
    "a large size": (lambda: cnnshape.sizes("lenet5", to=LARGEST + 1), "to: sizes are from 1"),
    "a cost of none": (lambda: cnnshape.sizes("lenet5", costs=[0]), "costs: sizes are from 1"),
    "costs of none": (lambda: cnnshape.sizes("lenet5", costs="32,x"), "costs: '32,x' are not sizes"),
    "a range of none": (lambda: cnnshape.sizes("lenet5", from_=9, to=8), "to: 8 is below 9"),
    "a wide range": (lambda: cnnshape.sizes("lenet5", from_=1, to=9999), "from 1 to 9999 are more than"),
    "no star": (lambda: cnnshape.sizes("lenet5", input="1x32x32"), "input: .*needs a star"),
    "no axes": (lambda: cnnshape.sizes("input: [8]\nlayers: [relu]\n"), "no spatial axes"),
    "one quantity": (lambda: cnnshape.memory("lenet5", peak_flops="4T"), "bandwidth: .*give both"),
    "another quantity": (lambda: cnnshape.memory("lenet5", bandwidth="4T"), "peak_flops: .*give both"),
    "no quantity": (lambda: cnnshape.memory("lenet5", peak_flops="x", bandwidth=5), "peak_flops: 'x' is not a number"),
    "no tool": (lambda: cnnshape.reconcile("lenet5", tool="fvcoer"), "tool: .*did you mean `fvcore`"),
    "a batch of none": (lambda: cnnshape.memory("lenet5", batch=0), "batch must be"),
    "no type": (lambda: cnnshape.explain("lenet5", "C1", dtype="int3"), "dtype must be"),
    "a sweep of nothing": (lambda: cnnshape.sweep("lenet5"), "space: a sweep needs values"),
    "no values": (lambda: cnnshape.sweep("lenet5", {"classes": []}), "param: 'classes=' sets nothing"),
    "no shape": (lambda: cnnshape.sweep("lenet5", input=[28, "big"]), "input: 'big' is not a shape"),
    "no bound": (
        lambda: cnnshape.sweep("lenet5", {"classes": [3]}, where="params"),
        "where: 'params' compares nothing",
    ),
    "no front": (lambda: cnnshape.sweep("lenet5", {"classes": [3]}, pareto=["params"]), "pareto: .*a front needs two"),
    "no design on top": (lambda: cnnshape.sweep("lenet5", {"classes": [3]}, top=0), "top: 0 is out of range"),
    "no process": (lambda: cnnshape.sweep("lenet5", {"classes": [3]}, jobs=0), "jobs: 0 is out of range"),
    "one side": (lambda: cnnshape.compare("lenet5"), "two sides"),
}


@pytest.mark.parametrize(("call", "words"), REFUSED.values(), ids=REFUSED)
def test_a_value_that_cannot_be_used_is_refused(call: Callable[[], Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()


@pytest.mark.parametrize(
    ("command", "hint", "words"),
    [
        ("explain lenet5 flaten", "LAYER", "did you mean"),
        ("rf resnet18 conv_2", "LAYER", "may be"),
        ("rf lenet5 C1 --at 99,0", "--at", "not a cell"),
        ("sizes lenet5 --from 9 --to 8", "--to", "8 is below 9"),
        ("sizes lenet5 -i 1x32x32", "--input", "needs a star"),
        ("sizes lenet5 --costs 32,x", "--costs", "are not sizes"),
        ("memory lenet5 --peak-flops 4T", "--bandwidth", "give both"),
        ("memory lenet5 --peak-flops x --bandwidth 5", "--peak-flops", "not a number above 0"),
        ("reconcile lenet5 -t fvcoer", "--tool", "did you mean"),
    ],
)
def test_a_command_names_the_option_that_it_refuses(command: str, hint: str, words: str) -> None:
    outcome = run(*command.split())
    assert outcome.exit_code == 2
    assert f"Invalid value for {hint}:" in outcome.stderr and words in outcome.stderr


def test_a_refusal_can_be_sent_to_another_process() -> None:
    with pytest.raises(Refusal) as refused:
        cnnshape.explain("lenet5", "conv_9")
    twin = pickle.loads(pickle.dumps(refused.value))
    assert (twin.option, twin.reason, str(twin)) == ("layer", refused.value.reason, str(refused.value))


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name not in ("check", "compare", "sweep")])
def test_a_design_with_errors_is_refused_with_them(name: str) -> None:
    text = "input: [3, 8, 8]\nlayers:\n  - conv: {out: 4, kernel: [3, x]}\n  - linear: y\n"
    with pytest.raises(cnnshape.DesignError) as refused:
        FUNCTIONS[name](text)
    assert refused.value.diagnostics.to_dict()["diagnostics"] == cnnshape.check(text).to_dict()["diagnostics"]
    assert pickle.loads(pickle.dumps(refused.value)).args == refused.value.args
    with pytest.raises(cnnshape.DesignError, match="not a param"):
        FUNCTIONS[name]("lenet5", params={"width": 1})


def test_opened_is_the_graph_of_the_design_with_these_options() -> None:
    design, graph, options = opened.opened("lenet5", None, "", (1, 40, 40))
    assert (design.name, graph.inputs[0].tensor.shape, options.inputs) == ("LeNet-5", (1, 40, 40), {"": (1, 40, 40)})
