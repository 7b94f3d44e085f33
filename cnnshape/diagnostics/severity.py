"""How serious a problem is."""

from enum import StrEnum


class Severity(StrEnum):
    """The severity of a problem: errors make a design invalid, warnings don't."""

    ERROR = "error"
    WARNING = "warning"
