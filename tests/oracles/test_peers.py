"""The real tools as the oracle of the rules that count like them: on four networks, and on single layers.

Each tool that is installed runs in a process of its own (`peers_torch.py`, `peers_jax.py`), on networks written in
plain PyTorch and flax. Where a tool fails on a layer, its rule must not claim to know what it counts.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pytest

import cnnshape
from cnnshape import Report
from cnnshape.layers import BY_NAME as KINDS
from cnnshape.study.counting.registry import BY_NAME, RULES
from cnnshape.study.counting.rule import Mark
from cnnshape.study.reconcile import Count, reconcile
from tests.outside.answers import ANSWERS
from tests.studies.test_shared import shared

HERE = Path(__file__).parent
ARCHITECTURES = HERE.parents[1] / "architectures"
MIB = 2**20


class Tool(NamedTuple):
    """A tool: the distribution and module that it comes in, and the script that runs it."""

    name: str
    distribution: str
    module: str
    script: str


RENAMED = {"ultralytics-thop": "thop"}
TORCH = [
    Tool(name, name, RENAMED.get(name, name.replace("-", "_")), "peers_torch.py")
    for name in (
        "torch", "calflops", "deepspeed", "ptflops", "torchinfo", "fvcore", "torchscan", "thop", "ultralytics-thop",
        "torchlens", "onnx-tool", "torchsummary",
    )
]  # fmt: skip
TOOLS = [*TORCH, Tool("flax", "flax", "flax", "peers_jax.py"), Tool("keras", "keras", "keras", "peers_jax.py")]
CONVENTIONS = {"conv-linear", "conv"}


def versions(tool: Tool) -> set[str]:
    """The versions that rules of a tool were measured with."""
    return {rule.version for rule in RULES if rules_of(tool, rule.name)}


def rules_of(tool: Tool, rule: str) -> bool:
    if tool.name == "flax":
        return rule in ("xla", "flax-params")
    return rule == tool.name or (rule.startswith(f"{tool.name}-") and rule not in RENAMED)


def figures(tool: Tool) -> Mapping[str, Any]:
    """What the tool prints; skips where it isn't installed, or isn't the version of our rules."""
    try:
        installed = version(tool.distribution)
    except PackageNotFoundError:
        pytest.skip(f"{tool.distribution} is not installed")
    if find_spec(tool.module) is None or (tool.name == "thop" and replaced_thop()):
        pytest.skip(f"{tool.distribution} is hidden by another package")
    if not any(installed.startswith(version) for version in versions(tool)):
        pytest.skip(f"{tool.distribution} {installed} is not the version that our rule is of")
    with TemporaryDirectory() as folder:
        file = Path(folder, "figures.json")
        command = [sys.executable, "-W", "ignore", str(HERE / tool.script), tool.module, str(file)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        printed: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return printed


def replaced_thop() -> bool:
    """ultralytics-thop installs itself under the name of thop."""
    try:
        version("ultralytics-thop")
    except PackageNotFoundError:
        return False
    return True


def counts(report: Report) -> dict[str, Count]:
    return {count.rule.name: count for count in reconcile(report).counts}


def network(name: str) -> Report:
    if name == "keras_resnet50":
        return keras_resnet50()
    return cnnshape.analyze(cnnshape.load(ARCHITECTURES / f"{name}.yaml"))


def keras_resnet50() -> Report:
    """Keras' ResNet-50 is another design: each convolution has a bias, and the stride is on the 1x1."""
    text = (ARCHITECTURES / "resnet50.yaml").read_text(encoding="utf-8").partition("expect:")[0]
    biased = text.replace("conv: {", "conv: {bias: true, ").replace("conv:\n", "conv:\n              bias: true\n")
    return cnnshape.analyze(cnnshape.load(biased), variant="original")


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_rules_count_to_the_unit_what_the_tool_prints(tool: Tool) -> None:
    measured = figures(tool)
    assert measured["networks"]
    wrong = [problem for name, printed in measured["networks"].items() for problem in misjudged(tool, name, printed)]
    for step, shape, printed in measured["layers"]:
        report = cnnshape.analyze(cnnshape.load(f"input: {shape}\nlayers:\n  - {step}\n"))
        wrong += judged(tool, f"{step} on {shape}", report, printed)
    for layers, step, shape, printed in measured.get("shared", ()):
        wrong += judged(tool, f"{layers} of {step}", shared(layers, step, tuple(shape)), printed)
    wrong += [
        problem for kind, printed in measured.get("outside", {}).items() for problem in misanswered(tool, kind, printed)
    ]
    if measured["layers"]:
        wrong += unmeasured(tool, {step.partition(":")[0] for step, _, _ in measured["layers"]})
    assert not wrong, "\n".join(["", *wrong])


