"""Memory of devices: rows that real runtimes measured, and laws of lowering and of placement."""

from __future__ import annotations

import csv
import json
import shlex
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnnshape
from cnnshape.analysis import memory_timeline, tensor_bytes
from cnnshape.api import examine
from cnnshape.cli.options import graph_options
from cnnshape.device.deployment import Deployment, deployment_of
from cnnshape.device.figures import DEVICE_FIGURES
from cnnshape.device.kernels import KERNELS
from cnnshape.device.lowering import Choices, Held, lower
from cnnshape.device.placement import alive_bytes, greedy_by_size
from cnnshape.device.records import RUNTIMES, TFLM
from cnnshape.diagnostics.refusal import Refusal
from cnnshape.graph import Graph, Options
from cnnshape.layers.complete import KINDS
from cnnshape.render.device import basis_text
from cnnshape.report import Settings, make_report
from cnnshape.study.memory import on_device, study_memory
from tests.command import run

HERE = Path(__file__).parent
ROWS = list(csv.DictReader((HERE / "cases" / "runtimes.csv").read_text(encoding="utf-8").splitlines()))
MEASURED = {"arena", "alive", "published"}


def ids(rows: list[dict[str, str]]) -> list[str]:
    return [f"{row['network']}-{row['dtype']}-{row['choices']}-{row['quantity']}-{n}" for n, row in enumerate(rows)]


def graph_of(network: str, options: str = "") -> Graph:
    words = shlex.split(options)
    values: dict[str, list[str]] = {"--variant": [], "-p": [], "-i": []}
    for option, value in zip(words[::2], words[1::2], strict=True):
        values[option].append(value)
    own = HERE / "runtimes" / f"{network}.yaml"
    design = cnnshape.load(own if own.exists() else network)
    examined = examine(design, graph_options(values["-i"], values["-p"], "".join(values["--variant"])))
    assert not examined.problems
    assert examined.graph is not None
    return examined.graph


def graph_of_text(layers: str, shape: str = "[3, 32, 32]") -> Graph:
    graph = examine(cnnshape.load(f"input: {shape}\nlayers:\n{layers}"), Options()).graph
    assert graph is not None and graph.complete
    return graph


def deployed(graph: Graph, runtime: str, choices: str = "", dtype: str = "int8", batch: int = 1) -> Deployment:
    words = shlex.split(choices)
    chosen = dict(zip(words[::2], words[1::2], strict=True))
    made = deployment_of(
        graph,
        make_report(graph, "", Settings(batch, dtype)),
        runtime,
        filter(None, chosen.get("--in-place", "").split(",")),
        chosen.get("--pads", "same"),
        chosen.get("--kernels", ""),
    )
    assert made is not None
    return made


def deployment_in(row: dict[str, str]) -> Deployment:
    return deployed(graph_of(row["network"], row["options"]), row["runtime"], row["choices"], row["dtype"])


def without_scratch(deployment: Deployment) -> int:
    """The most bytes of tensors alive at once, as a converter's graph has them: it knows no kernels."""
    sized = zip(deployment.lowered.held, deployment.sizes, strict=True)
    held = [(held, size) for held, size in sized if not held.scratch]
    return max(alive_bytes(*zip(*held, strict=True), len(deployment.lowered.operations)))


def rows_of(*quantities: str) -> list[dict[str, str]]:
    return [row for row in ROWS if row["quantity"] in quantities]


@pytest.mark.parametrize("row", rows_of("arena"), ids=ids(rows_of("arena")))
def test_the_arena_is_the_measured_one(row: dict[str, str]) -> None:
    deployment = deployment_in(row)
    assert deployment.arena_bytes == int(row["bytes"])


@pytest.mark.parametrize("row", rows_of("alive"), ids=ids(rows_of("alive")))
def test_what_is_alive_is_the_measured_memory(row: dict[str, str]) -> None:
    deployment = deployment_in(row)
    assert without_scratch(deployment) == int(row["bytes"])


