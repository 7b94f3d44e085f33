"""Everything about one design that a page shows, each part with the layers that it shows."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from cnnshape.api.examination import Examination
from cnnshape.device.deployment import Deployment
from cnnshape.diagnostics import Diagnostic
from cnnshape.graph import Graph, groups
from cnnshape.named_tuple import NamedTuple
from cnnshape.report import Report, Settings, step_ranges
from cnnshape.source import SourceText, Span
from cnnshape.study.memory import Memory, on_device, study_memory
from cnnshape.study.picture.forms import picture_of
from cnnshape.study.picture.model import Picture
from cnnshape.study.rf import Region, Trace, central_cells, regions, trace

MOST_FIELDS = 8
"""Receptive fields that are drawn."""

Layers = tuple[tuple[int, int], ...]
"""Layers as ranges of positions in a report: the first one, and the one after the last; sorted and apart."""


Place = tuple[int, int]
"""A text, by its position in a sheet, and the number of a line, from 1."""


class Network(NamedTuple):
    """The part of a design that could be built.

    `steps` are the layers of each step of the spec, in order: a layer with its norm and its activation. `lines` has the
    layers of each line; a line is the position of its text in the sheet's `sources`, and its number from 1. `places` has
    the lines of the blocks, rounds and steps with these layers, from the outermost. `fields` are regions of the input
    that cells in the middle of some layers see. With a `deployment` the memory is that of the device.
    """

    report: Report
    deployment: Deployment | None
    picture: Picture
    memory: Memory
    trace: Trace
    fields: tuple[Region, ...]
    steps: tuple[tuple[int, int], ...]
    lines: dict[Place, Layers]
    places: dict[tuple[int, int], tuple[Place, ...]]


class Sheet(NamedTuple):
    """A design with its texts, its problems, and its network; None if nothing could be built.

    `label` is what the user calls it. The first source is the design's own text, the others are those that it extends
    and uses.
    """

    label: str
    name: str
    sources: tuple[SourceText, ...]
    findings: tuple[Diagnostic, ...]
    network: Network | None


def sheet_of(
    label: str,
    examination: Examination,
    settings: Settings,
    findings: Iterable[Diagnostic],
    deploy: Callable[[Graph, Report], Deployment | None] | None = None,
) -> Sheet:
    """The sheet of an examined design, with problems found in it. `deploy` puts a complete one on a device."""
    design, graph = examination.design, examination.graph
    problems = tuple(findings)
    sources = _sources(design.source, graph, problems)
    if graph is None:
        return Sheet(label, design.name, sources, problems, None)
    report = examination.report(settings)
    deployment = deploy(graph, report) if deploy and graph.complete else None
    return Sheet(label, graph.name, sources, problems, _network(graph, report, sources, deployment))


def _network(graph: Graph, report: Report, sources: Sequence[SourceText], deployment: Deployment | None) -> Network:
    memory = study_memory(graph, report)
    traced = trace(graph, report)
    seen = regions(graph, central_cells(graph, traced, MOST_FIELDS))
    steps = tuple(step_ranges(report.rows, 0, len(report.rows)))
    placed = list(_placed(graph, steps, sources))
    return Network(
        report=report,
        deployment=deployment,
        picture=picture_of(report),
        memory=on_device(memory, deployment) if deployment else memory,
        trace=traced,
        fields=tuple(region for region in seen if region is not None),
        steps=steps,
        lines=_lines(placed),
        places=_places(placed),
    )


def _sources(own: SourceText, graph: Graph | None, findings: Iterable[Diagnostic]) -> tuple[SourceText, ...]:
    """The texts that the design is written in, without those of options."""
    used = {id(own): own}
    for span in (*_spans(graph), *(problem.at.span for problem in findings if problem.at)):
        if span.source.path is not None:
            used.setdefault(id(span.source), span.source)
    return tuple(used.values())


def _spans(graph: Graph | None) -> Iterator[Span]:
    if graph is not None:
        yield from (node.at for node in graph.nodes)
        yield from (group.at for group in groups(graph.root) if group.at)


def _placed(
    graph: Graph, steps: Sequence[tuple[int, int]], sources: Sequence[SourceText]
) -> Iterator[tuple[Place, tuple[int, int]]]:
    """The line and the layers of each block, round and step, the outer ones first."""
    number = {id(source): index for index, source in enumerate(sources)}
    spans = [(group.at, (group.start, group.end)) for group in groups(graph.root) if group.at]
    spans += [(graph.nodes[start].at, (start, end)) for start, end in steps]
    for at, part in spans:
        if id(at.source) in number and part[1] > part[0]:
            yield (number[id(at.source)], at.line), part


def _lines(placed: Iterable[tuple[Place, tuple[int, int]]]) -> dict[Place, Layers]:
    """The layers of each line: those of its step, and those of the blocks and rounds that it runs."""
    layers: dict[Place, list[tuple[int, int]]] = {}
    for place, part in placed:
        layers.setdefault(place, []).append(part)
    return {place: joined(parts) for place, parts in layers.items()}


def _places(placed: Iterable[tuple[Place, tuple[int, int]]]) -> dict[tuple[int, int], tuple[Place, ...]]:
    places: dict[tuple[int, int], tuple[Place, ...]] = {}
    for place, part in placed:
        places[part] = (*places.get(part, ()), place)
    return places


def joined(parts: Iterable[tuple[int, int]]) -> Layers:
    """The ranges sorted, with those that touch as one."""
    ranges: list[tuple[int, int]] = []
    for start, end in sorted(parts):
        if ranges and start <= ranges[-1][1]:
            ranges[-1] = (ranges[-1][0], max(end, ranges[-1][1]))
        else:
            ranges.append((start, end))
    return tuple(ranges)
