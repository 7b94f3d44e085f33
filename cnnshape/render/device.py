"""A network on a device as text and JSON: the arena, what else is in memory, flash, and what doesn't merge."""

from collections.abc import Iterator, Sequence
from typing import Any

from cnnshape.device.deployment import Deployment, Estimate
from cnnshape.device.order import MOST_STATES, Ordered
from cnnshape.render.bars import BARS, bar_text, with_bars
from cnnshape.render.contract import to_contract
from cnnshape.render.header import header
from cnnshape.render.html import block, paragraphs, title
from cnnshape.render.svg import element
from cnnshape.render.table import Column, Table, text_lines
from cnnshape.render.table.html import html_table
from cnnshape.render.table.records import records
from cnnshape.render.wrapping import BOLD, count, paint, size, wrapped
from cnnshape.report import Line, expanded, folded

_REPADDED = {
    False: "if paddings that TensorFlow doesn't have are copies: --pads explicit",
    True: "if all paddings are TensorFlow's: --pads same",
}
_LISTED = 8
"""So many layers that don't merge are listed; the rest is counted."""


def device_text(
    deployment: Deployment,
    width: int | None = None,
    *,
    expand: bool = False,
    depth: int | None = 0,
    color: bool = False,
) -> str:
    """The network on the device as plain text. A line for several layers shows the most that is alive while they run."""
    report = deployment.report
    lines = expanded(report) if expand else folded(report, depth)
    title = [*wrapped("", header(report), width), *wrapped("", _runs(deployment), width)]
    parts = [
        *(paint(line, BOLD if color else "") for line in title),
        "",
        *text_lines(with_bars(lambda bar: _table(deployment, lines, bar), width), color=color),
        "",
    ]
    for start, text in _facts(deployment):
        parts += wrapped(start, text, width)
    for remark, items in _remarks(deployment):
        parts += ["", *wrapped("", remark, width), *[line for item in items for line in wrapped("  ", item, width)]]
    return "\n".join(parts) + "\n"


def _runs(deployment: Deployment) -> str:
    """Which runtime, and what was chosen of it."""
    choices, runtime = deployment.choices, deployment.runtime
    parts = [f"{len(deployment.lowered.operations)} operations"]
    parts += [runtime.kernels[choices.kernels].title] if choices.kernels else []
    parts += [f"{' and '.join(sorted(choices.in_place))} in place"] if choices.in_place else []
    parts += ["explicit paddings"] if choices.explicit_pads else ["paddings as TensorFlow's"] if runtime.pads else []
    return f"{runtime.name}, {runtime.title}: {', '.join(parts)}"


def _facts(deployment: Deployment) -> Iterator[tuple[str, str]]:
    alive = [held for held in deployment.lowered.held if held.first <= deployment.peak_operation <= held.last]
    peak = deployment.lowered.operations[deployment.peak_operation]
    node = deployment.report.rows[peak.nodes[0]].name
    basis = basis_text(deployment)
    names = " + ".join(held.what for held in alive)
    runs = f"while {peak.word} runs ({node}): {names}"
    if deployment.placed:
        yield "arena       ", f"{_bytes(deployment.arena_bytes)}, {basis}: {deployment.runtime.planner}"
        yield "alive       ", f"{_bytes(deployment.peak_bytes)} {runs}"
    else:
        yield "alive       ", f"{_bytes(deployment.peak_bytes)}, {basis}, {runs}"
    repadded = deployment.repadded_bytes
    if repadded is not None:
        yield "paddings    ", f"{_bytes(repadded)} {_REPADDED[deployment.choices.explicit_pads]}"
    if deployment.order is not None:
        yield "order       ", _order_text(deployment, deployment.order)
    if deployment.persistent:
        yield "persistent  ", _estimate(deployment.persistent)
    stored, dtypes = deployment.stored, deployment.report.dtypes
    own = "" if deployment.report.states_dtypes else f" as {dtypes.weights}"
    values = f"{count(stored.weights)} weights{own}, {count(stored.biases)} biases in 4 bytes at least"
    flash = deployment.flash
    error = f", at most {flash.above:g} % too high" if flash else ""
    yield "flash       ", f"{_bytes(deployment.flash_bytes)}{error}: {values}"
    if deployment.file:
        yield "file        ", _estimate(deployment.file)


