"""Imports networks of torchvision and timm, and compares each spec with PyTorch's own counts.

    python benchmarks/imports.py [--family torchvision|timm] [--seconds 60] [--every 1] [--sizes] [--fold] [NAME ...]

Needs torch, and torchvision or timm. Nothing is computed: the networks are built and run on the meta device. A row says
whether the network was captured, whether each operation has a kind, and whether parameters, multiply-accumulates (those of
`torch.utils.flop_counter`) and the shapes of the outputs are exact. What differs without a message is `SILENT`. With
`--sizes` each exact spec is also read at two other input sizes, where the network runs at them. With `--fold` each exact
network is also folded: the row has the lines of the flat spec and of the one with blocks, and the CPU time of the fold. The
last line has the CPU time of whole imports: the runs of the module on the meta device, the fold and its proof.
"""

import argparse
import gc
import importlib
import re
import signal
import statistics
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch.utils.flop_counter import FlopCounterMode

from cnnshape.api import DesignError, analyze, load
from cnnshape.bridge import ImportProblem, imported
from cnnshape.bridge.operations import Network
from cnnshape.bridge.torch.importer import read

HERE = Path(__file__).parent
NOT_CONVOLUTIONAL = ("vit_", "swin", "maxvit", "mvit")
LONG = 0.5
"""Seconds that an import should take at most, beyond those of `import torch`."""
OTHER_SIZES = (33, 64)
"""Cells by which other inputs are longer."""
OPERATORS: list[Any] = []
FOLDS: "list[Folding]" = []


class Folding(NamedTuple):
    """Lines of the flat spec and of the folded one, and CPU times: of the runs of the module, and of the fold and its proof."""

    operations: int
    flat: int
    folded: int
    reading: float
    seconds: float

    @property
    def is_folded(self) -> bool:
        return self.folded < self.flat

    @property
    def whole(self) -> float:
        """What an import takes."""
        return self.reading + self.seconds


class Slow(Exception):
    """A network took longer than the limit."""


@contextmanager
def limited(seconds: int) -> Iterator[None]:
    def stop(*_: object) -> None:
        raise Slow

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def torchvision_models() -> Any:
    """torchvision's models, where it has no compiled operators too."""
    if not OPERATORS:
        OPERATORS.append(torch.library.Library("torchvision", "FRAGMENT"))
        for name in ("nms", "qnms"):
            OPERATORS[0].define(f"{name}(Tensor boxes, Tensor scores, float threshold) -> Tensor")
    return importlib.import_module("torchvision.models")


def built(build: Any) -> Any:
    """A network on the meta device, or on the CPU where its constructor reads values."""
    try:
        with torch.device("meta"):
            return build()
    except (NotImplementedError, RuntimeError):
        return build()


def torchvision_network(name: str) -> tuple[Any, tuple[int, ...]]:
    models = torchvision_models()
    module = models.get_model_builder(name).__module__
    named = {"weights": None} | ({"weights_backbone": None} if "segmentation" in module else {})
    size = (3, 16, 112, 112) if "video" in module else (3, 299, 299) if name == "inception_v3" else (3, 224, 224)
    if name == "s3d":
        size = (3, 16, 224, 224)
    return built(lambda: models.get_model(name, **named)), size


def torchvision_names() -> list[str]:
    models = torchvision_models()
    homes = (models, models.segmentation, models.video)
    names = [name for home in homes for name in models.list_models(module=home)]
    return [name for name in names if not name.startswith(NOT_CONVOLUTIONAL)]


def timm_network(name: str) -> tuple[Any, tuple[int, ...]]:
    torchvision_models()
    timm = importlib.import_module("timm")
    module = built(lambda: timm.create_model(name))
    return module, tuple(module.default_cfg["input_size"])


def timm_names() -> list[str]:
    return (HERE / "timm_names.txt").read_text(encoding="utf-8").split()


FAMILIES = {"torchvision": (torchvision_names, torchvision_network), "timm": (timm_names, timm_network)}


def macs_of(module: Any, size: tuple[int, ...]) -> tuple[int, list[tuple[int, ...]]]:
    """The multiply-accumulates that PyTorch counts, and the shapes of the outputs."""
    counter = FlopCounterMode(display=False)
    with torch.no_grad(), counter:
        result = module.to("meta").eval()(torch.empty((1, *size), device="meta"))
    results = result.values() if isinstance(result, dict) else result if isinstance(result, tuple | list) else [result]
    return counter.get_total_flops() // 2, [tuple(tensor.shape[1:]) for tensor in results]


def at_sizes(module: Any, size: tuple[int, ...], text: str) -> str:
    """How often the spec and PyTorch agree at other input sizes, in how many runs."""
    agreed = ran = 0
    for growth in OTHER_SIZES:
        grown = (size[0], *(cells + growth for cells in size[1:]))
        try:
            macs, shapes = macs_of(module, grown)
        except (RuntimeError, ValueError, AssertionError):
            continue
        ran += 1
        wider = re.sub(r"(?m)^input: .*$", f"input: {list(grown)}", text).partition("expect:")[0]
        try:
            report = analyze(load(wider))
        except DesignError:
            continue
        layers = report.output_layers.values()
        mine = [row.output for row in report.rows if row.name in layers]
        agreed += (report.totals.macs, sorted(map(sorted, mine))) == (macs, sorted(map(sorted, shapes)))
    return f"agrees at {agreed} of {ran} other sizes"


