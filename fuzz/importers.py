"""Coverage-guided fuzzing of the readers of other formats: `pip install atheris && python fuzz/importers.py onnx`.

Any bytes must give a network or an ImportProblem. The first argument is a format, `onnx`, `darknet` or `keras`; the others
are libFuzzer's: `-runs=100000`, a corpus folder.
"""

import sys
from collections.abc import Callable
from contextlib import suppress

import atheris

with atheris.instrument_imports():
    from cnnshape.bridge.darknet import darknet_network
    from cnnshape.bridge.keras import keras_network
    from cnnshape.bridge.keras.config import parsed
    from cnnshape.bridge.onnx.model import model_of
    from cnnshape.bridge.onnx.reader import network_of
    from cnnshape.bridge.operations import ImportProblem

READERS: dict[str, Callable[[bytes], object]] = {
    "onnx": lambda data: network_of(model_of(data), "fuzz", {}),
    "darknet": lambda data: darknet_network(data.decode("utf-8", "replace"), "fuzz"),
    "keras": lambda data: keras_network(parsed(data.decode("utf-8", "replace")), "fuzz"),
}


def main() -> None:
    """Fuzzes the format that the first argument names."""
    read = READERS[sys.argv.pop(1)]

    def one_input(data: bytes) -> None:
        with suppress(ImportProblem):
            read(data)

    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
