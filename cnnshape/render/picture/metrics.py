"""The width of a text before any program has set it in type."""

_NARROW = frozenset("ijltfrI.,:;!|'`()[]{}/ \\-")
_WIDE = frozenset("mwMW@%&")
_CAPITALS = frozenset("ABCDEFGHKLNOPQRSTUVXYZ")
_SPARE = 1.05
"""Fonts that replace Helvetica are a little wider; the space around a text does the rest."""
_BOLD = 1.09


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """The width of a text in Helvetica or Arial, rounded up, in the units of the font size."""
    return sum(map(_sign_width, text)) * size * _SPARE * (_BOLD if bold else 1)


def _sign_width(sign: str) -> float:
    if sign in _NARROW:
        return 0.31
    if sign in _WIDE:
        return 0.9
    if sign in _CAPITALS:
        return 0.74
    return 0.57 if sign < "\u2000" else 1.0


def shortened(text: str, size: float, most: float, *, bold: bool = False) -> str:
    """The text, cut with an ellipsis if it is wider than `most`."""
    if text_width(text, size, bold=bold) <= most:
        return text
    end = len(text)
    while end and text_width(text[:end] + "\u2026", size, bold=bold) > most:
        end -= 1
    return text[:end].rstrip() + "\u2026"
