"""Finding the spec that a command names, and leaving with its problems where it has any."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import typer

from cnnshape.api import Design
from cnnshape.api.design import expand, read_bytes
from cnnshape.diagnostics import Diagnostic, diagnose, did_you_mean
from cnnshape.document import read_file_bytes
from cnnshape.graph import Graph, Options
from cnnshape.render.diagnostics import closing, full
from cnnshape.source import shipped_names, shipped_path

BAD_DESIGN = 1
BAD_USAGE = 2


def read_design(spec: str) -> Design:
    """The design that SPEC names: standard input, a file, or a shipped architecture; exits where there is none."""
    if spec == "-":
        return read_bytes("<stdin>", sys.stdin.buffer.read())
    path = Path(spec)
    if not path.exists():
        shipped = shipped_path(spec)
        path = shipped if shipped is not None else path
    try:
        return read_bytes(str(path), read_file_bytes(path), path)
    except (OSError, ValueError) as error:
        fail([unreadable(spec, error)], BAD_USAGE)


def unreadable(spec: str, error: OSError | ValueError) -> Diagnostic:
    """The diagnostic of a file that can't be read."""
    reason = (error.strerror or "not a path").lower() if isinstance(error, OSError) else "not a path"
    missing = isinstance(error, FileNotFoundError)
    help = did_you_mean(spec.removesuffix(".yaml"), shipped_names()) if missing else None
    message = f"can't read the file: {reason}"
    if missing and "/" not in spec:
        message = "no such file, and no architecture of that name is shipped"
        help = help or "`cnnshape list` shows the shipped architectures"
    return diagnose("unreadable-file", message, file=spec, help=help)


def read_graph(spec: str, options: Options) -> tuple[Design, Graph]:
    """The graph of the design that SPEC names; exits with its diagnostics where it has errors."""
    design = read_design(spec)
    graph, diagnostics = expand(design, options)
    if graph is None:
        fail(diagnostics)
    return design, graph


def fail(diagnostics: Sequence[Diagnostic], code: int = BAD_DESIGN) -> NoReturn:
    """Prints diagnostics on stderr and exits."""
    report(diagnostics)
    raise typer.Exit(code)


def report(diagnostics: Sequence[Diagnostic]) -> None:
    """Prints diagnostics on stderr, in colour on a terminal."""
    if sys.stderr.isatty():
        from rich.console import Console

        from cnnshape.render.color import print_full

        console = Console(stderr=True)
        print_full(diagnostics, console)
        console.print(closing(diagnostics), style="bold", highlight=False)
    else:
        sys.stderr.write(full(diagnostics) + closing(diagnostics) + "\n")