def misjudged(tool: Tool, name: str, printed: Mapping[str, Any]) -> list[str]:
    """Where a rule says something else of a network than the tool; all four are known."""
    known = counts(network(name))
    lacking = [f"{rule}: {name} is unknown" for rule in printed if known[rule_name(tool, rule)].value is None]
    return lacking or judged(tool, name, network(name), printed) + ([] if printed else [f"the tool fails on {name}"])


def judged(tool: Tool, what: str, report: Report, printed: Mapping[str, Any]) -> list[str]:
    """Where the rules of a tool say something else than the tool does; what it fails on, they must not know."""
    known = counts(report)
    if not printed:
        claimed = [name for name, count in known.items() if rules_of(tool, name) and not count.unknown]
        return [f"{name}: {what}: the tool fails, the rule says {known[name].value}" for name in claimed]
    said = {name: count for name in printed if not (count := known[rule_name(tool, name)]).unknown}
    return [
        f"{name}: {what}: the tool says {printed[name]}, the rule {stated(name, count)}"
        for name, count in said.items()
        if printed[name] != stated(name, count)
    ]


def misanswered(tool: Tool, kind: str, printed: Mapping[str, Any]) -> list[str]:
    """Where a family's answer for a kind from outside of the package is not what the tool prints."""
    answers = {name: ANSWERS[rule_name(tool, name)][kind] for name in printed}
    return [
        f"{name}: {kind}: the tool says {printed[name]}, the family {said}"
        for name, said in answers.items()
        if said != "?" and printed[name] != answered(name, said)
    ]


def answered(name: str, said: str) -> object:
    """An answer of the table in the form of the tool's."""
    if name.endswith(":unsupported"):
        return said == "-"
    return 0 if said == "-" else int(said)


def stated(name: str, count: Count) -> object:
    """A rule's answer in the form of the tool's."""
    if name.endswith(":unsupported"):
        return bool(count.unsupported)
    assert count.value is not None
    return f"{count.value / MIB:.2f}" if name == "torchsummary" else count.value


def rule_name(tool: Tool, name: str) -> str:
    """Our name of a figure; the scripts name thop's after the module."""
    return tool.name if name == "thop" else name.partition(":")[0]


def unmeasured(tool: Tool, measured: set[str]) -> list[str]:
    """Kinds that a rule answers for though the tool wasn't seen to count them."""
    unmeasured_kinds = []
    for rule in (rule for rule in RULES if rules_of(tool, rule.name) and rule.by_kind):
        known = {kind for kind in KINDS if kind not in measured and not unknown_to(rule.name, kind)}
        unmeasured_kinds += [
            f"{rule.name}: {kind} is not measured" for kind in known - NOT_WRITTEN.get(tool.name, set())
        ]
    return unmeasured_kinds


# What flax writes as plain array operations, or not at all; and what torchinfo counts by its parameters, of which it has
# none.
NOT_WRITTEN = {"flax": {"drop_path", "identity", "reshape"}, "torchinfo": {"roi_pool", "roi_align"}}


def unknown_to(rule: str, kind: str) -> bool:
    step = {"roi_pool": "{size: 7, boxes: rois}", "roi_align": "{size: 7, boxes: rois}"}.get(kind)
    if step is not None:
        text = f"input: {{image: [8, 12, 10], rois: {{boxes: 3}}}}\nlayers:\n  - {kind}: {step}\n"
    else:
        text = f"input: [8, 12, 10]\nlayers:\n  - {STEPS.get(kind, kind)}\n"
    tallies = BY_NAME[rule].tally(cnnshape.analyze(cnnshape.load(text)))
    return any(tally.mark is Mark.UNKNOWN for tally in tallies)


STEPS = {
    "lstm": "reshape: [96, 10]\n  - lstm: 6",
    "gru": "reshape: [96, 10]\n  - gru: 6",
    "opaque": "opaque: {output: [4], params: 3, macs: 5}",
    "conv_transpose": "conv_transpose: {out: 6, kernel: 2}",
    "adaptive_max_pool": "adaptive_max_pool: 5",
    "attention": "attention: {query: input, key: input, value: input}",
    "blur_pool": "blur_pool: 3",
    "max_unpool": "max_unpool: {kernel: 2, pool: input}",
    "group_norm": "group_norm: 4",
    "evo_norm": "evo_norm: 4",
    "rescale": "rescale: 2",
    "pad": "pad: 1",
    "upsample": "upsample: 2",
    "pixel_shuffle": "pixel_shuffle: 2",
    "pixel_unshuffle": "pixel_unshuffle: 2",
    "channel_shuffle": "channel_shuffle: 2",
    "pad_channels": "pad_channels: {after: 2}",
    "reshape": "reshape: [4, 24, 10]",
}


def test_every_tool_has_rules_and_every_rule_a_tool() -> None:
    for tool in TOOLS:
        assert versions(tool), tool.name
    alone = {rule.name for rule in RULES if not any(rules_of(tool, rule.name) for tool in TOOLS)}
    assert alone == CONVENTIONS
