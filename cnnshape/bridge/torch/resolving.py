"""Finds the module that `package.module:attribute` or `path/to/file.py:Class` names, and runs what makes it.

This runs code of the user. It happens only for a source in this form, which a user wrote.
"""

import ast
import importlib
import importlib.util
import inspect
import os
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cnnshape.bridge.operations import ImportProblem, UsageProblem

PICKLES = (".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".bin")
_FORM = "write `package.module:attribute` or `path/to/file.py:Class`, such as `torchvision.models:resnet50`"
_LONGEST = 200
_MOST_NAMED = 12
"""Arguments that a message names."""


def resolved(source: str, arguments: Mapping[str, object] | None = None) -> Any:
    """The `torch.nn.Module` that a source names. A class or a function is called with the arguments.

    Raises UsageProblem for a source that is not found, or that gives no module, and ImportProblem for one whose code
    fails.
    """
    home, _, attribute = source.rpartition(":")
    path = source if source.lower().endswith(PICKLES) else home
    if path.lower().endswith(PICKLES):
        raise UsageProblem(
            f"{Path(path).name} is a pickle: reading one runs the code in it",
            f"import the code that builds the network instead: {_FORM}",
        )
    if not home or not attribute:
        raise UsageProblem(f"{source} names no attribute of a Python module", _FORM)
    torch = require_torch()
    value = _attribute(_loaded(home), home, attribute)
    if isinstance(value, torch.nn.Module):
        if arguments:
            raise UsageProblem(f"{source} is a module already, and takes no arguments", "remove `--arg`")
        return value
    if not callable(value):
        raise UsageProblem(
            f"{source} is {type(value).__name__}, not a torch.nn.Module",
            "name a class, or a function that gives a module",
        )
    try:
        module = value(**(arguments or {}))
    except (Exception, SystemExit) as error:
        message = f"{source} raised {_told(error)}"
        if isinstance(error, TypeError):
            raise UsageProblem(
                message, f"`--arg name=value` gives an argument by its name{_names_of(value)}"
            ) from error
        raise ImportProblem(message) from error
    if not isinstance(module, torch.nn.Module):
        raise UsageProblem(
            f"{source} gives {type(module).__name__}, not a torch.nn.Module",
            "name a class, or a function that gives a module",
        )
    return module


def _names_of(function: Any) -> str:
    """The arguments that a function or class has, after a colon; empty if it doesn't tell."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return ""
    names = [str(parameter).partition(":")[0].partition("=")[0].strip() for parameter in parameters]
    return f": {', '.join(names[:_MOST_NAMED])}" if names else ": it has none"


def require_torch() -> Any:
    """PyTorch. Raises UsageProblem where it is missing."""
    try:
        return importlib.import_module("torch")
    except ImportError as error:
        raise UsageProblem(
            "PyTorch is not installed", "install it beside cnnshape: `pip install torch`, or `.[torch]` in a checkout"
        ) from error


def _loaded(home: str) -> Any:
    """A Python module by its dotted name, or from a file. Files beside it and in the working folder can be imported."""
    if home.endswith(".py") or os.sep in home:
        return _from_file(Path(home))
    if not all(part.isidentifier() for part in home.split(".")):
        raise UsageProblem(f"{home} is not the name of a Python module", _FORM)
    with_folder(Path.cwd())
    try:
        return importlib.import_module(home)
    except ModuleNotFoundError as error:
        if error.name and (home == error.name or home.startswith(f"{error.name}.")):
            help = "install its package into this Python, or run the command in the folder that holds it"
            raise UsageProblem(f"there is no Python module {error.name}", help) from error
        raise ImportProblem(f"importing {home} raised {_told(error)}", "install what it imports") from error
    except (Exception, SystemExit) as error:
        help = _help_of(error) or f"fix that first: `python -c 'import {home}'` raises it too"
        raise ImportProblem(f"importing {home} raised {_told(error)}", help) from error


def _help_of(error: BaseException) -> str:
    is_program = isinstance(error, SystemExit)
    return "put what the program runs below `if __name__ == '__main__':`" if is_program else ""


def _from_file(path: Path) -> Any:
    if not path.is_file():
        raise UsageProblem(f"there is no file {path}", _FORM)
    name = f"cnnshape_import_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise UsageProblem(f"{path} is not a Python file", _FORM)
    with_folder(path.resolve().parent)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise ImportProblem(f"importing {path} raised {_told(error)}", _help_of(error)) from error
    return module


def with_folder(folder: Path) -> None:
    """Lets Python import from a folder, before installed packages, as `python file.py` does."""
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))


def _attribute(module: Any, home: str, attribute: str) -> Any:
    value = module
    for name in attribute.split("."):
        if not hasattr(value, name):
            raise UsageProblem(f"{home} has no attribute {attribute}", _near(name, value))
        value = getattr(value, name)
    return value


def _near(name: str, value: Any) -> str:
    """What else there is."""
    from cnnshape.diagnostics.spelling import did_you_mean

    public = [word for word in dir(value) if not word.startswith("_")]
    return did_you_mean(name, public) or f"it has {', '.join(public[:8]) or 'no public attributes'}"


def _told(error: BaseException) -> str:
    """An exception of the user's code in one line, with the place that raised it."""
    text = " ".join(str(error).split())[:_LONGEST]
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != __file__]
    frames = [frame for frame in frames if not frame.filename.startswith("<frozen")]
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}{place}: {text}" if text else f"{type(error).__name__}{place}"


def argument_of(text: str) -> tuple[str, object]:
    """`name=value` of `--arg`: the value is a Python literal. Raises UsageProblem for anything else."""
    name, separator, value = text.partition("=")
    name = name.strip()
    if not separator or not name.isidentifier():
        raise UsageProblem(f"{text!r:.80} is not `name=value`", "for example `--arg num_classes=10`")
    try:
        return name, ast.literal_eval(value.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        help = (
            f"a text needs quotes: `--arg \"{name}='{value}'\"`"
            if value.isprintable() and not set(value) & set("'\"[](){},=")
            else "for example `10`, `[1, 2]`"
        )
        raise UsageProblem(f"{value!r:.80} is not a Python literal", help) from None