@pytest.mark.parametrize("row", rows_of("flash"), ids=ids(rows_of("flash")))
def test_constants_are_those_of_the_file_and_what_a_converter_shares(row: dict[str, str]) -> None:
    # Equal constants and biases of zeros are stored once; these networks had random weights, so that few are.
    flash, measured = deployment_in(row).flash, int(row["bytes"])
    assert flash is not None
    assert measured <= flash.bytes <= (1 + flash.above / 100) * measured


@pytest.mark.parametrize("row", rows_of("persistent", "file"), ids=ids(rows_of("persistent", "file")))
def test_estimates_are_within_their_error(row: dict[str, str]) -> None:
    deployment = deployment_in(row)
    estimate = deployment.persistent if row["quantity"] == "persistent" else deployment.file
    assert estimate is not None
    difference = 100 * (estimate.bytes / int(row["bytes"]) - 1)
    assert -estimate.below <= difference <= estimate.above


@pytest.mark.parametrize("row", rows_of("lower bound"), ids=ids(rows_of("lower bound")))
def test_a_runtime_may_use_more_up_to_its_error(row: dict[str, str]) -> None:
    deployment, real = deployment_in(row), int(row["bytes"])
    assert deployment.measured is not None
    assert deployment.arena_bytes <= real
    assert 100 * (1 - deployment.arena_bytes / real) <= deployment.measured.below


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_records_say_what_was_measured(runtime: str) -> None:
    rows = [row for row in rows_of("arena", "alive", "lower bound") if row["runtime"] == runtime]
    made = [deployed(graph_of("lenet5"), runtime, row["choices"], row["dtype"]) for row in rows]
    kinds = {(own.dtype, own.choices.kernels, own.choices.in_place) for own in made}
    assert {(row.dtype, row.kernels, row.in_place) for row in RUNTIMES[runtime].measured} == kinds


@pytest.mark.parametrize(
    ("layers", "runtime", "choices", "dtype", "says"),
    [
        (["relu"], "tflm", "", "int8", "exact"),
        (["relu"], "tflm", "--kernels cmsis-mve", "int8", "exact"),
        (["relu"], "tflm", "--kernels cmsis-mve", "float32", "an estimate, not measured for float32 with CMSIS-NN with vector instructions"),
        (["relu"], "tflm", "--kernels cmsis-dsp", "int8", "an estimate, not measured for int8 with CMSIS-NN with DSP instructions"),
        (["relu"], "tflm", "", "float16", "an estimate, not measured for float16 with reference kernels"),
        (["gelu"], "tflm", "", "int8", "an estimate, as kinds are unknown"),
        (["relu"], "fused", "", "int8", "exact"),
        (["relu"], "fused", "--in-place add", "int8", "an estimate, not measured for int8, add in place"),
        (["relu"], "as-is", "", "float32", "an estimate, 34.1 % too low to 0 % too high"),
        (["relu"], "as-is", "", "weights=int8,biases=int32,activations=int16",
         "an estimate, not measured for mixed types"),
    ],
)  # fmt: skip
def test_what_was_not_measured_is_an_estimate(
    layers: list[str], runtime: str, choices: str, dtype: str, says: str
) -> None:
    deployment = deployed(graph_of_text("\n".join(f"- {layer}" for layer in layers)), runtime, choices, dtype)
    assert basis_text(deployment) == says
    assert deployment.is_exact == (says == "exact")


def test_a_budget_says_what_was_not_measured() -> None:
    graph = graph_of("resnet8")
    exact, dsp = (deployed(graph, "tflm", choices) for choices in ("", "--kernels cmsis-dsp"))
    assert DEVICE_FIGURES["sram_bytes"].of(exact).high is not None
    unknown = DEVICE_FIGURES["sram_bytes"].of(dsp)
    assert unknown.high is None
    assert unknown.missing == "no arena was measured with these choices of tflm"


