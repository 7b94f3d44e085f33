"""Compares the channels that foreign arguments such as `in_channels` state with those that come in."""

from cnnshape.diagnostics import Diagnostic
from cnnshape.graph.evaluation import Refused, Values
from cnnshape.graph.faults import Faults, Frame
from cnnshape.graph.scope import Current, Scope, Uncertain
from cnnshape.layers import Application
from cnnshape.program import Plan, compared_argument


class Comparisons:
    """The comparisons of an expansion: for each argument, the first one that differs, else one that agrees."""

    def __init__(self, faults: Faults) -> None:
        self._differing = Faults([])
        self._differing.params = faults.params
        self._agreeing: dict[object, Diagnostic] = {}

    def compare(
        self,
        plan: Plan,
        chain: tuple[Application, ...],
        values: Values,
        current: Current,
        scope: Scope,
        trace: list[Frame],
    ) -> None:
        """Compares the arguments of a step, its `norm` and its `act` with the channels that enter each of their layers."""
        plans = [plan, *[follower.plan for follower in plan.followers if follower.plan is not None]]
        for part in plans:
            real = next(application.inputs[0].shape for application in chain if type(application.layer) is part.kind)
            for argument in part.inferred:
                try:
                    stated = values.at(argument.value, current, scope)
                except (Refused, Uncertain):
                    continue
                problem = compared_argument(part.kind, argument, stated, real)
                if problem is None:
                    continue
                # What agrees can be removed.
                if problem.fixes:
                    self._agreeing.setdefault(_place(problem), problem)
                else:
                    self._differing.add(problem, trace, argument.value)

    def applied(self, problems: list[Diagnostic]) -> list[Diagnostic]:
        """The problems. Those with a comparison replace those without one."""
        compared = self._agreeing | {_place(problem): problem for problem in self._differing.all()}
        return [compared.get(_place(problem), problem) for problem in problems]


def _place(problem: Diagnostic) -> object:
    return problem.name, problem.at and problem.at.span
