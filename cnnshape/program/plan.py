"""The plan of a layer: its kind, and the values of its arguments by name."""

from cnnshape.language import Argument, Value
from cnnshape.layers import Layer
from cnnshape.source import Span


class Follower:
    """The value of `norm` or `act` (`role`) of a step; `key` is the place of that word.

    `plan` is the plan of a `{kind: args}`. It is None if its words are wrong, and for any other value, which is
    evaluated to the word of a kind.
    """

    __slots__ = ("is_setting", "key", "plan", "role", "value")

    def __init__(
        self, role: str, value: Value, plan: "Plan | None", *, is_setting: bool, key: Span | None = None
    ) -> None:
        self.role = role
        self.key = key
        self.value = value
        self.plan = plan
        self.is_setting = is_setting

    @property
    def is_unknown(self) -> bool:
        """Whether nothing is known of the layer but that there is one."""
        return self.is_setting and self.plan is None


class Plan:
    """The kind of a step, the values of its arguments, and its `norm` and `act`.

    `at` is the kind's word, `names` are the places of the arguments' names. Plans compare by identity: two steps
    have two plans. `variables` are the names that it reads, `size` is how many values and variables it has, and `lists`
    how many operations on lists. `constant` is true if no argument depends on a name. `inferred` are arguments that
    state what comes in, which the kind doesn't have. `partial` is true if a layer that follows is unknown.
    """

    __slots__ = (
        "at", "constant", "followers", "inferred", "kind", "lists", "names", "partial", "size", "values", "variables",
    )  # fmt: skip

    def __init__(
        self,
        kind: type[Layer],
        at: Span,
        values: dict[str, Value] | None = None,
        names: dict[str, Span] | None = None,
        followers: tuple[Follower, ...] = (),
        inferred: tuple[Argument, ...] = (),
    ) -> None:
        self.kind = kind
        self.at = at
        self.values = values or {}
        self.names = names or {}
        self.followers = followers
        self.inferred = inferred
        self.partial = any(follower.is_unknown for follower in followers)
        every = [*self.values.values(), *[follower.value for follower in followers]]
        self.constant = all(value.constant for value in self.values.values())
        self.variables = tuple(sorted(frozenset().union(*[value.names for value in every])))
        self.size = len(self.variables) + sum([value.size for value in every])
        self.lists = sum([value.lists for value in every])

    def without(self, failed: Follower) -> "Plan":
        """The plan with one of its followers unknown."""
        unknown = Follower(failed.role, failed.value, None, is_setting=True, key=failed.key)
        followers = tuple([unknown if follower is failed else follower for follower in self.followers])
        return Plan(self.kind, self.at, self.values, self.names, followers, self.inferred)
