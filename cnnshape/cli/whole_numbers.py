"""Options that take a whole number of a range. The help, the check and its message state the same bounds."""

from typing import Any

from cnnshape.cli.command import BadParameter, Option
from cnnshape.named_tuple import NamedTuple


class Range(NamedTuple):
    """Whole numbers from `least` to `most`; without `most`, all from `least` on."""

    least: int
    most: int | None = None

    def __str__(self) -> str:
        return f"{self.least:,} or more" if self.most is None else f"{self.least:,} to {self.most:,}"

    def read(self, text: str | int) -> int:
        """The number that a text states; raises BadParameter if it is none, or not of the range."""
        try:
            number = int(text)
        except ValueError:
            raise BadParameter(f"{text!r} is not a whole number; write {self}") from None
        if number < self.least or (self.most is not None and number > self.most):
            raise BadParameter(f"{text} is out of range; write {self}")
        return number


def whole_number(*names: str, help: str, least: int, most: int | None = None) -> Any:
    """An option with these names. Its help is a sentence in which `{range}` becomes the range."""
    range = Range(least, most)
    # typer's own ranges are `[1<=x<=1000000]` in the help, and their wording depends on the release.
    return Option(*names, help=help.format(range=range), parser=range.read, metavar="N")
