"""Diagnoses a wrong value of `norm` or `act`: a kind for the other one, a kind for neither, or a list of both.

Only designs with problems import this module.
"""

from collections.abc import Iterable

from cnnshape.diagnostics import Diagnostic, Fix, Give, Replace, diagnose, respelled
from cnnshape.language import Expression, ListValue, Setting, Value, describe
from cnnshape.layers import BY_NAME, Layer, foreign_kind
from cnnshape.layers.convolution import Linear
from cnnshape.program import Follower, Plan, fits_role, role_of, unfollowing
from cnnshape.source import Span

_OTHER = {"norm": "act", "act": "norm"}
_ROLES = {"norm": "a normalization", "act": "an activation"}
_HELP = "write a kind, such as `batch_norm` or `relu`, or `none`"


def misplaced(plan: Plan, follower: Follower, kind: type[Layer], at: Span) -> Diagnostic:
    """The diagnostic of a kind that isn't for this one of `norm` and `act`.

    If it is for the other one, there is a fix where the step states both words itself, and they are not given, or are
    swapped.
    """
    role, other = follower.role, _OTHER[follower.role]
    if not fits_role(other, kind):
        return _of_neither(follower, kind, at)
    sort = f"the {_ROLES[other].split()[1]} " if role_of(kind) == other else ""
    message = f"`{role}` is {_ROLES[role]}, got {sort}{kind.name}"
    sibling = next((rival for rival in plan.followers if rival.role == other), None)
    if sibling is None:
        fixes = _fixed(_renamed(follower))
        return diagnose("bad-argument", message, at, help=f"write `{other}: {kind.name}`", fixes=fixes)
    theirs = _kind(sibling)
    if theirs is not None and fits_role(role, theirs) and not fits_role(other, theirs):
        fixes = _fixed((*_renamed(follower), *_renamed(sibling)))
        help = f"they are swapped: write `{other}: {kind.name}` and `{role}: {theirs.name}`"
        return diagnose("bad-argument", message, at, help=help, fixes=fixes)
    if theirs is not None and fits_role(other, theirs):
        instead = f"write {_ROLES[role]}, or remove it" if role_of(kind) else "write it as a step of its own"
        help = f"{instead}: `{other}: {theirs.name}` is given too"
        return diagnose("bad-argument", message, at, help=help)
    return diagnose("bad-argument", message, at, help=f"write `{other}: {kind.name}`")


def _of_neither(follower: Follower, kind: type[Layer], at: Span) -> Diagnostic:
    """The diagnostic of a kind that is for neither of the two. Keras and Darknet call no activation `linear`."""
    problem = unfollowing(follower.role, kind, at)
    if kind is not Linear or follower.role == "norm":
        return problem
    fixes = respelled(at.text, "none", at) if _of_word(follower.value) is Linear else ()
    return problem._replace(help="write `none` for no activation", fixes=fixes)


def no_kind(plan: Plan, follower: Follower, value: Value, word: object) -> Diagnostic:
    """The diagnostic of a value of `norm` or `act` that isn't a word."""
    message = f"`norm` and `act` name a layer kind, got {describe(word)}"
    both = _both(value) if isinstance(value, ListValue) and len(plan.followers) == 1 else {}
    if not both:
        return diagnose("bad-argument", message, value.span, help=_HELP)
    role, other = follower.role, _OTHER[follower.role]
    edits: tuple[Replace | Give, ...] = (Replace(value.span, both[role]), Give(plan.at, other, both[other]))
    help = f"write `{role}: {both[role]}, {other}: {both[other]}`"
    return diagnose("bad-argument", message, value.span, help=help, fixes=_fixed(edits))


def _both(value: ListValue) -> dict[str, str]:
    """The kinds of a list of one normalization and one activation, by their roles."""
    kinds = [_of_word(item) for item in value.items]
    both = {role_of(kind): kind.name for kind in kinds if kind is not None and not kind.required}
    return both if len(kinds) == 2 and both.keys() == _OTHER.keys() else {}


def _renamed(follower: Follower) -> tuple[Replace, ...]:
    """The edits that give what follows to the other role; empty if the step doesn't state it as a word or a mapping."""
    kind = _kind(follower)
    if kind is None or follower.key is None:
        return ()
    word = follower.value.span
    right = (
        respelled(word.text, kind.name, word)
        if word.text != kind.name and not isinstance(follower.value, Setting)
        else ()
    )
    edits = [edit for fix in right for edit in fix.edits if isinstance(edit, Replace)]
    return (Replace(follower.key, _OTHER[follower.role]), *edits)


def _fixed(edits: Iterable[Replace | Give]) -> tuple[Fix, ...]:
    every = tuple(edits)
    return (Fix(every),) if every else ()


def _kind(follower: Follower) -> type[Layer] | None:
    """The kind that a step names itself."""
    return follower.plan.kind if follower.plan is not None else _of_word(follower.value)


def _of_word(value: Value) -> type[Layer] | None:
    word = value.text.strip() if isinstance(value, Expression) else ""
    word = value.word.text if isinstance(value, Setting) else word
    return BY_NAME.get(word) or (foreign_kind(word) if word else None)
