"""Comparisons: parts sum to totals, changes sum to differences, conditions mean what they say."""

import re
import subprocess
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import cnnshape
from cnnshape.cli.app import app
from cnnshape.cli.side import parse_side
from cnnshape.source import shipped_path
from cnnshape.study.compare import Side, compare
from cnnshape.study.condition import condition_fault, parse_condition, violations


def side(name, **options):
    return Side(name, cnnshape.analyze(cnnshape.load(shipped_path(name)), **options))


PAIRS = [
    (side("resnet50"), side("resnet101")),
    (side("resnet50"), side("resnet50", params={"repeats": [2, 4, 6, 3]})),
    (side("resnet50"), side("resnet50", params={"widths": [64, 128, 256, 500]})),
    (side("vgg16"), side("vgg16_bn")),
    (side("mobilenet_v2"), side("mobilenet_v2")),
]


@pytest.mark.parametrize("pair", PAIRS)
def test_changes_sum_to_the_differences(pair):
    comparison = compare(pair)
    figures = dict(comparison.figures)
    assert sum(change.params for change in comparison.changes) == figures["params"][1] - figures["params"][0]
    assert sum(change.macs for change in comparison.changes) == figures["macs"][1] - figures["macs"][0]
    layers = sum(len(change.after) - len(change.before) for change in comparison.changes)
    assert layers == figures["layers"][1] - figures["layers"][0]


@pytest.mark.parametrize("pair", PAIRS)
def test_parts_sum_to_the_totals(pair):
    comparison = compare(pair)
    for index, side in enumerate(comparison.sides):
        if comparison.parts:
            assert sum(part.params[index] or 0 for part in comparison.parts) == side.report.totals.params
            assert sum(part.macs[index] or 0 for part in comparison.parts) == side.report.totals.macs


def test_blocks_that_came_are_told_as_blocks():
    (change,) = compare(PAIRS[0]).changes
    assert (change.change, change.blocks, len(change.after)) == ("added", 17, 170)
    (change,) = compare(PAIRS[1]).changes
    assert (change.change, change.blocks, len(change.before)) == ("removed", 1, 10)


def test_equal_designs_have_no_changes_and_unlike_ones_no_list():
    assert compare(PAIRS[4]).changes == ()
    assert compare((side("lenet5"), side("densenet121"))).changes is None


def test_a_bottleneck_against_a_basic_block():
    """He et al. (2015), figure 5: on 256 channels the bottleneck is about 17 times cheaper."""
    sides = ["resnet50@Bottleneck:width=64:input=256x56x56", "resnet18@Basic:width=256:input=256x56x56"]
    result = CliRunner().invoke(app, ["compare", *sides, "--format", "csv"])
    rows = dict(line.split(",", 1) for line in result.stdout.splitlines())
    bottleneck, basic = map(int, rows["macs"].split(","))
    assert (bottleneck, basic) == (69_632 * 56 * 56, 1_179_648 * 56 * 56)
    assert round(basic / bottleneck) == 17


@pytest.mark.parametrize(
    ("text", "first", "other", "holds"),
    [
        ("macs > +5%", 100, 105, False),
        ("macs > +5%", 100, 106, True),
        ("macs >= +5%", 100, 105, True),
        ("params > 26M", 0, 26_000_000, False),
        ("params > 26M", 0, 26_000_001, True),
        ("params < -10%", 100, 89, True),
        ("params < -10%", 100, 90, False),
        ("layers > +2", 10, 13, True),
        ("peak_activation_bytes >= +1KiB", 0, 1024, True),
    ],
)
def test_conditions(text, first, other, holds):
    assert parse_condition(text).holds(first, other) is holds


