"""A kind added as CONTRIBUTING says, in a copy of the tree: one class and one line, and everything knows it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import jsonschema
import pytest
import yaml

from .process import ROOT, Outcome

CLASS = '''

@layer
class LogSigmoid(Activation):
    """-log(1 + exp(-x))"""

    name = "log_sigmoid"
    foreign = ("LogSigmoid",)
    flops_formula = counted_as(VALUES, "negation", "exp", "sum", "log", "negation")
'''
DESIGN = """cnnshape: 1
input: [8, 12, 10]
layers:
  - {conv: {out: 8, kernel: 1, act: log_sigmoid}, name: first}
  - {log_sigmoid: null, name: second}
"""


class Tree:
    """A copy of the repository with the kind in it."""

    def __init__(self, root):
        self.root = root
        for name in ("cnnshape", "docs", "architectures"):
            shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        self.add("cnnshape/layers/activation.py", lambda text: text + CLASS)
        self.add("cnnshape/layers/registry.py", lambda text: text.replace(
            "    reshaping.Flatten,", "    activation.LogSigmoid,\n    reshaping.Flatten,"))  # fmt: skip
        (root / "design.yaml").write_text(DESIGN, encoding="utf-8")

    def add(self, path, change):
        file = self.root / path
        before = file.read_text(encoding="utf-8")
        after = change(before)
        assert after != before
        file.write_text(after, encoding="utf-8")

    def python(self, *arguments):
        environment = os.environ | {"PYTHONPATH": str(self.root), "COLUMNS": "120", "NO_COLOR": "1"}
        command = [sys.executable, "-W", "error", *arguments]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, cwd=self.root, env=environment, encoding="utf-8"
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    def run(self, *arguments):
        outcome = self.python("-m", "cnnshape", *arguments)
        assert (outcome.exit_code, outcome.stderr) == (0, "")
        return outcome.stdout


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    return Tree(tmp_path_factory.mktemp("tree"))


def test_the_copy_is_what_runs(tree):
    outcome = tree.python("-c", "import cnnshape; print(cnnshape.__file__)")
    assert outcome.stdout.startswith(str(tree.root))


def test_a_report_counts_the_kind(tree):
    first, follower, second = json.loads(tree.run("summary", "design.yaml", "--format", "json"))["layers"]
    assert [row["kind"] for row in (first, follower, second)] == ["conv", "log_sigmoid", "log_sigmoid"]
    assert follower["flops"] == second["flops"] == 5 * 960


def test_design_rules_see_its_family(tree):
    (finding,) = json.loads(tree.run("check", "design.yaml", "--format", "json"))["diagnostics"]
    assert (finding["name"], finding["line"]) == ("repeated-activation", 5)


def test_the_kind_is_explained(tree):
    text = tree.run("explain", "design.yaml", "second")
    assert "-log(1 + exp(-x))" in text
    assert "4,800" in text


def test_other_tools_answer(tree):
    counts = json.loads(tree.run("reconcile", "design.yaml", "--format", "json"))["counts"]
    unknown = {count["name"] for count in counts if count["unknown"]}
    unsupported = {count["name"] for count in counts if count["unsupported"]}
    assert unknown == {"torchlens", "xla", "onnx-tool"}
    assert unsupported == {"fvcore", "torchscan", "torchscan-flops"}


def test_the_vocabulary_has_the_kind(tree):
    assert "log_sigmoid" in tree.run("layers")
    assert "5 per value" in tree.run("layers", "log_sigmoid")


def test_the_schema_has_the_kind(tree):
    schema = json.loads(tree.run("schema"))
    jsonschema.validate(yaml.safe_load(DESIGN), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(yaml.safe_load(DESIGN.replace("log_sigmoid:", "log_sigmod:")), schema)


def test_the_docs_have_the_kind(tree):
    outcome = tree.python("docs/generate.py", "docs/kinds.md")
    assert outcome.exit_code == 0, outcome.stderr
    page = (tree.root / "docs" / "kinds.md").read_text(encoding="utf-8")
    assert "### log_sigmoid\n\n-log(1 + exp(-x))\n" in page
    assert "5 per value" in page.partition("### log_sigmoid")[2]
