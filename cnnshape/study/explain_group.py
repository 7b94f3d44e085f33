"""The arithmetic of a stage's or block's figures: the sum over its parts."""

from collections.abc import Sequence

from cnnshape.graph import Graph, Group
from cnnshape.layers import format_shape
from cnnshape.report import FIGURES, Figure, Line, Report, parts_of
from cnnshape.study.explain_field import brief, field_of
from cnnshape.study.explanation import Explanation
from cnnshape.study.fact import Fact

MOST_TERMS = 8
"""Parts that a sum lists; the rest is one term."""
_SUMMED = {"params": "params", "buffers": "buffers", "macs": "MACs", "flops": "FLOPs", "activation_bytes": "bytes"}


def explain_group(graph: Graph, report: Report, group: Group) -> Explanation:
    """The explanation of a stage or block: what enters, what comes out, and each figure as a sum over its parts."""
    lines = parts_of(report, group)
    last = report.rows[group.end - 1]
    sums = (_sum(topic, FIGURES[name], lines) for name, topic in _SUMMED.items())
    entering = _entering(graph, group)
    return Explanation(
        name=group.label,
        kind=group.word,
        line=group.at.line if group.at else 0,
        meaning=_meaning(group, lines),
        facts=(
            *_inputs(graph, entering),
            Fact("output", format_shape(last.output), f"of {last.name}"),
            *(fact for fact in sums if fact),
            *_field(graph, report, group, entering),
        ),
    )


def _meaning(group: Group, lines: Sequence[Line]) -> str:
    number = group.end - group.start
    listed = ", ".join(map(_label, lines[:MOST_TERMS])) + (", ..." if len(lines) > MOST_TERMS else "")
    return f"{number:,} layer{'' if number == 1 else 's'}: {listed}"


def _label(line: Line) -> str:
    return f"{line.label} x{line.times}" if line.times > 1 else line.label


def _entering(graph: Graph, group: Group) -> list[int]:
    """The values that the group's layers read from outside, in order."""
    start = len(graph.inputs) + group.start
    end = len(graph.inputs) + group.end
    read = (value for node in graph.nodes[group.start : group.end] for value in node.inputs)
    return list(dict.fromkeys(value for value in read if not start <= value < end))


def _inputs(graph: Graph, entering: Sequence[int]) -> list[Fact]:
    many = len(entering) > 1
    return [
        Fact(
            f"input {number}" if many else "input",
            format_shape(graph.value(value).shape),
            f"from {graph.value_name(value)}",
        )
        for number, value in enumerate(entering, 1)
    ]


def _sum(topic: str, figure: Figure, lines: Sequence[Line]) -> Fact | None:
    """The figure as a sum over the parts with a share in it; None for buffers if there are none."""
    measure = figure.of_row
    assert measure is not None
    amounts = [(line, line.total(measure)) for line in lines]
    listed = [(line, amount) for line, amount in amounts if amount]
    total = sum(amount for _, amount in listed)
    if not total and figure.name == "buffers":
        return None
    unknown = [row.name for line in lines for row in line.rows if measure(row) is None]
    remarks = [" + ".join(_label(line) for line, _ in listed[:MOST_TERMS])] if len(listed) > 1 else []
    remarks += [f"and {len(listed) - MOST_TERMS} others"] if len(listed) > MOST_TERMS else []
    remarks += [f"unknown for {', '.join(unknown[:3])}, and left out"] if unknown else []
    return Fact(topic, _equation(listed, total), "; ".join(remarks))


def _equation(listed: Sequence[tuple[Line, int]], total: int) -> str:
    terms = [_term(line, amount) for line, amount in listed[:MOST_TERMS]]
    rest = sum(amount for _, amount in listed[MOST_TERMS:])
    terms += [f"{rest:,}"] if rest else []
    text = " + ".join(terms)
    return f"{total:,}" if text in ("", f"{total:,}") else f"{text} = {total:,}"


def _term(line: Line, amount: int) -> str:
    return f"{line.times} * {amount // line.times:,}" if line.times > 1 else f"{amount:,}"


def _field(graph: Graph, report: Report, group: Group, entering: Sequence[int]) -> list[Fact]:
    row = report.rows[group.end - 1]
    after = row.receptive_field
    if after is None:
        return [Fact("receptive field", "undefined", row.undefined)] if row.undefined else []
    before = field_of(graph, report, entering[0]) if entering else None
    if after.is_global:
        return [Fact("receptive field", format_shape(after.size), "every cell of the output sees the same cells")]
    return [Fact("receptive field", brief(after), f"its input sees {brief(before)}" if before else "")]
