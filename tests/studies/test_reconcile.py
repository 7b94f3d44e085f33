"""Rules that count like other tools: what these print to the unit, and terms that sum to the difference."""

import csv
import json
import re
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from typer.testing import CliRunner

import cnnshape
from cnnshape.cli.app import app
from cnnshape.layers import BY_NAME as KINDS
from cnnshape.render.reconcile import plain, to_json, to_markdown
from cnnshape.source import shipped_names, shipped_path
from cnnshape.study.counting.registry import BY_NAME, RULES
from cnnshape.study.counting.rule import Quantity
from cnnshape.study.reconcile import reconcile

# What the tools themselves printed, each in the version that its rule names, run on networks written in plain PyTorch
# 2.13.0 and flax (tests/oracles/peers_torch.py, peers_jax.py). Those of ResNet-50 were also measured, apart from this
# project, on torchvision 0.28's module, and equal these.
PRINTED = """
                  resnet50     resnet18     vgg16        mobilenet_v2
conv-linear       4089184256   1814073344   15470264320  300774272
conv              4087136256   1813561344   15346630656  299494272
torch             8178368512   3628146688   30940528640  601548544
calflops          8211108352   3636250112   30973778432  614967488
calflops-macs     4089184256   1814073344   15470264320  300774272
deepspeed         8211108352   3636250112   30973778432  614967488
deepspeed-meta    8215204352   3637274112   31221045760  617527488
ptflops           4132436968   1825313768   15523225576  320362728
ptflops-modules   4121925096   1822177768   15503523304  320300008
ptflops-aten      4089185256   1814074344   15483821032  300775272
torchinfo         4089238376   1814083944   15483821032  300809384
torchinfo-memory  177831744    39747392     108453696    106857792
torchinfo-params  25557032     11689512     138357544    3504872
fvcore            4111512576   1819065856   15470289408  314193216
torchscan         4111916032   1819467776   15471844864  314194496
torchscan-flops   8221876096   3638342528   30955673088  633893856
thop              4133742592   1824033792   15470314496  327550720
ultralytics-thop  4133742592   1824033792   15470314496  327550720
torchlens         8249769960   3644254184   30970743272  641327560
xla               7946727424   3372934912   29971351552  631912640
onnx-tool         4450761704   1895963624   15503523304  520292552
onnx-tool-params  25610152     11699112     138357544    3538984
flax-params       25610152     11699112     138357544    3538984
keras             -            -            138357544    3538984
"""
NETWORKS = PRINTED.split("\n")[1].split()
FIGURES = {
    rule: {network: int(figure) for network, figure in zip(NETWORKS, figures, strict=True) if figure != "-"}
    for rule, *figures in map(str.split, PRINTED.split("\n")[2:-1])
}

# Figures that a tool or a table prints rounded.
ROUNDED = [
    ("resnet50", "conv-linear", 10**9, "4.089"),  # torchvision 0.28, weights metadata: GFLOPS
    ("vgg16", "conv-linear", 10**9, "15.47"),
    ("mobilenet_v2", "conv-linear", 10**9, "0.301"),
    ("vgg16", "conv", 10**9, "15.3"),  # He et al. (2015), section 3.3: "15.3 billion FLOPs" of VGG-16
    ("resnet50", "torchsummary", 2**20, "286.56"),
    ("resnet18", "torchsummary", 2**20, "62.79"),
    ("vgg16", "torchsummary", 2**20, "218.78"),
    ("mobilenet_v2", "torchsummary", 2**20, "152.88"),
    ("resnet50", "torchinfo-memory", 10**6, "177.83"),
    ("resnet50", "torchlens", 10**9, "8.25"),
    ("resnet50", "onnx-tool", 10**6, "4450.8"),
]


def of(report, *names):
    reconciled = reconcile(report, [BY_NAME[name] for name in names] or RULES)
    return {count.rule.name: count for count in reconciled.counts}


def shipped(network, **options):
    return cnnshape.analyze(cnnshape.load(shipped_path(network)), **options)


