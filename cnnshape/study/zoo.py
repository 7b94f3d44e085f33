"""The shipped architectures with their figures."""

from collections.abc import Callable
from typing import Any

from cnnshape.analysis import Field, costs, last_maps, receptive_fields
from cnnshape.api import Design, DesignError, expand, load
from cnnshape.graph import Graph, Options
from cnnshape.layers import Shape
from cnnshape.named_tuple import NamedTuple
from cnnshape.source import shipped_folder, shipped_names


class Entry(NamedTuple):
    """A shipped architecture, with its default input and params.

    `field` is the receptive field per axis; None if each cell of the last map sees the whole input, or if there is
    no map before the input is cut into regions. `aligned` is False if paths with different centres have met.
    `results` are the measures of the trained network with their values, the main one first.
    """

    name: str
    title: str
    family: str
    year: int | None
    input: Shape
    params: int
    macs: int
    field: Shape | None
    aligned: bool
    source: str
    results: tuple[tuple[str, float], ...]


SORTS: dict[str, Callable[[Entry], Any]] = {
    "name": lambda entry: entry.name,
    "year": lambda entry: entry.year or 0,
    "params": lambda entry: entry.params,
    "macs": lambda entry: entry.macs,
    "rf": lambda entry: max(entry.field) if entry.field else 10**12,
    "result": lambda entry: (not entry.results, entry.results[:1]),
}
"""The sort keys of entries. A field of the whole input comes last, and so does an entry without results. Results are
sorted by their measure, then by their values: those of different measures can't be compared."""


def families() -> dict[str, list[str]]:
    """The names of the shipped architectures by their families, both sorted."""
    members: dict[str, list[str]] = {}
    for name in shipped_names():
        spec = _design(name).spec
        members.setdefault(spec.family if spec else "", []).append(name)
    return dict(sorted(members.items()))


def survey(name: str) -> Entry:
    """The entry of a shipped architecture. Raises DesignError for one with errors."""
    design = _design(name)
    graph, problems = expand(design, Options())
    if graph is None or design.spec is None:
        raise DesignError(problems)
    spec, field, layers = design.spec, _last_field(graph), costs(graph)
    return Entry(
        name=name,
        title=spec.name,
        family=spec.family,
        year=spec.year,
        input=graph.inputs[0].tensor.shape,
        params=sum([cost.params for cost in layers]),
        macs=sum([cost.macs for cost in layers]),
        field=None if field is None or field.everywhere else field.size,
        aligned=field is None or field.everywhere or field.aligned,
        source=spec.origin,
        results=tuple((result.measure.text, result.number) for result in spec.results),
    )


def _design(name: str) -> Design:
    return load(shipped_folder() / f"{name}.yaml")


def _last_field(graph: Graph) -> Field | None:
    """The field of the last map of the main output."""
    fields = receptive_fields(graph)
    last = last_maps(graph, fields).get(next(iter(graph.outputs), ""))
    field = None if last is None else fields[last]
    return field if isinstance(field, Field) else None
