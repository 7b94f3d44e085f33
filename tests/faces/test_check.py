"""`cnnshape check` over several files: what is reported once, which files it names, and what each format shows."""

import json
import os
from glob import glob
from pathlib import Path
from xml.etree import ElementTree

import pytest

from cnnshape.cli.cores import MANY
from cnnshape.cli.files import find_files
from tests.command import run

pytestmark = pytest.mark.usefixtures("empty_folder")

HEAD = "cnnshape: 1\ninput: [4, 8, 8]\n"
GROUPS = HEAD + "blocks: {B: {params: {g: required}, do: [{conv: {out: 4, kernel: 1, groups: g}}]}}\nlayers:\n"


def written(**texts: str) -> None:
    for name, text in texts.items():
        Path(f"{name}.yaml").write_text(text)


def diagnostics_of(*arguments: str) -> list[dict]:
    """The diagnostics of a check."""
    return json.loads(run("check", *arguments, "--format", "json").stdout)["diagnostics"]


def test_a_fault_from_several_places_names_them_all() -> None:
    written(twice=GROUPS + "  - {B: 3, from: input}\n  - {B: 3, from: input}\n")
    (fault,) = diagnostics_of("twice.yaml")
    assert [place["line"] for place in fault["related"] if "given here" in place["text"]] == [5, 6]


def test_a_fault_from_a_great_many_places_counts_the_rest() -> None:
    written(many=GROUPS + "  - {B: 3, from: input}\n" * 20)
    (fault,) = diagnostics_of("many.yaml")
    named = sum("given here" in place["text"] for place in fault["related"])
    assert fault["notes"] == [f"and {20 - named} more of the same kind"]


def test_a_fault_in_several_variants_names_them_all() -> None:
    variants = "params: {g: 1}\nvariants: {a: {g: 3}, b: {g: 3}, c: {g: 2}}\n"
    written(varied=HEAD + variants + "layers:\n  - conv: {out: 4, kernel: 1, groups: g}\n")
    (fault,) = diagnostics_of("varied.yaml")
    assert fault["notes"] == ["in the variant `a`", "in the variant `b`"]


@pytest.mark.parametrize("checked", [["."], ["base.yaml", "deep/own.yaml"], ["deep/own.yaml", "own.yaml"]])
def test_a_broken_base_is_one_fault_by_whatever_name_it_is_reached(checked: list[str]) -> None:
    Path("deep").mkdir()
    written(base=HEAD + "layers: [rellu]\n", own="cnnshape: 1\nextends: base.yaml\n")
    written(**{"deep/own": "cnnshape: 1\nextends: ../base.yaml\n"})
    assert [diagnostic["name"] for diagnostic in diagnostics_of(*checked)] == ["unknown-kind"]


def test_a_param_that_no_file_has_names_the_files() -> None:
    written(one=HEAD + "layers: [relu]\n", two=HEAD + "layers: [relu]\n")
    assert [diagnostic["file"] for diagnostic in diagnostics_of("one.yaml", "two.yaml", "-p", "w=3")] == [
        "one.yaml",
        "two.yaml",
    ]


BROKEN_BASE = {"base": HEAD + "layers: [rellu]\n", "own": "cnnshape: 1\nextends: base.yaml\n"}


@pytest.mark.parametrize("checked", [["own.yaml"], ["base.yaml", "own.yaml"]])
def test_a_file_that_extends_a_broken_one_is_named_and_fails(checked: list[str]) -> None:
    written(**BROKEN_BASE)
    (fault,) = diagnostics_of(*checked)
    assert [(place["file"], place["line"]) for place in fault["related"]] == [("own.yaml", 2)]
    suite = ElementTree.fromstring(run("check", *checked, "--format", "junit").stdout)
    failed = {case.get("name") for case in suite.iter("testcase") if case.find("failure") is not None}
    assert failed == {"base.yaml", "own.yaml"}
    assert "own.yaml:2: extended here" in run("check", *checked, "--format", "github").stdout