@pytest.mark.parametrize("text", ["", "macs", "macs > x", "speed > 1", "macs > 5%", "macs = 5", "macs > +-5%", "> 5"])
def test_what_is_no_condition(text):
    assert parse_condition(text) is None
    assert condition_fault(text)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("parms > 3", "'parms' is not a figure; did you mean `params`?"),
        ("MACs > 3", "'MACs' is not a figure; did you mean `macs`?"),
        ("params", "'params' compares nothing; write `params > +5%` or `params > 26M`"),
        ("params = 3", "'params = 3' compares nothing; write `params > +5%` or `params > 26M`"),
        ("params > 5%", "'params > 5%': a percentage bounds a difference; write `params > +5%`"),
        ("macs <= 0.5 %", "'macs <= 0.5 %': a percentage bounds a difference; write `macs <= +0.5%`"),
        ("params > many", "'many' is not a bound; write `params > +5%` or `params > 26M`"),
        ("params >", "'' is not a bound; write `params > +5%` or `params > 26M`"),
        ("rf > 3", "'rf' is not a figure; did you mean `receptive_field`?"),
        ("recptive_field > 3", "'recptive_field' is not a figure; did you mean `receptive_field`?"),
        ("receptive field > 3", "'receptive field' is not a figure; did you mean `receptive_field`?"),
        ("peak memory > 3", "'peak memory' is not a figure; did you mean `peak_activation_bytes`?"),
        ("Weight bytes > 3", "'Weight bytes' is not a figure; did you mean `weight_bytes`?"),
        ("activations > 3", "'activations' is not a figure; did you mean `activation_bytes`?"),
    ],
)
def test_a_condition_says_what_keeps_it_from_being_one(text, fault):
    assert condition_fault(text) == fault
    for written in re.findall("`([a-z_]+ [<>]=? [^`]+)`", fault):
        assert parse_condition(written) is not None


@given(st.text(alphabet="parmsc _<>=+-5%M\n", max_size=30))
def test_every_text_is_a_condition_or_has_a_fault(text):
    assert parse_condition(text) is not None or condition_fault(text)


def test_violations_name_the_side_and_the_change():
    comparison = compare(PAIRS[0])
    (sentence,) = violations(comparison, (parse_condition("macs > +5%"), parse_condition("macs > +95%")))
    ratio = Fraction(7_801_405_440 - 4_089_184_256, 4_089_184_256)
    assert f"{float(ratio * 100):+.2f} %" in sentence
    assert sentence.startswith("resnet101: macs is 7,801,405,440")


def figured(size: str, kernel: str) -> Side:
    text = f"cnnshape: 1\ninput: {size}\nlayers:\n  - conv: {{out: 2, kernel: {kernel}}}\n"
    return Side("net", cnnshape.analyze(cnnshape.load(text)))


@pytest.mark.parametrize(
    ("text", "old", "new", "sentence"),
    [
        ("receptive_field > 4", "[3, 3]", "[5, 3]", "receptive_field is 5x3 (+2, +66.67 %)"),
        ("receptive_field > 5", "[3, 3]", "[5, 3]", ""),
        ("receptive_field < 4", "[5, 5]", "[5, 3]", "receptive_field is 5x3 (-2, -40.00 %)"),
        ("receptive_field > +1", "[3, 3]", "[5, 3]", "receptive_field is 5x3 (+2, +66.67 %)"),
        ("receptive_field < -10%", "[3, 5]", "[3, 3]", "receptive_field is 3x3 (-2, -40.00 %)"),
        ("receptive_field > +67%", "[3, 3]", "[5, 3]", ""),
    ],
)
def test_a_condition_on_a_receptive_field_holds_along_one_axis(text, old, new, sentence):
    comparison = compare((figured("[3, 9, 9]", old), figured("[3, 9, 9]", new)))
    expected = [f"net: {sentence}, refused by `{text}`"] if sentence else []
    assert violations(comparison, (parse_condition(text),)) == expected


def test_a_bound_on_a_difference_needs_the_same_axes():
    comparison = compare((figured("[3, 9]", "3"), figured("[3, 9, 9]", "5")))
    assert violations(comparison, (parse_condition("receptive_field > +1"),)) == []
    assert violations(comparison, (parse_condition("receptive_field > 4"),)) == [
        "net: receptive_field is 5x5, refused by `receptive_field > 4`"
    ]


