"""Damaged, hostile and lying ONNX files end in a problem, soon and in little memory."""

import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cnnshape.bridge.onnx import read_onnx
from cnnshape.bridge.onnx.model import MOST_NODES, model_of
from tests.bridge.onnx_files import data, model, node, scalar, tensor, value, varint, whole, wholes
from tests.bridge.readers import onnx_network, problem_of

CONV = [node("Conv", "x w", "y")]


def graph(*fields: bytes) -> bytes:
    return data(7, b"".join(fields)) + data(8, whole(2, 17))


DAMAGED = {
    "nothing": (b"\0", "the file is damaged or no ONNX model"),
    "text": (b"version https://git-lfs.github.com/spec/v1\n", "the file is damaged or no ONNX model"),
    "without_graph": (whole(1, 8), "it has no graph"),
    "length_beyond_the_end": (
        varint(7 << 3 | 2) + varint(10**6) + b"abc",
        "claims 1,000,000 bytes of the 3 that are left",
    ),
    "length_of_64_bits": (varint(7 << 3 | 2) + b"\xff" * 9 + b"\x01", "claims"),
    "number_without_end": (b"\x08" + b"\xff" * 12, "a number doesn't end"),
    "number_at_the_end": (b"\x08\xff", "the file ends in a number"),
    "group": (varint(1 << 3 | 3), "the unknown wire type 3"),
    "graph_as_number": (whole(7, 3), "a part of it is a number"),
    "name_as_number": (graph(data(1, whole(4, 3))), "a text is a number"),
    "double_cut": (varint(1 << 3 | 1) + b"abc", "the file ends in a number"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damage_is_a_problem(name):
    content, message = DAMAGED[name]
    assert message in str(problem_of(onnx_network, content))


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.9, 0.95])
def test_a_truncated_file_is_a_problem(share):
    whole_file = model(CONV, stored=[tensor("w", [4, 3, 3, 3])])
    problem_of(onnx_network, whole_file[: int(len(whole_file) * share)])


