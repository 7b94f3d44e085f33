"""The house rules, as far as tools can hold them: format, lint, types, the direction of imports, the public names."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import cnnshape

ROOT = Path(__file__).parent.parent
PYTHON = Path(sys.executable)


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "command",
    [
        pytest.param((PYTHON, "-m", "ruff", "format", "--check", "."), id="format"),
        pytest.param((PYTHON, "-m", "ruff", "check", "."), id="lint"),
        pytest.param((PYTHON, "-m", "mypy"), id="types"),
        pytest.param((PYTHON.with_name("lint-imports"), "--no-cache"), id="imports"),
    ],
)
def test_gate(command):
    result = run(*map(str, command))
    assert result.returncode == 0, result.stdout + result.stderr


def test_public_names():
    assert cnnshape.__all__ == [
        "Design",
        "DesignError",
        "Diagnostic",
        "Report",
        "__version__",
        "analyze",
        "check",
        "load",
    ]


@pytest.mark.parametrize("use", ["", "cnnshape.analyze(cnnshape.load('architectures/lenet5.yaml'))"])
def test_a_program_that_analyzes_imports_no_more_than_that(use):
    unused = {"yaml", "rich", "typer", "click", *(f"cnnshape.{room}" for room in ("lint", "study", "render", "cli"))}
    result = run(sys.executable, "-c", f"import cnnshape, sys\n{use}\nprint(sorted({unused} & set(sys.modules)))")
    assert result.stdout == "[]\n", result.stderr


def test_a_piped_summary_imports_no_more_than_that():
    code = (
        "import atexit, sys; sys.argv = ['cnnshape', 'summary', 'lenet5']\n"
        "unused = {'yaml', 'rich', 'cnnshape.lint', 'cnnshape.study', 'cnnshape.cli.check'}\n"
        "atexit.register(lambda: print(sorted(unused & set(sys.modules)), file=sys.stderr))\n"
        "from cnnshape.cli import main; main()"
    )
    assert run(sys.executable, "-c", code).stderr == "[]\n"


def test_the_gate_runs_what_the_readme_says():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    gate = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    for line in ("python3 -m venv .venv", ".venv/bin/cnnshape summary architectures/resnet50.yaml"):
        assert line in readme
        assert line in gate


def test_the_gate_derives_the_lowest_releases_from_the_project():
    dependencies = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    constraints = run(sys.executable, ".ci/lowest.py").stdout.split()
    assert len(constraints) == len(dependencies)
    for constraint, dependency in zip(constraints, dependencies, strict=True):
        name, version = constraint.split("==")
        assert dependency.startswith(f"{name}>={version}")


def test_the_gate_ends_with_the_whole_suite():
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").strip().split("\n")
    assert lines[-1] == ".venv/bin/python -m pytest"
    assert "set -euo pipefail" in lines
    for words in (".ci/lowest.py", "tests/faces tests/document", 'newest="python3.$minor"'):
        assert any(words in line for line in lines)


LONGEST = 350
"""Lines of a module, at the most; half of all modules are far shorter."""


def lines_of(*patterns: str) -> dict[Path, list[str]]:
    paths = [path for pattern in patterns for path in sorted(ROOT.glob(pattern))]
    return {path: path.read_text(encoding="utf-8").splitlines() for path in paths}


def test_no_module_is_long():
    modules = lines_of("cnnshape/**/*.py")
    assert {str(path.relative_to(ROOT)): len(lines) for path, lines in modules.items() if len(lines) > LONGEST} == {}
    assert sorted(map(len, modules.values()))[len(modules) // 2] <= 100


def test_no_error_of_types_is_ignored():
    mark = "type: " + "ignore"
    assert [path for path, lines in lines_of("cnnshape/**/*.py").items() if any(mark in line for line in lines)] == []


def test_there_are_as_many_lines_of_tests_as_of_code():
    code = sum(map(len, lines_of("cnnshape/**/*.py").values()))
    tests = sum(map(len, lines_of("tests/**/*.py", "tests/**/*.yaml").values()))
    assert tests >= code
