"""The file that a command writes if the user names none. It never overwrites a file that another program wrote."""

from pathlib import Path

from cnnshape.cli.command import BadParameter

_LOOKED_AT = 400
"""The bytes at the start of a file in which it says which command wrote it."""


def own_file(stem: str, ending: str, mark: str, verb: str) -> Path:
    """The file in the current folder. Raises BadParameter if there is one that doesn't start with the mark.

    `verb` is what the command does with its files: `draw`.
    """
    path = Path("".join(sign if sign.isalnum() or sign in "-_." else "_" for sign in stem) + ending)
    try:
        start = path.read_bytes()[:_LOOKED_AT]
    except FileNotFoundError:
        return path
    except OSError as error:
        raise BadParameter(f"can't write {path}: {error.strerror}", param_hint="--output") from None
    if mark.encode() not in start:
        raise BadParameter(f"{path} exists, and cnnshape didn't {verb} it; name a file with --output", "--output")
    return path


def stem_of(spec: str, name: str) -> str:
    """The name of a spec's file without its ending; that of the design if it is on standard input."""
    return name if spec == "-" else Path(spec).name.removesuffix(".yaml").removesuffix(".cnn")


def show(path: Path) -> None:
    """Shows a file in the browser."""
    import webbrowser

    webbrowser.open(path.resolve().as_uri())
