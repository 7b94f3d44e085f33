"""Code over lines, as `ruff format --line-length 120` lays it out.

A test holds every exported file against ruff. Exporting needs no ruff.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from cnnshape.export.python.code import Code, Group, Operation, flat, keyword

WIDTH = 120
"""The columns of a line. With ruff's own 88, every other call would take a line for each of its arguments."""
_STEP = 4


class Lines:
    """The lines of a file, or of a part of one, with the current indentation."""

    def __init__(self, depth: int = 0) -> None:
        self.lines: list[str] = []
        self._last: tuple[int, int, str, Code] | None = None
        self._indent = _STEP * depth

    @property
    def text(self) -> str:
        """All lines, with an end of line each."""
        return "".join(f"{line}\n" for line in self.lines)

    def line(self, text: str = "") -> None:
        """Adds a line as it is."""
        self.lines.append(f"{' ' * self._indent}{text}" if text else "")

    def add(self, before: str, code: Code, after: str = "") -> None:
        """Adds a statement: `before` and `after` are the text around an expression."""
        start = len(self.lines)
        self.lines += _laid_out(before, code, after, self._indent)
        self._last = start, len(self.lines), before, code

    def taken_back(self, before: str, depth: int) -> Code | None:
        """Removes the last statement, if it is `before` and an expression, and gives this; else None."""
        if self._last is None or self._last[1] != len(self.lines) or self._last[2] != before:
            return None
        start, _, _, code = self._last
        if not self.lines[start].startswith(" " * (_STEP * depth) + before[:1]):
            return None
        del self.lines[start:]
        return code

    def extend(self, others: "Lines") -> None:
        """Adds the lines of another part, which has its own depth."""
        self.lines += others.lines

    @contextmanager
    def indented(self) -> Iterator[None]:
        """Indents the lines that are added inside by one level."""
        self._indent += _STEP
        yield
        self._indent -= _STEP


def _laid_out(before: str, code: Code, after: str, indent: int) -> list[str]:
    """The lines of an expression, with the text before and after it."""
    margin = " " * indent
    line = f"{margin}{before}{flat(code)}{after}"
    if len(line) <= WIDTH or isinstance(code, str):
        return [line]
    if isinstance(code, Operation):
        return _operation(before, code, after, indent)
    opened, closed = f"{margin}{before}{code.head}{code.open}", f"{margin}{code.close}{after}"
    if len(opened) > WIDTH and before.endswith((" = ", "return ")):
        return [f"{margin}{before}(", *_laid_out("", code, "", indent + _STEP), f"{margin}){after}"]
    inside = f"{margin}{' ' * _STEP}{', '.join(flat(Group('', (item,), '', '')) for item in code.items)}"
    if len(inside) <= WIDTH and not code.exploded:
        return [opened, inside, closed]
    closed = f"{margin}{code.close.lstrip(',')}{after}"
    lines = [opened]
    for name, value in code.items:
        lines += _laid_out(keyword(name), value, ",", indent + _STEP)
    return [*lines, closed]


def _operation(before: str, code: Operation, after: str, indent: int) -> list[str]:
    """Operands on a line each, the sign in front, in brackets."""
    margin = " " * indent
    first, *others = code.operands
    lines = [f"{margin}{before}(", *_laid_out("", first, "", indent + _STEP)]
    for operand in others:
        lines += _laid_out(f"{code.sign} ", operand, "", indent + _STEP)
    return [*lines, f"{margin}){after}"]
