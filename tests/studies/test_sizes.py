"""Input sizes: against published smallest sizes, and patterns against the sets that they describe."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from typer.testing import CliRunner

import cnnshape
from cnnshape.api import expand
from cnnshape.cli.app import app
from cnnshape.cli.sizes import MOST
from cnnshape.graph import Options, given_inputs
from cnnshape.source import shipped_path
from cnnshape.study.sizes import costs, filled, find_pattern, find_sizes, starred

from .growth import calls

# min_size of torchvision 0.28's weights metadata; VGG, DenseNet and ConvNeXt state what their first stages need
SMALLEST = {
    "alexnet": 63, "vgg16": 32, "densenet121": 29, "squeezenet1_0": 21, "squeezenet1_1": 17, "inception_v3": 75,
    "googlenet_torchvision": 15, "resnet18": 1, "mobilenet_v2": 1, "convnext_tiny": 32,
}  # fmt: skip


def sizes(spec, lowest, highest):
    design = cnnshape.load(spec if "\n" in str(spec) else shipped_path(spec))
    channels, *axes = given_inputs(design.spec, Options())[0].tensor.shape
    return find_sizes(
        lambda size: expand(design, Options(inputs={"": (channels, *(size for _ in axes))})), lowest, highest
    )


@pytest.mark.parametrize("network", SMALLEST)
def test_the_smallest_size_is_the_published_one(network):
    assert sizes(network, 1, 90).working[0] == SMALLEST[network]


def test_the_u_nets():
    padded = sizes("unet_padded", 1, 100)
    assert padded.working == tuple(size for size in range(16, 101) if size % 16 == 0)
    paper = sizes("unet", 180, 300)
    assert paper.working[0] == 188
    assert paper.exact == tuple(size for size in range(188, 301) if (size - 188) % 16 == 0)


def test_each_size_works_or_has_an_obstacle():
    tried = sizes("unet_padded", 1, 64)
    forbidden = [size for obstacle in tried.obstacles for size in obstacle.sizes]
    assert sorted([*tried.working, *forbidden]) == list(range(1, 65))
    assert sorted([*tried.exact, *(size for _, some in tried.rounding for size in some)]) == list(tried.working)


def test_exact_sizes_are_those_without_a_rest():
    spec = "cnnshape: 1\ninput: [1, 9, 9]\nlayers:\n  - conv: {out: 1, kernel: 5, stride: 3, padding: 1}\n"
    assert sizes(spec, 1, 40).exact == tuple(size for size in range(3, 41) if (size + 2 - 5) % 3 == 0)


@given(st.sets(st.integers(1, 120)), st.integers(1, 40), st.sets(st.integers(0, 39)))
def test_a_pattern_stands_for_exactly_its_set(single, period, residues):
    members = {size for size in single if size < 40}
    members |= {size for size in range(40, 401) if size % period in {residue % period for residue in residues}}
    pattern = find_pattern(members, 1, 400)
    stated = set(pattern.single)
    if pattern.period:
        stated |= {size for size in range(pattern.start, 401) if size % pattern.period in pattern.residues}
    assert stated == members


def small(lines):
    return "cnnshape: 1\ninput: [3, 30, 30]\nlayers:\n" + "".join(f"  - {line}\n" for line in lines)


def test_obstacles_are_grouped_by_line_and_problem_in_the_order_of_sizes():
    tried = sizes(small(["max_pool: 3", "conv: {out: 4, kernel: 4}", "avg_pool: 2"]), 1, 20)
    assert [(obstacle.line, obstacle.sizes) for obstacle in tried.obstacles] == [
        (4, (1, 2)),
        (5, tuple(range(3, 12))),
        (6, tuple(range(12, 15))),
    ]
    assert [obstacle.message.partition(":")[0] for obstacle in tried.obstacles] == ["at 1", "at 3", "at 12"]
    assert tried.working == tuple(range(15, 21))


def test_rounding_is_of_the_first_layer_that_rounds():
    tried = sizes(small(["max_pool: 2", "max_pool: 2"]), 4, 19)
    assert dict(tried.rounding) == {"max_pool": tuple(range(5, 20, 2)), "max_pool_2": (6, 10, 14, 18)}
    assert tried.exact == (4, 8, 12, 16)


@given(
    st.lists(st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(0, 2)), min_size=1, max_size=3),
    st.integers(4, 24),
)
@example([(1, 3, 0), (2, 3, 0), (4, 1, 0)], 24)  # doesn't fit the input that the spec states either
def test_a_size_is_exact_where_every_window_tiles(convs, size):
    spec = small([f"conv: {{out: 1, kernel: {k}, stride: {s}, padding: {p}}}" for k, s, p in convs])
    tried = sizes(spec, size, size)
    axis, exact = size, True
    for kernel, stride, padding in convs:
        room = axis + 2 * padding - kernel
        if room < 0:
            assert tried.working == ()
            return
        exact, axis = exact and room % stride == 0, room // stride + 1
    assert tried.working == (size,)
    assert tried.exact == ((size,) if exact else ())


def test_costs_are_reports_at_the_sizes_that_work():
    design = cnnshape.load(small(["conv: {out: 4, kernel: 5}"]))

    def expanded(size):
        return expand(design, Options(inputs={"": (3, size, size)}))

    tried = costs(expanded, [4, 5, 8])
    assert [cost.size for cost in tried] == [5, 8]
    assert [cost.report.totals.macs for cost in tried] == [4 * 3 * 25 * (size - 4) ** 2 for size in (5, 8)]
    for cost in tried:
        assert cost.report.totals == cnnshape.analyze(design, inputs=(3, cost.size, cost.size)).totals


def test_the_work_grows_with_the_sizes():
    spec = small(["conv: {out: 1, kernel: 3, stride: 2}"] * 2)
    few, many = (calls(sizes, spec, 20, 20 + number) for number in (50, 200))
    assert many < 4.5 * few


def test_the_work_grows_with_the_layers():
    few, many = (calls(sizes, small(["conv: {out: 1, kernel: 3, padding: 1}"] * count), 1, 50) for count in (40, 160))
    assert many < 4.5 * few


def run(*arguments):
    done = CliRunner().invoke(app, ["sizes", *map(str, arguments), "--format", "json"])
    return done.exit_code, json.loads(done.stdout) if done.exit_code == 0 else done.stderr


def test_a_long_input_is_tried_around_its_own_size(tmp_path):
    path = tmp_path / "long.yaml"
    path.write_text("cnnshape: 1\ninput: [1, 8000]\nlayers:\n  - conv: {out: 1, kernel: 7001, stride: 4}\n")
    _, tried = run(path)
    assert tried["lowest"] < 7001 < 8000 < tried["highest"] == tried["lowest"] + MOST - 1
    assert tried["working"] == list(range(7001, tried["highest"] + 1))
    assert run(path, "--from", 1)[0] == 2
    assert run(path, "--from", 8000, "--to", 8003)[1]["exact"] == [8001]


def test_a_design_that_refuses_its_own_size_is_what_the_question_is_for(tmp_path):
    path = tmp_path / "small.yaml"
    path.write_text("cnnshape: 1\ninput: [3, 5, 5]\nlayers:\n  - conv: {out: 1, kernel: 7}\n")
    status, tried = run(path)
    assert (status, tried["working"]) == (0, [7, 8, 9, 10])
    path.write_text(path.read_text().replace("kernel", "krenel"))
    status, said = run(path)
    assert status == 1 and "CS403" in said


BANDS = """cnnshape: 1
input: [1, 64, 313]
layers:
  - max_pool: 4
  - conv: {out: 8, kernel: [16, 1]}
  - max_pool: {kernel: [1, 4]}
  - conv:
      out: 10
      kernel: [1, 19]
  - reshape: [10]
