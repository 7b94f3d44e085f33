"""The house rules, as far as tools can hold them: format, lint, types, the direction of imports, the public names."""

import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

import cnnshape
from cnnshape.layers.registry import RARE

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
        "Comparison",
        "Deployment",
        "Design",
        "DesignError",
        "Diagnostic",
        "Diagnostics",
        "Explanation",
        "Memory",
        "Picture",
        "Reconciliation",
        "Region",
        "Report",
        "SizeChain",
        "SizeStudy",
        "Sweep",
        "Trace",
        "Training",
        "__version__",
        "analyze",
        "check",
        "compare",
        "draw",
        "explain",
        "load",
        "memory",
        "receptive_field",
        "reconcile",
        "rf",
        "sizes",
        "sweep",
    ]


def loaded(code: str, *arguments: str) -> set[str]:
    """The modules that a program has imported when it ends."""
    program = (
        f"import atexit, sys; sys.argv = ['cnnshape', *{arguments!r}]\n"
        f"atexit.register(lambda: print(*sys.modules, file=sys.stderr))\n{code}"
    )
    result = run(sys.executable, "-c", program)
    assert result.returncode == 0, result.stderr
    return set(result.stderr.split())


COMMAND = "from cnnshape.cli import main; main()"
SOUND = "architectures/lenet5.yaml"
HEAVY = {
    "yaml", "rich", "difflib", "fractions", "decimal", "json", "tomllib", "numpy", "pyarrow", "cnnshape.arithmetic.tracing",
}  # fmt: skip
"""Modules that take long to import, or that no sound design needs."""
USAGE = {
    "typer",
    "click",
    "inspect",
    "ast",
    "shutil",
    "subprocess",
    "platform",
    "cnnshape.cli.app",
    "cnnshape.cli.examples",
}
"""typer, which prints help and errors of usage, and what it imports."""
ADVICE = {
    "cnnshape.diagnostics.catalogue",
    "cnnshape.document.advice",
    "cnnshape.language.writer",
    "cnnshape.program.foreign_words",
}
"""Modules for designs with problems, or for writing a design."""
RARE_KINDS = {f"cnnshape.layers.{module}" for module in ("complete", *RARE)}
"""Modules for designs with such a kind, or with words of other frameworks."""
JUDGING = {"cnnshape.api.verdict", "cnnshape.lint", "cnnshape.report.budget", "cnnshape.report.expectation"}


def test_importing_the_package_imports_nothing_of_it():
    own = {name for name in loaded("import cnnshape") if name.startswith("cnnshape")}
    assert own == {"cnnshape", "cnnshape.lazy", "cnnshape.version"}


def test_a_program_that_analyzes_imports_no_more_than_that():
    modules = loaded(f"import cnnshape\ncnnshape.analyze(cnnshape.load({SOUND!r}))")
    faces = {"typer", "click", *(f"cnnshape.{room}" for room in ("study", "render", "cli"))}
    assert modules & (HEAVY | ADVICE | JUDGING | RARE_KINDS | faces) == set()


@pytest.mark.parametrize("module", RARE)
def test_a_rare_kind_is_imported_with_its_family_alone(module):
    code = f"from cnnshape.layers import BY_NAME\nassert BY_NAME[{RARE[module].split()[0]!r}].name in BY_NAME"
    assert loaded(code) & RARE_KINDS == {f"cnnshape.layers.{module}"}


def test_a_piped_summary_imports_no_more_than_that():
    modules = loaded(COMMAND, "summary", SOUND)
    assert modules & (HEAVY | USAGE | ADVICE | JUDGING | RARE_KINDS | {"cnnshape.study", "cnnshape.cli.check"}) == set()
    assert len([name for name in modules if name.startswith("cnnshape")]) <= MOST_MODULES


MOST_MODULES = 145
"""Each takes about a tenth of a millisecond at every start."""


def test_help_is_typers():
    assert "typer" in loaded(COMMAND, "summary", "--help")