def basis_text(deployment: Deployment) -> str:
    """Whether the arena is exact; of an estimate, how far it was from what was measured."""
    measured, choices = deployment.measured, deployment.choices
    if measured is not None:
        return "exact" if deployment.is_exact else f"an estimate, {_error(measured.below, measured.above)}"
    if deployment.lowered.unknown:
        return "an estimate, as kinds are unknown"
    kernels = f" with {deployment.runtime.kernels[choices.kernels].title}" if choices.kernels else ""
    in_place = f", {' and '.join(sorted(choices.in_place))} in place" if choices.in_place else ""
    return f"an estimate, not measured for {deployment.dtype or 'mixed types'}{kernels}{in_place}"


def _order_text(deployment: Deployment, order: Ordered) -> str:
    if order.least_bytes is None:
        return f"not known: the search gave up after {count(MOST_STATES)} sets of operations"
    less = deployment.arena_bytes - order.arena_bytes
    if not less:
        return f"no better one: any order has {_bytes(order.least_bytes)} alive at least"
    share = f"{100 * less / deployment.arena_bytes:.1f} % less"
    return f"{_bytes(order.arena_bytes)} in another order, {share}; runtimes keep the order of the file"


def _error(below: float, above: float) -> str:
    return f"{below:g} % too low to {above:g} % too high"


def _bytes(number: int) -> str:
    return f"{count(number)} bytes ({size(number)})"


def _estimate(estimate: Estimate) -> str:
    return f"about {_bytes(estimate.bytes)}, an estimate: {_error(estimate.below, estimate.above)}"


def _remarks(deployment: Deployment) -> Iterator[tuple[str, list[str]]]:
    """What doesn't merge, what is copied, and what the runtime's record doesn't know."""
    rows, lowered = deployment.report.rows, deployment.lowered
    unmerged = [f"{rows[layer.node].name}: {layer.reason}" for layer in lowered.unmerged]
    if unmerged:
        yield "not folded or fused:", _some(unmerged)
    sizes = zip(lowered.held, deployment.sizes, strict=True)
    copies = [f"{held.what}: {count(size)} bytes" for held, size in sizes if _is_copy(held.what)]
    if copies:
        yield "copies, as the padding is not TensorFlow's:", _some(copies)
    if deployment.untyped:
        yield f"{deployment.runtime.name} has no operations for these types:", list(deployment.untyped)
    if lowered.unknown:
        kinds = dict.fromkeys(rows[node].application.layer.name for node in lowered.unknown)
        names = [f"{kind}: {_first_of(deployment, kind)}" for kind in kinds]
        yield f"{deployment.runtime.name} has no word for these; each is counted as one operation:", _some(names)


def _is_copy(what: str) -> bool:
    return what.endswith("(padded input)")


def _first_of(deployment: Deployment, kind: str) -> str:
    nodes = [node for node in deployment.lowered.unknown if deployment.report.rows[node].application.layer.name == kind]
    more = f" and {len(nodes) - 1} more" if len(nodes) > 1 else ""
    return f"{deployment.report.rows[nodes[0]].name}{more}"


def _some(items: list[str]) -> list[str]:
    return items if len(items) <= _LISTED else [*items[: _LISTED - 1], f"and {len(items) - _LISTED + 1} more"]


def _table(deployment: Deployment, lines: Sequence[Line], bar: int) -> Table:
    columns = [
        Column("layer"),
        Column("operations", priority=1),
        Column("alive_bytes", "alive", numeric=True),
        Column("share", "of the peak"),
    ]
    positions = {id(row): position for position, row in enumerate(deployment.report.rows)}
    operations = _operations_of_nodes(deployment)
    rows = []
    for line in lines:
        done = sorted({number for row in line.rows for number in operations.get(positions[id(row)], ())})
        if not done:
            continue
        most = max(deployment.alive_bytes[number] for number in done)
        bars = bar_text(bar, most, deployment.peak_bytes, is_peak=deployment.peak_operation in done)
        times = f" x{line.times}" if line.times > 1 else ""
        rows.append(("  " * line.depth + line.label + times, _words(deployment, done), most, bars))
    return Table(columns, rows)


def _words(deployment: Deployment, done: Sequence[int]) -> str:
    words = [deployment.lowered.operations[number].word for number in done]
    return ", ".join(words) if len(words) <= 2 else f"{len(words)} operations"


def _operations_of_nodes(deployment: Deployment) -> dict[int, list[int]]:
    """The operations that begin with each node; a layer that is merged into another has none of its own."""
    begins: dict[int, list[int]] = {}
    for number, operation in enumerate(deployment.lowered.operations):
        begins.setdefault(operation.nodes[0], []).append(number)
    return begins