def step(text, shape=(8, 12, 10), more=""):
    return cnnshape.analyze(cnnshape.load(f"input: {list(shape)}\nlayers:\n  - {text}\n{more}"))


@pytest.mark.parametrize("network", NETWORKS)
def test_rules_give_what_the_tools_print(network):
    printed = {rule: figures[network] for rule, figures in FIGURES.items() if network in figures}
    reconciled = of(shipped(network), *printed)
    assert {rule: count.value for rule, count in reconciled.items()} == printed


def test_every_rule_has_printed_figures():
    assert {*FIGURES, *(rule for _, rule, _, _ in ROUNDED)} == set(BY_NAME)


@pytest.mark.parametrize(("network", "rule", "unit", "text"), ROUNDED)
def test_a_rule_gives_what_is_printed_rounded(network, rule, unit, text):
    decimals = len(text.partition(".")[2])
    assert f"{of(shipped(network), rule)[rule].value / unit:.{decimals}f}" == text


def test_the_paper_counts_another_design():
    """He et al. (2015), table 1, print 3.8e9 for ResNet-50, with the stride on the 1x1."""
    assert of(shipped("resnet50", variant="original"), "conv-linear")["conv-linear"].value == 3_857_973_248


def test_keras_counts_another_design():
    """keras.applications.ResNet50 (Keras 3.15.1): 25,636,712. Each of its convolutions has a bias: 26,560 more."""
    text = shipped_path("resnet50").read_text(encoding="utf-8").partition("expect:")[0]
    biased = text.replace("conv: {", "conv: {bias: true, ").replace("conv:\n", "conv:\n              bias: true\n")
    report = cnnshape.analyze(cnnshape.load(biased), variant="original")
    assert of(report, "keras")["keras"].value == 25_636_712
    assert report.totals.params - shipped("resnet50").totals.params == 26_560


@pytest.mark.parametrize("network", shipped_names())
def test_terms_lead_from_our_figure_to_the_tools(network):
    report = shipped(network)
    for count in reconcile(report).counts:
        assert count.ours == getattr(report.totals, count.rule.quantity.value)
        if count.value is None:
            assert count.unknown
            assert not count.terms
        else:
            assert count.ours + sum(term.amount for term in count.terms) == count.value
            assert all(term.amount for term in count.terms)
            assert not count.unknown


# Steps for kinds that need arguments.
STEPS = {
    "conv": "{out: 6, kernel: 3}",
    "conv_transpose": "{out: 6, kernel: 2}",
    "linear": "7",
    "attention": "{query: input, key: input, value: input}",
    "blur_pool": "3",
    "max_unpool": "{kernel: 2, pool: input}",
    "evo_norm": "4",
    "rescale": "2",
    "max_pool": "2",
    "avg_pool": "2",
    "adaptive_avg_pool": "5",
    "adaptive_max_pool": "5",
    "group_norm": "4",
    "reshape": "[4, 24, 10]",
    "pad": "1",
    "crop": "1",
    "upsample": "2",
    "pixel_shuffle": "2",
    "pixel_unshuffle": "2",
    "channel_shuffle": "2",
    "split": "{parts: 2, take: 0}",
    "slice": "4",
    "subsample": "2",
    "pad_channels": "2",
    "lstm": "6",
    "gru": "{out: 6, biases: 1}",
    "opaque": "{output: [4, 6, 5], params: 9, macs: 99}",
    "add": "{one: [], two: []}",
    "concat": "{one: [], two: []}",
    "multiply": "{one: [], two: []}",
    "subtract": "{one: [], two: []}",
    "average": "{one: [], two: []}",
    "maximum": "{one: [], two: []}",
}


