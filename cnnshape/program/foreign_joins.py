"""Other frameworks' words for joins that are other kinds without tensors: `mean: [a, b]` is `average: [a, b]`.

Only designs with problems import this module.
"""

from cnnshape.language import Call, Expression, ListValue, Value, shown
from cnnshape.layers import BY_NAME, bare

_JOINS = {
    **dict.fromkeys(("mean", "reducemean"), "average"),
    "skip": "add",
}
"""The joins of words that mean another kind, or a control word, where they have no tensors."""
_POOLS = {
    **dict.fromkeys(("avg_pool", "global_avg_pool", "adaptive_avg_pool", "channel_avg_pool"), "average"),
    **dict.fromkeys(("max_pool", "global_max_pool", "adaptive_max_pool", "channel_max_pool"), "maximum"),
}


def joined_by(call: Call) -> str | None:
    """The join that a word means together with the tensors or branches below it; None for any other step."""
    join = _JOINS.get(bare(call.word.text))
    return join if join and (names_tensors(call.main) or _has_branches(call)) else None


def stacked(call: Call) -> str | None:
    """Help for tensors that are to be stacked along a new axis."""
    if bare(call.word.text) != "stack" or not names_tensors(call.main):
        return None
    return f"`- concat: {_listed(call.main)}` joins them along the channels; there is no new axis"


def names_tensors(value: Value | None) -> bool:
    """Whether a value is a list of two or more names that can be tensors."""
    if not isinstance(value, ListValue) or len(value.items) < 2:
        return False
    return all(isinstance(item, Expression) and item.names and item.word not in BY_NAME for item in value.items)


def instead_of_pool(kind: str, value: Value) -> str | None:
    """Help for tensors that a pool is to join."""
    join = _POOLS.get(kind)
    if join is None or not names_tensors(value):
        return None
    return f"tensors are joined by a step: `- {join}: {_listed(value)}`"


def _listed(value: Value | None) -> str:
    items = value.items if isinstance(value, ListValue) else ()
    return f"[{', '.join(shown(item.text) for item in items if isinstance(item, Expression))}]"


def _has_branches(call: Call) -> bool:
    values = [argument.value for argument in call.arguments]
    lists = [value for value in values if isinstance(value, ListValue)]
    constants = [item for value in lists for item in value.items if isinstance(item, Expression) and item.constant]
    return call.main is None and len(values) > 1 and len(lists) == len(values) and not constants
