"""Formulas: a count as sums and products of named factors, declared once and applied to many subjects.

A formula provides the number (`value`), the arithmetic of one subject (`text`: `64 * 3 * 7 * 7 * 112 * 112`) and the
definition in words (`words`: `kernels x input channels x kernel size x output positions`). A subject is whatever the
factors read their numbers from; this module does not depend on its type.
"""

from collections.abc import Callable
from copy import copy
from math import prod
from typing import Any, Self

Numbers = tuple[int, ...]


class Formula:
    """A count of a subject; `note` says what the arithmetic leaves out."""

    __slots__ = ("note",)
    note: str

    def value(self, subject: Any) -> Any:
        """The number; None if it is unknown."""
        raise NotImplementedError

    def text(self, subject: Any, repeats: Numbers = ()) -> str:
        """The arithmetic with the subject's numbers, each term times `repeats`."""
        raise NotImplementedError

    def words(self, subject: Any = None) -> str:
        """The formula in words: for one subject, or without one, with all its cases."""
        raise NotImplementedError

    def numbers(self, subject: Any) -> Numbers:
        """The numbers whose product is the value."""
        return (self.value(subject),)

    def terms(self, subject: Any) -> tuple["Formula", ...]:
        """The summands that apply to the subject."""
        return (self,)

    @property
    def label(self) -> str:
        """What the formula counts within a larger one; empty for the main part."""
        return ""

    def settled(self, subject: Any) -> "Formula":
        """The formula that applies to the subject: one case of several."""
        return self

    def definition(self) -> str:
        """The words with the note: `2 per value: product, sum`."""
        return f"{self.words()}: {self.note}" if self.note else self.words()

    def noted(self, note: str) -> Self:
        """The same formula with a note."""
        other = copy(self)
        other.note = note
        return other

    def __add__(self, other: "Formula | int") -> "Sum":
        return Sum(self, _formula(other))

    def __radd__(self, other: int) -> "Sum":
        return Sum(Constant(other), self)

    def __sub__(self, other: "Formula | int") -> "Sum":
        return Sum(self, less=(_formula(other),))

    def __mul__(self, other: "Formula") -> "Product":
        return Product(self, other)

    def __rmul__(self, other: int) -> "Product":
        return Product(Constant(other), self)


def _formula(value: "Formula | int") -> Formula:
    return Constant(value) if isinstance(value, int) else value


class Constant(Formula):
    """A number that is the same for every subject."""

    __slots__ = ("number",)

    def __init__(self, number: int, note: str = "") -> None:
        self.number = number
        self.note = note

    def value(self, subject: Any) -> Any:
        return self.number

    def text(self, subject: Any, repeats: Numbers = ()) -> str:
        return _times((self.number, *repeats) if self.number else (0,))

    def words(self, subject: Any = None) -> str:
        return str(self.number)

    def terms(self, subject: Any) -> tuple[Formula, ...]:
        return (self,) if self.number else ()


class Factor(Formula):
    """Named numbers of a subject. With a `unit`, a product is worded per unit: `2 per value`."""

    __slots__ = ("name", "read", "unit")

    def __init__(self, name: str, read: Callable[[Any], Numbers], unit: str = "") -> None:
        self.name = name
        self.read = read
        self.unit = unit
        self.note = ""

    def value(self, subject: Any) -> Any:
        return prod(self.read(subject))

    def numbers(self, subject: Any) -> Numbers:
        return self.read(subject)

    def text(self, subject: Any, repeats: Numbers = ()) -> str:
        return _times((*self.read(subject), *repeats))

    def words(self, subject: Any = None) -> str:
        return f"1 per {self.unit}" if self.unit else self.name


class Figure(Formula):
    """A number of the subject that another formula computes. Its text is the result, not the arithmetic."""

    __slots__ = ("name", "read")

    def __init__(self, name: str, read: Callable[[Any], int]) -> None:
        self.name = name
        self.read = read
        self.note = ""

    def value(self, subject: Any) -> Any:
        return self.read(subject)

    def text(self, subject: Any, repeats: Numbers = ()) -> str:
        return f"{self.read(subject) * prod(repeats):,}"

    def words(self, subject: Any = None) -> str:
        return self.name


def _factors(part: Formula) -> tuple[Formula, ...]:
    return part.parts if isinstance(part, Product) else (part,)


