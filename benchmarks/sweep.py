"""The rate of a sweep beside that of `analyze` in a loop: `python benchmarks/sweep.py [--designs N]`.

The space is that of a ResNet-50: the width of each stage, the size of the image, groups, and depths. Prints designs per
second of one core, their ratio in this run, the rate for a tenth of the designs, and the most memory.
"""

from __future__ import annotations

import argparse
import resource
from itertools import product
from random import Random
from time import process_time

import numpy

import cnnshape
from cnnshape.study.sweep.evaluation import Evaluator
from cnnshape.study.sweep.space import Axis, Space

ALONE = 100
"""The number of designs that `analyze` makes."""
AT_ONCE = 1 << 16


def space() -> Space:
    """About a million designs, in 16 depths."""
    stages = [range(width // 4, width + 1, width // 4) for width in (64, 128, 256, 512)]
    return Space(
        [
            Axis("repeats", tuple(product((2, 3), (3, 4), (4, 6), (2, 3)))),
            Axis("groups", (1, 2, 4, 8)),
            Axis("widths", tuple(product(*stages))),
            Axis("classes", (10, 100, 1000, 10450)),
            Axis("input", tuple(range(96, 352, 16))),
        ]
    )


def loop(design: cnnshape.Design, swept: Space) -> float:
    """Designs per second by `analyze`, one by one."""
    evaluator, random = Evaluator(design, swept), Random(0)
    choices = [random.randrange(swept.count) for _ in range(ALONE)]
    start = process_time()
    for index in choices:
        choice = dict(swept.choice(index))
        del choice["input"]
        cnnshape.analyze(design, params=choice, input=evaluator.options(index).inputs[""])
    return ALONE / (process_time() - start)


def sweep(design: cnnshape.Design, swept: Space, count: int) -> tuple[float, int]:
    """Designs per second by a sweep, with its traces and a comparison of a hundred designs; and refused designs."""
    start, refused = process_time(), 0
    evaluator = Evaluator(design, swept)
    for first in range(0, count, AT_ONCE):
        indices = numpy.arange(first, min(first + AT_ONCE, count))
        figures = evaluator.evaluate(indices)
        refused += int((figures.refused >= 0).sum())
    evaluator.recheck(indices, figures)
    return count / (process_time() - start), refused


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--designs", type=int, default=0, help="the first ones of the space; all without it")
    design, swept = cnnshape.load("resnet50"), space()
    count = parser.parse_args().designs or swept.count
    alone = loop(design, swept)
    rate, refused = sweep(design, swept, count)
    part, _ = sweep(design, swept, count // 10)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{count:,} of {swept.count:,} designs, {refused:,} refused")
    print(f"analyze in a loop    {alone:12,.0f} designs per second of one core")
    print(f"sweep                {rate:12,.0f} ({rate / alone:,.0f} times)")
    print(f"sweep, a tenth       {part:12,.0f}")
    print(f"memory               {memory:12,} MB")


if __name__ == "__main__":
    main()
