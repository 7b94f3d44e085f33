"""What to do with the file that `cnnshape show NAME > mine.yaml` makes."""

from cnnshape.document import Mapping, Scalar, read_document
from cnnshape.source import SourceText

MOST_NAMED = 4
_FILE = "mine.yaml"


def next_steps(name: str, text: str) -> str:
    """What to change in a copy of the shipped architecture of that name, and what to run then; one line each."""
    root = read_document(SourceText(name, text)).root
    values = {entry.key.text: entry.value for entry in root.entries} if isinstance(root, Mapping) else {}
    params = values.get("params")
    own = ["`name`"]
    if isinstance(params, Mapping):
        listed = ", ".join(f"`{entry.key.text}`" for entry in params.entries[:MOST_NAMED])
        own.append(f"the values of `params` ({listed}{', ...' if len(params.entries) > MOST_NAMED else ''})")
    own += [f"`{key}`" for key in ("input", "layers") if key in values]
    lines = [f"change {', '.join(own[:-1])} and {own[-1]}" if len(own) > 1 else f"change {own[0]}"]
    base = values.get("extends")
    if isinstance(base, Scalar):
        lines.append(
            f"it extends {base.text}: `cnnshape show {base.text} > {base.text}` makes a copy of that file, too"
        )
    if "expect" in values:
        lines.append(f"`cnnshape check {_FILE} --update-expect` replaces the figures of {name} in `expect` by its own")
    return "".join(f"next: {line}\n" for line in [*lines, f"`cnnshape summary {_FILE}` shows the result"])
