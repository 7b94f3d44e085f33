"""Small designs with the code that they become. `with` are other values of params: the code has the design's counts there.

`python -m tests.export.test_torch_cases` writes the code again: look at the difference.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

from cnnshape.api.overrides import options
from cnnshape.export.torch import structured_torch, to_flat_torch, to_torch
from cnnshape.export.torch.proof import same_network
from cnnshape.graph import Options
from tests.export.exported import counts_of, expected, inputs_of, made, shapes_of, source_of

CASES = sorted(Path(__file__).with_name("cases").glob("*.yaml"))
needs_torch = pytest.mark.skipif(find_spec("torch") is None, reason="PyTorch runs the code")


def read(path: Path) -> dict[str, Any]:
    case: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return case


def with_params(params: dict[str, Any]) -> Options:
    return options(params, "", None, None)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_code(path: Path) -> None:
    case = read(path)
    source = source_of(case["spec"])
    assert to_torch(source) == case["code"]
    structured = structured_torch(source)
    assert (structured == case["code"]) == case["kept"]
    assert same_network(case["code"], to_flat_torch(source), "Net")


@needs_torch
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_code_runs(path: Path) -> None:
    case = read(path)
    examination = source_of(case["spec"]).examination
    counts, shapes = expected(examination)
    module = made(case["code"])
    assert counts_of(module) == counts
    assert shapes_of(module, inputs_of(examination)) == shapes


@needs_torch
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_params_are_open(path: Path) -> None:
    case = read(path)
    for params in case["with"]:
        examination = source_of(case["spec"], with_params(params)).examination
        counts, shapes = expected(examination)
        module = made(case["code"], **{{"lambda": "lambda_"}.get(name, name): value for name, value in params.items()})
        assert counts_of(module) == counts
        assert shapes_of(module, inputs_of(examination)) == shapes


def test_a_param_that_is_fixed_is_no_argument() -> None:
    codes = {path.stem: read(path)["code"] for path in CASES}
    assert "aux" not in codes["conditional_output"]
    assert "pool:" not in codes["never"]
    assert "width: int = 8" in codes["never"]


def write() -> None:
    """Writes the code of all cases."""
    for path in CASES:
        text = path.read_text(encoding="utf-8")
        code = to_torch(source_of(read(path)["spec"]))
        indented = "".join(f"  {line}\n" if line else "\n" for line in code.splitlines())
        path.write_text(f"{text[: text.index('code: |')]}code: |\n{indented}", encoding="utf-8")


if __name__ == "__main__":
    write()
    sys.stdout.write(f"{len(CASES)} cases written\n")
