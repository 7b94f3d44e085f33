"""Quotes parts of a text for messages."""

LONGEST_SHOWN = 60


def printable(text: str) -> str:
    """The text with all control characters escaped."""
    return text if text.isprintable() else ascii(text)[1:-1]


def shortened(text: str, most: int = LONGEST_SHOWN) -> str:
    """The printable text, cut to a number of characters."""
    plain = printable(text)
    return plain if len(plain) <= most else plain[: most - 3] + "..."