LYING = {
    "values_and_shape": (
        model(CONV, stored=[whole(1, 4) + whole(1, 3) + whole(2, 1) + data(8, "w") + data(9, b"\0" * 8)]),
        "the weight `w` has 8 bytes, but 12 values of 4 by its shape",
    ),
    "huge_dimension": (
        model(CONV, stored=[whole(1, 10**18) + whole(2, 1) + data(8, "w")]),
        "the weight `w` has a shape that can't be",
    ),
    "negative_dimension": (
        model(CONV, stored=[whole(1, -4) + whole(2, 1) + data(8, "w")]),
        "the weight `w` has a shape that can't be",
    ),
    "many_dimensions": (
        model(CONV, stored=[b"".join(whole(1, 1) for _ in range(20)) + whole(2, 1) + data(8, "w")]),
        "the weight `w` has a shape that can't be",
    ),
    "shape_of_a_weight": (
        model(
            [node("Constant", "", "s", value_ints=[4, -3, 1, 1]), node("ConstantOfShape", "s", "w"), *CONV],
            producer="cnnshape",
        ),
        "the weight `w` has a shape that can't be",
    ),
    "no_shape_of_a_weight": (
        model([node("Constant", "", "s"), node("ConstantOfShape", "s", "w"), *CONV], producer="cnnshape"),
        "`Constant` in `s` can't be worked out",
    ),
    "huge_input": (
        model([node("Relu", "x", "y")], [value("x", 1, 10**18)]),
        "has a size that can't be: 1000000000000000000",
    ),
    "empty_input": (model([node("Relu", "x", "y")], [value("x", 1, 0, 3)]), "has a size that can't be: 0x3"),
    "input_without_axes": (model([node("Relu", "x", "y")], [value("x", 1)]), "has 0 axes besides the batch"),
    "input_of_many_axes": (model([node("Relu", "x", "y")], [value("x", *[1] * 7)]), "has 6 axes besides the batch"),
    "input_without_shape": (model([node("Relu", "x", "y")], [data(1, "x")]), "the input `x` has no shape"),
    "stated_shape": (
        model(CONV, stored=[tensor("w", [4, 3, 3, 3])], outputs=[value("y", 1, 4, 5, 5)]),
        "the value `y` is 4x6x6, but the file says 4x5x5",
    ),
    "circle": (
        model([node("Add", "x b", "a"), node("Relu", "a", "b"), node("Relu", "a", "y")]),
        "`Add` in `a` reads `b`, which nothing before it gives",
    ),
    "itself": (model([node("Add", "x y", "y")]), "reads `y`, which nothing before it gives"),
    "unknown_value": (model([node("Relu", "z", "y")]), "reads `z`, which nothing before it gives"),
    "two_values_of_one_name": (
        model([node("Relu", "x", "a"), node("Relu", "a", "a"), node("Relu", "a", "y")]),
        "two values have the name `a`",
    ),
    "two_weights_of_one_name": (model(CONV, stored=[tensor("w", [4, 3, 1, 1])] * 2), "two weights have the name `w`"),
    "output_of_nothing": (model([node("Relu", "x", "a")]), "nothing gives the output `y`"),
    "output_of_a_weight": (model(CONV, outputs="w", stored=[tensor("w", [4, 3, 1, 1])]), "doesn't depend on the input"),
    "no_output": (model([node("Relu", "x", "y")], outputs=""), "the model has no output"),
    "no_input": (model([node("Relu", "x", "y")], []), "the model has no input"),
    "no_node": (model([], outputs="x"), "the network has no operation"),
    "channels": (model(CONV, stored=[tensor("w", [4, 5, 1, 1])]), "has weights for 5 channels, but its input has 3"),
    "kernel": (
        model([node("Conv", "x w", "y", kernel_shape=[5, 5])], stored=[tensor("w", [4, 3, 1, 1])]),
        "states the kernel (5, 5), but its weight has (1, 1)",
    ),
    "large_kernel": (model(CONV, stored=[tensor("w", [1, 3, 20, 20])]), "a window of 20 doesn't fit height 8"),
    "no_stride": (
        model([node("Conv", "x w", "y", strides=[0, 0])], stored=[tensor("w", [4, 3, 1, 1])]),
        "`stride` (0, 0) is not a whole number, 1 or more",
    ),
    "huge_stride": (
        model([node("MaxPool", "x", "y", kernel_shape=[2, 2], strides=[2**62, 1])]),
        "is not a whole number",
    ),
    "strides_of_other_rank": (
        model([node("Conv", "x w", "y", strides=[1])], stored=[tensor("w", [4, 3, 1, 1])]),
        "has strides or dilations for another number of axes",
    ),
    "subgraph": (
        model([node("Relu", "x", "y") + data(5, data(1, "body") + data(6, b""))]),
        "has graphs of its own: control flow can't become a list of layers",
    ),
    "sparse": (graph(data(15, b"")), "the model has sparse weights"),
    "old": (
        model([node("Relu", "x", "y")], opset=6),
        "the model has version 6 of the operators; 7 and later can be read",
    ),
    "long_name": (model([node("Relu", "x", "y", name="n" * 10**5)]), "a name in the file has 100,000 bytes"),
    "long_list": (model([node("Relu", "x", "y", axes=[1] * 5000)]), "more than 4,096"),
    "unknown_shape": (
        model([node("Mystery", "x", "y", domain="d")]),
        "no kind describes `d.Mystery` in `y`, and the file doesn't state the shape that it gives",
    ),
    "shape_of_no_layer": (
        model([node("Mystery", "x", "y", domain="d")], outputs=[value("y", 1, 2, 2, 2, 2, 2)]),
        "gives 1x2x2x2x2x2, which no layer of a spec can",
    ),
    "weights_are_computed": (
        model([node("Exp", "w", "u"), node("Conv", "x u", "y")], stored=[tensor("w", [4, 3, 9, 9])]),
        "computes with the weights `w`, which are not read",
    ),
    "first_input_left_out": (
        model([node("Conv", "_ w", "y")], stored=[tensor("w", [4, 3, 1, 1])]),
        "can't be worked out: it reads constants alone",
    ),
    "both_inputs_left_out": (model([node("Div", "_ _", "y")]), "can't be worked out: it reads constants alone"),
    "reshape_of_other_size": (
        model([node("Reshape", "x s", "y")], stored=[wholes("s", 1, 7, 7)]),
        "has attributes or inputs that don't fit it",
    ),
}


@pytest.mark.parametrize("name", LYING)
def test_what_does_not_fit_is_a_problem(name):
    content, message = LYING[name]
    started = time.process_time()
    assert message in str(problem_of(onnx_network, content))
    assert time.process_time() - started < 1


