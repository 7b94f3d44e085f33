"""ONNX files: what is in them, by our own reader, which knows nothing of how they were written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cnnshape.api import Examination
from cnnshape.bridge import imported
from cnnshape.bridge.onnx import read_onnx
from cnnshape.bridge.onnx.model import Model, model_of
from cnnshape.export import Inexpressible, Source, Weights, recorded_digest
from cnnshape.export.onnx import to_onnx
from cnnshape.export.onnx.kinds import REFUSED, SAID
from cnnshape.export.onnx.wire import Message, varint
from cnnshape.layers.complete import KINDS
from tests.bridge import onnx_files
from tests.command import run
from tests.export import onnx_nodes
from tests.export.exported import NAMES, network, source_of
from tests.export.onnx_cases import cases
from tests.laws.strategy import specs

NET = """\
cnnshape: 1
name: Net
input: [3, 16, 16]
blocks:
  Inner: {params: {out: required}, do: [{conv: {out: out, kernel: 3, padding: 1}}, batch_norm]}
  Unit: {params: {out: required}, do: [{residual: [{Inner: out}, relu, {Inner: out}], shortcut: identity}, relu]}
layers:
  - conv: {out: 8, kernel: 3}
  - Unit: 8
  - Unit: 8
  - max_pool: 2
  - Unit: 8
"""
NO_LAYER = frozenset(("drop_path", "identity", "flatten on [12]", "pad: 0", "crop: 0", "subsample: 1"))
"""Designs that do nothing: a file of an Identity alone has no layer to read."""
UNREAD = frozenset(("mode: circular", "padding: causal, stride: 1", "regions"))
"""Designs whose nodes the reader doesn't put together again. Circular cells are a Concat of Slices in version 17."""
OTHER_FLOPS = "adaptive_"
"""A pool whose windows differ in size is read axis by axis, which takes other operations."""
WITH_REGIONS = frozenset(("rcnn",))
"""Parts of the names of networks with regions: an ONNX file doesn't say how many boxes an image has."""


def read_back(data: bytes, folder: Path, *, flat: bool = True) -> Source:
    """The design that our reader makes of a file."""
    path = folder / "net.onnx"
    path.write_bytes(data)
    return source_of(imported(read_onnx(path), flat=flat).text)


def figures(examination: Examination) -> dict[str, Any]:
    """The figures of the layers that the outputs depend on: a reader leaves others out."""
    graph = examination.graph
    assert graph is not None
    read = set(graph.outputs.values())
    for place, node in reversed(list(enumerate(graph.nodes, len(graph.inputs)))):
        read |= set(node.inputs) if place in read else set()
    frozen = [node.application.params for node in graph.nodes if node.frozen and node.shares is None]
    flops = [node.application.flops for place, node in enumerate(graph.nodes, len(graph.inputs)) if place in read]
    return {
        "params": sum(node.application.params for node in graph.nodes if node.shares is None),
        "frozen params": sum(frozen),
        "macs": sum(node.application.macs for node in graph.nodes),
        "flops": sum(one or 0 for one in flops),
        "inputs": [given.tensor for given in graph.inputs],
        "outputs": sorted(graph.value(index) for index in graph.outputs.values()),
    }


def model(source: Source, **options: Any) -> Model:
    return model_of(to_onnx(source, **{"weights": Weights.NONE, **options}))


def test_parts_of_all_axes_are_one_layer(tmp_path: Path) -> None:
    source = source_of(
        "input: [4, 20, 20]\nlayers:\n  - crop: [[1, 2], [3, 0]]\n  - subsample: [2, 3]\n  - {conv: 4, frozen: true}\n".replace(
            "conv: 4", "conv: {out: 4, kernel: 1}"
        )
    )
    again = read_back(to_onnx(source), tmp_path).examination
    assert again.report().rows[-1].frozen
    assert [row.kind for row in again.report().rows] == ["crop", "subsample", "conv"]
    assert again.report().totals == source.examination.report().totals


# Kinds


def test_every_kind_is_said_or_refused() -> None:
    assert {kind.name for kind in KINDS} == set(SAID) | set(REFUSED)
    assert not set(SAID) & set(REFUSED)


def test_every_kind_has_a_case() -> None:
    used = set()
    for text in cases().values():
        graph = source_of(text).examination.graph
        assert graph is not None
        used |= {node.application.layer.name for node in graph.nodes}
    assert used == set(SAID)