def test_rows_have_every_runtime_and_quantity() -> None:
    assert {row["runtime"] for row in ROWS} == set(RUNTIMES)
    quantities = {"arena", "alive", "lower bound", "ordered", "flash", "persistent", "file"}
    assert {row["quantity"] for row in ROWS} == quantities
    assert all(row["source"] for row in ROWS)


# What a runtime does with layers


def words(graph: Graph, runtime: str = "tflm") -> list[str]:
    return [operation.word for operation in lower(graph, RUNTIMES[runtime]).operations]


CONV = "{out: 8, kernel: 3, padding: same"
LOWERED = {
    f"- conv: {CONV}, norm: batch_norm, act: relu}}": ["CONV_2D"],
    f"- conv: {CONV}, norm: batch_norm, act: relu6}}": ["CONV_2D"],
    f"- conv: {CONV}, act: hard_swish}}": ["CONV_2D", "HARD_SWISH"],
    f"- conv: {CONV}, act: tanh}}": ["CONV_2D", "TANH"],
    f"- conv: {CONV}, act: silu}}": ["CONV_2D", "LOGISTIC", "MUL"],
    f"- conv: {CONV}, act: leaky_relu}}": ["CONV_2D", "LEAKY_RELU"],
    "- batch_norm": ["MUL", "ADD"],
    "- relu": ["RELU"],
    "- {max_pool: 2}\n- relu": ["MAX_POOL_2D"],
    "- {max_pool: 2}\n- batch_norm": ["MAX_POOL_2D", "MUL", "ADD"],
    f"- conv: {CONV}, act: relu}}\n- batch_norm": ["CONV_2D", "MUL", "ADD"],
    f"- conv: {CONV}, act: relu}}\n- relu": ["CONV_2D", "RELU"],
    f"- {{conv: {CONV}}}, name: c}}\n- relu\n- add: [c, prev]": ["CONV_2D", "RELU", "ADD"],
    "- residual: [conv: {out: 3, kernel: 1}]\n- relu": ["CONV_2D", "ADD"],
    "- flatten\n- {linear: {out: 4, act: relu}}": ["FULLY_CONNECTED"],
    "- {dropout: 0.5}\n- {conv: {out: 8, kernel: 1}}\n- {dropout: 0.5}\n- relu": ["CONV_2D"],
    "- {conv_transpose: {out: 8, kernel: 2, stride: 2, norm: batch_norm, act: relu}}": ["TRANSPOSE_CONV", "RELU"],
}


@pytest.mark.parametrize("layers", LOWERED)
def test_operations(layers: str) -> None:
    assert words(graph_of_text(layers)) == LOWERED[layers]


def test_as_is_is_one_operation_for_each_layer_that_is_no_view() -> None:
    graph = graph_of("resnet50")
    real = [node for node in graph.nodes if not node.application.layer.view]
    assert words(graph, "as-is") == [node.application.layer.name for node in real]


def test_fused_takes_all_activations() -> None:
    for act in ("silu", "hard_swish", "gelu", "tanh"):
        assert words(graph_of_text(f"- conv: {CONV}, norm: batch_norm, act: {act}}}"), "fused") == ["conv"]


@pytest.mark.parametrize(
    ("layers", "reason"),
    [
        (f"- {{conv: {CONV}}}, name: c}}\n- batch_norm\n- add: [c, prev]", "c has several readers"),
        ("- batch_norm", "it reads an input"),
        ("- {max_pool: 2}\n- batch_norm", "max_pool is no convolution or linear layer"),
        (f"- conv: {CONV}, act: relu}}\n- relu6", "conv has an activation already"),
        (f"- conv: {CONV}, act: relu}}\n- batch_norm", "relu is no convolution or linear layer"),
        (f"- conv: {CONV}}}\n- flatten\n- batch_norm", "flatten is no convolution or linear layer"),
    ],
)
def test_why_a_layer_does_not_merge(layers: str, reason: str) -> None:
    (unmerged,) = lower(graph_of_text(layers), TFLM).unmerged
    assert unmerged.reason == reason