"""


def test_a_starred_axis_is_tried_while_the_others_are_held(tmp_path):
    path = tmp_path / "bands.yaml"
    path.write_text(BANDS)
    assert run(path)[1]["working"] == []
    _, tried = run(path, "--input", "1x64x*")
    (width,) = tried["axes"]
    assert (width["axis"], width["input"]) == ("width", "1x64x*")
    assert width["working"] == list(range(304, 320))
    assert [(one["layer"], one["line"], one["sizes"][0], one["sizes"][-1]) for one in width["obstacles"]] == [
        ("max_pool", 4, 1, 3),
        ("max_pool", 6, 4, 15),
        ("conv", 9, 16, 303),
        ("reshape", 10, 320, 626),
    ]


@pytest.mark.parametrize(("height", "width"), [(16, 40), (40, 40)])
def test_where_no_equal_axes_work_the_own_size_is_named(tmp_path, height, width):
    path = tmp_path / "own.yaml"
    path.write_text(f"input: [1, {height}, {width}]\nlayers: [{{reshape: [{height}, {width}]}}]\n")
    done = CliRunner().invoke(app, ["sizes", str(path)])
    note = f"note: the spec's own 1x{height}x{width} works; `--input 1x{height}x*` tries one axis by itself\n"
    assert done.exit_code == 0
    assert ("works     none" in done.stdout) == (height != width)
    assert done.stderr == (note if height != width else "")


def test_each_starred_axis_is_tried_alone(tmp_path):
    path = tmp_path / "bands.yaml"
    path.write_text(BANDS)
    _, tried = run(path, "-i", "1x*x*", "--to", 400, "--costs", "64")
    height, width = tried["axes"]
    assert (height["axis"], height["input"], height["working"]) == ("height", "1x*x313", [64, 65, 66, 67])
    assert (width["axis"], width["input"], width["working"]) == ("width", "1x64x*", list(range(304, 320)))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("1x64x313", "needs a star"),
        ("*x64x313", "needs a star"),
        ("1x*", "has 2 axes, but the input is 1x64x313"),
        ("1x64xwide", "is no shape; write 1x64x*"),
        ("1x0x*", "is no shape"),
        ("1x64x*x", "is no shape"),
    ],
)
def test_an_input_without_a_usable_star_is_refused(tmp_path, given, said):
    path = tmp_path / "bands.yaml"
    path.write_text(BANDS)
    status, printed = run(path, "--input", given)
    assert status == 2
    assert said in " ".join(printed.replace("│", " ").split())


@given(
    st.lists(st.tuples(st.integers(1, 4), st.integers(1, 3)), min_size=1, max_size=3), st.integers(8, 20), st.booleans()
)
def test_axes_that_are_tried_alone_agree_with_single_expansions(windows, held, wide):
    lines = [f"conv: {{out: 1, kernel: [{kernel}, {stride}], stride: [{stride}, 1]}}" for kernel, stride in windows]
    design = cnnshape.load(small(lines))
    axis = 2 if wide else 1

    def shape(size):
        return filled((3, held, held), (axis,), size)

    tried = find_sizes(lambda size: expand(design, Options(inputs={"": shape(size)})), 1, 30)
    works = tuple(size for size in range(1, 31) if not cnnshape.check(design, inputs=shape(size), ignore=["all"]))
    assert tried.working == works
    assert starred((3, held, held), (axis,)) == (f"3x{held}x*" if wide else f"3x*x{held}")


FACE = """cnnshape: 1
input: [3, 112, 112]
layers:
  - for: {w: [64, 128, 256, 512]}
    do: [{conv: {out: w, kernel: 3, stride: 2, padding: 1}}]
  - flatten
  - linear: 512