SHAPES = {"linear": (8,), "lstm": (8, 12), "gru": (8, 12)}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_kind_is_counted_or_marked(kind):
    if kind.startswith("roi_"):
        text = f"input: {{image: [8, 12, 10], rois: {{boxes: 3}}}}\nlayers:\n  - {kind}: {{size: 7, boxes: rois}}\n"
        report = cnnshape.analyze(cnnshape.load(text))
    else:
        report = step(f"{kind}: {STEPS[kind]}" if kind in STEPS else kind, SHAPES.get(kind, (8, 12, 10)))
    for count in reconcile(report).counts:
        assert (count.value is None) == bool(count.unknown)
        assert count.value is None or count.value >= 0
        assert not count.unsupported or count.value == 0


def test_a_region_pool_is_unknown_to_tools_that_would_see_it():
    reconciled = of(shipped("fast_rcnn"))
    assert reconciled["fvcore"].unknown == ("roi_pool",)
    assert reconciled["fvcore"].value is None
    assert reconciled["conv-linear"].value == reconciled["conv-linear"].ours


def test_unsupported_kinds_are_named():
    assert of(shipped("resnet50"))["fvcore"].unsupported == ("max_pool", "add")
    assert of(shipped("mobilenet_v2"))["fvcore"].unsupported == ("relu6", "add")


def test_shared_weights_work_twice_and_are_kept_once():
    text = "input: [8, 12, 10]\nlayers:\n  - {conv: {out: 8, kernel: 1, norm: batch_norm}, name: a}\n"
    once = of(cnnshape.analyze(cnnshape.load(text)))
    twice = of(cnnshape.analyze(cnnshape.load(text + "  - {conv: {out: 8, kernel: 1, norm: batch_norm}, share: a}\n")))
    for name in ("keras", "flax-params", "onnx-tool-params"):
        assert twice[name].value == once[name].value
    for name in ("torchinfo", "torchinfo-memory", "fvcore"):
        assert twice[name].value == 2 * once[name].value


axis = st.tuples(st.integers(1, 12), st.integers(1, 5), st.integers(1, 4), st.integers(1, 3), st.integers(0, 4))


# What XLA's cost analysis gives for three tensors of 8x12x10 in flax 0.12.8, measured by tests/oracles/peers_jax.py.
XLA_JOINS = {"add": 1920, "multiply": 1920, "subtract": 1920, "average": 2880, "maximum": 1920}


@pytest.mark.parametrize("kind", XLA_JOINS)
def test_xla_counts_an_instruction_for_each_join_of_two(kind):
    report = step(f"{kind}: {{one: [], two: [], three: []}}")
    (count,) = (count for count in reconcile(report).counts if count.rule.name == "xla")
    assert count.value == XLA_JOINS[kind]


@given(axis)
def test_taps_on_padding_are_left_out(drawn):
    size, kernel, stride, dilation, padding = drawn
    assume(size + 2 * padding > dilation * (kernel - 1))
    conv = (
        f"conv: {{out: 2, kernel: {kernel}, stride: {stride}, dilation: {dilation}, padding: {padding}, bias: false}}"
    )
    report = step(conv, (3, size))
    taps = [
        start * stride + tap * dilation - padding for start in range(report.rows[-1].output[1]) for tap in range(kernel)
    ]
    inside = sum(0 <= cell < size for cell in taps)
    parts = [part for tally in BY_NAME["xla"].tally(report) for part in tally.parts]
    assert sum(part.amount for part in parts) == 2 * 2 * 3 * inside


def test_tools_count_one_sample_in_float32():
    for options in ({"batch": 2}, {"dtype": "float16"}):
        with pytest.raises(ValueError, match="one sample"):
            reconcile(shipped("lenet5", **options))
    typed = "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 3}\n    dtype: int8\n  - relu"
    with pytest.raises(ValueError, match="float32"):
        reconcile(cnnshape.analyze(typed))
    counts = [cnnshape.reconcile(text).counts for text in (typed, typed.replace("dtype: int8", "frozen: true"))]
    assert [count.value for count in counts[0]] == [count.value for count in counts[1]]


# Other networks, and other ways to write one


def variants_of(name, *options):
    return json.loads(CliRunner().invoke(app, ["reconcile", name, "--format", "json", *options]).stdout)["variants"]


