"""What the script of the page knows of each step, as JSON."""

from json import dumps

from cnnshape.layers import format_shape
from cnnshape.render.layer_table import receptive_field_text
from cnnshape.study.sheet import Network

_EXACT = 2**53
"""Integers from here on are texts in data, as JavaScript would round them."""


def steps_html(network: Network) -> str:
    """What the script says of each step: its last layer, name, output, params, MACs, field and memory."""
    rows, memory = network.report.rows, network.memory.steps
    steps = []
    for start, end in network.steps:
        own, last = rows[start:end], rows[end - 1]
        field = receptive_field_text(last.receptive_field) if last.receptive_field else "-"
        params, macs = sum(row.params for row in own), sum(row.macs for row in own)
        alive = max(step.alive_bytes for step in memory[start:end])
        steps.append([end, rows[start].name, format_shape(last.output), _number(params), _number(macs), field, alive])
    text = dumps(steps, separators=(",", ":")).replace("<", "\\u003c")
    return f'<script type="application/json">{text}</script>'


def _number(value: int) -> int | str:
    return value if value < _EXACT else str(value)
