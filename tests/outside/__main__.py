"""Runs commands in a process whose vocabulary has the outside kinds: `python -m tests.outside` reads them as JSON.

Standard input is a list of argument lists, standard output a list of exit code, output and errors for each.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from pathlib import Path

ROOT = Path(__file__).parents[2]


def register_kinds() -> None:
    """Registers the kinds before any other room of the package is imported."""
    spec = find_spec("cnnshape")
    assert spec is not None
    assert spec.loader is not None
    package = sys.modules["cnnshape"] = module_from_spec(spec)
    import_module("cnnshape.layers").register(*import_module("tests.outside.kinds").KINDS)
    spec.loader.exec_module(package)


def run_command(arguments: list[str]) -> tuple[int, str, str]:
    """What a command does; `docs FUNCTION ARGUMENT...` gives a page or section that the documentation takes from the kinds."""
    if arguments[0] == "docs":
        sys.path[:0] = [str(ROOT / "docs")]
        return 0, getattr(import_module("generate"), arguments[1])(*arguments[2:]), ""
    outcome = import_module("tests.command").run(*arguments)
    return outcome.exit_code, outcome.stdout, outcome.stderr


if __name__ == "__main__":
    register_kinds()
    json.dump([run_command(arguments) for arguments in json.load(sys.stdin)], sys.stdout)