def test_the_network_of_the_paper_is_named_with_its_command():
    """He et al. (2015), table 1: 3.8e9."""
    (paper,) = variants_of("resnet50")
    assert paper["command"] == "cnnshape reconcile resnet50 --variant original"
    assert f"{paper['macs'] / 1e9:.2f}" == "3.86"
    text = CliRunner().invoke(app, paper["command"].split()[1:]).stdout
    assert f"MACs: ours {paper['macs']:,}" in text
    assert variants_of("resnet50", "--variant", "original") == []


@pytest.mark.parametrize("network", shipped_names())
def test_every_variant_with_other_figures_is_named(network):
    spec = cnnshape.load(shipped_path(network)).spec
    assert spec is not None
    if not spec.variants:
        return
    own = shipped(network).totals
    reports = {one.name.text: shipped(network, variant=one.name.text).totals for one in spec.variants}
    expected = {name: (totals.macs, totals.params) for name, totals in reports.items()}
    expected = {name: pair for name, pair in expected.items() if pair != (own.macs, own.params)}
    assert {one["name"]: (one["macs"], one["params"]) for one in variants_of(network)} == expected


PUBLISHED = Path(__file__).parents[1] / "architectures" / "published.csv"


with PUBLISHED.open(newline="", encoding="utf-8") as file:
    OF_VARIANTS = [row for row in csv.DictReader(file) if row["variant"]]


@pytest.mark.parametrize("network", sorted({row["network"] for row in OF_VARIANTS}))
def test_a_published_figure_of_a_variant_names_it(network):
    """At the input of the spec, each published figure that isn't ours has its variant and its command beside it."""
    report = shipped(network)
    given = "x".join(map(str, next(iter(report.inputs.values())).shape))
    rows = [row for row in OF_VARIANTS if row["network"] == network and row["input"] in ("", given)]
    named = {one["name"]: one for one in variants_of(network)}
    assert rows
    for row in rows:
        stated = {key: int(row[key]) for key in ("params", "macs") if row[key]}
        if all(getattr(report.totals, key) == figure for key, figure in stated.items()):
            assert row["variant"] not in named
            continue
        assert {key: named[row["variant"]][key] for key in stated} == stated
        assert named[row["variant"]]["command"] == f"cnnshape reconcile {network} --variant {row['variant']}"


@pytest.mark.parametrize(("scale", "shape"), [(2, (3, 10, 10)), (3, (5, 4, 6))])
def test_ptflops_counts_a_functional_interpolation_once(scale, shape):
    """ptflops 0.7.5 hooks the module and patches the function that the module calls: the function alone is one count."""
    values = shape[0] * shape[1] * shape[2] * scale**2
    reconciled = of(step(f"upsample: {scale}", shape), "ptflops", "ptflops-modules", "ptflops-aten")
    counts = {name: (count.value, count.functional) for name, count in reconciled.items()}
    assert counts == {"ptflops": (2 * values, values), "ptflops-modules": (values, 0), "ptflops-aten": (0, None)}
    text = plain(reconcile(step(f"upsample: {scale}", shape), [BY_NAME["ptflops"]]))
    assert f"{values:,} if the network calls `interpolate` as a function" in text


def test_nothing_is_said_of_interpolation_where_there_is_none():
    assert [count.functional for count in reconcile(shipped("resnet18")).counts] == [None] * len(RULES)
    assert "interpolate" not in plain(reconcile(shipped("resnet18")))


def test_markdown_names_variants_and_functions(tmp_path):
    (tmp_path / "up.yaml").write_text("cnnshape: 1\ninput: [3, 4, 4]\nlayers: [{upsample: 2}]\n", encoding="utf-8")
    arguments = ["reconcile", str(tmp_path / "up.yaml"), "--tool", "ptflops", "--format", "markdown"]
    assert "192 if the network calls" in CliRunner().invoke(app, arguments).stdout
    text = CliRunner().invoke(app, ["reconcile", "resnet50", "--tool", "conv", "--format", "markdown"]).stdout
    assert "--variant original" in text.splitlines()[-1]


