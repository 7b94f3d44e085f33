"""Random spaces around a design: values near those of its params, other words and lists, other sizes and shapes."""

from __future__ import annotations

from random import Random
from typing import Any

import cnnshape
from cnnshape.api import Design
from cnnshape.graph import Options, given_inputs
from cnnshape.graph.faults import Faults
from cnnshape.graph.settle import Settled
from cnnshape.program import resolve
from cnnshape.report import FIGURES
from cnnshape.study.sweep.evaluation import Evaluator
from cnnshape.study.sweep.outcome import ABSENT, Figures
from cnnshape.study.sweep.space import INPUT, Axis, Space

WORDS = ("relu", "silu", "gelu", "none", "hardswish", "batch_norm", "layer_norm", "conv1x1", "average")
MOST_AXES = 5


def random_space(design: Design, random: Random) -> Space:
    """A space of some of the design's params, and of its input."""
    assert design.spec is not None
    params = Settled(resolve(design.spec), Options(), Faults([])).params
    names = [name for name, value in params.items() if is_plain(value) and name != INPUT]
    random.shuffle(names)
    axes = [Axis(name, values_near(params[name], random)) for name in names[: random.randint(1, MOST_AXES)]]
    inputs = given_inputs(design.spec, Options())
    shape = inputs[0].tensor.shape if inputs and not inputs[0].of_boxes else ()
    if len(shape) > 1 and (not axes or random.random() < 0.8):
        axes.append(Axis(INPUT, inputs_near(shape, random)))
    return Space(axes)


def is_plain(value: object) -> bool:
    return all(map(is_plain, value)) if isinstance(value, tuple) else isinstance(value, int | float | str)


def values_near(value: Any, random: Random) -> tuple[Any, ...]:
    if isinstance(value, bool):
        return (value, not value)
    if isinstance(value, str):
        return tuple(dict.fromkeys([str(value), *random.sample(WORDS, 2)]))
    if isinstance(value, tuple):
        others = [tuple([changed(item, random) for item in value]) for _ in range(5)]
        shorter = [value[:-1]] if len(value) > 1 and random.random() < 0.2 else []
        return tuple(dict.fromkeys([value, *others, *shorter]))
    return tuple(dict.fromkeys([value, *[changed(value, random, 1) for _ in range(6)]]))


def changed(value: Any, random: Random, chance: float = 0.6) -> Any:
    """A value of the same sort."""
    if isinstance(value, tuple):
        return tuple([changed(item, random, chance) for item in value])
    if isinstance(value, bool | str) or random.random() > chance:
        return value
    if isinstance(value, float):
        return random.choice([round(value * random.uniform(0.3, 2), 2), value * 2, value / 2])
    near = [value + 1, value - 1, value + 8, value * 2, value // 2, random.randint(0, 2 * value + 3), 1]
    return max(random.choice(near), 0)


def inputs_near(shape: tuple[int, ...], random: Random) -> tuple[Any, ...]:
    size = shape[1]
    near = [size, size - 1, size + 1, size // 2, size + 32, random.randint(1, 2 * size), random.randint(8, 64)]
    sizes = [max(other, 1) for other in near]
    if random.random() < 0.5:
        return tuple(dict.fromkeys(sizes))
    return tuple(dict.fromkeys((shape[0], *[random.choice(sizes) for _ in shape[1:]]) for _ in range(6)))


Outcome = list[int] | tuple[str, str, str, int, int]
"""The figures of a design, or the code, the name and the place of its first problem."""


def analyzed(design: Design, evaluator: Evaluator, index: int) -> Outcome:
    """What `analyze` says of a design of a space, with the options that a user would write."""
    choice = dict(evaluator.space.choice(index))
    given = choice.pop(INPUT, None)
    shape = evaluator.options(index).inputs[""] if given is not None else None
    try:
        report = cnnshape.analyze(design, params=choice, input=shape)
    except cnnshape.DesignError as error:
        first = error.diagnostics[0]
        line, column = (first.at.span.line, first.at.span.column) if first.at else (0, 0)
        return first.code, first.name, first.path, line, column
    row = report.reach
    field = row.receptive_field.size if row is not None and row.receptive_field is not None else ()
    axes = len(evaluator.names) - len(FIGURES)
    return [*[figure.of(report) for figure in FIGURES.values()], *(field if len(field) == axes else (ABSENT,) * axes)]


def stated(figures: Figures, row: int) -> Outcome:
    """What a sweep says of a design."""
    refused = int(figures.refused[row])
    if refused >= 0:
        return tuple(figures.diagnostics[refused])
    return [int(figures.values[name][row]) for name in figures.names]


def agrees(stated: Outcome, analyzed: Outcome) -> bool:
    """Whether both are the same. In the text of an option, columns depend on how its numbers are written."""
    if isinstance(stated, tuple) and isinstance(analyzed, tuple) and stated[4] == 1:
        return stated[:4] == analyzed[:4]
    return stated == analyzed
