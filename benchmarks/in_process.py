"""Text to report inside one process: `in_process.py resnet152 [REPEATS]` prints the first and the median milliseconds."""

from __future__ import annotations

import sys
from time import perf_counter

import cnnshape
from cnnshape.source import shipped_path


def milliseconds(path: str) -> float:
    start = perf_counter()
    cnnshape.analyze(cnnshape.load(path))
    return (perf_counter() - start) * 1000


def main(name: str, repeats: int) -> None:
    path = str(shipped_path(name))
    first = milliseconds(path)
    later = sorted(milliseconds(path) for _ in range(repeats))
    print(first, later[len(later) // 2])


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 21)
