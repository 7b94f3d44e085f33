"""Writes single texts as YAML: plain if YAML 1.2 reads them back unchanged, else in double quotes."""

from functools import lru_cache

_INDICATORS = frozenset("?:,[]{}#&*!|>'\"%@`")
_FLOW_SIGNS = frozenset(",[]{}")
_SPECIAL = frozenset(("", "~", "null", "<<"))
"""Plain texts that YAML does not read as text: the empty one, and a merge key."""
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


def scalar(text: str, *, flow: bool) -> str:
    """The text as a scalar. `flow` is true inside brackets or braces."""
    return text if is_plain(text, flow=flow) else f'"{"".join(map(_escaped, text))}"'


@lru_cache(maxsize=4096)
def is_plain(text: str, *, flow: bool) -> bool:
    """Whether a text needs no quotes."""
    if text in _SPECIAL or text != text.strip() or not text.isprintable():
        return False
    if text[0] in _INDICATORS or text.startswith(("- ", "---", "...")) or text == "-":
        return False
    if ": " in text or " #" in text or text.endswith(":"):
        return False
    return not flow or _FLOW_SIGNS.isdisjoint(text)


def is_foldable(text: str) -> bool:
    """Whether a folded block can hold the text unchanged: printable words with one space between them."""
    return text.isprintable() and all(text.split(" "))


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
