"""Reads the spec that a command names, and exits with its problems if it has any."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from cnnshape.api import Design, design_of_bytes, expand
from cnnshape.cli.exit_codes import BAD_DESIGN, BAD_USAGE
from cnnshape.cli.page import page_of
from cnnshape.diagnostics import Diagnostic, diagnose, nearest
from cnnshape.document import MAX_BYTES, read_file_bytes
from cnnshape.graph import Graph, Options
from cnnshape.source import shipped_names, shipped_path

NETWORKS = (".onnx", ".keras", ".cfg", ".pt", ".pth")
"""The endings of files that hold networks of other tools."""
SPECS = (".yaml", ".yml")
SETTINGS = ("input", "batch", "dtype", "variant")
"""The settings of a side of a comparison that are no params."""


def read_design(spec: str) -> Design:
    """The design that SPEC names: standard input, a file, or a shipped architecture. Exits if there is none."""
    path = Path(spec)
    if not os.path.lexists(path):
        shipped = shipped_path(spec)
        path = shipped if shipped is not None else path
    try:
        if spec == "-":
            return design_of_bytes("<stdin>", read_stdin())
        if spec.lower().endswith(NETWORKS) and path.is_file():
            fail([importable(spec)], BAD_USAGE)
        return design_of_bytes(str(path), read_file_bytes(path), path)
    except FileNotFoundError:
        fail([missing(spec)], BAD_USAGE)
    except IsADirectoryError:
        help = "name a file; `cnnshape check` takes folders"
        fail([diagnose("unreadable-file", "a folder, not a design", file=spec, help=help)], BAD_USAGE)
    except (OSError, ValueError) as error:
        fail([unreadable(spec, error)], BAD_USAGE)


def read_stdin() -> bytes:
    """The bytes of standard input, at most one more than the limit of a file. Raises OSError."""
    if sys.stdin is None:
        raise OSError(None, "standard input is closed")
    return sys.stdin.buffer.read(MAX_BYTES + 1)


def importable(spec: str) -> Diagnostic:
    """The diagnostic of a network that has no spec yet: a Python module, or a file of another tool."""
    if spec.lower().endswith((".pt", ".pth")):
        help = "a pickle runs code when it is read; import the code that builds it: `cnnshape import net.py:Net`"
        return diagnose("unreadable-file", "a pickle, not a spec", file=spec, help=help)
    given = f" --input 3x224x224 -o {spec.rpartition(':')[2].lower()}.yaml" if ":" in spec else ""
    help = f"`cnnshape import {spec}{given}` writes its spec"
    return diagnose("unreadable-file", "a network, but not a spec", file=spec, help=help)


def unreadable(spec: str, error: OSError | ValueError) -> Diagnostic:
    """The diagnostic of a file that can't be read."""
    reason = error.strerror if isinstance(error, OSError) and error.strerror else "not a path"
    return diagnose("unreadable-file", f"can't read the file: {reason.lower()}", file=spec)


def missing(spec: str) -> Diagnostic:
    """The diagnostic of a name that is neither a file nor a shipped architecture, or of a folder without designs."""
    if os.path.isdir(spec):  # noqa: PTH112 -- it has no errors, however long the name is
        help = "a design is named `*.cnn.yaml`, or `*.yaml` with a line `cnnshape: 1` in it"
        return diagnose("unreadable-file", "the folder contains no designs", file=spec, help=help)
    from glob import has_magic

    design, colon, setting = spec.partition(":")
    if colon and (design.lower().endswith(SPECS) or shipped_path(design) is not None):
        is_there = os.path.lexists(design) or shipped_path(design) is not None
        return _with_setting(spec, design, setting) if is_there else missing(design)
    if ":" in spec or spec.lower().endswith(NETWORKS):
        return importable(spec)
    close = nearest(spec.removesuffix(".yaml"), shipped_names())
    if "/" in spec or has_magic(spec):
        return diagnose("unreadable-file", "no such file", file=spec)
    help = f"did you mean `{close}`?" if close else "`cnnshape list` shows the shipped architectures"
    message = "no such file, and no architecture of that name is shipped"
    return diagnose("unreadable-file", message, file=spec, help=help)


def _with_setting(spec: str, design: str, setting: str) -> Diagnostic:
    """The diagnostic of a design with a setting after a colon, where it isn't a side of a comparison."""
    name, _, value = (setting if "=" in setting else f"variant={setting}").partition("=")
    option = f"--{name} {value}" if name in SETTINGS else f"-p {setting}"
    help = f"write `{design} {option}`; a side of `compare` is `{design}:{name}={value}`"
    return diagnose("unreadable-file", "no such file", file=spec, help=help)


def read_graph(spec: str, options: Options) -> tuple[Design, Graph]:
    """The graph of the design that SPEC names. Exits with its diagnostics if it has errors."""
    design = read_design(spec)
    return design, graph_of(design, options)


def graph_of(design: Design, options: Options) -> Graph:
    """The graph of a design. Exits with its diagnostics if it has errors."""
    graph, diagnostics = expand(design, options)
    if graph is None:
        fail(diagnostics)
    return graph


def note_input(design: Design, options: Options, graph: Graph) -> None:
    """Prints notes on stderr if a requested shape seems to have a batch or its channels last, or if weights of the file's
    own size don't fit it."""
    if not options.inputs:
        return
    # Most runs request no other size, so the imports are late.
    from cnnshape.api.weights import misfit
    from cnnshape.graph import likely_shape, reading
    from cnnshape.layers import format_shape

    for given in graph.inputs:
        if (likely := likely_shape(given)) is not None:
            shape = given.tensor.shape
            sys.stderr.write(f"note: {format_shape(shape)} is read as {reading(shape)}; was `{likely}` meant?\n")
    problem = misfit(design, options, graph)
    if problem is not None:
        sys.stderr.write("; ".join([f"note: {problem.message}", *problem.notes]) + "\n")


def fail(diagnostics: Sequence[Diagnostic], code: int = BAD_DESIGN) -> NoReturn:
    """Prints diagnostics on stderr and exits."""
    report(diagnostics)
    sys.exit(code)


def report(diagnostics: Sequence[Diagnostic]) -> None:
    """Prints diagnostics with excerpts on stderr: coloured and cut to its width on a terminal."""
    from cnnshape.render.diagnostics import closing, colored, full, pointer

    page = page_of(sys.stderr)
    text = colored if page.color else full
    sys.stderr.write(f"{text(diagnostics, page.width)}{closing(diagnostics)}{pointer(diagnostics)}\n")
