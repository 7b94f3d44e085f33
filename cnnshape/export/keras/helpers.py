"""Functions that an exported file has where Keras lacks them: their code, for both orders of the axes.

In the code, `AXIS` is the axis of the channels, `AT` their index before a slice, `FIRST` the first spatial axis and `RANK` the
number of spatial axes. Lines with `LAST` turn a tensor so that its channels are last, and `FIRST_AGAIN(...)` turns it back.
"""

import re
from importlib.resources import files

from cnnshape.export.keras.layout import Layout

NEEDS = {"resize": ("interpolated",), "resize_to_corners": ("interpolated",)}
"""The helpers that other helpers call."""
_TOKENS = {
    "AXIS": ("-1", "1"),
    "AXIS_OF_WEIGHT": ("-1", "0"),
    "AT": ("...", ":"),
    "FIRST": ("1", "2"),
    "ORDER": ("", ', data_format="channels_first"'),
    "SPACE": ("1:-1", "2:"),
    "INDEX": ("(slice(None), *parts, slice(None))", "(slice(None), slice(None), *parts)"),
    "SPLIT": ("-1:", ":1"),
    "GROUP": ("len(grouped.shape) - 2", "1"),
}
_TOKEN = re.compile(r"(?<![A-Z_])(?:" + "|".join(sorted(_TOKENS, key=len, reverse=True)) + r")(?![A-Z_])")
_RANKED = re.compile(r"([123])([dD])\Z")


def code_of(helper: str, layout: Layout) -> str:
    """The code of a helper, without the lines around it."""
    ranked = _RANKED.search(helper)
    name = _RANKED.sub(r"N\2", helper)
    code = _codes()[name]
    code = code.replace("RANK", ranked.group(1) if ranked else "")
    return _turned(code, layout).strip() + "\n"


def _turned(code: str, layout: Layout) -> str:
    if layout.channels_last:
        code = re.sub(r"^ *LAST .*\n", "", code, flags=re.MULTILINE)
        code = re.sub(r"FIRST_AGAIN\((\w+)\)", r"\1", code)
    else:
        code = re.sub(r"^( *)LAST (\w+)$", r"\1\2 = ops.moveaxis(\2, 1, -1)", code, flags=re.MULTILINE)
        code = re.sub(r"FIRST_AGAIN\((\w+)\)", r"ops.moveaxis(\1, -1, 1)", code)
    return _TOKEN.sub(lambda token: _TOKENS[token.group()][0 if layout.channels_last else 1], code)


def _codes() -> dict[str, str]:
    """The code of each helper by its name."""
    text = files("cnnshape.export.keras").joinpath("helpers.txt").read_text("utf-8")
    parts = re.split(r"^# === (\w+)\n", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def names() -> list[str]:
    """The names of all helpers; those with a number of axes in theirs have one for each."""
    ranked = [(name, re.search(r"N[dD]\Z", name)) for name in _codes()]
    return [
        name if ends is None else f"{name[:-2]}{rank}{name[-1]}"
        for name, ends in ranked
        for rank in ((1, 2, 3) if ends else (0,))
    ]
