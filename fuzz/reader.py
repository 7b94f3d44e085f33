"""Coverage-guided fuzzing of the reader, for as long as one likes: `pip install atheris && python fuzz/reader.py`.

Any bytes must give a design or diagnostics, never an exception. Options are libFuzzer's: `-runs=100000`, a corpus folder.
"""

import sys

import atheris

with atheris.instrument_imports():
    import cnnshape
    from cnnshape.api import design_of_bytes


def one_input(data: bytes) -> None:
    """Reads and checks one input within a small budget of layers."""
    cnnshape.check(design_of_bytes("input", data), max_layers=2_000)


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
