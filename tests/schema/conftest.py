"""One yaml-language-server for all tests of a run. It is installed where `CI` is set."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import cnnshape
from cnnshape.render.schema import to_schema
from tests.schema.server import ANY, Server

OWN = "own"
"""The folder whose files have the schema of `OWN_FILE`."""
_COLORS = {"enum": ["red", "rose"]}
_SIDES = {"enum": ["left", "right"]}
_VALUES = {"color": _COLORS, "side": _SIDES, "n": {}}
_NAMES = {"type": "object", "propertyNames": {"enum": list(_VALUES)}}
PLAIN = {
    "properties": {"type": "object", "properties": _VALUES},
    "properties and names": {**_NAMES, "properties": _VALUES},
    "properties in allOf": {**_NAMES, "allOf": [{"properties": _VALUES}]},
    "properties in anyOf": {"anyOf": [_NAMES, {"type": "object", "properties": _VALUES}]},
    "properties in not": {**_NAMES, "not": {"not": {"properties": _VALUES}}},
    "properties in if": {**_NAMES, "if": {"required": ["color"]}, "then": {"properties": _VALUES}},
    "properties of each key": {
        **_NAMES,
        "dependencies": {key: {"properties": {key: value}} for key, value in _VALUES.items()},
    },
    "patterns": {**_NAMES, "patternProperties": {f"^{key}$": value for key, value in _VALUES.items()}},
    "all others": {
        **_NAMES,
        "allOf": [
            {"patternProperties": {"^(?!color$)": {}}, "additionalProperties": _COLORS},
            {"patternProperties": {"^(?!side$)": {}}, "additionalProperties": _SIDES},
        ],
    },
}
"""Schemas of a mapping that has a color, a side and `n`, none of them ours. A folder of each has files with its list `l`."""
OWN_FILE = """\
cnnshape: 1
input: [4, 32, 32]
params: {width: 8}
variants: {wide: {width: 16}}
blocks:
  # Two layers.
  # The second is an activation.
  Unit:
    params:
      out: required  # channels of the output
      stride: 1
    do:
      - {conv: {out: out, kernel: 3, stride: stride, padding: 1}, name: inner}
      - relu
  Plain: {do: [relu]}
layers:
  - {Unit: width, name: stem}
  - {conv: {out: 8, kernel: 1}, name: last_conv}
"""
"""A file with blocks, params, variants and names."""


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    command = ["npm", "install", "--silent", "--prefix", str(folder), "yaml-language-server@2.0.0"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    program = folder / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"
    own = folder / "own.schema.json"
    own.write_text(to_schema([cnnshape.load(OWN_FILE).spec]), encoding="utf-8")
    general = Path(__file__).parents[2] / "docs" / "cnnshape.schema.json"
    plain = {name: folder / f"{name}.schema.json" for name in PLAIN}
    for name, path in plain.items():
        listed = {"properties": {"l": {"type": "array", "items": PLAIN[name]}}}
        path.write_text(json.dumps({"type": "object", **listed}), encoding="utf-8")
    server = Server(program, {ANY: general, OWN: own, **plain})
    yield server
    server.stop()
