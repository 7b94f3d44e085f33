"""The nodes of each case as text: `python -m tests.export.onnx_nodes` writes them to `onnx_nodes.yaml`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cnnshape.bridge.onnx.model import Stored, model_of
from cnnshape.export import Weights
from cnnshape.export.onnx import to_onnx
from tests.export.exported import source_of
from tests.export.onnx_cases import cases

LISTED = Path(__file__).with_name("onnx_nodes.yaml")


def text() -> str:
    """All cases with their nodes. Constants are written where they are read."""
    lines = ["# The nodes that each design becomes. Written by `python -m tests.export.onnx_nodes`."]
    for name, design in cases().items():
        lines += [f'"{name}":', *(f'  - "{line}"' for line in _nodes(design))]
    return "\n".join(lines) + "\n"


def _nodes(design: str) -> list[str]:
    model = model_of(to_onnx(source_of(design), weights=Weights.ZERO))
    constants: dict[str, str] = {}
    lines = []
    for node in model.nodes:
        if node.op == "Constant":
            constants[node.outputs[0]] = _value(node.attributes["value"])
            continue
        given = ", ".join(constants.get(name, name) for name in node.inputs)
        attributes = "".join(f" {key}={_value(value)}" for key, value in sorted(node.attributes.items()))
        lines.append(f"{', '.join(node.outputs)} = {node.op}({given}){attributes}")
    return lines


def _value(value: Any) -> str:
    if isinstance(value, Stored):
        return f"constant of {'x'.join(map(str, value.shape))}" if value.values is None else _value(value.values)
    if isinstance(value, tuple):
        return f"[{' '.join(map(_value, value))}]"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    LISTED.write_text(text(), encoding="utf-8")
