"""Runs the notebook of the documentation, and writes it with what its cells show, as Jupyter does."""

from __future__ import annotations

import ast
import io
import json
import tempfile
from contextlib import chdir, redirect_stdout
from pathlib import Path
from typing import Any

Cell = dict[str, Any]


def executed(path: Path) -> str:
    """The notebook with the outputs of its cells, which run in order, in one namespace and in an empty folder."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    names: dict[str, Any] = {"__name__": "__main__"}
    number = 0
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                number += 1
                cell.update(execution_count=number, outputs=outputs_of("".join(cell["source"]), names, number))
    return written(notebook)


def written(notebook: dict[str, Any]) -> str:
    """A notebook as the text that Jupyter saves."""
    return json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def outputs_of(source: str, names: dict[str, Any], number: int) -> list[Cell]:
    """What a cell prints, and the value of the expression that it ends with."""
    module = ast.parse(source)
    last = module.body.pop() if module.body and isinstance(module.body[-1], ast.Expr) else None
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(compile(module, f"cell {number}", "exec"), names)
        value = None
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), f"cell {number}", "eval"), names)
    text = printed.getvalue()
    stream = [{"output_type": "stream", "name": "stdout", "text": lines(text)}] if text else []
    return [*stream, *([] if value is None else [result_of(value, number)])]


def result_of(value: object, number: int) -> Cell:
    """The output of a value: its HTML if it has some, and its text."""
    data = {"text/plain": lines(repr(value))}
    if hasattr(value, "_repr_html_"):
        data = {"text/html": lines(value._repr_html_()), **data}
    return {"output_type": "execute_result", "execution_count": number, "metadata": {}, "data": data}


def lines(text: str) -> list[str]:
    """The lines of a text with their breaks, as notebooks have them."""
    return text.splitlines(keepends=True)