def test_a_kind_without_a_word_is_unknown_and_counted() -> None:
    lowered = lower(graph_of_text(f"- conv: {CONV}, act: gelu}}"), TFLM)
    assert lowered.unknown == (1,)
    assert [operation.word for operation in lowered.operations] == ["CONV_2D", "gelu"]


def test_words_are_of_kinds_that_exist() -> None:
    kinds = {kind.name for kind in KINDS}
    for runtime in RUNTIMES.values():
        named = {*(runtime.fuses or ()), *runtime.fuses_into, *runtime.free, *runtime.lowers}
        assert named | set(runtime.words or ()) <= kinds


# Paddings: a copy where the padding is neither none nor TensorFlow's SAME


@pytest.mark.parametrize(
    ("layer", "copied"),
    [
        ("conv: {out: 8, kernel: 3, padding: 1}", None),
        ("conv: {out: 8, kernel: 3}", None),
        ("conv: {out: 8, kernel: 3, stride: 2, padding: same}", None),
        ("conv: {out: 8, kernel: 3, stride: 2, padding: 1}", 3 * 34 * 34),
        ("conv: {out: 8, kernel: 5, padding: 1}", 3 * 34 * 34),
        ("conv: {out: 8, kernel: 2, padding: [[0, 1], [0, 1]]}", None),
        ("conv: {out: 8, kernel: 2, padding: [[1, 0], [1, 0]]}", 3 * 33 * 33),
        ("conv: {out: 8, kernel: 3, padding: 2, dilation: 2}", None),
        ("max_pool: {kernel: 3, stride: 2, padding: 1}", 3 * 34 * 34),
        ("max_pool: 2", None),
    ],
)
def test_padded_copies(layer: str, copied: int | None) -> None:
    lowered = lower(graph_of_text(f"- {layer}"), TFLM, Choices(explicit_pads=True))
    assert [held.elements for held in lowered.held if held.what.endswith("(padded input)")] == (
        [copied] if copied else []
    )
    assert ("PAD" in [operation.word for operation in lowered.operations]) == (copied is not None)
    assert "PAD" not in words(graph_of_text(f"- {layer}"))


# The scratch of kernels, by the formulas of CMSIS-NN


@pytest.mark.parametrize(
    ("layer", "kernels", "scratch"),
    [
        ("conv: {out: 8, kernel: 1}", "cmsis-mve", 0),
        ("conv: {out: 8, kernel: 1}", "cmsis-dsp", 0),
        ("conv: {out: 8, kernel: 3}", "cmsis-mve", 4 * 32),
        ("conv: {out: 8, kernel: 3}", "cmsis-dsp", 4 * 28),
        ("conv: {out: 8, kernel: 3}", "reference", 0),
        ("conv: {out: 3, kernel: 3, padding: 1, groups: 3}", "cmsis-mve", 4 * 124 * 9),
        ("conv: {out: 3, kernel: 3, padding: 1, groups: 3}", "cmsis-dsp", 0),
        ("conv: {out: 3, kernel: 5, padding: 2, groups: 3}", "cmsis-dsp", 2 * 3 * 25),
        ("conv_transpose: {out: 2, kernel: 2, stride: 2}", "reference", 4 * 2 * 64 * 64),
        ("max_pool: 2", "cmsis-mve", 0),
    ],
)
def test_scratch(layer: str, kernels: str, scratch: int) -> None:
    (node,) = graph_of_text(f"- {layer}").nodes
    assert KERNELS[kernels].scratch(node.application) == scratch


# Placement


tensors = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 6), st.integers(0, 200)).map(
        lambda drawn: (Held("t", drawn[2], drawn[0], drawn[0] + drawn[1]), drawn[2])
    ),
    min_size=1,
    max_size=25,
)


