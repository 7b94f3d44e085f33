"""Parts of a text, as messages quote them."""

LONGEST_SHOWN = 60


def printable(text: str) -> str:
    """The text with escapes for all that a terminal would obey."""
    return text if text.isprintable() else ascii(text)[1:-1]


def shortened(text: str, most: int = LONGEST_SHOWN) -> str:
    """The text, printable and with at most that many characters."""
    plain = printable(text)
    return plain if len(plain) <= most else plain[: most - 3] + "..."
