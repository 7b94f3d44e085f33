"""Explains outputs with unexpected shapes: finds edits that give the expected shape, and tries each."""

from collections.abc import Sequence

from cnnshape.causes.describe import cause_text, edits_text
from cnnshape.causes.edit import fix_of
from cnnshape.causes.replay import Replay
from cnnshape.causes.search import Cause, Search, layers_of
from cnnshape.causes.trial import Trial, key_of
from cnnshape.causes.uses import Uses
from cnnshape.diagnostics import Diagnostic, Label
from cnnshape.graph import Graph, Options
from cnnshape.language import Expectation, Expression, ExpressionProblem, ListValue
from cnnshape.layers import Shape, format_shape
from cnnshape.program import Program

MOST_EXPLAINED = 4
MOST_OFFERED = 3


def explain_outputs(
    program: Program, options: Options, graph: Graph, problems: Sequence[Diagnostic]
) -> list[Diagnostic]:
    """These problems. Those of outputs with unexpected shapes get the edits that give the expected ones."""
    explained = list(problems)
    places = {key_of(problem): index for index, problem in enumerate(problems) if problem.name == "expectation-missed"}
    left = MOST_EXPLAINED
    for expectation in program.spec.expectations:
        index = places.get(_key(expectation))
        value, wanted = _value(graph, expectation), _shape(expectation)
        if index is None or value is None or not wanted or left == 0:
            continue
        left -= 1
        explained[index] = _explained(program, Trial(program, options, (), problems[index]), graph, value, wanted)
    return explained


def _key(expectation: Expectation) -> tuple[object, ...]:
    span = expectation.wanted.span
    return "expectation-missed", id(span.source), span.line, span.column


def _value(graph: Graph, expectation: Expectation) -> int | None:
    """The value of the output that an expectation is about."""
    figure, _, name = expectation.figure.text.partition(".")
    if figure not in ("output", "outputs"):
        return None
    only = next(iter(graph.outputs.values())) if len(graph.outputs) == 1 else None
    return graph.outputs.get(name) if name else only


def _shape(expectation: Expectation) -> Shape:
    """The expected shape; empty if the expectation is not a shape."""
    if not isinstance(expectation.wanted, ListValue):
        return ()
    try:
        values = [
            item.evaluate({}) for item in expectation.wanted.items if isinstance(item, Expression) and item.constant
        ]
    except ExpressionProblem:
        return ()
    sizes = tuple([value for value in values if type(value) is int])
    return sizes if len(sizes) == len(expectation.wanted.items) else ()


def _explained(program: Program, trial: Trial, graph: Graph, value: int, wanted: Shape) -> Diagnostic:
    replay = Replay(graph, (value,))
    search = Search(
        layers_of(program, replay),
        Uses(program, replay),
        {wanted[0]},
        lambda tensors: tensors[value].shape == wanted,
        lambda _, option: option.rank,
    )
    solved: dict[object, Cause] = {}
    for cause in search.causes():
        key = cause.edit.step, cause.edit.argument
        if key not in solved and _gives(trial, cause, wanted):
            solved[key] = cause
        if len(solved) == MOST_OFFERED:
            break
    if not solved:
        return trial.problem
    labels = {cause.edit.step: Label(cause.edit.at, cause_text(cause)) for cause in solved.values()}
    help = f"write {edits_text([cause.edit for cause in solved.values()])}: the output is then {format_shape(wanted)}"
    fixes = (*trial.problem.fixes, *(fix_of([cause.edit]) for cause in solved.values()))
    return trial.problem._replace(related=(*labels.values(), *trial.problem.related), help=help, fixes=fixes)


def _gives(trial: Trial, cause: Cause, wanted: Shape) -> bool:
    """Whether the whole program has an output of that shape with the edit."""
    built = trial.built([cause.edit])
    graph = built.graph if built else None
    return graph is not None and any(graph.value(index).shape == wanted for index in graph.outputs.values())