def test_the_path_of_external_data_is_never_followed(tmp_path):
    """CVE-2022-25882 and CVE-2024-27318: a path such as this one read any file."""
    (tmp_path / "secret").write_bytes(b"\0" * 10**6)
    entry = data(13, data(1, "location") + data(2, "../../secret"))
    stored = whole(1, 4) + whole(1, 3) + whole(1, 3) + whole(1, 3) + whole(2, 1) + data(8, "w") + entry + whole(14, 1)
    network = onnx_network(model(CONV, stored=[stored]))
    assert network.params == 108
    sizes = whole(1, 2) + whole(2, 7) + data(8, "s") + entry + whole(14, 1)
    reshaped = model([node("Reshape", "x s", "y")], stored=[sizes])
    assert "doesn't state the shape" in str(problem_of(onnx_network, reshaped))


def test_names_are_never_shown_raw():
    evil = "\x1b[31m\n`rm -rf`"
    for content in (
        model([node("Relu", evil, "y")]),
        model([node(evil, "x", "y", domain=evil)]),
        model([node("Relu", "x", "y")], [value(evil, 1, "h")]),
    ):
        problem_of(onnx_network, content)


def many(count: int) -> bytes:
    """The model of a chain."""
    return model(
        [node("Relu", f"v{index}" if index else "x", f"v{index + 1}") for index in range(count)], outputs=f"v{count}"
    )


def test_a_million_nodes_are_refused_at_once():
    content = model([node("Relu", "x", "y")] * 1_000_000)
    started = time.process_time()
    assert f"more than {MOST_NODES:,} nodes" in str(problem_of(onnx_network, content))
    assert time.process_time() - started < 1


def test_as_many_fields_as_there_may_be_are_refused_at_once():
    content = data(7, whole(20, 1) * 1_500_000)
    started = time.process_time()
    assert "more than 400,000 fields" in str(problem_of(onnx_network, content))
    assert time.process_time() - started < 1


def test_a_long_chain_is_read():
    assert len(onnx_network(many(5_000)).operations) == 5_000


def test_deep_sums_are_matched_in_time():
    """Both orders of each sum are tried: without a limit, the trials double with each."""
    nodes = [node("Erf", "x", "v0")]
    nodes += [node("Add", f"v{index} v{index}", f"v{index + 1}") for index in range(40)]
    nodes += [node("Mul", "v40 v40", "a"), node("Mul", "a half", "y")]
    started = time.process_time()
    onnx_network(model(nodes, stored=[scalar("half", 0.5)]))
    assert time.process_time() - started < 1


LARGE = """
import re, sys, time
from pathlib import Path
from cnnshape.bridge.onnx import read_onnx
started = time.process_time()
network = read_onnx(sys.argv[1])
seconds = time.process_time() - started
# The peak that `resource` knows is that of the process before, which started this one.
peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())
print(seconds, int(peak.group(1)) // 1024, network.params)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from /proc")
@pytest.mark.parametrize("count", [5, 500])
def test_weights_are_not_read(tmp_path: Path, count: int):
    """The file has 100 MB of weights; the process stays below 50 MB in all, also where they are many."""
    path = tmp_path / "large.onnx"
    stored = [tensor(f"w{index}", [2500 // count, 512, 5, 4]) for index in range(count)]
    nodes = [node("Conv", f"x w{index}", f"y{index}") for index in range(count)]
    nodes.append(node("Concat", " ".join(f"y{index}" for index in range(count)), "y", axis=1))
    path.write_bytes(model(nodes, [value("x", 1, 512, 8, 8)], "y", stored))
    assert path.stat().st_size > 100_000_000
    result = subprocess.run([sys.executable, "-c", LARGE, str(path)], capture_output=True, text=True, check=True)
    seconds, megabytes, params = result.stdout.split()
    assert float(seconds) < 0.15
    assert int(megabytes) < 50
    assert int(params) == 2500 * 512 * 20


def test_memory_of_a_hostile_file_stays_small():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    problem_of(model_of, model([node("Relu", "x " * 200_000, "y")]))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


@pytest.mark.parametrize("kind", ["missing", "folder", "empty"])
def test_a_path_without_a_model_is_a_problem(tmp_path, kind):
    path = tmp_path / "model.onnx"
    if kind == "folder":
        path.mkdir()
    elif kind == "empty":
        path.touch()
    wanted = {"missing": "is missing", "folder": "is not a file", "empty": "the file is empty"}[kind]
    assert wanted in str(problem_of(read_onnx, path))
