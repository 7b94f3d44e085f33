"""Imports damaged files of a format, `onnx`, `exported` (our own ONNX), `darknet`, `keras` (JSON) or `archive` (`.keras`):

    python -m tests.bridge.mutants darknet 100000 [FILE ...]

Each must give a spec or an ImportProblem, within a second and 200 MB. Files are mutated beside the seeds of the format. What
fails is printed, and written to the folder `mutants`.
"""

import io
import json
import random
import re
import resource
import sys
import tempfile
import time
import traceback
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from cnnshape.bridge import ImportProblem, Network, imported
from cnnshape.bridge.darknet import darknet_network
from cnnshape.bridge.files import decoded
from cnnshape.bridge.keras import keras_network, read_keras
from cnnshape.bridge.keras.config import parsed
from cnnshape.export import Weights
from cnnshape.export.onnx import to_onnx
from tests.bridge.darknet_files import cfg, conv, section
from tests.bridge.keras_files import functional, history, image, layer, sequential
from tests.bridge.onnx_files import model, node, tensor, value, wholes
from tests.bridge.readers import onnx_network
from tests.export.exported import source_of

LONGEST_SECONDS = 1
MOST_BYTES = 200_000_000
ONNX = model(
    [
        node("Conv", "x w b", "a", pads=[1, 1, 1, 1], strides=[2, 2], name="/features/features.0/Conv"),
        node("Sigmoid", "a", "s"),
        node("Mul", "a s", "m"),
        node("MaxPool", "m", "p", kernel_shape=[2, 2], strides=[2, 2]),
        node("Resize", "p _ _ sizes", "r", mode="linear"),
        node("Concat", "r m", "c", axis=1),
        node("Reshape", "c five", "g"),
        node("Transpose", "g", "t", perm=[0, 2, 1, 3, 4]),
        node("Reshape", "t four", "q"),
        node("Slice", "q one three one", "k"),
        node("ReduceMean", "k", "mean", axes=[2, 3], keepdims=0),
        node("Gemm", "mean fc fb", "y", transB=1),
    ],
    [value("x", "N", 3, 16, 16)],
    [value("y", "N", 5)],
    [
        tensor("w", [4, 3, 3, 3]),
        tensor("b", [4]),
        wholes("sizes", 1, 4, 8, 8),
        wholes("five", 1, 2, 4, 8, 8),
        wholes("four", 1, 8, 8, 8),
        wholes("one", 1),
        wholes("three", 3),
        tensor("fc", [5, 2]),
        tensor("fb", [5]),
    ],
    producer="pytorch",
)
DARKNET = cfg(
    conv(8),
    *(text for _ in range(3) for text in (conv(4, 1), conv(8), section("shortcut", **{"from": -3}))),
    section("maxpool", size=2, stride=2),
    section("route", layers="-1", groups=2, group_id=1),
    section("upsample", stride=2),
    section("route", layers="-1, 0"),
    conv(12, 5, 2, groups=4),
    section("avgpool"),
    section("scale_channels", **{"from": -2}),
    section("reorg", stride=2),
    section("connected", output=7, activation="relu"),
    section("softmax"),
)
KERAS = functional(
    [
        image(16, 16, 3),
        layer("Conv2D", "c", "x", filters=8, kernel_size=[3, 3], padding="same", activation="relu"),
        layer("BatchNormalization", "n", "c", axis=-1),
        layer("DepthwiseConv2D", "d", "n", kernel_size=[3, 3], strides=[2, 2], padding="same"),
        layer("UpSampling2D", "u", "d", size=[2, 2], interpolation="bilinear"),
        layer("Concatenate", "j", "u", "n", axis=-1),
        layer("GlobalAveragePooling2D", "g", "j", keepdims=True),
        layer("Dense", "e", "g", units=16, activation="sigmoid"),
        layer("Multiply", "m", "j", "e"),
        layer("ZeroPadding2D", "z", "m", padding=[[0, 1], [0, 1]]),
        layer("MaxPooling2D", "p", "z", pool_size=[3, 3], strides=[2, 2]),
        layer("Reshape", "r", "p", target_shape=[-1, 16]),
        layer("Flatten", "f", "r"),
        {
            **sequential(image(1024, name="s"), layer("Dense", "h", units=5), name="head"),
            "name": "head",
            "inbound_nodes": [{"args": [history("f")], "kwargs": {}}],
        },
    ],
)
HOSTILE = (b"0", b"-1", b"3", b"1000", b"1000000000", b"1000000000000000000", b"1e308", b"nan", b"")
"""What takes the place of a number in a text."""
VALUES = [
    None, True, -1, 0, 3, 10**18, 1e308, "", "x", [], [[]], {}, [1, 2], [None, None], {"class_name": "ReLU", "config": {}},
]  # fmt: skip
"""What takes the place of a value in a JSON text."""


