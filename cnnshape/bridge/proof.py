"""Compares specs with each other and with their source: layer by layer, along the edges of the graph."""

from collections import Counter
from collections.abc import Iterable

from cnnshape.api import Design, analyze, load
from cnnshape.bridge.flat import owners
from cnnshape.bridge.operations import Network
from cnnshape.language import Spec
from cnnshape.named_tuple import NamedTuple
from cnnshape.report import Report, Row
from cnnshape.source import SourceText

_UNORDERED = frozenset(("add", "multiply", "average", "maximum"))
"""Joins whose operands may change places."""
_NAME = "<import>"
"""What diagnostics call the spec."""


def report_of(text: str) -> Report:
    """The report of the text of a spec; raises DesignError if it is wrong."""
    return analyze(load(text, name=_NAME))


def report_of_spec(spec: Spec) -> Report:
    """The report of a spec that has no text yet; raises DesignError if it is wrong."""
    return analyze(Design(SourceText(_NAME, ""), spec, []))


class Difference(NamedTuple):
    """What two lists of layers don't share: those of the first alone, and those of the second alone."""

    ours: tuple[str, ...]
    theirs: tuple[str, ...]


def differences(ours: Report, theirs: Report) -> Difference | None:
    """How two reports differ: by a layer with its place in the graph, an output, or a total. None if they don't.

    Layers may run in another order, and a `concat` may be made in steps; their names don't count.
    """
    mine, prints_mine = _prints(ours)
    other, prints_other = _prints(theirs)
    alone = Counter(mine.values()) - Counter(other.values())
    missing = Counter(other.values()) - Counter(mine.values())
    if not alone and not missing and prints_mine == prints_other and ours.totals == _alike(theirs, ours):
        return None
    return Difference(tuple(_named(mine, alone)), tuple(_named(other, missing)))


def _alike(report: Report, other: Report) -> object:
    """The totals with the parts that depend on names or on the order of layers taken from the other report."""
    return report.totals._replace(
        peak_activation_bytes=other.totals.peak_activation_bytes,
        flops_unknown=other.totals.flops_unknown,
        stated=other.totals.stated,
        flops=other.totals.flops,
        activation_bytes=other.totals.activation_bytes,
        main_activation_bytes=other.totals.main_activation_bytes,
    )


def _named(prints: dict[str, int], wanted: Counter[int]) -> Iterable[str]:
    return [name for name, number in prints.items() if number in wanted]


def _prints(report: Report) -> tuple[dict[str, int], list[int]]:
    """A number for each layer: the hash of its kind, arguments and figures, of the owner of its weights, and of all before it."""
    prints = {name: hash((name, given.shape)) for name, given in report.inputs.items()}
    parts: dict[str, tuple[int, ...]] = {}
    rows: dict[str, int] = {}
    for row in report.rows:
        sources = [prints[source] for source in row.sources]
        if row.kind == "concat":
            # A concat of a concat is one of all its parts.
            sources = [part for source in row.sources for part in parts.get(source, (prints[source],))]
            parts[row.name] = tuple(sources)
            prints[row.name] = hash(("concat", *sources))
            continue
        if row.kind == "identity":
            prints[row.name] = sources[0]
            continue
        ordered = sorted(sources) if row.kind in _UNORDERED else sources
        prints[row.name] = rows[row.name] = hash((_facts(row), prints.get(row.shares), *ordered))
    return rows, [prints[layer] for layer in report.output_layers.values()]


def _facts(row: Row) -> tuple[object, ...]:
    return (row.kind, row.application.layer, row.output, row.params, row.trainable_params, row.buffers, row.macs)


def shape_differences(network: Network, report: Report) -> list[str]:
    """Where the flat spec has other shapes or weights than the source: layer by layer, and in all."""
    problems = []
    owner_of = owners(network)
    for (value, operation), row in zip(network.numbered(), report.rows, strict=True):
        place = f"{operation.what or operation.kind} in {operation.path}" if operation.path else operation.what
        if row.output != operation.shape:
            problems.append(f"{place}: {row.output} here, {operation.shape} in the source")
        learned = sum(weight.elements for weight in operation.weights if weight.learned)
        if operation.weights and not row.shares and row.params != learned:
            problems.append(f"{place}: {row.params:,} params here, {learned:,} in the source")
        if row.params and (row.trainable_params == 0) != operation.frozen:
            problems.append(f"{place}: it is {'trained' if operation.frozen else 'frozen'} here")
        owner = network.operation(owner_of.get(value, value))
        if owner is not None and set(owner.weights) != set(operation.weights):
            problems.append(f"{place}: it shares some of its weights with {owner.path}; a step shares all or none")
    wanted = network.running_params
    if not problems and wanted is not None and report.totals.params != wanted:
        problems.append(f"{report.totals.params:,} params in all here, {wanted:,} in the source")
    return problems