# What is printed


@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize("network", ["resnet50", "fast_rcnn", "vgg16"])
def test_the_text_keeps_to_the_width_and_its_numbers_whole(network, width):
    reconciled = reconcile(shipped(network))
    text = plain(reconciled, width)
    assert {f"{count.value:,}" for count in reconciled.counts if count.value} <= set(re.findall(r"[\d,]+", text))
    if width >= 60:
        assert [line for line in text.splitlines()[1:] if len(line) > width] == []


def test_a_ledger_adds_up_as_it_is_printed():
    result = CliRunner().invoke(app, ["reconcile", "resnet50", "--tool", "torchscan-flops"])
    _, _, ledger = result.stdout.partition("our FLOPs")
    *terms, total = [
        int(number.replace(",", "")) for number in re.findall(r" {2,}([+-]?[\d,]{3,})$", ledger, re.MULTILINE)
    ]
    assert sum(terms) == total == FIGURES["torchscan-flops"]["resnet50"]


def test_json_holds_exact_numbers_and_terms():
    reconciled = reconcile(shipped("resnet18"))
    data = json.loads(to_json(reconciled))
    assert data["version"] == 1
    assert len(data["counts"]) == len(RULES)
    for count in data["counts"]:
        assert count["value"] - count["ours"] == count["difference"] == sum(term["amount"] for term in count["terms"])
        assert count["quantity"] in {quantity.value for quantity in Quantity}


def test_markdown_escapes_names():
    text = to_markdown(reconcile(shipped("resnet18"), [BY_NAME["fvcore"]]))
    assert "| batch\\_norm: 2 per value | +4,967,424 |" in text


def test_csv_has_a_line_for_each_rule():
    result = CliRunner().invoke(app, ["reconcile", "vgg16", "--format", "csv"])
    header, *lines = result.stdout.splitlines()
    rows = [dict(zip(header.split(","), line.split(","), strict=False)) for line in lines if '"' not in line]
    assert len(lines) == len(RULES)
    assert {row["name"]: row["value"] for row in rows}["fvcore"] == str(FIGURES["fvcore"]["vgg16"])


@pytest.mark.parametrize(
    "arguments",
    [
        ["reconcile", "resnet18", "--tool", "fvcor"],
        ["summary", "resnet18", "--count", "fvcor"],
        ["summary", "resnet18", "--count", "fvcore", "--batch", "2"],
        ["summary", "resnet18", "--count", "fvcore", "--format", "json"],
    ],
)
def test_what_cannot_be_counted_is_a_usage_error(arguments):
    assert CliRunner().invoke(app, arguments).exit_code == 2


@pytest.mark.parametrize("rule", ["fvcore", "xla", "torchsummary", "torchinfo", "keras"])
@pytest.mark.parametrize("options", [[], ["--expand"], ["--columns", "layer"]])
def test_the_column_of_a_tool_sums_to_its_figure(rule, options):
    result = CliRunner().invoke(app, ["summary", "resnet18", "--count", rule, *options])
    count = of(shipped("resnet18"), rule)[rule]
    lines = result.stdout.splitlines()
    rules = [index for index, line in enumerate(lines) if line and not line.strip("-")]
    assert lines[rules[1] + 1].split()[0] == "total"
    assert lines[rules[1] + 1].split()[-1] == f"{count.value:,}"
    cells = [int(line.split()[-1].replace(",", "")) for line in lines[rules[0] + 1 : rules[1]] if line[0] != " "]
    rounding = sum(term.amount for term in count.terms if term.theirs == "rounding")
    assert sum(cells) + rounding == count.value
    assert f"as {count.rule.tool} {count.rule.version} counts" in result.stdout


def test_what_is_unknown_is_said_in_the_column():
    result = CliRunner().invoke(app, ["summary", "fast_rcnn", "--count", "thop", "--expand"])
    assert re.search(r"^roi_pool .* unknown$", result.stdout, re.MULTILINE)
    assert "Unknown for roi_pool" in result.stdout