def keras_file(config: bytes) -> bytes:
    """A `.keras` file of a configuration, with weights that nothing reads."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("metadata.json", "{}")
        archive.writestr("config.json", config, zipfile.ZIP_DEFLATED)
        archive.writestr("model.weights.h5", bytes(100))
    return file.getvalue()


def read_keras_file(data: bytes) -> Network:
    """The network in the bytes of a `.keras` file."""
    with tempfile.NamedTemporaryFile(suffix=".keras") as file:
        file.write(data)
        file.flush()
        return read_keras(file.name)


def changed_archive(content: bytes, chance: random.Random) -> bytes:
    """The zip with changed bytes, mostly in its list of files, or with another configuration."""
    match chance.randrange(3):
        case 0:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                return keras_file(changed_json(archive.read("config.json"), chance))
        case 1:
            listed = content.rfind(b"PK\x01\x02", 0, content.rfind(b"config.json"))
            return content[:listed] + changed_bytes(content[listed:], chance)
        case _:
            return changed_bytes(content, chance)


class Format(NamedTuple):
    """A format: its reader, a whole file, and how a file is mutated."""

    read: Callable[[bytes], Network]
    seed: bytes
    mutated: Callable[[bytes, random.Random], bytes]


def changed_bytes(content: bytes, chance: random.Random) -> bytes:
    """The content with a few bytes changed, removed, doubled or moved."""
    changed = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 5))):
        place = chance.randrange(len(changed) or 1)
        match chance.randrange(5):
            case 0:
                changed[place : place + 1] = chance.randbytes(1)
            case 1:
                changed[place : place + 1] = bytes(
                    byte ^ 1 << chance.randrange(8) for byte in changed[place : place + 1]
                )
            case 2:
                del changed[place : place + chance.choice((1, 2, 9))]
            case 3:
                start = chance.randrange(len(changed) or 1)
                changed[place:place] = changed[start : start + chance.choice((3, 20))]
            case _:
                changed[place:place] = chance.randbytes(chance.choice((1, 2, 9)))
    return bytes(changed)


def changed_text(content: bytes, chance: random.Random) -> bytes:
    """The text with another number, with a part cut, moved or doubled, or with changed bytes."""
    numbers = list(re.finditer(rb"-?\d+", content))
    lines = content.splitlines(keepends=True)
    match chance.randrange(4):
        case 0 if numbers:
            number = chance.choice(numbers)
            return content[: number.start()] + chance.choice(HOSTILE) + content[number.end() :]
        case 1 if len(lines) > 1:
            start, place = chance.randrange(len(lines)), chance.randrange(len(lines))
            moved = lines[start : start + chance.choice((1, 2, 8))]
            return b"".join([*lines[:place], *moved, *lines[place + chance.choice((0, 0, 1, 8)) :]])
        case 2 if chance.random() < 0.2:
            return content[: chance.randrange(len(content) or 1)]
        case _:
            return changed_bytes(content, chance)


def changed_json(content: bytes, chance: random.Random) -> bytes:
    """The text with another value in one place, or changed as a text."""
    if chance.random() < 0.4:
        return changed_text(content, chance)
    value = json.loads(content)
    paths = list(paths_of(value))
    for _ in range(chance.choice((1, 1, 3))):
        other = at_path(value, chance.choice(paths)) if chance.random() < 0.3 else chance.choice(VALUES)
        value = replaced(value, chance.choice(paths), other)
    return json.dumps(value).encode()


Path_ = tuple[str | int, ...]


def replaced(value: object, path: Path_, new: object) -> object:
    """The value with another one at a path."""
    if not path:
        return new
    first, *rest = path
    if isinstance(value, dict):
        return {key: replaced(item, tuple(rest), new) if key == first else item for key, item in value.items()}
    if isinstance(value, list):
        return [replaced(item, tuple(rest), new) if index == first else item for index, item in enumerate(value)]
    return value


def at_path(value: object, path: Path_) -> object:
    """The value at a path; None if it isn't there any more."""
    for key in path:
        if (isinstance(value, dict) and key in value) or (
            isinstance(value, list) and isinstance(key, int) and key < len(value)
        ):
            value = value[key]
        else:
            return None
    return value


