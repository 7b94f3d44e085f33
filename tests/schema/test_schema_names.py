"""The schema of some files: it accepts them, knows their names, and refuses only what `check` refuses."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

import cnnshape
from cnnshape.diagnostics import Severity
from cnnshape.language import Spec
from cnnshape.render.schema import schema
from cnnshape.render.schema_names import OwnBlock, names_of
from tests.command import run
from tests.laws.strategy import specs
from tests.schema.test_schema import GOOD, Core, keys_of


def spec_of(text: str) -> Spec:
    spec = cnnshape.load(text).spec
    assert spec is not None
    return spec


def own_schema(*texts: str) -> dict[str, Any]:
    return schema(names_of([spec_of(text) for text in texts]))


def is_valid(text: str, own: dict[str, Any]) -> bool:
    return Draft7Validator(own).is_valid(yaml.load(text, Core))


def is_refused(text: str) -> bool:
    return any(problem.severity is Severity.ERROR for problem in cnnshape.check(cnnshape.load(text)))


FILE = """\
cnnshape: 1
input: [4, 32, 32]
params: {width: 8, depth: 2}
blocks:
  # Two layers,
  # one of them an activation.
  Unit:
    params:
      out: required  # channels of the output
      # in both directions
      stride: 1 + 1
    do:
      - {conv: {out: out, kernel: 3, stride: stride}, name: inner}
  Plain: {do: [relu]}
layers:
  - {Unit: width, name: stem}
  - {residual: [{relu: , name: deep}], name: joined}
  - {for: {n: [1]}, do: [{relu: , name: lost}], name: looped}
  - {relu: , name: deeper}