def folding(network: Network, flat: str, reading: float) -> str:
    """What folding makes of a network. Without blocks and loops it is flat. `reading` is the time that reading it took."""
    start = time.process_time()
    text = imported(network).text
    seconds = time.process_time() - start
    if "\nblocks:" not in text and "\n  - for:" not in text and " repeat:" not in text:
        text = flat
    lines = (flat.count("\n"), text.count("\n"))
    FOLDS.append(Folding(len(network.operations), *lines, reading, seconds))
    word = "folded" if FOLDS[-1].is_folded else "FLAT"
    return f"{word}, {lines[0]} lines to {lines[1]} in {seconds:.2f} s for {len(network.operations)} operations"


def judged(
    module: Any, size: tuple[int, ...], name: str, sizes: bool = False, fold: bool = False
) -> tuple[str, str, float]:
    """The verdict, its cause, and the CPU time of the import."""
    # Collect the garbage of earlier networks first: the measured time must not include it.
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    start = time.process_time()
    try:
        network = read(module, size, name=name)
    except ImportProblem as problem:
        return "not captured", problem.message, time.process_time() - start
    captured = time.process_time() - start
    unknown = Counter(operation.what for operation in network.operations if operation.is_opaque)
    if unknown:
        return "no kind", ", ".join(f"{what} {count}x" for what, count in unknown.items()), captured
    try:
        result = imported(network, flat=True)
    except ImportProblem as problem:
        return "refused", problem.message, captured
    spent = time.process_time() - start
    totals = analyze(load(result.text)).totals
    macs, shapes = macs_of(module, size)
    params = sum(parameter.numel() for parameter in module.parameters())
    unused = sum(weight.elements for weight in network.unused)
    if totals.params != params - unused:
        return "SILENT", f"{totals.params:,} params, {params:,} - {unused:,} in PyTorch", spent
    if totals.macs != macs:
        return "SILENT", f"{totals.macs:,} MACs, {macs:,} in PyTorch", spent
    mine = [network.shape(output.value) for output in network.outputs]
    if sorted(map(sorted, mine)) != sorted(map(sorted, shapes)):
        return "SILENT", f"outputs {mine}, {shapes} in PyTorch", spent
    notes = [at_sizes(module, size, result.text)] if sizes else []
    if fold:
        try:
            notes.append(folding(network, result.text, captured))
        except Exception as error:  # noqa: BLE001  the table goes on
            return "FOLD BROKEN", f"{type(error).__name__}: {error}"[:300], spent
    return "exact", "; ".join([*notes, *result.notes]), spent


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*")
    parser.add_argument("--family", choices=tuple(FAMILIES), default="timm")
    parser.add_argument("--seconds", type=int, default=60, help="limit for each network")
    parser.add_argument("--sizes", action="store_true", help="compare at other input sizes too")
    parser.add_argument("--fold", action="store_true", help="fold the exact ones too")
    parser.add_argument("--every", type=int, default=1, help="take each n-th network only")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    names, network = FAMILIES[options.family]
    verdicts: Counter[str] = Counter()
    for name in (options.names or names())[:: options.every]:
        try:
            with limited(options.seconds):
                verdict, cause, seconds = judged(*network(name), name, options.sizes, options.fold)
        except Slow:
            verdict, cause, seconds = "slow", f"over {options.seconds} s", options.seconds
        except Exception as error:  # noqa: BLE001  the table goes on
            verdict, cause, seconds = "BROKEN", f"{type(error).__name__}: {error}"[:300], 0
        verdicts[verdict] += 1
        print(f"{name:40} {verdict:14} {seconds:5.2f} s  {cause[:300]}", flush=True)
    total = sum(verdicts.values())
    for verdict, count in verdicts.most_common():
        print(f"{verdict:14} {count:4} of {total}, {count / total:.1%}")
    if FOLDS:
        smaller = sum(row.is_folded for row in FOLDS)
        lines = [row.folded for row in FOLDS]
        longest = max(FOLDS, key=lambda row: row.seconds / row.operations)
        print(
            f"folded         {smaller:4} of {len(FOLDS)}, {smaller / len(FOLDS):.1%}; median "
            f"{statistics.median(lines):.0f} lines for {statistics.median(row.flat for row in FOLDS):.0f}; "
            f"at most {1000 * longest.seconds / longest.operations:.2f} s for 1,000 operations"
        )
        times = [row.whole for row in FOLDS]
        quick = sum(time <= LONG for time in times)
        print(
            f"imports        {statistics.median(times):.2f} s of CPU in the median, {max(times):.2f} s at most; "
            f"{quick} of {len(times)}, {quick / len(times):.1%}, take at most {LONG} s"
        )


if __name__ == "__main__":
    sys.exit(main())
