"""What `architectures.md` takes from the shipped architectures: their tables, their lengths, and the plot."""

from __future__ import annotations

from itertools import groupby

from tables import table

from cnnshape.cli.list_ import entries
from cnnshape.render.plot.scatter import costs_plot
from cnnshape.render.wrapping import count
from cnnshape.render.zoo import COLUMNS
from cnnshape.source import shipped_folder, shipped_names
from cnnshape.study.zoo import Entry

# Lines of the same network elsewhere, counted: Darknet's .cfg, Caffe's .prototxt for deployment.
ELSEWHERE = {
    "alexnet_2012": (96, 277),
    "vgg16": (157, None),
    "googlenet": (None, 2157),
    "resnet50": (510, 2320),
    "resnet152": (1460, 6775),
    "densenet201": (1951, 7881),
    "darknet53": (566, None),
    "yolov3": (789, None),
    "fcn8s": (None, 611),
    "segnet": (None, 1558),
}


def shipped() -> list[Entry]:
    """All shipped architectures, by family and year."""
    return sorted(entries(shipped_names()), key=lambda entry: (entry.family, entry.year or 0, entry.params, entry.name))


def plot() -> str:
    """`architectures.svg`"""
    return costs_plot(shipped())


def tables() -> str:
    """A table per family."""
    parts = []
    for family, members in groupby(shipped(), lambda entry: entry.family):
        parts += [f"### {family}", table(_HEADINGS, map(_row, members))]
    return "\n\n".join(parts)


_SHOWN = ("year", "input", "params", "macs", "rf", "result", "source")
_HEADINGS = ("file", "network", *(COLUMNS[name].column.heading for name in _SHOWN))


def _row(entry: Entry) -> tuple[str, ...]:
    link = f"[{entry.name}](../architectures/{entry.name}.yaml)"
    return link, entry.title, *(COLUMNS[name].text(entry).replace("*", r"\*") for name in _SHOWN)


def lengths() -> str:
    """How many lines the networks take, here and elsewhere."""
    rows = ((name, _lines(name), *map(_number, ELSEWHERE[name])) for name in ELSEWHERE)
    return table(("network", "here", "Darknet", "Caffe"), rows)


def _lines(name: str) -> str:
    """The lines of a file, and those of the file that it extends."""
    text = (shipped_folder() / f"{name}.yaml").read_text(encoding="utf-8")
    own = text.count("\n")
    base = next((line.split()[1] for line in text.splitlines() if line.startswith("extends:")), "")
    return f"{own} + {_lines(base.removesuffix('.yaml'))}" if base else str(own)


def _number(lines: int | None) -> str:
    return "" if lines is None else count(lines)
