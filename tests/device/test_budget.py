"""Budgets of devices: what fits, what doesn't, what is unknown, and what would help."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import cnnshape
from cnnshape.api import examine
from cnnshape.cli.app import app
from cnnshape.device.figures import DEVICE_FIGURES, Range
from cnnshape.device.records import RUNTIMES
from cnnshape.device.target import DEVICE_BUDGETS, Target
from cnnshape.graph import Options
from cnnshape.source import shipped_path

TINY = ("ds_cnn", "mobilenet_v1_vww", "resnet8", "fc_autoencoder")
NETWORKS = (*TINY, "mobilenet_v2", "resnet18", "efficientnet_b0", "unet_padded", "densenet121", "lenet5")


def graph_of(design, **options):
    examined = examine(cnnshape.load(design), Options(**options))
    assert not examined.problems
    return examined.graph


def measured(design, figure, **words):
    """A figure of a design on a device."""
    target = Target(**{"runtime": "tflm", **words})
    return DEVICE_FIGURES[figure].of(target.deploy(graph_of(design)))


def findings(design, **budgets):
    """The findings of budgets, by code."""
    words = {"runtime": "tflm"} | {name: budgets.pop(name) for name in ("runtime", "dtype", "pads") if name in budgets}
    problems = cnnshape.check(
        design, budgets={name: str(most) for name, most in budgets.items()}, ignore=["all"], **words
    )
    return {problem.message.split()[0]: problem for problem in problems}


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("dtype", ["", "int8", "float32", "int16"])
@pytest.mark.parametrize("figure", DEVICE_FIGURES)
def test_a_figure_is_between_its_bounds(network, runtime, dtype, figure):
    value = measured(shipped_path(network), figure, runtime=runtime, dtype=dtype)
    assert 0 < value.low <= value.likely
    assert value.high is None or value.likely <= value.high
    assert bool(value.missing) == (value.high is None)


@pytest.mark.parametrize("network", TINY)
@pytest.mark.parametrize("figure", DEVICE_FIGURES)
def test_the_verdict_changes_at_the_bounds(network, figure):
    path = shipped_path(network)
    value = measured(path, figure)
    assert value.high is not None
    verdicts = {
        most: [problem.code for problem in findings(path, **{figure: most}).values()]
        for most in (value.low - 1, value.low, value.high - 1, value.high)
    }
    assert list(verdicts.values()) == [["CS603"], ["CS606"], ["CS606"], []]


@pytest.mark.parametrize("runtime", ["as-is", "fused"])
def test_what_is_alive_at_once_never_fits(runtime):
    (warning,) = findings(shipped_path("ds_cnn"), runtime=runtime, sram_bytes="1GiB").values()
    assert warning.code == "CS606" and "is unknown" in warning.message
    assert any("no planner" in note for note in warning.notes)


def test_an_operation_that_a_runtime_lacks_leaves_the_figure_open():
    text = "input: [4, 16, 16]\nlayers:\n  - conv: {out: 4, kernel: 3}\n  - mish\n"
    value = measured(text, "sram_bytes")
    assert value.high is None and "no operations" in value.missing


def test_types_that_were_not_measured_leave_the_figure_open():
    value = measured(shipped_path("ds_cnn"), "sram_bytes", dtype="float16")
    assert value == Range(value.low, value.low, None, value.missing) and "float16" in value.missing


@given(st.integers(1, 10**7), st.integers(0, 99), st.integers(0, 99))
def test_an_estimate_contains_what_it_may_be_an_estimate_of(real, below, above):
    """A figure that is up to so much too low, or too high, lies within the bounds of the real one."""
    from cnnshape.device.deployment import Estimate
    from cnnshape.device.figures import _bounds

    for estimate in (-(-real * (100 - below) // 100), real * (100 + above) // 100):
        low, high = _bounds(Estimate(estimate, below, above))
        assert low <= real <= high


# What helps

HELP = re.compile(r"`(\w+): (\d+)` (?:in line (\d+)|in `params`) needs ([\d,]+)")
DESIGN = """input: [3, 32, 32]
params: {width: 16}
blocks:
  Unit:
    params: {out: required, stride: 1}
    do:
      - conv: {out: out, kernel: 3, stride: stride, padding: 1}
      - relu
layers:
  - conv: {out: width, kernel: 3}
  - conv: {out: 64, kernel: 3}
  - Unit: {out: 48}
  - Unit: 32
  - global_avg_pool
  - flatten
  - linear: 10
