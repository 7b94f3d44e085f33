"""The folder of parts, by itself: what is in it at any moment is whole or not there."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

np = pytest.importorskip("numpy")

from cnnshape.diagnostics.refusal import Refusal  # noqa: E402 -- numpy is there
from cnnshape.study.sweep.folder import Folder  # noqa: E402
from cnnshape.study.sweep.goals import Points  # noqa: E402
from cnnshape.study.sweep.tally import Tally  # noqa: E402

DESCRIBED = {"cnnshape": "1", "space": [["param", "width", ["1"]]], "where": [], "format": "csv"}


def tally(designs: int) -> Tally:
    nothing = Points(np.zeros((0, 1), dtype=np.int64), np.arange(0), np.arange(0))
    return Tally(designs, 0, (), {}, None, None, nothing, {})


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path / "designs.csv", DESCRIBED)
    made.open(resume=False)
    return made


def finished(folder: Folder) -> dict[int, int]:
    return {number: tally.designs for number, tally in folder.finished(10)}


def test_parts_come_back_in_order(folder: Folder) -> None:
    for number in (5, 2, 0):
        folder.add(number, tally(number + 1), b"x" * number)
    assert finished(folder) == {0: 1, 2: 3, 5: 6}
    assert list(finished(folder)) == [0, 2, 5]
    assert folder.rows_of(5).read_bytes() == b"xxxxx"
    assert {path.name for path in folder.path.iterdir()} == {
        "manifest.json", "000000.csv", "000000.json", "000002.csv", "000002.json", "000005.csv", "000005.json",
    }  # fmt: skip


def test_a_part_is_replaced_as_a_whole(folder: Folder) -> None:
    folder.add(1, tally(3), b"abc")
    folder.add(1, tally(3), b"abc")
    assert finished(folder) == {1: 3}


def test_rows_without_their_tally_are_no_part(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    save = folder.save

    def failing(name: str, data: bytes) -> None:
        if name.endswith(".json"):
            raise OSError(28, "No space left on device", name)
        save(name, data)

    monkeypatch.setattr(folder, "save", failing)
    with pytest.raises(OSError, match="No space"):
        folder.add(1, tally(3), b"abc")
    assert finished(folder) == {}
    assert not folder.has_parts()


@pytest.mark.parametrize("number", [28, 27, 30, 122])
def test_a_write_that_fails_names_its_file_and_leaves_nothing(
    number: int, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk, a file too large, a disk that became read-only, a quota."""

    def failing(self: Path, data: bytes) -> None:
        with self.open("wb") as file:
            file.write(data[:1])
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "write_bytes", failing)
    with pytest.raises(OSError) as error:
        folder.add(3, tally(1), b"abc")
    assert error.value.errno == number
    assert error.value.filename == str(folder.path / "000003.csv")
    assert [path.name for path in folder.path.iterdir()] == ["manifest.json"]


def test_a_sweep_without_parts_begins_again(tmp_path: Path, folder: Folder) -> None:
    other = Folder(tmp_path / "designs.csv", {**DESCRIBED, "where": ["params < 3"]})
    assert not other.is_seen()
    other.open(resume=False)
    assert other.is_seen()
    assert not folder.is_seen()


def test_an_unfinished_sweep_needs_resume(tmp_path: Path, folder: Folder) -> None:
    folder.add(0, tally(1), b"")
    with pytest.raises(Refusal, match="has an unfinished sweep"):
        Folder(tmp_path / "designs.csv", DESCRIBED).open(resume=False)
    Folder(tmp_path / "designs.csv", DESCRIBED).open(resume=True)
    assert finished(folder) == {0: 1}


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"cnnshape": "2"}, "the release of cnnshape differs"),
        ({"where": ["params < 3"]}, "`--where` differs"),
        ({"where": ["params < 3"], "cnnshape": "2"}, "the release of cnnshape and `--where` differs"),
        ({"format": "parquet"}, "the format differs"),
        ({"something": 1}, "`--something` differs"),
    ],
)
def test_another_sweep_is_told_apart(changes: dict[str, object], what: str, tmp_path: Path, folder: Folder) -> None:
    folder.add(0, tally(1), b"")
    with pytest.raises(Refusal) as refused:
        Folder(tmp_path / "designs.csv", {**DESCRIBED, **changes}).open(resume=True)
    assert what in refused.value.reason
    assert "remove the folder to start again" in refused.value.reason


def test_a_description_survives_its_file(folder: Folder) -> None:
    assert json.loads((folder.path / "manifest.json").read_text()) == DESCRIBED
    # Tuples become lists in JSON, which is no difference.
    assert Folder(folder.output, {**DESCRIBED, "where": ()}).is_seen()


def test_a_machine_without_the_folder_does_not_see_it(tmp_path: Path) -> None:
    assert not Folder(tmp_path / "none" / "designs.csv", DESCRIBED).is_seen()


def test_it_is_removed_at_the_end(folder: Folder) -> None:
    folder.add(0, tally(1), b"")
    folder.remove()
    assert list(folder.output.parent.iterdir()) == []