@given(tensors, st.sampled_from([1, 4, 16]))
def test_greedy_placement_never_overlaps(drawn: list[tuple[Held, int]], alignment: int) -> None:
    held, sizes = [tensor for tensor, _ in drawn], [size for _, size in drawn]
    placed = greedy_by_size(held, sizes, alignment)
    for index, one in enumerate(placed):
        assert one.offset % alignment == 0
        assert sizes[index] <= one.size < sizes[index] + alignment
        for other in placed[:index]:
            together = one.held.first <= other.held.last and other.held.first <= one.held.last
            apart = one.offset + one.size <= other.offset or other.offset + other.size <= one.offset
            assert apart or not together or not one.size or not other.size
    alive = max(alive_bytes(held, [tensor.size for tensor in placed], 20))
    assert max(tensor.offset + tensor.size for tensor in placed) >= alive >= max(sizes)


@given(tensors)
def test_alive_bytes_are_a_sum(drawn: list[tuple[Held, int]]) -> None:
    held, sizes = [tensor for tensor, _ in drawn], [size for _, size in drawn]
    for operation, total in enumerate(alive_bytes(held, sizes, 20)):
        assert total == sum(size for tensor, size in drawn if tensor.first <= operation <= tensor.last)


NETWORKS = sorted(path.stem for path in (HERE.parents[1] / "architectures").glob("*.yaml"))


@pytest.mark.parametrize("network", NETWORKS)
def test_laws_of_shipped_networks(network: str) -> None:
    graph = graph_of(network)
    for runtime in RUNTIMES:
        deployment = deployed(graph, runtime)
        largest = max(held.elements + held.scratch for held in deployment.lowered.held)
        assert deployment.arena_bytes >= deployment.peak_bytes >= largest
        for operation in deployment.lowered.operations:
            assert list(operation.nodes) == sorted(operation.nodes)
        params = sum(row.params for row in deployment.report.rows)
        assert deployment.stored.weights + deployment.stored.biases <= params + deployment.stored.channels
    as_is = deployed(graph, "as-is", dtype="float32")
    report = as_is.report
    tensors = tensor_bytes(graph, [row.dtypes for row in report.rows], report.dtypes, 1)
    assert as_is.peak_bytes <= max(moment.bytes for moment in memory_timeline(graph, tensors))


@pytest.mark.parametrize("network", ["resnet50", "mobilenet_v2", "unet", "googlenet"])
def test_in_place_never_takes_more(network: str) -> None:
    graph = graph_of(network)
    plain = deployed(graph, "fused").peak_bytes
    for choice in ("depthwise", "add", "depthwise,add"):
        assert deployed(graph, "fused", f"--in-place {choice}").peak_bytes <= plain


def test_bytes_grow_with_the_batch_and_the_type() -> None:
    graph = graph_of("resnet8")
    one = deployed(graph, "tflm", dtype="float32")
    assert deployed(graph, "tflm", dtype="float32", batch=3).arena_bytes == 3 * one.arena_bytes
    assert one.arena_bytes == 4 * deployed(graph, "tflm").arena_bytes


def test_memory_over_time_has_the_bytes_of_operations() -> None:
    graph = graph_of("resnet8")
    deployment = deployed(graph, "tflm")
    memory = on_device(study_memory(graph, deployment.report), deployment)
    assert memory.peak is not None
    assert memory.peak.alive_bytes == deployment.peak_bytes
    assert {step.alive_bytes for step in memory.steps} == set(deployment.alive_bytes)


# The command


def document(*arguments: str) -> Any:
    return json.loads(run("memory", *arguments, "-f", "json").stdout)


