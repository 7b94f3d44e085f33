"""Which designs are compared with a revision: in folders, renamed, linked, extended, in submodules, with any names."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from cnnshape.cli import against
from tests.against import Repository, net
from tests.command import run


def compared(*arguments: str, code: int = 0) -> dict[str, Any]:
    """The review of `designs`, or of what the arguments name, as data."""
    done = run("compare", *(arguments or ("designs",)), "--against", "HEAD", "--format", "json")
    assert done.exit_code == code, done.stderr
    return json.loads(done.stdout)


def statuses(*arguments: str, code: int = 0) -> dict[str, str]:
    return {design["design"]: design["status"] for design in compared(*arguments, code=code)["designs"]}


def test_a_folder_has_changed_new_and_removed_designs(repository: Repository) -> None:
    names = {f"designs/{name}.yaml": net(name=name) for name in ("equal", "changed", "gone")}
    repository.commit(**names, **{"designs/deep/gone.yml": net(), "designs/notes.yaml": "a: 1\n", "other.yaml": net()})
    repository.write("designs/changed.yaml", net(9))
    repository.write("designs/new/new.yaml", net(3))
    repository.write("other.yaml", net(5))
    for name in ("designs/gone.yaml", "designs/deep/gone.yml", "designs/notes.yaml"):
        (repository.folder / name).unlink()
    expected = {
        "designs/changed.yaml": "changed",
        "designs/deep/gone.yml": "removed",
        "designs/gone.yaml": "removed",
        "designs/new/new.yaml": "added",
    }
    assert statuses() == expected
    assert compared()["equal"] == 1
    assert statuses("designs", "other.yaml") == {**expected, "other.yaml": "changed"}
    assert list(statuses("designs", "designs/")) == list(expected)


def test_figures_are_those_of_both_versions(repository: Repository) -> None:
    repository.commit(**{"designs/net.yaml": net(8)})
    repository.write("designs/net.yaml", net(10))
    (design,) = compared()["designs"]
    assert design["figures"]["params"] == [8 * 28, 10 * 28]
    assert design["figures"]["macs"] == [8 * 27 * 49, 10 * 27 * 49]
    assert design["receptive_fields"] == ["3x3", "3x3"]
    assert design["headline"] == "+25.0 % MACs, +25.0 % params"
    (change,) = design["changes"]
    assert (change["change"], change["params"]) == ("changed", 2 * 28)


@pytest.mark.parametrize("pattern", ["designs/*.yaml", "**/*.yaml", "d*", "designs/[gn]*"])
def test_a_pattern_matches_removed_designs(repository: Repository, pattern: str) -> None:
    repository.commit(**{"designs/gone.yaml": net(), "designs/net.yaml": net(), "other/a.yml": net()})
    (repository.folder / "designs" / "gone.yaml").unlink()
    assert statuses(pattern) == {"designs/gone.yaml": "removed"}


def test_one_part_of_a_pattern_is_one_folder(repository: Repository) -> None:
    repository.commit(**{name: net() for name in ("a/gone.yaml", "a/b/gone.yaml", "a/.hidden/gone.yaml", "keep.yaml")})
    for name in ("a/gone.yaml", "a/b/gone.yaml", "a/.hidden/gone.yaml"):
        (repository.folder / name).unlink()
    (repository.folder / "a").mkdir(exist_ok=True)
    assert set(statuses("*/*.yaml")) == {"a/gone.yaml"}
    assert set(statuses("a/**/*.yaml")) == {"a/gone.yaml", "a/b/gone.yaml"}
    assert set(statuses(".")) == {"./a/gone.yaml", "./a/b/gone.yaml"}


def test_a_file_and_a_folder_may_be_gone_as_a_whole(repository: Repository) -> None:
    repository.commit(**{"designs/gone.yaml": net(), "keep.txt": ""})
    (repository.folder / "designs" / "gone.yaml").unlink()
    (repository.folder / "designs").rmdir()
    assert statuses("designs/gone.yaml") == statuses("designs") == {"designs/gone.yaml": "removed"}


def test_what_is_no_design_any_more_is_removed(repository: Repository) -> None:
    repository.commit(**{"designs/net.yaml": net(), "designs/values.yaml": "a: 1\n"})
    repository.write("designs/net.yaml", "replicas: 3\n")
    repository.write("designs/values.yaml", "a: 2\n")
    assert statuses() == {"designs/net.yaml": "removed"}


@pytest.mark.parametrize("staged", [True, False])
def test_a_renamed_design_is_compared_with_its_old_self(repository: Repository, staged: bool) -> None:
    long = net() + "".join(f"  - conv: {{out: {out}, kernel: 1}}\n" for out in range(20, 40))
    repository.commit(**{"designs/old.yaml": long, "designs/same.yaml": net(7)})
    (repository.folder / "designs" / "old.yaml").rename(repository.folder / "designs" / "moved.yaml")
    (repository.folder / "designs" / "same.yaml").rename(repository.folder / "designs" / "again.yaml")
    if staged:
        repository.write("designs/moved.yaml", long + "  - relu\n")
        repository.git("add", "-A")
        (design,) = compared()["designs"]
        assert (design["design"], design["moved_from"]) == ("designs/moved.yaml", "designs/old.yaml")
        assert design["figures"]["layers"] == [21, 22]
    assert compared()["equal"] == 2 - staged


def test_a_design_that_moves_into_the_folder_is_not_new(repository: Repository) -> None:
    repository.commit(**{"elsewhere/net.yaml": net(), "designs/other.yaml": net(4, "Other", 5)})
    repository.git("mv", "elsewhere/net.yaml", "designs/net.yaml")
    assert (statuses(), compared()["equal"]) == ({}, 2)


def test_copies_of_removed_designs_are_paired_one_to_one(repository: Repository) -> None:
    repository.commit(**{name: net() for name in ("designs/a.yaml", "designs/b.yaml", "designs/c.yaml")})
    for old, new in (("a", "x"), ("b", "y")):
        (repository.folder / "designs" / f"{old}.yaml").rename(repository.folder / "designs" / f"{new}.yaml")
    repository.write("designs/z.yaml", net())
    assert (statuses(), compared()["equal"]) == ({"designs/z.yaml": "added"}, 3)


def test_each_setting_of_a_removed_or_renamed_file_is_a_design(repository: Repository) -> None:
    repository.commit(**{"net.yaml": net()})
    (repository.folder / "net.yaml").unlink()
    sides = ("net.yaml:batch=2", "net.yaml:batch=3")
    assert statuses(*sides) == dict.fromkeys(sides, "removed")
    repository.write("new.yaml", net())
    assert compared("new.yaml:batch=2", "new.yaml:batch=3", "net.yaml")["equal"] == 2


def test_a_design_that_was_another_file_is_new(repository: Repository) -> None:
    """Git takes any similar file for the old one."""
    comments = "".join(f"# key{number}: value\n" for number in range(40))
    repository.commit(**{"values.yaml": f"{comments}a: 1\n"})
    repository.git("mv", "values.yaml", "net.yaml")
    repository.write("net.yaml", net() + comments)
    repository.git("add", "-A")
    assert repository.git("diff", "-M", "--name-status", "HEAD").startswith("R")
    assert statuses(".") == {"./net.yaml": "added"}


def test_a_design_without_the_mark_may_be_renamed_too(repository: Repository) -> None:
    bare = net().replace("cnnshape: 1\n", "") + "".join(f"  - conv: {{out: {out}, kernel: 1}}\n" for out in range(30))
    bare = bare.replace("out: 0", "out: 40")
    repository.commit(**{"old.yaml": bare})
    repository.git("mv", "old.yaml", "new.yaml")
    repository.write("new.yaml", bare + "  - relu\n")
    (design,) = compared("new.yaml")["designs"]
    assert (design["status"], design["moved_from"]) == ("changed", "old.yaml")


def test_a_changed_base_changes_the_designs_that_extend_it(repository: Repository) -> None:
    base = "cnnshape: 1\ninput: [3, 9, 9]\nparams: {out: 4}\nlayers:\n  - conv: {out: out, kernel: 3}\n"
    repository.commit(
        **{
            "parts/base.txt": base,
            "designs/child.yaml": "cnnshape: 1\nextends: ../parts/base.txt\nparams: {out: 5}\n",
            "designs/grandchild.yaml": "cnnshape: 1\nextends: child.yaml\nparams: {out: 6}\n",
            "designs/other.yaml": net(),
        }
    )
    repository.write("parts/base.txt", base.replace("kernel: 3", "kernel: 5"))
    figures = {design["design"]: design["figures"]["params"] for design in compared()["designs"]}
    expected = {"child": 5, "grandchild": 6}
    assert figures == {f"designs/{name}.yaml": [out * 28, out * 76] for name, out in expected.items()}


def test_what_is_unchanged_is_not_examined(repository: Repository) -> None:
    repository.commit(**{f"designs/{number}.yaml": net(number + 1) for number in range(9)})
    repository.write("designs/3.yaml", net(40))
    with patch.object(against, "examine", wraps=against.examine) as examined:
        compared()
    names = [call.args[0].source.name for call in examined.call_args_list]
    assert names == ["HEAD:designs/3.yaml", "designs/3.yaml"]


@pytest.mark.parametrize(
    "text",
    [net().replace("\n", "\r\n"), "# a comment\n" + net(), net(name="Another")],
    ids=["Windows", "comment", "name"],
)
def test_what_changes_nothing_is_equal(repository: Repository, text: str) -> None:
    repository.commit(**{"designs/net.yaml": net()})
    repository.write("designs/net.yaml", text)
    assert compared()["designs"] == []


def test_windows_lines_alone_are_not_examined(repository: Repository) -> None:
    repository.commit(**{"designs/net.yaml": net()})
    repository.write("designs/net.yaml", net().replace("\n", "\r\n"))
    with patch.object(against, "examine") as examined:
        assert compared()["equal"] == 1
    examined.assert_not_called()


NAMES = ["with space.yaml", "größe 模型.yaml", "a'b\"c.yaml", "a;b&c|d.yaml", "-dash.yaml", "a:b=c.yaml", "[x].yaml", "new\nline.yaml", "\udcff.yaml"]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_any_name_is_a_name(repository: Repository, name: str) -> None:
    repository.commit(**{f"designs/{name}": net()})
    repository.write(f"designs/{name}", net(9))
    shown = f"designs/{name}".replace("\n", "\\n").replace("\udcff", "\\udcff")
    assert statuses() == statuses(f"designs/{name}") == {shown: "changed"}
    (repository.folder / "designs" / name).unlink()
    assert statuses() == {shown: "removed"}


def test_a_link_is_a_design_that_changes_with_its_target(repository: Repository) -> None:
    repository.commit(**{"parts/a.yaml": net(), "parts/b.yaml": net(5)})
    (repository.folder / "designs").mkdir()
    link = repository.folder / "designs" / "link.yaml"
    link.symlink_to("../parts/a.yaml")
    repository.commit()
    assert (statuses(), compared()["equal"]) == ({}, 1)
    repository.write("parts/a.yaml", net(9))
    assert statuses() == {"designs/link.yaml": "changed"}
    repository.write("parts/a.yaml", net())
    link.unlink()
    link.symlink_to("../parts/b.yaml")
    (design,) = compared()["designs"]
    assert design["figures"]["params"] == [8 * 28, 5 * 28]


def test_a_linked_folder_is_the_folder(repository: Repository) -> None:
    repository.commit(**{"real/net.yaml": net(), "real/gone.yaml": net(4, kernel=5)})
    (repository.folder / "designs").symlink_to("real")
    repository.write("real/net.yaml", net(9))
    (repository.folder / "real" / "gone.yaml").unlink()
    assert statuses() == {"designs/net.yaml": "changed", "designs/gone.yaml": "removed"}


def test_a_link_out_of_the_repository_is_broken_in_the_revision(repository: Repository, tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text(net())
    (repository.folder / "designs").mkdir()
    (repository.folder / "designs" / "link.yaml").symlink_to(outside)
    repository.commit()
    (design,) = compared()["designs"]
    assert "leads to no file of the repository" in design["problems"]["old"][0]["message"]
    assert (design["problems"]["new"], design["figures"]["params"]) == ([], [None, 8 * 28])


def test_a_base_outside_the_repository_is_the_same_in_both_versions(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(net())
    repository.commit(**{"designs/net.yaml": "cnnshape: 1\nextends: ../../base.yaml\n"})
    assert statuses() == {}
    repository.write("designs/net.yaml", "cnnshape: 1\nextends: ../../base.yaml\ninput: [4, 9, 9]\n")
    assert statuses() == {"designs/net.yaml": "changed"}


@pytest.fixture
def submodule(repository: Repository, tmp_path: Path) -> Repository:
    """A repository with a submodule `designs/sub` whose designs have changed since."""
    library = Repository(tmp_path / "library")
    library.commit(**{"net.yaml": net(), "base.yaml": net(2), "gone.yaml": net(4, kernel=5)})
    repository.commit(**{"designs/own.yaml": "cnnshape: 1\nextends: sub/base.yaml\n"})
    repository.git("submodule", "add", "-q", str(library.folder), "designs/sub")
    repository.commit()
    inner = Repository(repository.folder / "designs" / "sub")
    (inner.folder / "gone.yaml").unlink()
    inner.commit(**{"net.yaml": net(9), "base.yaml": net(3)})
    return repository


@pytest.mark.usefixtures("submodule")
def test_a_submodule_is_compared_with_the_recorded_commit() -> None:
    figures = {design["design"]: design["figures"]["params"] for design in compared()["designs"]}
    assert figures == {
        "designs/own.yaml": [2 * 28, 3 * 28],
        "designs/sub/base.yaml": [2 * 28, 3 * 28],
        "designs/sub/gone.yaml": [4 * 76, None],
        "designs/sub/net.yaml": [8 * 28, 9 * 28],
    }


def test_a_submodule_without_the_commit_says_so(submodule: Repository) -> None:
    commit = submodule.git("rev-parse", "HEAD:designs/sub").strip()
    (blob,) = submodule.folder.glob(f".git/modules/**/objects/{commit[:2]}/{commit[2:]}")
    blob.unlink()
    designs = {design["design"]: design for design in compared()["designs"]}
    (problem,) = designs["designs/sub/net.yaml"]["problems"]["old"]
    assert f"lacks commit {commit[:10]}" in problem["message"]
    assert "`git -C designs/sub fetch`" in problem["message"]


def test_settings_and_blocks_are_of_both_versions(repository: Repository) -> None:
    text = (
        "cnnshape: 1\ninput: [3, 9, 9]\nparams: {out: 4}\nblocks:\n  Unit:\n    params: {out: required}\n    do:\n"
        "      - conv: {out: out, kernel: 3}\nlayers:\n  - Unit: out\n"
    )
    repository.commit(**{"net.yaml": text})
    repository.write("net.yaml", text.replace("kernel: 3", "kernel: 5"))
    sides = ("net.yaml:out=6", "net.yaml:batch=2", "net.yaml@Unit:out=2:input=1x9x9")
    data = {design["design"]: design["figures"] for design in compared(*sides)["designs"]}
    assert data["net.yaml:out=6"]["params"] == [6 * 28, 6 * 76]
    assert data["net.yaml:batch=2"]["macs"] == [2 * 4 * 27 * 49, 2 * 4 * 75 * 25]
    assert data["net.yaml@Unit:out=2:input=1x9x9"]["params"] == [2 * 10, 2 * 26]
    refused = run("compare", ".:out=3", "--against", "HEAD")
    assert refused.exit_code == 2
    assert "settings and blocks are of one file" in " ".join(refused.stderr.split())


def test_variants_are_designs_too(repository: Repository) -> None:
    text = net().replace("layers:", "params: {out: 8}\nvariants: {wide: {out: 16}, gone: {out: 2}}\nlayers:")
    text = text.replace("{out: 8, k", "{out: out, k")
    repository.commit(**{"net.yaml": text})
    repository.write("net.yaml", text.replace("wide: {out: 16}", "wide: {out: 32}").replace("gone", "new"))
    data = {design["design"]: design for design in compared("net.yaml")["designs"]}
    assert {label: design["status"] for label, design in data.items()} == {
        "net.yaml:variant=wide": "changed",
        "net.yaml:variant=new": "added",
        "net.yaml:variant=gone": "removed",
    }
    assert data["net.yaml:variant=wide"]["figures"]["params"] == [16 * 28, 32 * 28]
    assert data["net.yaml:variant=wide"]["name"] == "Net (wide)"


BROKEN = net().replace("conv", "cnov")


def test_designs_with_errors_are_shown_and_the_rest_is_compared(repository: Repository) -> None:
    repository.commit(**{"designs/breaks.yaml": net(), "designs/heals.yaml": BROKEN, "designs/net.yaml": net(3)})
    repository.write("designs/breaks.yaml", BROKEN)
    repository.write("designs/heals.yaml", net())
    repository.write("designs/net.yaml", net(4))
    repository.write("designs/starts.yaml", BROKEN)
    data = {design["design"]: design for design in compared(code=1)["designs"]}
    broken = {label: [len(problems) for problems in design["problems"].values()] for label, design in data.items()}
    assert broken == {
        "designs/breaks.yaml": [0, 1],
        "designs/heals.yaml": [1, 0],
        "designs/net.yaml": [0, 0],
        "designs/starts.yaml": [0, 1],
    }
    assert data["designs/heals.yaml"]["problems"]["old"][0]["file"] == "HEAD:designs/heals.yaml"
    assert data["designs/net.yaml"]["status"] == "changed"
    shown = run("compare", "designs", "--against", "HEAD").stderr
    assert all(f" --> {place}:5:5" in shown for place in ("HEAD:designs/heals.yaml", "designs/breaks.yaml"))
    assert run("compare", "designs/heals.yaml", "--against", "HEAD").exit_code == 0


def test_an_error_of_a_shared_base_names_the_revision(repository: Repository) -> None:
    repository.commit(**{"base.yaml": BROKEN, "net.yaml": "cnnshape: 1\nextends: base.yaml\n"})
    repository.write("base.yaml", net())
    (design,) = compared("net.yaml")["designs"]
    (problem,) = design["problems"]["old"]
    assert (problem["file"], problem["line"]) == ("HEAD:./base.yaml", 5)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_file_that_cannot_be_read_exits_with_2(repository: Repository) -> None:
    repository.commit(**{"net.yaml": net()})
    repository.write("net.yaml", net(9)).chmod(0)
    assert run("compare", "net.yaml", "--against", "HEAD").exit_code == 2


def test_a_dangling_link_exits_with_2(repository: Repository) -> None:
    repository.commit(**{"net.yaml": net()})
    (repository.folder / "net.yaml").unlink()
    (repository.folder / "net.yaml").symlink_to("nowhere")
    done = run("compare", "net.yaml", "--against", "HEAD")
    assert (done.exit_code, "can't read the file" in done.stderr) == (2, True)


def test_no_design_is_overwritten_by_the_output(repository: Repository) -> None:
    repository.commit(**{"designs/net.yaml": net(), "designs/equal.yaml": net()})
    repository.write("designs/net.yaml", net(9))
    for name in ("net", "equal"):
        done = run("compare", "designs", "--against", "HEAD", "-o", f"designs/{name}.yaml")
        assert (done.exit_code, "is an input of this command" in " ".join(done.stderr.split())) == (2, True)
    assert (repository.folder / "designs" / "net.yaml").read_text() == net(9)


def test_a_design_without_a_name_is_called_by_its_file(repository: Repository) -> None:
    unnamed = net().replace("name: Net\n", "")
    repository.commit(**{"designs/net.yaml": unnamed, "designs/gone.yaml": unnamed})
    repository.write("designs/net.yaml", unnamed.replace("8", "9"))
    (repository.folder / "designs" / "gone.yaml").unlink()
    assert {design["name"] for design in compared()["designs"]} == {"net", "gone"}


def test_only_connections_may_differ(repository: Repository) -> None:
    text = (
        "cnnshape: 1\ninput: [4, 9, 9]\nlayers:\n  - {conv: {out: 4, kernel: 1}, name: a}\n"
        "  - {conv: {out: 4, kernel: 1}, name: b}\n  - {conv: {out: 4, kernel: 1}, name: c}\n"
        "  - {add: [a, c], name: d}\n"
    )
    repository.commit(**{"net.yaml": text})
    repository.write("net.yaml", text.replace("[a, c]", "[b, c]"))
    (design,) = compared("net.yaml")["designs"]
    assert design["status"] == "changed"
    assert design["figures"]["macs"][0] == design["figures"]["macs"][1]
    repository.write("net.yaml", text.replace("name: a", "name: z").replace("[a, c]", "[z, c]"))
    assert statuses("net.yaml") == {}
