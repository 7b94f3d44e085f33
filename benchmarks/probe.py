"""One measurement inside of one process, in seconds of processor time: `probe.py WHAT [ARGUMENT]`; prints one number.

It uses the public API alone, so that it can measure an older checkout too (`targets.py --base`).
"""

import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time

import cnnshape

ENOUGH_SECONDS = 1.5
SHIPPED = Path(cnnshape.__file__).parent.parent / "architectures"
REPEATED = """
cnnshape: 1
name: repeated
input: [64, 56, 56]
blocks:
  Unit:
    do:
      - residual:
          - conv: {out: 32, kernel: 1, norm: batch_norm, act: relu}
          - conv: {out: 32, kernel: 3, padding: 1, norm: batch_norm, act: relu}
          - conv: {out: 64, kernel: 1, norm: batch_norm}
      - relu
  Ten: {do: [{Unit: {}, repeat: 10}]}
  Hundred: {do: [{Ten: {}, repeat: 10}]}
layers:
  - {Hundred: {}, repeat: 100}
"""


def shortest(work: Callable[[], object]) -> float:
    """The shortest of as many rounds as fill the time: what disturbs a round only makes it longer."""
    work()
    rounds: list[float] = []
    while sum(rounds) < ENOUGH_SECONDS:
        start = process_time()
        work()
        rounds.append(process_time() - start)
    return min(rounds)


def distinct(layers: int) -> str:
    """A spec of so many convolutions, a line for each, no two of which are equal."""
    steps = "".join(f"  - conv: {{out: {8 + number}, kernel: 1, bias: false}}\n" for number in range(layers))
    return f"cnnshape: 1\nname: distinct\ninput: [8, 32, 32]\nlayers:\n{steps}"


def analyzed(text: str | Path) -> cnnshape.Report:
    return cnnshape.analyze(cnnshape.load(text), max_layers=200_000)


def report(name: str) -> float:
    """From the text of a shipped network to its report."""
    path = SHIPPED / f"{name}.yaml"
    return shortest(lambda: analyzed(path))


def json(name: str) -> float:
    """A report as JSON text, as a share of the time that the report takes."""
    from cnnshape.render.json import to_json

    made = analyzed(SHIPPED / f"{name}.yaml")
    return shortest(lambda: to_json(made)) / report(name)


def page(name: str) -> float:
    """From the text of a shipped network to its page, with all findings."""
    from cnnshape.api import examine
    from cnnshape.api.verdict import Checks, judge
    from cnnshape.graph import Options
    from cnnshape.render.report_page.page import to_html
    from cnnshape.report import Settings
    from cnnshape.study.sheet import sheet_of

    def work() -> str:
        examination = examine(cnnshape.load(SHIPPED / f"{name}.yaml"), Options())
        return to_html([sheet_of(name, examination, Settings(), judge(examination, Checks()))])

    return shortest(work)


def per_distinct_layer(layers: str) -> float:
    text = distinct(int(layers))
    return shortest(lambda: analyzed(text)) / int(layers)


def per_repeated_layer() -> float:
    layers = len(analyzed(REPEATED).rows)
    return shortest(lambda: analyzed(REPEATED)) / layers


def kept_bytes_per_repeated_layer() -> float:
    import tracemalloc

    analyzed(SHIPPED / "lenet5.yaml")
    tracemalloc.start()
    made = analyzed(REPEATED)
    return tracemalloc.get_traced_memory()[0] / len(made.rows)


def pictures() -> float:
    """From the reports of all shipped networks to their pictures."""
    from cnnshape.render.picture.svg import to_svg
    from cnnshape.study.picture.forms import picture_of

    reports = list(map(analyzed, sorted(SHIPPED.glob("*.yaml"))))
    return shortest(lambda: [to_svg(picture_of(report)) for report in reports])


PROBES: dict[str, Callable[..., float]] = {
    "report": report,
    "json": json,
    "page": page,
    "distinct": per_distinct_layer,
    "repeated": per_repeated_layer,
    "kept": kept_bytes_per_repeated_layer,
    "pictures": pictures,
}

if __name__ == "__main__":
    print(PROBES[sys.argv[1]](*sys.argv[2:]))
