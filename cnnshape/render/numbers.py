"""Numbers in readable form."""

_DECIMAL = ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k"))


def count(number: int) -> str:
    """`25,557,032`"""
    return f"{number:,}"


def rounded(number: int) -> str:
    """`4.09 G`: three digits or four, and a decimal prefix."""
    for unit, prefix in _DECIMAL:
        if number >= unit:
            value = number / unit
            return f"{value:.2f} {prefix}" if value < 100 else f"{value:.1f} {prefix}"
    return str(number)


def size(number: int) -> str:
    """`102.23 MB`: bytes with a decimal prefix."""
    text = rounded(number)
    return f"{text}B" if " " in text else f"{text} B"
