"""A value of an option that is refused."""


class Refusal(ValueError):
    """A value of an option that can't be used. `option` is the option's name in Python, `reason` says what is wrong."""

    def __init__(self, option: str, reason: str) -> None:
        super().__init__(f"{option}: {reason}")
        self.option = option
        self.reason = reason

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        return type(self), (self.option, self.reason)