class Product(Formula):
    """A product of factors."""

    __slots__ = ("_constant", "_others", "_reads", "parts")

    def __init__(self, *parts: Formula, note: str = "") -> None:
        self.parts: tuple[Formula, ...] = tuple(factor for part in parts for factor in _factors(part))
        self.note = note
        # Products are evaluated most often, so their factors are read without an extra call.
        self._constant = prod([part.number for part in self.parts if isinstance(part, Constant)])
        self._reads = tuple([part.read for part in self.parts if isinstance(part, Factor)])
        self._others = tuple([part for part in self.parts if not isinstance(part, Constant | Factor)])

    def value(self, subject: Any) -> Any:
        result = self._constant
        for read in self._reads:
            for number in read(subject):
                result *= number
        for part in self._others:
            result *= part.value(subject)
        return result

    def numbers(self, subject: Any) -> Numbers:
        return tuple([number for part in self.parts for number in part.numbers(subject)])

    def text(self, subject: Any, repeats: Numbers = ()) -> str:
        # A figure prints its total, including repeats.
        figure = next((part for part in self.parts if isinstance(part, Figure)), None)
        written = [part for part in self.parts if not isinstance(part, Factor) or part.read(subject)]
        texts = [_closed(part, part.text(subject, repeats if part is figure else ()), subject) for part in written]
        if repeats and figure is None:
            texts.append(_times(repeats))
        return " * ".join(texts) or "1"

    def words(self, subject: Any = None) -> str:
        units = [part.unit for part in self.parts if isinstance(part, Factor) and part.unit]
        others = [part for part in self.parts if not (isinstance(part, Factor) and part.unit)]
        if len(others) + len(units) == 1:
            return (others[0] if others else self.parts[0]).words(subject)
        texts = [_closed(part, part.words(subject), subject) for part in others]
        return " per ".join([" x ".join(texts) or "1", *units])


def _closed(part: Formula, text: str, subject: Any) -> str:
    """The text of a part within a product or after a minus, in brackets if it is a sum."""
    written = part if subject is None else part.settled(subject)
    return f"({text})" if isinstance(written, Sum | When) else text


class Sum(Formula):
    """The sum of `terms`, minus the terms in `less`."""

    __slots__ = ("less", "more")

    def __init__(self, *more: Formula, less: tuple[Formula, ...] = ()) -> None:
        self.more = more
        self.less = less
        self.note = ""

    def value(self, subject: Any) -> Any:
        total = sum([term.value(subject) for term in self.more])
        for term in self.less:
            total -= term.value(subject)
        return total

    def text(self, subject: Any, repeats: Numbers = ()) -> str:
        return self._joined(lambda term: term.text(subject, repeats), subject)

    def words(self, subject: Any = None) -> str:
        if subject is not None:
            return self._joined(lambda term: term.words(subject), subject)
        less = [_closed(term, term.words(), None) for term in self.less]
        return " - ".join([" + ".join(term.words() for term in self.more), *less])

    def terms(self, subject: Any) -> tuple[Formula, ...]:
        # A subtrahend belongs to the term before it.
        return (self,) if self.less else tuple(term for part in self.more for term in part.terms(subject))

    def _joined(self, write: Callable[[Formula], str], subject: Any) -> str:
        more = [write(term) for term in self.more if term.terms(subject)]
        less = [_closed(term, write(term), subject) for term in self.less if term.terms(subject)]
        return " - ".join([" + ".join(more) or "0", *less])


def _bracketed(formula: Formula) -> str:
    return f"{formula.words()} ({formula.note})" if formula.note else formula.words()


class When(Formula):
    """A formula that depends on a condition. `name` is the condition in words; `otherwise` applies if it is false."""

    __slots__ = ("condition", "name", "optional", "otherwise", "then")

    def __init__(
        self, name: str, condition: Callable[[Any], bool], then: Formula, otherwise: Formula | None = None
    ) -> None:
        self.name = name
        self.condition = condition
        self.then = then
        self.otherwise = otherwise or ZERO
        self.optional = otherwise is None
        self.note = ""

    def settled(self, subject: Any) -> Formula:
        return (self.then if self.condition(subject) else self.otherwise).settled(subject)

    def value(self, subject: Any) -> Any:
        return (self.then if self.condition(subject) else self.otherwise).value(subject)

    def numbers(self, subject: Any) -> Numbers:
        return self.settled(subject).numbers(subject)

    def text(self, subject: Any, repeats: Numbers = ()) -> str:
        return self.settled(subject).text(subject, repeats)

    def words(self, subject: Any = None) -> str:
        if subject is not None:
            return self.settled(subject).words(subject)
        if self.optional:
            return f"{self.then.words()} (with {self.name})"
        return f"with {self.name}: {_bracketed(self.then)}; else {_bracketed(self.otherwise)}"

    def terms(self, subject: Any) -> tuple[Formula, ...]:
        return (self,) if self.settled(subject).terms(subject) else ()

    @property
    def label(self) -> str:
        return self.name.strip("`") if self.optional else ""


class Unknown(Formula):
    """A count that shapes and arguments do not determine; `reason` explains why."""

    __slots__ = ()

    def __init__(self, reason: str) -> None:
        self.note = reason

    def value(self, subject: Any) -> Any:
        return None

    def text(self, subject: Any, repeats: Numbers = ()) -> str:
        return "unknown"

    def words(self, subject: Any = None) -> str:
        return "unknown"


ZERO = Constant(0)


def counted_as(unit: Factor, *operations: str) -> Product:
    """One operation of each name per unit: `counted_as(VALUES, "product", "sum")` is 2 per value."""
    return Product(Constant(len(operations)), unit, note=", ".join(operations))


def _times(numbers: Numbers) -> str:
    return " * ".join([f"{number:,}" for number in numbers]) or "1"
