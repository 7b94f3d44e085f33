"""Compares random designs of random spaces with `analyze`, for shipped families and small specs of the language.

    python benchmarks/sweep_check.py [--designs 10000] [--seed 0] [NAME ...]

Prints a line for each family: designs, refused ones, traces, and the rate beside that of `analyze` in a loop. The last
line has the sums. Exits with 1 if a figure or the place of a diagnostic is another one.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from random import Random
from time import process_time

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

import numpy  # noqa: E402

import cnnshape  # noqa: E402
from cnnshape.source import shipped_names, shipped_path  # noqa: E402
from cnnshape.study.sweep.evaluation import Evaluator  # noqa: E402
from tests.studies.sweep.spaces import agrees, analyzed, random_space, stated  # noqa: E402

SPECS = ROOT / "tests" / "specs" / "ok"
DESIGNS_OF_A_SPACE = 100


def compared(path: str | Path, seed: str) -> tuple[int, int, int]:
    """The number of designs, refused ones and wrong ones of one random space. Prints them."""
    random = Random(seed)
    design = cnnshape.load(path)
    space = random_space(design, random)
    evaluator = Evaluator(design, space)
    indices = numpy.array([random.randrange(space.count) for _ in range(DESIGNS_OF_A_SPACE)])
    start = process_time()
    figures = evaluator.evaluate(indices)
    middle = process_time()
    expected = [analyzed(design, evaluator, index) for index in indices.tolist()]
    ratio = (process_time() - middle) / (middle - start)
    wrong = [row for row, outcome in enumerate(expected) if not agrees(stated(figures, row), outcome)]
    refused = int((figures.refused >= 0).sum())
    axes = ", ".join(axis.name for axis in space.axes)
    print(
        f"{Path(path).stem}: {space.count:,} of {axes}; {refused} refused, {len(wrong)} wrong, {ratio:.1f} times analyze"
    )
    for note in evaluator.notes:
        print("   ", note)
    for row in wrong[:2]:
        print("    WRONG", dict(space.choice(int(indices[row]))), stated(figures, row), expected[row])
    sys.stdout.flush()
    return len(expected), refused, len(wrong)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--designs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("names", nargs="*")
    given = parser.parse_args()
    known: dict[str, Path] = {name: Path(str(shipped_path(name))) for name in shipped_names()}
    known |= {path.stem: path for path in SPECS.glob("*.yaml")}
    names = given.names or sorted(known)
    Random(given.seed).shuffle(names)
    rounds = -(-given.designs // DESIGNS_OF_A_SPACE)
    sums = [compared(known[names[number % len(names)]], f"{given.seed} {number}") for number in range(rounds)]
    designs, refused, wrong = (sum(column) for column in zip(*sums, strict=True))
    families = len({known[names[number % len(names)]] for number in range(rounds)})
    print(f"{designs:,} designs of {families} families, {refused:,} refused: {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