def test_kinds_become_the_nodes_that_are_listed() -> None:
    """After a change on purpose, `python -m tests.export.onnx_nodes` lists them again: look at the difference."""
    assert onnx_nodes.text() == onnx_nodes.LISTED.read_text(encoding="utf-8")


@pytest.mark.parametrize("weights", [Weights.NONE, Weights.ZERO])
@pytest.mark.parametrize("name", [name for name in cases() if not any(part in name for part in NO_LAYER | UNREAD)])
def test_a_kind_is_read_as_it_was_written(name: str, weights: Weights, tmp_path: Path) -> None:
    source = source_of(cases()[name])
    own = figures(source.examination)
    other = figures(read_back(to_onnx(source, weights=weights, functions=True), tmp_path).examination)
    if name.startswith(OTHER_FLOPS):
        del own["flops"], other["flops"]
    assert other == own


@pytest.mark.parametrize("name", [name for name in cases() if any(part in name for part in NO_LAYER | UNREAD)])
def test_what_is_not_read_is_refused(name: str, tmp_path: Path) -> None:
    from cnnshape.bridge.operations import ImportProblem

    with pytest.raises(ImportProblem):
        read_back(to_onnx(source_of(cases()[name]), weights=Weights.NONE), tmp_path)


@pytest.mark.parametrize("name", [name for name in NAMES if not any(part in name for part in WITH_REGIONS)])
def test_a_network_is_read_as_it_was_written(name: str, tmp_path: Path) -> None:
    source = network(name)
    own = figures(source.examination)
    other = figures(read_back(to_onnx(source, weights=Weights.NONE, functions=True), tmp_path).examination)
    assert other == own


@given(specs(), st.booleans())
def test_random_designs_are_read_as_they_were_written(spec: Any, functions: bool) -> None:
    import tempfile

    source = source_of(spec.text)
    # An import leaves out layers that no output depends on, and says so.
    graph = source.examination.graph
    assert graph is not None
    read_values = {index for node in graph.nodes for index in node.inputs} | set(graph.outputs.values())
    assume(all(len(graph.inputs) + position in read_values for position in range(len(graph.nodes))))
    # A file in which nothing happens has no layer to read.
    assume({node.op for node in model(source).nodes} - {"Constant", "ConstantOfShape", "Identity", "Flatten"})
    assume(any(node.application.output.shape != given.tensor.shape for node in graph.nodes for given in graph.inputs))
    with tempfile.TemporaryDirectory() as folder:
        other = read_back(to_onnx(source, weights=Weights.NONE, functions=functions), Path(folder))
    own, read = figures(source.examination), figures(other.examination)
    for name in ("params", "macs", "inputs"):
        assert read[name] == own[name]
    assert set(read["outputs"]) == set(own["outputs"])


# Refusals


def test_opaque_layers_are_refused() -> None:
    net = "cnnshape: 1\ninput: [3, 8, 8]\nlayers:\n  - {opaque: {output: [4, 8, 8]}, name: odd}\n  - opaque: {output: [2]}\n"
    with pytest.raises(Inexpressible) as refused:
        to_onnx(source_of(net))
    assert [problem.message.partition(":")[0] for problem in refused.value.diagnostics] == [
        "ONNX has nothing for `opaque` (odd)",
        "ONNX has nothing for `opaque` (opaque)",
    ]
    assert refused.value.diagnostics[0].place[1] == 4


@pytest.mark.parametrize(
    ("net", "says"),
    [
        ("input: [4, 8, 8]\nlayers:\n  - {conv: {out: 4, kernel: 1}, name: pool}\n  - max_unpool: {kernel: 2, pool: pool}", "`max_pool`"),
        (
            "input: [4, 8, 8]\nlayers:\n  - {max_pool: 2, name: pool}\n  - max_unpool: {kernel: 2, size: 9, pool: pool}",
            "other sizes",
        ),
        ("input: [4, 8, 8]\nlayers:\n  - dropout: 1", "`p` is below 1"),
        ("input: {x: [2, 9], r: {boxes: 3}}\nlayers:\n  - {roi_pool: {size: 2, boxes: r}, from: x}", "two axes"),
    ],
)  # fmt: skip
def test_what_onnx_has_no_operator_for(net: str, says: str) -> None:
    with pytest.raises(Inexpressible) as refused:
        to_onnx(source_of(f"cnnshape: 1\n{net}\n"))
    assert says in refused.value.diagnostics[0].message