def test_a_warning_that_only_one_of_two_files_brings_about_names_it() -> None:
    base = HEAD + "params: {bias: false}\nlayers:\n  - conv: {out: 8, kernel: 3, bias: bias, norm: batch_norm}\n"
    written(base=base, one="extends: base.yaml\n", two="extends: base.yaml\nparams: {bias: true}\n")
    (warning,) = diagnostics_of("base.yaml", "one.yaml", "two.yaml")
    assert (warning["file"], [place["file"] for place in warning["related"]]) == ("base.yaml", ["two.yaml"])


@pytest.mark.parametrize("value", ["[1", "1 +", "{", "a: b: c", "\x07"])
@pytest.mark.parametrize("command", ["check", "summary", "explain", "sizes"])
def test_a_param_that_is_no_value_is_bad_usage(command: str, value: str) -> None:
    written(one=HEAD + "params: {w: 1}\nlayers: [relu]\n")
    outcome = run(command, "one.yaml", "-p", f"w={value}")
    assert (outcome.exit_code, outcome.stdout) == (2, "")
    assert "--> --param w:" in outcome.stderr


def test_a_folder_without_designs_says_what_a_design_is() -> None:
    Path("empty").mkdir()
    outcome = run("check", "empty")
    assert outcome.exit_code == 2
    assert "the folder contains no designs" in outcome.stdout
    assert "a line `cnnshape: 1`" in outcome.stdout
    assert "a folder, not a design" in run("summary", "empty").stderr


UNMARKED = "input: [4, 8, 8]\nlayers:\n"


@pytest.mark.parametrize("steps", ["  - relu\n", "  - Unit: 3\n  - conv: {out: 3}\n", "  - {from: a, linear: 4}\n"])
def test_a_design_of_a_folder_that_does_not_say_so_is_an_error(steps: str) -> None:
    written(marked=HEAD + "layers: [relu]\n", unmarked="name: X\n" + UNMARKED + steps)
    (fault,) = diagnostics_of(".")
    assert (fault["name"], fault["file"], fault["line"]) == ("missing-key", "./unmarked.yaml", 3)
    assert "`cnnshape: 1` at its top" in fault["help"]
    assert run("check", ".").exit_code == 1
    assert checked(".") == ["./marked.yaml", "./unmarked.yaml"]
    assert "not checked" not in run("check", ".").stderr


def test_a_folder_of_designs_that_do_not_say_so_names_them_alone() -> None:
    Path("deep").mkdir()
    written(**{"deep/a": UNMARKED + "  - relu\n", "deep/b": UNMARKED + "  - [\n  - tanh\n"})
    assert [fault["name"] for fault in diagnostics_of("deep")] == ["missing-key", "missing-key"]
    outcome = run("check", "deep")
    assert (outcome.exit_code, "holds no designs" in outcome.stdout) == (1, False)
    assert run("check", "deep", "gone.yaml").exit_code == 2


OTHER = {
    "workflow": "on: [push]\njobs: {a: {steps: []}}\n",
    "map": "layers: {base: {url: relu}}\n",
    "tiles": "layers:\n  - id: water\n    type: fill\n",
    "text": "# layers: of dust\na: 1\n",
    "broken": "layers: [a, {\n",
    "empty": "",
}


def test_other_yaml_files_of_a_folder_are_counted_in_a_line() -> None:
    written(design=HEAD + "layers: [relu]\n", **OTHER)
    outcome = run("check", ".")
    assert (outcome.exit_code, outcome.stdout) == (0, "1 design checked, nothing wrong\n")
    assert outcome.stderr == f"{len(OTHER)} YAML files have no `cnnshape:` line and are not checked\n"
    for name in list(OTHER)[1:]:
        Path(f"{name}.yaml").unlink()
    assert run("check", ".").stderr == "1 YAML file has no `cnnshape:` line and is not checked\n"
    assert run("check", "design.yaml").stderr == ""


def test_a_file_that_is_named_needs_no_mark_also_beside_its_folder() -> None:
    written(own=UNMARKED + "  - relu\n", design=HEAD + "layers: [relu]\n")
    outcome = run("check", ".", "own.yaml")
    assert (outcome.exit_code, outcome.stdout, outcome.stderr) == (0, "2 designs checked, nothing wrong\n", "")


