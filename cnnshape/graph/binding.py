"""Binds plans and values to layers: converts each argument to its type, and adds the layers of `norm` and `act`."""

from collections.abc import Mapping

from cnnshape.diagnostics import Diagnostic, diagnose
from cnnshape.graph.evaluation import NoFollower, Refused, Unfit
from cnnshape.language import Expression, Value
from cnnshape.layers import BY_NAME, Layer, LayerProblem, Tensor, foreign_kind
from cnnshape.program import (
    Follower,
    Plan,
    fits_role,
    follower_words,
    foreign_spelling,
    foreign_value,
    in_words,
    unknown_name,
)
from cnnshape.source import Span

Bound = tuple[Plan, Layer]
"""A layer, and the plan with the places of its arguments."""


def bind(plan: Plan, values: dict[str, object], scope: Mapping[str, object]) -> Layer:
    """The layer of a plan with evaluated values, among them tensors; raises Refused."""
    return plan.kind(**converted(plan, values, scope))


def converted(plan: Plan, values: Mapping[str, object], scope: Mapping[str, object]) -> dict[str, object]:
    """Some values of a plan, each as its argument needs it. Raises Refused for a value of another type."""
    arguments: dict[str, object] = {}
    for name, value in values.items():
        declared = plan.kind.arguments[name].type
        try:
            arguments[name] = value if type(value) is Tensor else declared.convert(value)
        except ValueError:
            from cnnshape.graph.argument_advice import bad_argument

            raise Refused(bad_argument(plan, name, value, scope), plan.values.get(name)) from None
    return arguments


def layer_problem(plan: Plan, problem: LayerProblem) -> Unfit:
    """The problem of a layer that doesn't fit, at the argument at fault, else at the kind's word."""
    at, origin = plan.at, None
    if problem.argument in plan.values:
        origin = plan.values[problem.argument]
        at = origin.span
    elif problem.argument in plan.names:
        at = plan.names[problem.argument]
    return Unfit(diagnose(problem.name, problem.message, at, help=problem.help), origin)


def check_follower(plan: Plan, follower: Follower, kind: type[Layer], at: Span) -> None:
    """Raises Refused, or NoFollower, if a kind can't be the value of `norm` or `act`."""
    if not fits_role(follower.role, kind):
        from cnnshape.graph.follower_advice import misplaced

        problem = misplaced(plan, follower, kind, at)
        raise (Refused if kind.follows or problem.fixes else NoFollower)(problem, follower.value)


def bare_follower(word: str, at: Span, value: Value) -> Plan:
    """The plan of a kind that `norm` or `act` names by its word, so without arguments."""
    kind = BY_NAME[word]
    if kind.required:
        needed = in_words(kind.required)
        help = f"write `{{{word}: {{{kind.required[0]}: ...}}}}`"
        raise Refused(diagnose("missing-argument", f"{word} needs {needed}", at, help=help), value)
    return Plan(kind, at)


def follower_kind(plan: Plan, follower: Follower, word: object) -> str:
    """The kind's word that `norm: word` or `act: word` means, or `none`; raises Refused."""
    value = follower.value
    if isinstance(word, str) and (word in BY_NAME or word == "none"):
        return str(word)
    if isinstance(word, str) and isinstance(value, Expression):
        foreign = foreign_kind(word)
        if foreign is not None:
            check_follower(plan, follower, foreign, value.span)
        raise Refused(_unknown_follower(value, word), value)
    from cnnshape.graph.follower_advice import no_kind

    raise Refused(no_kind(plan, follower, value, word), value)


def _unknown_follower(value: Expression, word: str) -> Diagnostic:
    foreign = foreign_kind(word)
    if foreign is not None:
        return foreign_spelling(word, foreign.name, value.span)
    if word.lower() == "none":
        return foreign_value(word, "none", value.span)
    return unknown_name(value, word, dict.fromkeys(follower_words()))