def device_json(deployment: Deployment) -> str:
    """The network on the device as JSON. An estimate has its measured error in per cent."""
    report, choices, lowered = deployment.report, deployment.choices, deployment.lowered
    data: dict[str, Any] = {
        "name": report.name,
        "batch": report.batch,
        "dtype": report.dtype,
        "runtime": deployment.runtime.name,
        "in_place": sorted(choices.in_place),
        "pads": "explicit" if choices.explicit_pads else "same",
        "kernels": choices.kernels or None,
        "arena_bytes": deployment.arena_bytes,
        "arena_is": basis_text(deployment),
        "alive_bytes": deployment.peak_bytes,
        "planner": deployment.runtime.planner.value,
        "arena_bytes_with_other_pads": deployment.repadded_bytes,
        "order": _order_data(deployment.order),
        "persistent_bytes": _estimated(deployment.persistent),
        "flash_bytes": deployment.flash_bytes,
        "flash_too_high_percent_at_most": deployment.flash.above if deployment.flash else None,
        "file_bytes": _estimated(deployment.file),
        "weights": deployment.stored.weights,
        "biases": deployment.stored.biases,
        "operations": _operations(deployment),
        "tensors": records(_tensors_table(deployment)),
        "unmerged": [{"layer": report.rows[layer.node].name, "reason": layer.reason} for layer in lowered.unmerged],
        "untyped": list(deployment.untyped),
        "unknown": [report.rows[node].name for node in lowered.unknown],
    }
    return to_contract(data)


def _estimated(estimate: Estimate | None) -> dict[str, Any] | None:
    if estimate is None:
        return None
    return {
        "estimate": estimate.bytes,
        "too_low_percent_at_most": estimate.below,
        "too_high_percent_at_most": estimate.above,
    }


def _order_data(order: Ordered | None) -> dict[str, Any] | None:
    """The order as positions in `operations`."""
    if order is None:
        return None
    return {
        "arena_bytes": order.arena_bytes,
        "alive_bytes": order.alive_bytes,
        "least_alive_bytes_of_any_order": order.least_bytes,
        "operations": list(order.operations),
    }


def operations_table(deployment: Deployment) -> Table:
    """The operations with exact values: a row for each."""
    rows = [(done["operation"], ", ".join(done["layers"]), done["alive_bytes"]) for done in _operations(deployment)]
    return Table(map(Column, ["operation", "layers", "alive_bytes"]), rows)


def _operations(deployment: Deployment) -> list[dict[str, Any]]:
    """The operations, each with the names of the layers that it does."""
    names = [row.name for row in deployment.report.rows]
    return [
        {"operation": operation.word, "layers": [names[node] for node in operation.nodes], "alive_bytes": alive}
        for operation, alive in zip(deployment.lowered.operations, deployment.alive_bytes, strict=True)
    ]


def arena_svg(deployment: Deployment) -> str:
    """The tensors over time as a picture."""
    # Text needs no picture.
    from cnnshape.render.plot.arena import arena

    return arena(deployment)


def device_html(deployment: Deployment) -> str:
    """The tensors over time and the bytes on the device, as a part of a page."""
    remarks = [f"{remark} {'; '.join(items)}" for remark, items in _remarks(deployment)]
    facts = [f"{start.strip()}: {text}" for start, text in _facts(deployment)]
    return element("div", arena_svg(deployment), **{"class": "arena"}) + paragraphs(
        [_runs(deployment), *facts, *remarks]
    )


def to_html(deployment: Deployment) -> str:
    """The network on the device as a notebook shows it: the stages, the bytes, and what doesn't merge."""
    remarks = [f"{remark} {'; '.join(items)}" for remark, items in _remarks(deployment)]
    return block(
        title(header(deployment.report)),
        arena_svg(deployment),
        paragraphs([_runs(deployment)]),
        html_table(_table(deployment, folded(deployment.report, 0), BARS[-1])),
        paragraphs([f"{start.strip()}: {text}" for start, text in _facts(deployment)]),
        paragraphs(remarks),
    )


def _tensors_table(deployment: Deployment) -> Table:
    """What is in memory, and from which operation to which; offsets are those of the planner."""
    held = deployment.lowered.held
    offsets: Sequence[int | None] = [placed.offset for placed in deployment.placed] or [None] * len(held)
    rows = [
        (tensor.what, size, tensor.first, tensor.last, offset)
        for tensor, size, offset in zip(held, deployment.sizes, offsets, strict=True)
    ]
    return Table(map(Column, ["name", "bytes", "first_operation", "last_operation", "offset_bytes"]), rows)