def test_a_kind_that_a_program_registers_is_refused_with_its_name() -> None:
    program = """
from cnnshape.layers import Tensor
from cnnshape.layers.contract import layer
from cnnshape.layers.family import Activation
from cnnshape.layers.registry import register

@layer
class Snake(Activation):
    name = "snake"
    flops_formula = __import__("cnnshape.layers.factors", fromlist=["VALUES"]).VALUES

register(Snake)
from cnnshape.export import Inexpressible, Source
from cnnshape.export.onnx import to_onnx
from cnnshape.api import examine, load
from cnnshape.graph import Options
try:
    to_onnx(Source(examine(load("cnnshape: 1\\ninput: [3, 8, 8]\\nlayers: [snake]\\n"), Options()), ""))
except Inexpressible as error:
    print(error.diagnostics[0].message)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "ONNX has nothing for `snake` (snake): its kind is not one of this package\n"


def test_a_file_that_would_be_too_large_is_refused_at_its_largest_weight(tmp_path: Path) -> None:
    large = tmp_path / "large.yaml"
    large.write_text("cnnshape: 1\ninput: [30000]\nlayers:\n  - linear: 10\n  - linear: 30000\n  - linear: 30000\n")
    outcome = run("export", str(large), "-o", str(tmp_path / "large.onnx"))
    assert outcome.exit_code == 1
    assert "3.6 GB" in outcome.stderr
    assert "large.yaml:6:5" in outcome.stderr
    assert "--weights none" in outcome.stderr
    assert not (tmp_path / "large.onnx").exists()
    outcome = run("export", str(large), "-o", str(tmp_path / "large.onnx"), "--weights", "none")
    assert outcome.exit_code == 0
    assert (tmp_path / "large.onnx").stat().st_size < 2000


# Weights


def test_weights_depend_on_the_seed_and_the_name_alone() -> None:
    first, again, other = (to_onnx(source_of(NET), seed=seed) for seed in (3, 3, 4))
    assert first == again
    assert first != other
    longer = to_onnx(source_of(NET + "  - relu\n  - conv: {out: 4, kernel: 1}\n"), seed=3)
    kernel = _raw(first, "Unit.Inner.conv.weight")
    assert len(kernel) == 8 * 8 * 9 * 4
    assert kernel in longer
    assert kernel not in other


def _raw(data: bytes, name: str) -> bytes:
    """The values of a weight: its name is followed by a tag, a length of two bytes, and the bytes."""
    at = data.index(name.encode() + b"\x4a") + len(name) + 1
    length = data[at] & 127 | data[at + 1] << 7
    return data[at + 2 : at + 2 + length]


def test_a_large_weight_goes_round_the_block_of_random_numbers() -> None:
    from array import array

    data = to_onnx(source_of("cnnshape: 1\ninput: [1000]\nlayers:\n  - linear: {out: 900, bias: false}\n"))
    values = array("f")
    at = data.index(b"linear.weight\x4a") + 14
    while data[at] > 127:
        at += 1
    values.frombytes(data[at + 1 : at + 1 + 3_600_000])
    assert values[:50] != values[1000:1050]
    assert abs(sum(values) / len(values)) < 1e-3
    deviation = (sum(value * value for value in values) / len(values)) ** 0.5
    assert 0.7 < deviation * 1000**0.5 < 1.4
    assert len({values[1000 * row] for row in range(900)}) == 900


@pytest.mark.parametrize("kind", ["batch_norm", "batch_norm: {affine: false}"])
def test_a_variance_is_positive(kind: str) -> None:
    source = source_of(f"cnnshape: 1\ninput: [30]\nlayers:\n  - {kind}\n")
    for weights in (Weights.RANDOM, Weights.ZERO):
        stored = model_of(to_onnx(source, weights=weights)).initializers["batch_norm.running_var"]
        assert stored.values is not None
        assert min(stored.values) > 0.5


def test_files_without_weights_are_small_and_have_the_same_names() -> None:
    full = to_onnx(network("resnet18"), weights=Weights.ZERO)
    small = to_onnx(network("resnet18"), weights=Weights.NONE)
    assert len(full) > 46_000_000
    assert len(small) < 60_000
    given = {node.outputs[0] for node in model_of(small).nodes if node.op == "ConstantOfShape"}
    assert given == set(model_of(full).initializers)


def test_shared_weights_are_stored_once() -> None:
    assert list(model_of(to_onnx(source_of(cases()["shared"]))).initializers) == ["first.weight", "first.bias"]


# Names


def test_nodes_have_the_names_of_the_report() -> None:
    source = network("googlenet")
    graph = source.examination.graph
    assert graph is not None
    made = model(source)
    assert [node.name for node in made.nodes if "/" not in node.name and node.op not in ("Constant", "ConstantOfShape")] == [
        node.name for node in graph.nodes
    ]  # fmt: skip
    assert made.outputs == tuple(graph.outputs)
    assert made.inputs == tuple(given.name for given in graph.inputs)
    assert made.name == graph.name


@pytest.mark.parametrize(
    "net",
    [
        # A layer with the name of another one's weight, and of a keyword.
        "input: [3, 8, 8]\nlayers:\n  - {conv: {out: 3, kernel: 1}, name: conv}\n  - {relu: {}, name: conv.weight}\n  - {tanh: {}, name: class}\n",
        # An output that is an input.
        "input: {x: [3, 8, 8], y: [3, 8, 8]}\nlayers:\n  - {relu: {}, from: x, name: a}\n  - {tanh: {}, from: y, name: b}\n"
        "outputs: [b, x, a]\n",
        "input: {output: [3, 8, 8], input: [3, 8, 8]}\nlayers:\n  - {add: [output, input], name: N}\n",
    ],
)
def test_every_value_has_a_name_of_its_own(net: str) -> None:
    made = model(source_of(f"cnnshape: 1\n{net}"), weights=Weights.ZERO)
    names = [*made.inputs, *made.initializers, *(name for node in made.nodes for name in node.outputs)]
    assert len(names) == len(set(names))
    assert set(made.outputs) <= set(names)
    assert len(set(made.outputs)) == len(made.outputs)
    known = set(made.inputs) | set(made.initializers)
    for node in made.nodes:
        assert set(node.inputs) - {""} <= known
        known |= set(node.outputs)


def test_a_name_with_other_letters() -> None:
    text = "cnnshape: 1\nname: Réseau 网络 🙂\ninput: [3, 8, 8]\nlayers: [relu]\n"
    assert model(source_of(text)).name == "Réseau 网络 🙂"


# Blocks


def test_blocks_are_functions_that_equal_calls_share() -> None:
    made = model(source_of(NET), functions=True)
    assert [key[1] for key in made.functions] == ["Inner", "Unit"]
    calls = [node for node in made.nodes if node.domain]
    assert [(node.name, node.op) for node in calls] == [("Unit", "Unit"), ("Unit_2", "Unit"), ("Unit_3", "Unit")]
    unit = made.functions["cnnshape.blocks", "Unit"]
    assert [node.op for node in unit.nodes] == ["Inner", "Relu", "Inner", "Add", "Relu"]


def test_folding_finds_the_blocks_again(tmp_path: Path) -> None:
    data = to_onnx(network("resnet50"), weights=Weights.NONE, functions=True)
    path = tmp_path / "net.onnx"
    path.write_bytes(data)
    text = imported(read_onnx(path)).text
    assert "  Bottleneck" in text
    assert text.count("\n") < 40


# The file


def test_the_header_is_near_the_start_of_a_large_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.yaml").write_text(NET)
    assert run("export", "net.yaml", "-o", "net.onnx", "--seed", "5").exit_code == 0
    data = Path("net.onnx").read_bytes()
    assert recorded_digest(data[:200]) is not None
    assert run("export", "net.yaml", "--check", "net.onnx", "--seed", "5").exit_code == 0
    assert run("export", "net.yaml", "--check", "net.onnx").exit_code == 1
    assert run("export", "net.yaml", "--check", "net.onnx", "--functions", "--seed", "5").exit_code == 1


@given(st.integers(-(2**63), 2**63 - 1))
def test_numbers_are_written_as_another_writer_does(number: int) -> None:
    assert varint(number) == onnx_files.varint(number)
    assert Message().whole(3, number).joined() == onnx_files.whole(3, number)


@given(st.text(max_size=300), st.floats(width=32))
def test_texts_are_written_as_another_writer_does(text: str, number: float) -> None:
    inner = Message().text(2, text).real(4, number)
    expected = onnx_files.data(2, text.encode("utf-8", "replace")) + onnx_files.real(4, number)
    assert inner.joined() == expected
    assert inner.size == len(expected)
    assert Message().message(70, inner).joined() == onnx_files.data(70, expected)
