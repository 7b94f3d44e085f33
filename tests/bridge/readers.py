"""What the tests of all readers share."""

from collections.abc import Callable

import pytest

from cnnshape.bridge import imported
from cnnshape.bridge.onnx.model import model_of
from cnnshape.bridge.onnx.reader import network_of
from cnnshape.bridge.operations import ImportProblem, Network


def onnx_network(data: bytes, inputs: dict[str, tuple[int, ...]] | None = None) -> Network:
    """The network of a model."""
    return network_of(model_of(data), "model", inputs or {})


def layers_of(network: Network, *, opaque: bool = False) -> list[str]:
    """The lines of the flat spec that are its layers. The spec is built and compared with the network."""
    lines = imported(network, flat=True, opaque=opaque).text.splitlines()
    start = lines.index("layers:") + 1
    return [line.strip().removeprefix("- ") for line in lines[start:] if line.startswith("  ")]


def problem_of(read: Callable[..., object], *arguments: object) -> ImportProblem:
    """The problem that a reader raises, whose text can be printed."""
    with pytest.raises(ImportProblem) as raised:
        read(*arguments)
    assert str(raised.value).isprintable()
    assert len(str(raised.value)) < 600
    return raised.value


def answer_of(read: Callable[..., object], *arguments: object) -> str:
    """The problem that a reader raises, as a text that can be printed; empty if it reads all."""
    try:
        read(*arguments)
    except ImportProblem as problem:
        return str(problem)
    return ""