def test_json() -> None:
    data = document("ds_cnn", "--runtime", "tflm", "--dtype", "int8")
    assert data["arena_bytes"] == 16000
    assert data["kernels"] == "reference"
    assert data["operations"][0]["operation"] == "CONV_2D"
    assert data["operations"][0]["layers"] == ["conv", "batch_norm", "relu"]
    ends = [tensor["offset_bytes"] + tensor["bytes"] for tensor in data["tensors"]]
    assert data["arena_bytes"] - 16 < max(ends) <= data["arena_bytes"]
    assert data["persistent_bytes"]["estimate"] == 8 * (5 * 64 + 4 * 64 + 12) + 240 * len(data["operations"])


def test_text_says_what_is_exact_and_what_is_an_estimate() -> None:
    text = run("memory", "mobilenet_v3_small", "--runtime", "tflm", "--dtype", "int8").stdout
    assert "401,408 bytes (401.4 kB), an estimate, as kinds are unknown: greedy by size" in text
    assert "tflm has no word for these" in text
    assert "hard_sigmoid" in text
    text = run("memory", "ds_cnn", "--runtime", "tflm", "--dtype", "int8").stdout
    assert "16,000 bytes (16.00 kB), exact: greedy by size" in text
    assert "an estimate: 9 % too low to 7 % too high" in text


def test_copies_are_listed() -> None:
    text = run("memory", "mobilenet_v2", "--runtime", "tflm", "--dtype", "int8", "--pads", "explicit").stdout
    assert "copies, as the padding is not TensorFlow's:" in text
    assert "stage.1.InvertedResidual.conv_2 (padded input): 1,247,616 bytes" in text


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("network", ["resnet152", "densenet121", "hrnet_w18", "efficientnet_b0"])
def test_text_fits_the_screen(network: str, width: int) -> None:
    from cnnshape.render.device import device_text

    text = device_text(deployed(graph_of(network), "tflm"), width)
    assert max(map(len, text.splitlines())) <= width


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--runtime", "tflite"), "as-is, fused, tflm"),
        (("--runtime", "fused", "--kernels", "cmsis-mve"), "it has none"),
        (("--runtime", "tflm", "--kernels", "nn"), "reference, cmsis-dsp, cmsis-mve"),
        (("--runtime", "fused", "--pads", "explicit"), "no paddings of its own"),
        (("--runtime", "tflm", "--in-place", "conv"), "depthwise, add"),
        (("--in-place", "add"), "name one, such as `tflm`"),
        (("--pads", "explicit"), "name one, such as `tflm`"),
        (("--kernels", "cmsis-mve"), "name one, such as `tflm`"),
    ],
)
def test_what_is_refused(options: tuple[str, ...], says: str) -> None:
    outcome = run("memory", "lenet5", *options)
    assert outcome.exit_code == 2
    assert says in " ".join(outcome.stderr.split())


def test_nothing_to_run() -> None:
    with pytest.raises(Refusal, match="all layers are views"):
        deployed(graph_of_text("- flatten"), "tflm")


# Types apart


def test_weights_and_biases_are_stored_in_their_types() -> None:
    # 3 * 3 * 3 * 8 = 216 weights and 8 biases; a bias takes four bytes at least.
    graph = graph_of_text("- conv: {out: 8, kernel: 3}")
    stored = {
        "int8": 216 + 4 * 8,
        "float32": 4 * (216 + 8),
        "weights=int4,biases=int32,activations=int8": 108 + 4 * 8,
        "weights=int4,biases=int8,activations=float16": 108 + 4 * 8,
        "weights=float16,biases=float64,activations=float16": 2 * 216 + 8 * 8,
    }
    for dtype, size in stored.items():
        assert deployed(graph, "fused", dtype=dtype).flash_bytes == size