"""


def edited(text, argument, value, line):
    """The text with what the help says to write."""
    lines = text.splitlines()
    params = next(index for index, own in enumerate(lines) if own.startswith("params: "))
    index = int(line) - 1 if line else params
    pattern = rf"\b{argument}: \d+"
    if re.search(pattern, lines[index]):
        lines[index] = re.sub(pattern, f"{argument}: {value}", lines[index])
    elif "{" in lines[index]:
        lines[index] = lines[index].replace("}", f", {argument}: {value}}}")
    else:
        lines[index] = re.sub(r"Unit: \d+", f"Unit: {value}", lines[index])
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(("figure", "most"), [("sram_bytes", "40kB"), ("sram_bytes", "9kB"), ("flash_bytes", "30kB")])
def test_what_the_help_says_is_true(figure, most):
    help = findings(DESIGN, **{figure: most})[figure].help
    edits = HELP.findall(help)
    assert len(edits) >= 2
    now = measured(DESIGN, figure).likely
    sizes = []
    for argument, value, line, bytes_ in edits:
        sizes.append(int(bytes_.replace(",", "")))
        assert measured(edited(DESIGN, argument, value, line), figure).likely == sizes[-1] < now
    assert sizes == sorted(sizes)
    shape = re.search(r"an input of ([\dx]+) needs ([\d,]+)", help)
    if shape is not None:
        sizes = tuple(map(int, shape[1].split("x")))
        smaller = Target("tflm").deploy(graph_of(DESIGN, inputs={"": sizes}))
        assert DEVICE_FIGURES[figure].of(smaller).likely == int(shape[2].replace(",", ""))


def test_a_miss_names_the_tensors_of_the_peak():
    problem = findings(DESIGN, sram_bytes="40kB")["sram_bytes"]
    (note,) = [note for note in problem.notes if "peak" in note]
    assert note.startswith("in the arena at its peak: conv_2 ")


def test_a_large_design_is_not_tried_forever():
    problem = findings(shipped_path("efficientnet_b0"), sram_bytes="1kB")["sram_bytes"]
    assert problem.code == "CS603"


# The command line, the configuration, Python


def run(*arguments):
    done = CliRunner().invoke(app, ["check", *map(str, arguments)])
    return done.exit_code, done.stdout + done.stderr


def test_the_command_line():
    value = measured(shipped_path("ds_cnn"), "sram_bytes")
    budget = ["ds_cnn", "--runtime", "tflm", "--max-sram"]
    assert run(*budget, value.high)[0] == 0
    assert run(*budget, value.low)[0] == 0
    assert run(*budget, value.low, "--strict")[0] == 1
    assert run(*budget, value.low - 1)[0] == 1
    assert run(*budget, "24KiB")[0] == 0
    status, text = run(*budget, "23kB")
    assert status == 1 and "<= 23kB" in text


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--max-sram", "1kB"], "--runtime tflm"),
        (["--runtime", "tflite", "--max-sram", "1kB"], "none of as-is, fused, tflm"),
        (["--runtime", "tflm", "--dtype", "int5"], "int5"),
        (["--runtime", "tflm", "--kernels", "neon"], "no kernels"),
        (["--runtime", "tflm", "--max-sram", "lots"], "is not a number"),
        (["--pads", "explicit"], "choice of a runtime"),
    ],
)
def test_options_that_mean_nothing_are_refused(options, said):
    status, text = run("ds_cnn", *options)
    assert status == 2
    assert said in " ".join(text.replace("│", " ").split())


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('runtime = "tflm"\nmax-sram = "20kB"\n', "sram_bytes is 23,584, the budget is <= 20kB"),
        ('runtime = "tflm"\ndtype = "float32"\nmax-flash = "1kB"\n', "on tflm as float32"),
        ('max-sram = "20kB"\n', "`max-sram` is about a runtime"),
        ('runtime = "tflite"\n', "none of as-is, fused, tflm"),
        ("runtime = 3\n", "`runtime` is a word"),
    ],
)
def test_the_configuration(tmp_path, lines, said):
    (tmp_path / "cnnshape.toml").write_text(lines)
    path = tmp_path / "net.yaml"
    path.write_text(shipped_path("ds_cnn").read_text())
    _, text = run(path)
    assert said in text


def test_the_command_line_comes_before_the_configuration(tmp_path):
    (tmp_path / "cnnshape.toml").write_text('runtime = "tflm"\nmax-sram = "20kB"\n')
    path = tmp_path / "net.yaml"
    path.write_text(shipped_path("ds_cnn").read_text())
    assert run(path, "--max-sram", "1MiB")[0] == 0
    assert "on tflm as float32" in run(path, "--runtime", "tflm", "--dtype", "float32")[1]


def test_python_refuses_words_that_do_not_exist():
    with pytest.raises(ValueError, match="none of as-is, fused, tflm"):
        cnnshape.check("ds_cnn", runtime="tflite")
    with pytest.raises(ValueError, match="needs a runtime"):
        cnnshape.check("ds_cnn", budgets={"sram_bytes": "1kB"})


# What a file expects


def expecting(device):
    return shipped_path("ds_cnn").read_text().split("expect:")[0] + f"expect:\n  device: {device}\n"


def test_a_file_states_what_it_needs():
    value = measured(shipped_path("ds_cnn"), "sram_bytes")
    fits = f'{{runtime: tflm, sram_bytes: "<= {value.high}"}}'
    assert not cnnshape.check(expecting(fits))
    (missed,) = cnnshape.check(expecting(f'{{runtime: tflm, sram_bytes: "< {value.low}"}}'))
    assert missed.name == "expectation-missed" and missed.at is not None
    (unsure,) = cnnshape.check(expecting(f'{{runtime: tflm, sram_bytes: "<= {value.likely}"}}'))
    assert unsure.name == "too-close" and unsure.at is not None
    assert not cnnshape.check(expecting(f"{{runtime: tflm, sram_bytes: {value.likely}}}"))
    (unknown,) = cnnshape.check(expecting('{runtime: tflm, dtype: float32, in_place: [add], sram_bytes: "<= 1GB"}'))
    assert unknown.name == "too-close" and "is unknown" in unknown.message


def test_other_figures_of_the_file_are_checked_too():
    text = expecting("{runtime: tflm, sram_bytes: <= 1MB}").replace("expect:\n", "expect:\n  params: 1\n")
    (missed,) = cnnshape.check(text)
    assert "params" in missed.message


def test_every_budget_has_a_figure():
    assert set(DEVICE_BUDGETS.values()) == set(DEVICE_FIGURES)
