"""What ten commands print on terminals of 80 and 120 columns, kept in `goldens/`.

    python -m tests.faces.test_goldens      # rewrites the files

A change of one of these files is a change that users see: look at it before it is committed.
"""

from __future__ import annotations

import os
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from unittest.mock import patch

import pytest

from cnnshape.cli.app import app

ROOT = Path(__file__).parents[2]
GOLDENS = Path(__file__).parent / "goldens"
LINES = 40
WIDTHS = (80, 120)
COMMANDS = {
    "summary": "summary resnet50",
    "summary_top": "summary densenet201 --top 8",
    "check": "check tests/specs/bad/residual_shortcut_stride.yaml architectures/lenet5.yaml",
    "compare": "compare resnet18 resnet34",
    "block": "block unet Up",
    "blocks": "block resnet50",
    "explain": "explain resnet50 stage.0",
    "explain_sizes": "explain mobilenet_v2",
    "rf": "rf alexnet",
    "sizes": "sizes lenet5 --to 64",
    "sweep": "sweep resnet18 -p repeats=[1..2,2,2,1..3] -i 160..224:32 --where params<=12M --pareto max:macs,params",
    "memory": "memory resnet18 --depth 1",
    "reconcile": "reconcile lenet5 --tool fvcore --tool thop",
    "list": "list lenet5 resnet18 vgg16",
}


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def printed(arguments: str, width: int) -> str:
    """What a command prints on a terminal of that width, its errors after it."""
    out, err = Terminal(), Terminal()
    screen = {"COLUMNS": str(width), "LINES": str(LINES), "NO_COLOR": "1", "GITHUB_ACTIONS": ""}
    environment = {name: value for name, value in {**os.environ, **screen}.items() if value}
    with (
        patch.dict(os.environ, environment, clear=True),
        chdir(ROOT),
        redirect_stdout(out),
        redirect_stderr(err),
        pytest.raises(SystemExit),
    ):
        app(arguments.split(), prog_name="cnnshape")
    return out.getvalue() + err.getvalue()


def golden(name: str, width: int) -> Path:
    return GOLDENS / f"{name}.{width}.txt"


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", COMMANDS)
def test_it_prints_what_it_printed(name: str, width: int) -> None:
    text = printed(COMMANDS[name], width)
    assert text == golden(name, width).read_text(encoding="utf-8")
    assert max(map(len, text.splitlines())) <= width


def test_no_file_is_left_over() -> None:
    assert {path.name for path in GOLDENS.iterdir()} == (
        {golden(name, width).name for name in COMMANDS for width in WIDTHS}
    )


if __name__ == "__main__":
    for name, arguments in COMMANDS.items():
        for width in WIDTHS:
            golden(name, width).write_text(printed(arguments, width), encoding="utf-8")
