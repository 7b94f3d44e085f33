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
PLAIN = "plain"
"""The folder whose files have a schema of three plain keys, which is not ours."""
_NUMBERS = {"type": "object", "properties": {"x": {"type": "integer"}, "y": {"type": "integer"}}}
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
    plain = folder / "plain.schema.json"
    keys = {"o": _NUMBERS, "l": {"type": "array", "items": _NUMBERS}}
    plain.write_text(json.dumps({"type": "object", "properties": keys}), encoding="utf-8")
    server = Server(program, {ANY: general, OWN: own, PLAIN: plain})
    yield server
    server.stop()
