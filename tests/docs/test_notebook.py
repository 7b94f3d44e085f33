"""The notebook of the documentation: its outputs are those of its cells, here and in Jupyter where that is installed."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import generate
import notebook_page
import pytest

from cnnshape.lazy import MOST_SIGNS
from cnnshape.render.faces.report import MOST_LINES
from tests.html_page import read

PATH = generate.DOCS / "notebook.ipynb"
NOTEBOOK = json.loads(PATH.read_text(encoding="utf-8"))
CODE = [cell for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code"]
PROSE = [cell for cell in NOTEBOOK["cells"] if cell["cell_type"] == "markdown"]


def results(cell: dict[str, Any]) -> list[dict[str, Any]]:
    return [output["data"] for output in cell["outputs"] if output["output_type"] == "execute_result"]


def test_it_is_one_of_the_generated_pages() -> None:
    """So `test_a_page_is_up_to_date` runs its cells and compares what they show."""
    assert PATH in generate.WHOLE
    assert generate.page(PATH) == PATH.read_text(encoding="utf-8")


def test_it_is_a_notebook_as_jupyter_saves_it() -> None:
    assert (NOTEBOOK["nbformat"], NOTEBOOK["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in NOTEBOOK["cells"]]
    assert len(set(ids)) == len(ids) and all(re.fullmatch(r"[A-Za-z0-9_-]{1,64}", own) for own in ids)
    assert notebook_page.written(NOTEBOOK) == PATH.read_text(encoding="utf-8")
    assert [cell["execution_count"] for cell in CODE] == list(range(1, len(CODE) + 1))


def test_every_cell_shows_something_and_has_words_before_it() -> None:
    kinds = [cell["cell_type"] for cell in NOTEBOOK["cells"]]
    assert kinds[0] == "markdown" and kinds.count("code") >= 10
    assert all(cell["outputs"] for cell in CODE)
    assert all(cell["metadata"] == {} for cell in NOTEBOOK["cells"])


def test_it_shows_every_kind_of_study_as_html() -> None:
    shown = {
        re.sub(r"\W.*", "", "".join(data["text/plain"]).lstrip("<"))
        for cell in CODE
        for data in results(cell)
        if "text/html" in data
    }
    assert {"Design", "Diagnostics", "Comparison", "Explanation", "SizeChain", "Region", "SizeStudy", "Memory"} <= shown
    for cell in CODE:
        for data in results(cell):
            assert not read("".join(data.get("text/html", []))).all("script")


def test_no_output_depends_on_the_machine() -> None:
    text = PATH.read_text(encoding="utf-8")
    assert str(generate.ROOT) not in text and "/tmp" not in text and " at 0x" not in text


def test_figures_in_its_words_are_those_of_its_outputs() -> None:
    """Twice the width has almost four times the parameters, twice the size about four times the MACs."""
    (cell,) = [cell for cell in CODE if "for width in" in "".join(cell["source"])]
    numbers = [int(line.split()[1]) for line in cell["outputs"][0]["text"]]
    widths, sizes = numbers[:3], numbers[3:]
    assert all(3.6 < more / less < 4 for less, more in pairwise(widths))
    assert all(abs(more / less - 4) < 0.01 for less, more in pairwise(sizes))


def test_the_page_of_the_api_states_the_limits() -> None:
    page = (generate.DOCS / "python.md").read_text(encoding="utf-8")
    assert f"more than {MOST_LINES} lines" in page
    assert f"less than {MOST_SIGNS + 40} characters" in page


# The page that runs it


def made(tmp_path: Path, *sources: str) -> Path:
    cells = [
        {"cell_type": "code", "id": str(number), "metadata": {}, "source": notebook_page.lines(source)}
        for number, source in enumerate(sources)
    ]
    path = tmp_path / "made.ipynb"
    path.write_text(
        notebook_page.written({"cells": [*PROSE[:1], *cells], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    )
    return path


def outputs(path: Path) -> list[list[dict[str, Any]]]:
    return [
        cell["outputs"] for cell in json.loads(notebook_page.executed(path))["cells"] if cell["cell_type"] == "code"
    ]


def test_cells_share_their_names_and_show_their_last_value(tmp_path: Path) -> None:
    printed, nothing, value, both, shown = outputs(
        made(
            tmp_path,
            "a = 2\nprint(a)",
            "b = a + 1",
            "b",
            "print(b)\nb * 2\n",
            "import cnnshape\ncnnshape.load('lenet5')",
        )
    )
    assert printed == [{"name": "stdout", "output_type": "stream", "text": ["2\n"]}]
    assert nothing == []
    assert [output["data"] for output in value] == [{"text/plain": ["3"]}]
    assert [output["output_type"] for output in both] == ["stream", "execute_result"]
    assert (both[1]["data"], both[1]["execution_count"]) == ({"text/plain": ["6"]}, 4)
    assert shown[0]["data"]["text/plain"] == ["Design('LeNet-5')"]
    assert "".join(shown[0]["data"]["text/html"]).startswith("<div")


def test_a_cell_that_raises_is_no_page(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        notebook_page.executed(made(tmp_path, "1 / 0"))


def test_an_output_that_was_changed_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "changed.ipynb"
    path.write_text(PATH.read_text(encoding="utf-8").replace("61706", "61707", 1))
    assert notebook_page.executed(path) == PATH.read_text(encoding="utf-8") != path.read_text()


# Jupyter


def test_jupyter_shows_the_same() -> None:
    """The real kernel, where one is installed: values print as one line, and their HTML is that of the page."""
    nbformat = pytest.importorskip("nbformat")
    client = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    notebook = nbformat.read(PATH, as_version=4)
    nbformat.validate(notebook)
    stored = [cell.outputs for cell in notebook.cells if cell.cell_type == "code"]
    client.NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(generate.ROOT)}}
    ).execute()
    ran = [cell.outputs for cell in notebook.cells if cell.cell_type == "code"]
    assert list(map(joined, ran)) == list(map(joined, stored))


def joined(cell: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The outputs of a cell. The kernel may send what is printed in several parts."""
    printed = "".join(output["text"] for output in cell if output["output_type"] == "stream")
    return [{"text": printed}, *(dict(output) for output in cell if output["output_type"] != "stream")]


def test_parts_of_what_is_printed_are_one_text() -> None:
    parts = [{"output_type": "stream", "text": text} for text in ("16", " 5466\n")]
    assert joined([*parts, {"output_type": "execute_result", "data": {}}]) == [
        {"text": "16 5466\n"},
        {"output_type": "execute_result", "data": {}},
    ]
