"""The memory staircase: the activations that are alive while each step runs, a path for each step.

The script knows the layers of each path by its place.
"""

from collections.abc import Iterator, Sequence

from cnnshape.render.device import device_html
from cnnshape.render.svg import element, escape_xml
from cnnshape.render.wrapping import size
from cnnshape.study.memory import Step
from cnnshape.study.sheet import Network

HEIGHT = 100
"""The height of the staircase; its width is the number of layers. The page stretches it."""
_LEAST_ROOM = 0.055
"""The part of the width that the name of a stage needs."""


def staircase_html(network: Network) -> str:
    """The staircase with its peak, and the names of stages below it."""
    peak, layers = network.memory.peak, len(network.report.rows)
    if peak is None:
        return ""
    most = max(peak.alive_bytes, 1)
    steps = [_step(network.memory.steps[start:end], start, most) for start, end in network.steps]
    label = f"at most {size(peak.alive_bytes)} alive, while {peak.row.name} runs"
    svg = element(
        "svg",
        *steps,
        viewBox=f"0 0 {layers} {HEIGHT}",
        preserveAspectRatio="none",
        role="img",
        **{"class": "stairs", "aria-label": f"Activations alive, step by step: {label}"},
    )
    device = device_html(network.deployment) if network.deployment else ""
    return f"<p>{escape_xml(label)}</p>{svg}{''.join(_ticks(network))}{device}"


def _step(steps: Sequence[Step], start: int, most: int) -> str:
    """The layers of a step, each as wide as one unit."""
    d = [f"M{start} {HEIGHT}"]
    for step in steps:
        d.append(f"V{HEIGHT - round(HEIGHT * step.alive_bytes / most)}h1")
    return element("path", d=f"{''.join(d)}V{HEIGHT}")


def _ticks(network: Network) -> Iterator[str]:
    """The names of the stages below where they start, those that have room."""
    count = len(network.report.rows)
    groups = [group for group in network.report.groups.children if group.end > group.start]
    shown = [
        f'<span style="left:{100 * group.start / count:.1f}%;width:{100 * (group.end - group.start) / count:.1f}%">'
        f"{escape_xml(group.label)}</span>"
        for group in groups
        if group.end - group.start >= _LEAST_ROOM * count
    ]
    if shown:
        yield f'<div class="ticks" aria-hidden="true">{"".join(shown)}</div>'