"""


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_a_good_file_fits_its_own_schema(path: Path) -> None:
    spec = cnnshape.load(path).spec
    assert spec is not None
    own = schema(names_of([spec]))
    Draft7Validator.check_schema(own)
    errors = Draft7Validator(own).iter_errors(yaml.load(path.read_text(encoding="utf-8"), Core))
    assert [(list(error.absolute_path), error.message) for error in errors] == []


def test_all_shipped_files_fit_one_schema() -> None:
    specs = {path: cnnshape.load(path).spec for path in GOOD}
    own = Draft7Validator(schema(names_of([spec for spec in specs.values() if spec is not None])))
    texts = {path: path.read_text(encoding="utf-8") for path in GOOD}
    assert [path.stem for path, text in texts.items() if not own.is_valid(yaml.load(text, Core))] == []


@settings(deadline=None, max_examples=60)
@given(specs())
def test_a_file_that_check_accepts_fits_its_own_schema(spec) -> None:
    assert is_valid(spec.text, own_schema(spec.text))


WORDS = ["Foo", "Unit", "stride", "relu", "required", "first", "do", "shortcut", "crop", "norm", "for", "add", "none"]


@settings(deadline=None, max_examples=60)
@given(specs(), st.sampled_from(WORDS), st.integers(0, 200))
def test_check_refuses_what_the_own_schema_refuses(spec, word: str, place: int) -> None:
    matches = list(re.finditer(r"[A-Za-z_]\w*", spec.text.partition("\n")[2]))
    start, end = (position + len("cnnshape: 1\n") for position in matches[place % len(matches)].span())
    text = spec.text[:start] + word + spec.text[end:]
    loaded = cnnshape.load(text)
    if loaded.spec is not None and not is_valid(text, schema(names_of([loaded.spec]))):
        assert is_refused(text), text


def test_the_names_of_a_file() -> None:
    names = names_of([spec_of(FILE)])
    assert names.params == ("width", "depth")
    assert names.blocks == {
        "Unit": OwnBlock(
            "Two layers, one of them an activation.",
            {"out": "channels of the output (required)", "stride": "in both directions (default 1 + 1)"},
            ["out"],
            has_main=True,
        ),
        "Plain": OwnBlock("", {}, [], has_main=False),
    }
    whole, unit, plain = names.scopes
    assert whole.tensors == ("prev", "input", "stem", "joined", "deep", "looped", "deeper")
    assert whole.shared == {"Unit": ("stem",), "relu": ("deep", "deeper")}
    assert whole.outputs == ("stem", "joined", "deep", "looped", "deeper")
    assert (unit.owner, unit.tensors, unit.outputs) == ("Unit", ("prev", "inner"), ())
    assert (plain.owner, plain.tensors) == ("Plain", ("prev",))


@pytest.mark.parametrize("name", ["stem", "joined", "deep", "looped", "deeper", "input", "prev"])
def test_check_accepts_the_tensors_at_the_end(name: str) -> None:
    assert name in names_of([spec_of(FILE)]).scopes[0].tensors
    assert not is_refused(f"{FILE}  - {{identity: , from: {name}}}\n")


def test_a_name_of_a_round_is_not_known_after_it() -> None:
    assert is_refused(f"{FILE}  - {{relu: , from: lost}}\n")


OTHER = FILE.replace("      out: required  # channels of the output\n", "      out: 3\n      groups: required\n")


def test_several_files_leave_open_what_one_leaves_open() -> None:
    names = names_of([spec_of(FILE), spec_of(OTHER.replace("stem", "root").replace("Plain", "Simple"))])
    assert names.blocks is not None
    assert set(names.blocks) == {"Unit", "Plain", "Simple"}
    assert names.blocks["Unit"].required == []
    assert set(names.blocks["Unit"].params) == {"out", "groups", "stride"}
    assert {"stem", "root"} <= set(names.scopes[0].tensors)
    assert names.scopes[0].shared["Unit"] == ("stem", "root")


REFUSED = {
    "an unknown block": "Foo: 3",
    "an unknown block alone": "Foo",
    "an unknown block inside": "residual: [{add: {a: [Foo], b: []}}]",
    "an unknown block in a loop": "{for: {n: [1]}, do: [Foo]}",
    "no arguments": "Unit",
    "no required argument": "Unit: {stride: 2}",
    "an unknown argument": "Unit: {out: 3, strides: 2}",
    "an argument for a block without": "Plain: {out: 3}",
    "a value for a block without": "Plain: 3",
    "a mapping as an argument": "Unit: {out: {a: 3}}",
    "no value": "Unit: {out: }",
    "a block beside a kind": "{Unit: 3, relu: }",
    "a companion beside a block": "{Unit: 3, do: []}",
    "first without repeat": "{Unit: 3, first: {stride: 2}}",
    "an unknown argument in first": "{Unit: 3, repeat: 2, first: {strides: 2}}",
}
ACCEPTED = {
    "the main argument": "Unit: 3",
    "an expression": "Unit: width * 2",
    "by name": "Unit: {out: 3, stride: 2}",
    "a block alone": "Plain",
    "a block without a value": "{Plain: }",
    "an empty mapping": "Plain: {}",
    "with modifiers": "{Unit: 3, name: x, from: input, when: 1 == 1, repeat: 2, first: {stride: 1}, frozen: true}",
    "shared weights": "{Unit: width, from: input, share: stem}",
    "in a residual": "residual: [Plain]",
}


@pytest.mark.parametrize("step", REFUSED.values(), ids=REFUSED)
def test_a_wrong_use_of_a_block_is_refused(step: str) -> None:
    text = f"{FILE}  - {step}\n"
    assert is_refused(text)
    assert not is_valid(text, own_schema(FILE))


@pytest.mark.parametrize("step", ACCEPTED.values(), ids=ACCEPTED)
def test_a_right_use_of_a_block_is_accepted(step: str) -> None:
    text = f"{FILE}  - {step}\n"
    assert not is_refused(text)
    assert is_valid(text, own_schema(FILE))


def test_an_unknown_block_is_refused_in_a_block_and_without_blocks() -> None:
    inside = FILE.replace("Plain: {do: [relu]}", "Plain: {do: [Foo]}")
    assert not is_valid(inside, own_schema(FILE))
    assert is_valid(FILE, own_schema(FILE))
    bare = "input: [4, 8, 8]\nlayers: [Foo]\n"
    assert not is_valid(bare, own_schema(bare))


def test_a_file_that_extends_another_one_has_its_params(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(FILE)
    (tmp_path / "own.yaml").write_text("extends: base.yaml\nparams: {width: 3}\noutputs: [stem]\n")
    done = run("schema", str(tmp_path / "own.yaml"))
    own = yaml.safe_load(done.stdout)
    assert set(keys_of(own["properties"]["params"])) == {"width", "depth"}
    assert "stem" in own["properties"]["outputs"]["items"]["examples"]
    assert is_valid((tmp_path / "own.yaml").read_text(), own)


def test_the_command_takes_files_and_folders(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(FILE)
    (tmp_path / "b.yaml").write_text(FILE.replace("Plain", "Simple"))
    given = (["a.yaml"], ["a.yaml", "b.yaml"], ["."])
    one, both, folder = (run("schema", *(str(tmp_path / name) for name in names)) for names in given)
    assert (one.exit_code, both.exit_code, folder.exit_code) == (0, 0, 0)
    assert both.stdout == folder.stdout
    blocks = {"block_Unit", "block_Plain", "block_Simple"}
    assert blocks & set(yaml.safe_load(one.stdout)["definitions"]) == {"block_Unit", "block_Plain"}
    assert blocks <= set(yaml.safe_load(both.stdout)["definitions"])


def test_a_file_with_errors_has_a_schema(tmp_path: Path) -> None:
    """The text of an editor is often unfinished."""
    (tmp_path / "a.yaml").write_text(f"{FILE}  - conv: {{out: , kernel\n")
    done = run("schema", str(tmp_path / "a.yaml"))
    assert done.exit_code == 0
    assert "block_Unit" in done.stdout


@pytest.mark.parametrize("name", ["nothing.yaml", "empty"])
def test_a_file_that_is_not_there_has_none(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    done = run("schema", str(tmp_path / name))
    assert done.exit_code == 2
    assert "definitions" not in done.stdout