def test_files_in_folders_that_are_passed_over_are_not_counted() -> None:
    for folder in (".github", "node_modules"):
        Path(folder).mkdir()
        written(**{f"{folder}/a": UNMARKED + "  - relu\n"})
    written(design=HEAD + "layers: [relu]\n")
    outcome = run("check", ".")
    assert (outcome.exit_code, outcome.stderr) == (0, "")


def checked(*arguments: str) -> list[str]:
    return json.loads(run("check", *arguments, "--format", "json").stdout)["checked"]


def test_a_file_is_checked_once_by_whatever_name() -> None:
    Path("deep").mkdir()
    written(a=HEAD + "layers: [relu]\n")
    Path("folder").symlink_to(".")
    names = ["a.yaml", "./a.yaml", "deep/../a.yaml", str(Path("a.yaml").absolute()), "folder/a.yaml", "*.yaml", "."]
    assert [checked(*names), checked(*names[1:3])] == [["a.yaml"], ["./a.yaml"]]


def test_a_link_to_a_file_in_another_folder_is_a_design_of_its_own() -> None:
    """What it extends is found from where the link is."""
    Path("deep").mkdir()
    written(base=HEAD + "layers: [relu]\n", own="cnnshape: 1\nextends: base.yaml\n")
    Path("deep/own.yaml").symlink_to("../own.yaml")
    assert [diagnostic["name"] for diagnostic in diagnostics_of("own.yaml", "deep/own.yaml")] == ["bad-extends"]


def test_a_pattern_follows_no_links_in_circles() -> None:
    Path("d/e/f").mkdir(parents=True)
    written(**dict.fromkeys(("top", "d/a", "d/e/b", "d/e/f/c"), HEAD + "layers: [relu]\n"))
    for number in range(3):
        Path(f"d/link{number}").symlink_to(".")
    assert checked("d/**/*.yaml") == ["d/a.yaml", "d/e/b.yaml", "d/e/f/c.yaml"]


@pytest.mark.parametrize(
    "pattern",
    ["**/*.yaml", "./**/*.yaml", "d/**/*.yaml", "**/e/**/*.yaml", "*/**/c.yaml", "**/a.yaml", "**/[[]x]/*.yaml",
     "d**/*.yaml", "**/**/*.yaml", "d//**/*.yaml", "d/../**/f/*.yaml", "no/**/*.yaml", "**/.hidden.yaml"],
)  # fmt: skip
def test_a_pattern_matches_what_it_does_in_a_shell(pattern: str) -> None:
    for name in ("a", "d/a", "d/e/b", "d/e/f/c", "d/[x]/q", ".h/a", "d/.hidden", "d/e/.g/h"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        written(**{name: HEAD + "layers: [relu]\n"})
    expected = {os.path.realpath(name) for name in glob(pattern, recursive=True) if Path(name).is_file()}  # noqa: PTH207
    assert {os.path.realpath(name) for name in find_files([pattern]).files} == expected


@pytest.mark.parametrize("format", ["full", "concise", "json", "github", "gitlab", "sarif", "junit"])
def test_one_process_and_many_say_the_same(monkeypatch, format: str) -> None:
    written(**BROKEN_BASE, twice=GROUPS + "  - {B: 3, from: input}\n  - {B: 3, from: input}\n")
    written(**{f"own{number}": f"extends: base.yaml\nname: own {number}\n" for number in range(12)})
    written(**{f"net{number}": HEAD + "layers:\n  - relu\n  - relu\n" for number in range(12)})
    names = sorted(map(str, Path().glob("*.yaml")))
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    seen = []
    for many in (1, 1000):
        monkeypatch.setattr("cnnshape.cli.cores.MANY", many)
        seen.append(run("check", *names, "nothing.yaml", "--format", format))
    assert seen[0] == seen[1]
    assert seen[0].exit_code == 2


def test_a_system_that_starts_no_processes_checks_in_this_one(monkeypatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(38, "Function not implemented")

    for number in range(MANY + 1):
        written(**{f"d{number}": HEAD + "layers:\n  - conv: {out: 3, krenel: 1}\n"})
    monkeypatch.setattr("concurrent.futures.ProcessPoolExecutor", refused)
    assert len(diagnostics_of(*(f"d{number}.yaml" for number in range(MANY + 1)))) == MANY + 1