"""


def params_by_size(text, shapes):
    """The parameters at the shapes that build, counted one by one."""
    design = cnnshape.load(text)
    graphs = {shape: expand(design, Options(inputs={"": shape}))[0] for shape in shapes}
    return {shape: cnnshape.analyze(design, inputs=shape).totals.params for shape, graph in graphs.items() if graph}


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        (FACE, 97, 112),
        (FACE.replace("112, 112", "128, 128").replace("padding: 1", "padding: 0"), 127, 142),
        (FACE.replace("- flatten", "- global_avg_pool\n  - flatten"), 1, 224),
        (FACE.replace("112, 112", "30, 40"), None, None),
        (FACE.replace("flatten", "{layer_norm: all}").replace("linear: 512", "global_avg_pool"), 97, 112),
    ],
)
def test_the_sizes_of_equal_weights_stand_beside_those_that_build(tmp_path, text, least, most):
    path = tmp_path / "face.yaml"
    path.write_text(text)
    _, tried = run(path)
    expected = [] if least is None else list(range(least, most + 1))
    assert tried["keeping_weights"] == expected
    own = cnnshape.analyze(cnnshape.load(text)).totals.params
    params = params_by_size(text, [(3, size, size) for size in range(tried["lowest"], tried["highest"] + 1, 7)])
    assert [shape[1] for shape, count in params.items() if count == own] == [
        size for size in expected if (size - tried["lowest"]) % 7 == 0
    ]
    printed = CliRunner().invoke(app, ["sizes", str(path)]).stdout
    if expected == tried["working"]:
        assert "weights " not in printed
    else:
        assert f"weights   {f'{least}-{most}' if least else 'none'}   (all weights keep" in printed


def test_equal_weights_of_a_starred_axis_are_those_of_the_stated_shape(tmp_path):
    path = tmp_path / "face.yaml"
    path.write_text(FACE)
    _, tried = run(path, "-i", "3x*x100")
    assert tried["axes"][0]["keeping_weights"] == list(range(97, 113))
    assert run(path, "-i", "3x*x90")[1]["axes"][0]["keeping_weights"] == []
    assert run(path, "-i", "1x*x100")[1]["axes"][0]["keeping_weights"] is None


def test_a_design_that_refuses_its_own_size_has_no_weights_to_keep(tmp_path):
    path = tmp_path / "small.yaml"
    path.write_text("cnnshape: 1\ninput: [3, 5, 5]\nlayers:\n  - conv: {out: 1, kernel: 7}\n")
    assert run(path)[1]["keeping_weights"] is None
    assert "weights " not in CliRunner().invoke(app, ["sizes", str(path)]).stdout