def paths_of(value: object, path: Path_ = ()) -> Iterator[Path_]:
    """The paths of all values in a value."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from paths_of(item, (*path, key))


EXPORTED = """
input: [3, 16, 16]
blocks:
  Unit:
    params: {out: required}
    do:
      - residual: [conv: {out: out, kernel: 3, padding: 1, norm: batch_norm}]
      - relu
layers:
  - conv: {out: 4, kernel: 3, padding: 1}
  - {Unit: 4, repeat: 2}
  - drop_path: 0.1
  - max_pool: 2
  - conv_transpose: {out: 4, kernel: 2, stride: 2}
  - {conv: {out: 4, kernel: 1}, name: head}
  - {conv: {out: 4, kernel: 1}, share: head}
  - global_avg_pool
  - flatten
  - linear: 5
"""


def exported() -> bytes:
    """A file of `cnnshape export` without weights."""
    return to_onnx(source_of(EXPORTED), weights=Weights.NONE)


FORMATS = {
    "onnx": Format(onnx_network, ONNX, changed_bytes),
    "exported": Format(onnx_network, exported(), changed_bytes),
    "darknet": Format(lambda data: darknet_network(decoded(data), "mutant"), DARKNET.encode(), changed_text),
    "keras": Format(
        lambda data: keras_network(parsed(decoded(data)), "mutant"), json.dumps(KERAS).encode(), changed_json
    ),
    "archive": Format(read_keras_file, keras_file(json.dumps(KERAS).encode()), changed_archive),
}


class Outcome(NamedTuple):
    """What an import of a file gave: a spec, a message, or a failure."""

    spec: str = ""
    message: str = ""
    failure: str = ""


def outcome_of(read: Callable[[bytes], Network], content: bytes) -> Outcome:
    """Imports a file, folds it and compares the spec with it."""
    started = time.process_time()
    try:
        outcome = Outcome(spec=imported(read(content), opaque=True).text)
    except ImportProblem as problem:
        outcome = Outcome(message=problem.message)
    except Exception:  # noqa: BLE001 -- anything else is a failure
        return Outcome(failure=traceback.format_exc())
    seconds = time.process_time() - started
    if seconds > LONGEST_SECONDS:
        return outcome._replace(failure=f"{seconds:.2f} s")
    if not (outcome.message or outcome.spec.replace("\n", "")).isprintable():
        return outcome._replace(failure="not printable")
    return outcome


def run(
    name: str, count: int, contents: list[bytes] | None = None, *, seed: int = 0
) -> Iterator[tuple[bytes, Outcome]]:
    """Imports mutants of a format's seed and of other files in turn."""
    form = FORMATS[name]
    contents = [form.seed, *(contents or [])]
    chance = random.Random(f"{name} {seed}")
    for number in range(count):
        mutant = form.mutated(contents[number % len(contents)], chance)
        yield mutant, outcome_of(form.read, mutant)


def main(name: str, count: int, files: list[str]) -> bool:
    """Prints and keeps what fails, and counts the rest. Whether nothing failed."""
    specs = failures = 0
    for mutant, outcome in run(name, count, [Path(file).read_bytes() for file in files]):
        specs += bool(outcome.spec)
        if outcome.failure:
            failures += 1
            Path("mutants").mkdir(exist_ok=True)
            Path("mutants", f"{name}_{failures}").write_bytes(mutant)
            sys.stdout.write(f"{name}_{failures}: {outcome.failure}\n")
            sys.stdout.flush()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    sys.stdout.write(f"{name}: {count:,} mutants, {specs:,} specs, {failures:,} failures, {peak // 10**6} MB\n")
    return not failures and peak < MOST_BYTES


if __name__ == "__main__":
    sys.exit(not main(sys.argv[1], int(sys.argv[2]), sys.argv[3:]))