def test_a_design_without_a_receptive_field_meets_no_condition():
    text = "cnnshape: 1\ninput: [3]\nlayers:\n  - linear: 2\n"
    flat = Side("flat", cnnshape.analyze(cnnshape.load(text)))
    conditions = tuple(map(parse_condition, ("receptive_field > 0", "receptive_field < 1G", "receptive_field >= +0")))
    assert violations(compare((figured("[3, 9]", "3"), flat)), conditions) == []
    assert violations(compare((flat, figured("[3, 9]", "3"))), conditions[2:]) == []


def test_sides_are_split_at_settings_only():
    parsed = parse_side("dir:x/net.yaml@Block:width=64:repeats=[1,2]:input=3x8x8:input=skip=4x8x8")
    assert (parsed.spec, parsed.block) == ("dir:x/net.yaml", "Block")
    assert parsed.settings == (("width", "64"), ("repeats", "[1,2]"), ("input", "3x8x8"), ("input", "skip=4x8x8"))


def git(folder, *command):
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    subprocess.run(["git", *identity, *command], cwd=folder, check=True, capture_output=True)


def test_against_a_revision_reads_the_base_of_that_revision_too(tmp_path, monkeypatch):
    base = "cnnshape: 1\ninput: [3, 8, 8]\nparams: {width: 4}\nlayers:\n  - conv: {out: width, kernel: KERNEL}\n"
    (tmp_path / "base.yaml").write_text(base.replace("KERNEL", "3"))
    (tmp_path / "mine.yaml").write_text("cnnshape: 1\nextends: base.yaml\nparams: {width: 5}\n")
    git(tmp_path, "init")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "first")
    (tmp_path / "base.yaml").write_text(base.replace("KERNEL", "5"))
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["compare", "mine.yaml", "--against", "HEAD", "--format", "csv"])
    assert "params,140,380" in result.stdout
    refused = CliRunner().invoke(app, ["compare", "mine.yaml", "--against", "HEAD", "--fail-if", "params > +5%"])
    assert refused.exit_code == 1
    missing = CliRunner().invoke(app, ["compare", "mine.yaml", "--against", "nowhere"])
    assert missing.exit_code == 2


@pytest.mark.parametrize(
    "arguments",
    [["resnet50"], ["resnet50", "resnet18", "--against", "HEAD"], ["resnet50", "resnet18", "--fail-if", "speed > 1"],
     ["resnet50", "resnet18:batch=0"], ["resnet50", "resnet18:dtype=int3"], ["resnet50", "nothing"]],
)  # fmt: skip
def test_bad_usage_exits_with_2(arguments):
    assert CliRunner().invoke(app, ["compare", *arguments]).exit_code == 2


def test_a_block_of_its_own():
    result = CliRunner().invoke(
        app, ["block", "resnet50", "Bottleneck", "-p", "width=64", "-i", "256x56x56", "-f", "csv"]
    )
    assert result.exit_code == 0
    params = sum(int(line.split(",")[6]) for line in result.stdout.splitlines()[1:])
    assert params == 69_632 + 2 * (64 + 64 + 256)
    assert CliRunner().invoke(app, ["block", "resnet50", "Nothing", "-i", "256x56x56"]).exit_code == 1
    assert (
        CliRunner()
        .invoke(app, ["block", "unet", "Up", "-p", "out=512", "-i", "1024x28x28", "-i", "skip=512x64x64"])
        .exit_code
        == 0
    )


@pytest.mark.parametrize("several", ["HEAD..HEAD", "HEAD...HEAD", "^HEAD", "HEAD^@", "HEAD^!", "HEAD^-", "HEAD^-1"])
def test_several_revisions_are_refused(several):
    refused = CliRunner().invoke(app, ["compare", "lenet5", "--against", several])
    assert refused.exit_code == 2
    assert f"'{several}' is not a single revision" in " ".join(refused.output.replace("│", " ").split())
