"""The alternatives of a step: the same step with one of its values replaced by a constant that the value may be."""

from collections.abc import Iterator, Mapping
from copy import copy

from cnnshape.language import Column, Expression, ListValue, Setting, Value
from cnnshape.language.expression.alternatives import alternatives
from cnnshape.program import BlockStep, KindStep, LoopStep, Plan, ResidualStep, ResolvedStep
from cnnshape.program.plan import Follower


def alternative_steps(step: ResolvedStep, scope: Mapping[str, object]) -> Iterator[ResolvedStep]:
    """The alternatives of a kind, a block or a loop, without those of its modifiers."""
    if isinstance(step, KindStep):
        yield from _of_kind(step, scope)
    elif isinstance(step, BlockStep):
        yield from _of_block(step, scope)
    elif isinstance(step, LoopStep):
        yield from _of_loop(step, scope)


def _of_kind(step: KindStep, scope: Mapping[str, object]) -> Iterator[KindStep]:
    for plan in dict.fromkeys((step.plan, step.first)):
        for replaced in _plans(plan, scope) if plan is not None else ():
            other = copy(step)
            other.plan = other.first = replaced
            yield other


def _of_block(step: BlockStep, scope: Mapping[str, object]) -> Iterator[BlockStep]:
    differing = {name: value for name, value in step.first.items() if step.given.get(name) is not value}
    for given, values in ((step.given, step.given), (step.first, differing)):
        for name, value in values.items():
            for replaced in _values(value, scope):
                other = copy(step)
                other.given = other.first = {**given, name: replaced}
                yield other


def _of_loop(step: LoopStep, scope: Mapping[str, object]) -> Iterator[LoopStep]:
    for number, column in enumerate(step.columns):
        for replaced in _values(column.values, scope):
            other = copy(step)
            other.columns = (*step.columns[:number], Column(column.name, replaced), *step.columns[number + 1 :])
            yield other


def values_of(step: ResolvedStep) -> list[Value]:
    """The values of a step and of its modifiers."""
    values: list[Value | None] = [step.when, step.repeat, step.frozen]
    if isinstance(step, KindStep):
        for plan in (step.plan, step.first):
            values += [*plan.values.values(), *[follower.value for follower in plan.followers]] if plan else []
    elif isinstance(step, BlockStep):
        values += [*step.given.values(), *step.first.values()]
    elif isinstance(step, LoopStep):
        values += [column.values for column in step.columns]
    elif isinstance(step, ResidualStep) and isinstance(step.shortcut, Expression):
        values.append(step.shortcut)
    return [value for value in dict.fromkeys(values) if value is not None]


def expressions(value: Value) -> Iterator[Expression]:
    """The expressions in a value of which a part may not be computed."""
    if isinstance(value, Expression):
        if value.chooses:
            yield value
    elif value.chooses:
        for item in value.items if isinstance(value, ListValue) else value.values:
            yield from expressions(item)


def _values(value: Value, scope: Mapping[str, object]) -> Iterator[Value]:
    if not value.chooses or isinstance(value, Setting):
        return
    if isinstance(value, Expression):
        yield from alternatives(value, scope)
        return
    for number, item in enumerate(value.items):
        for replaced in _values(item, scope):
            yield ListValue((*value.items[:number], replaced, *value.items[number + 1 :]), value.span)


def _plans(plan: Plan, scope: Mapping[str, object]) -> Iterator[Plan]:
    for name, value in plan.values.items():
        for replaced in _values(value, scope):
            yield Plan(plan.kind, plan.at, {**plan.values, name: replaced}, plan.names, plan.followers, plan.inferred)
    for number, follower in enumerate(plan.followers):
        for other in _followers(follower, scope):
            followers = (*plan.followers[:number], other, *plan.followers[number + 1 :])
            yield Plan(plan.kind, plan.at, plan.values, plan.names, followers, plan.inferred)


def _followers(follower: Follower, scope: Mapping[str, object]) -> Iterator[Follower]:
    for value in _values(follower.value, scope):
        yield Follower(follower.role, value, None, is_setting=False, key=follower.key)
    if follower.plan is not None and follower.value.chooses:
        for plan in _plans(follower.plan, scope):
            yield Follower(follower.role, follower.value, plan, is_setting=True, key=follower.key)
