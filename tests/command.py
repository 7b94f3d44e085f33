"""Runs a command in this process, standard output and error apart; typer's own runner can't with every click."""

from __future__ import annotations

import io
import os
from contextlib import redirect_stderr, redirect_stdout
from typing import NamedTuple
from unittest.mock import patch

import pytest

from cnnshape.cli import start


class Outcome(NamedTuple):
    exit_code: int
    stdout: str
    stderr: str


def run(*arguments: str, columns: int = 200) -> Outcome:
    """What `cnnshape ARGUMENTS` does in a pipe; `columns` are the width of the help."""
    out, err = io.StringIO(), io.StringIO()
    wide = patch.dict(os.environ, {"COLUMNS": str(columns), "NO_COLOR": "1"})
    with wide, redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as left:
        start.run(arguments, "cnnshape")
    return Outcome(left.value.code, out.getvalue(), err.getvalue())