@pytest.mark.parametrize("words", [["--help"], ["sweep", "--help"], ["sizes", SOUND, "--to", "3"]])
def test_numpy_is_imported_by_sweeps_alone(words):
    assert "numpy" not in loaded(COMMAND, *words)
    names = loaded("import cnnshape\nassert cnnshape.Sweep and cnnshape.sweep")
    assert not names & {"numpy", "pyarrow", "distributed"}


def test_a_sweep_imports_what_it_writes():
    modules = loaded(COMMAND, "sweep", SOUND, "-p", "classes=3,4")
    assert "numpy" in modules
    assert not modules & {"pyarrow", "distributed", "yaml", "rich", "typer"}


def test_a_piped_check_imports_no_more_than_that(tmp_path):
    (tmp_path / "tiny.yaml").write_text(
        "cnnshape: 1\ninput: [3, 8, 8]\nlayers:\n  - conv: {out: 4, kernel: 3}\n  - relu\n"
    )
    modules = loaded(COMMAND, "check", str(tmp_path / "tiny.yaml"))
    unused = {
        *HEAVY,
        *USAGE,
        "cnnshape.study",
        "cnnshape.cli.summary",
        "cnnshape.render.findings.json",
    }
    assert modules & (unused | RARE_KINDS | ADVICE - {"cnnshape.diagnostics.catalogue"}) == set()


@pytest.mark.parametrize("command", ["draw {} -o -", "memory {}", "rf {}", "compare {} {}"])
def test_the_page_of_a_report_is_imported_by_its_command_alone(command):
    page = {"cnnshape.render.report_page", "cnnshape.study.sheet"}
    assert not loaded(COMMAND, *command.format(SOUND, SOUND).split()) & page
    assert page <= loaded(COMMAND, "report", SOUND, "-o", "-")


def test_a_table_of_another_tool_is_not_parsed(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "uses-cnnshape"\n\n[tool.other]\na = 1\n')
    (tmp_path / "tiny.yaml").write_text("cnnshape: 1\ninput: [3, 8, 8]\nlayers:\n  - relu\n")
    assert "tomllib" not in loaded(COMMAND, "check", str(tmp_path / "tiny.yaml"))


LAZY = [
    ".".join(face.parent.relative_to(ROOT).parts)
    for face in sorted((ROOT / "cnnshape").rglob("__init__.py"))
    if "names_of(" in face.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("room", LAZY)
def test_a_lazy_face_gives_all_of_its_names(room):
    face = import_module(room)
    assert all(getattr(face, name) is not None for name in face.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = face.nothing


@pytest.mark.parametrize("room", LAZY)
def test_no_module_has_the_name_of_what_its_lazy_face_gives(room):
    """The module would replace the name as soon as it is imported."""
    modules = {path.stem for path in (ROOT / room.replace(".", "/")).iterdir()}
    assert modules.isdisjoint(import_module(room).__all__)


def test_the_gate_runs_what_the_readme_says():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    gate = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    for line in ("python3 -m venv .venv", ".venv/bin/cnnshape summary architectures/resnet50.yaml"):
        assert line in readme
        assert line in gate


def test_the_gate_derives_the_lowest_releases_from_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    dependencies = [*project["dependencies"], *project["optional-dependencies"]["sweep"]]
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


def test_the_gate_installs_what_pictures_are_measured_with():
    gate = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    tools = ("command -v chromium", "command -v rsvg-convert", "chromium librsvg2-bin fontconfig fonts-liberation")
    assert [gate.count(words) for words in tools] == [1, 1, 1]


LONGEST = 350
"""Lines of a module, at the most; half of all modules are far shorter."""


def lines_of(*patterns: str) -> dict[Path, list[str]]:
    paths = [path for pattern in patterns for path in sorted(ROOT.glob(pattern))]
    return {path: path.read_text(encoding="utf-8", errors="replace").splitlines() for path in paths}


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
