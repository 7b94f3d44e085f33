"""A design of any depth: `growth.py LAYERS` prints seconds, `growth.py LAYERS --memory` layers and bytes.

The design is a residual block of ten layers, in blocks that repeat one another ten times each.
"""

from __future__ import annotations

import sys
import tracemalloc
from time import perf_counter

import cnnshape

UNIT_LAYERS = 10
ENOUGH_LAYERS = 20_000
UNIT = """
cnnshape: 1
name: growth
input: [64, 56, 56]
blocks:
  Level0:
    params: {width: required}
    do:
      - residual:
          - conv: {out: width, kernel: 1, norm: batch_norm, act: relu}
          - conv: {out: width, kernel: 3, padding: 1, norm: batch_norm, act: relu}
          - conv: {out: 64, kernel: 1, norm: batch_norm}
      - relu
"""
LEVEL = """
  Level{level}:
    params: {{width: required}}
    do:
      - Level{below}: {{width: width}}
        repeat: 10
"""
TOP = """
layers:
  - Level{level}: 32
    repeat: {times}
"""


def spec(layers: int) -> str:
    """A spec that expands to about as many layers."""
    levels, times = 0, layers // UNIT_LAYERS
    while times >= 100:
        levels, times = levels + 1, times // 10
    blocks = "".join(LEVEL.format(level=level, below=level - 1) for level in range(1, levels + 1))
    return UNIT + blocks + TOP.format(level=levels, times=times)


def report(layers: int) -> cnnshape.Report:
    return cnnshape.analyze(cnnshape.load(spec(layers)), max_layers=2 * layers)


def seconds(layers: int) -> tuple[float]:
    """The median of as many rounds as make the time worth taking."""
    times = []
    for _ in range(max(1, ENOUGH_LAYERS // layers)):
        start = perf_counter()
        report(layers)
        times.append(perf_counter() - start)
    return (sorted(times)[len(times) // 2],)


def traced_bytes(layers: int) -> tuple[int, int, int]:
    """Layers, bytes that the report keeps, and the most that were in use on the way to it."""
    report(UNIT_LAYERS)
    tracemalloc.start()
    made = report(layers)
    kept, peak = tracemalloc.get_traced_memory()
    return len(made.rows), kept, peak


if __name__ == "__main__":
    print(*(traced_bytes if "--memory" in sys.argv else seconds)(int(sys.argv[1])))