def test_tensors_have_the_types_of_their_layers() -> None:
    layers = "- conv: {out: 8, kernel: 3, padding: 1, stride: 2}\n  dtype: float16\n- relu\n- conv: {out: 3, kernel: 1}\n  dtype: int4"
    deployment = deployed(graph_of_text(layers), "tflm", "--pads explicit", dtype="int8")
    sizes = {held.what: size for held, size in zip(deployment.lowered.held, deployment.sizes, strict=True)}
    # The copy has the type of the input that it copies, a fused operation that of its last layer.
    assert sizes["input"] == 3 * 32 * 32
    assert sizes["conv (padded input)"] == 3 * 34 * 34
    assert sizes["relu"] == 8 * 16 * 16
    assert sizes["conv_2"] == 3 * 16 * 16 // 2


def test_only_a_tensor_of_the_same_type_is_written_over() -> None:
    layers = "- {conv: {out: 8, kernel: 1}, name: a}\n- {conv: {out: 8, kernel: 1}, dtype: TYPE}\n- add: [a, prev]"
    same, other = (
        deployed(graph_of_text(layers.replace("TYPE", dtype)), "fused", "--in-place add").peak_bytes
        for dtype in ("int8", "float16")
    )
    plain = deployed(graph_of_text(layers.replace("TYPE", "int8")), "fused").peak_bytes
    assert (same, plain, other) == (2 * 8 * 1024, 3 * 8 * 1024, 3 * 8 * 1024)


def test_reference_kernels_unpack_four_bit_weights() -> None:
    for layer, weights in (
        ("conv: {out: 8, kernel: 3}", 216),
        ("conv: {out: 3, kernel: 3, groups: 3}", 27),
        ("conv_transpose: {out: 8, kernel: 2, stride: 2}", 0),
        ("max_pool: 2", 0),
    ):
        graph = graph_of_text(f"- {layer}")
        packed = deployed(graph, "tflm", dtype="weights=int4,biases=int32,activations=int8").lowered.held
        plain = deployed(graph, "tflm").lowered.held
        assert sum(held.scratch for held in packed) - sum(held.scratch for held in plain) == weights


def test_types_that_kernels_do_not_run_are_said() -> None:
    graph = graph_of_text("- conv: {out: 8, kernel: 3}\n- {relu: , dtype: float32}\n- {max_pool: 2, dtype: int8}")
    half = deployed(graph_of_text("- conv: {out: 8, kernel: 3}"), "tflm", dtype="float16")
    assert half.untyped == ("float16 activations with float16 weights: conv",)
    four = "weights=int4,activations=int8,biases=int32"
    assert deployed(graph_of_text("- conv: {out: 8, kernel: 3}"), "tflm", dtype=four).untyped == ()
    vector = deployed(graph_of_text("- conv: {out: 8, kernel: 3}"), "tflm", "--kernels cmsis-mve", dtype=four)
    assert vector.untyped == ("int8 activations with int4 weights: conv",)
    assert deployed(graph, "tflm").untyped == (
        "activations that change their type: the operations that convert them are not counted",
    )
    assert not deployed(graph, "fused", dtype="float16").untyped


def test_only_measured_types_are_exact() -> None:
    graph = graph_of("ds_cnn")
    for dtype, exact in (
        ("int8", True),
        ("float32", True),
        ("float16", False),
        ("weights=int4,activations=int8", False),
    ):
        deployment = deployed(graph, "tflm", dtype=dtype)
        assert deployment.is_exact == exact
        assert (deployment.persistent is None) == (dtype != "int8")
        assert (deployment.file is None) == (not exact)


@pytest.mark.parametrize("network", ["ds_cnn", "resnet8", "mobilenet_v1_vww"])
def test_a_narrower_type_never_takes_more(network: str) -> None:
    graph = graph_of(network)
    for runtime in ("as-is", "fused"):
        sizes = [deployed(graph, runtime, dtype=dtype) for dtype in ("int4", "int8", "float16", "float32")]
        for narrow, wide in pairwise(sizes):
            assert narrow.peak_bytes < wide.peak_bytes
            assert narrow.flash_bytes < wide.flash_bytes
