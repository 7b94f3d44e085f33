"""The sections of a `.cfg` file, and their options as Darknet reads them. Source: AlexeyAB/darknet, src/parser.c."""

import re
from collections.abc import Iterator

from cnnshape.bridge.building import quoted
from cnnshape.bridge.operations import ImportProblem
from cnnshape.named_tuple import NamedTuple

MOST_SECTIONS = 10_000
MOST_ITEMS = 1_000
"""Numbers in a list, such as the layers of a route."""
LARGEST = 10**9


class Section(NamedTuple):
    """A section: its word without brackets, its line, and its options, each with its line."""

    word: str
    line: int
    options: dict[str, tuple[str, int]]

    def whole(self, name: str, default: int) -> int:
        """An option that is a whole number: the digits that its text begins with."""
        return default if name not in self.options else self._number(name, self.options[name][0])

    def flag(self, name: str) -> bool:
        """An option that is 0 or 1, and 0 if it is left out."""
        return self.whole(name, 0) != 0

    def real(self, name: str, default: float) -> float:
        """An option that is a number."""
        if name not in self.options:
            return default
        text, line = self.options[name]
        match = re.match(r"[-+]?[0-9]{0,12}(\.[0-9]{0,12})?([eE][-+]?[0-9]{1,2})?", text)
        try:
            return float(match.group()) if match else default
        except ValueError:
            raise ImportProblem(f"line {line}: `{name}` is {quoted(text)}, which is no number") from None

    def text(self, name: str, default: str) -> str:
        """An option that is a word."""
        return self.options[name][0] if name in self.options else default

    def wholes(self, name: str) -> list[int]:
        """An option that is a list of whole numbers. Raises ImportProblem if it is missing."""
        if name not in self.options:
            raise ImportProblem(f"line {self.line}: {quoted(f'[{self.word}]')} lacks `{name}`")
        items = self.options[name][0].split(",")
        if len(items) > MOST_ITEMS:
            raise ImportProblem(f"line {self.options[name][1]}: `{name}` has more than {MOST_ITEMS:,} numbers")
        return [self._number(name, item) for item in items]

    def _number(self, name: str, text: str) -> int:
        match = re.match(r"[-+]?[0-9]{1,12}", text)
        if match is None or abs(int(match.group())) > LARGEST:
            line = self.options[name][1]
            raise ImportProblem(f"line {line}: `{name}` is {quoted(text)}, which is no whole number up to {LARGEST:,}")
        return int(match.group())


def sections(text: str) -> Iterator[Section]:
    """The sections of a file in order. Raises ImportProblem for a line that is none of a section, option or comment."""
    current: Section | None = None
    count = 0
    for number, line in enumerate(text.splitlines(), 1):
        # Darknet removes all white space, also within a line.
        content = "".join(line.split())
        if not content or content[0] in "#;":
            continue
        if content[0] == "[":
            if current is not None:
                yield current
            count += 1
            if count > MOST_SECTIONS:
                raise ImportProblem(f"the file has more than {MOST_SECTIONS:,} sections")
            current = Section(content.partition("]")[0][1:], number, {})
            continue
        name, equals, value = content.partition("=")
        if not equals:
            raise ImportProblem(f"line {number}: {quoted(content)} is no `[section]`, no `option=value` and no comment")
        if current is None:
            raise ImportProblem(f"line {number}: {quoted(name)} is in no section", "a cfg begins with `[net]`")
        current.options.setdefault(name, (value, number))
    if current is not None:
        yield current
