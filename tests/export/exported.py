"""Exported code as tests run it: all shipped networks, and what their modules give on the meta device."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from cnnshape.api import Examination, examine, load
from cnnshape.export import Source
from cnnshape.graph import Options

ARCHITECTURES = Path(__file__).parents[2] / "architectures"
NAMES = sorted(path.stem for path in ARCHITECTURES.glob("*.yaml"))


def source_of(text: Any, options: Options | None = None, class_name: str = "Net") -> Source:
    """A design to export: a text, or the path of a file."""
    examination = examine(load(text), options or Options())
    assert not examination.problems, examination.problems
    return Source(examination, "Exported by cnnshape 0.1 from net.yaml (sha256 0123456789abcdef)", class_name)


def network(name: str, options: Options | None = None) -> Source:
    """A shipped network to export."""
    return source_of(ARCHITECTURES / f"{name}.yaml", options)


def made(text: str, *arguments: Any, device: str = "meta", **named: Any) -> Any:
    """The module of exported code."""
    import torch

    scope: dict[str, Any] = {"__name__": "exported"}
    exec(compile(text, "exported.py", "exec"), scope)
    with torch.device(device), warnings.catch_warnings():
        warnings.simplefilter("error")
        return scope["Net"](*arguments, **named).eval()


def inputs_of(examination: Examination, device: str = "meta", batch: int = 1) -> list[Any]:
    """Tensors that enter a network; boxes lie inside of any map."""
    import torch

    assert examination.graph is not None
    tensors = []
    for given in examination.graph.inputs:
        shape = (batch * given.tensor.boxes, *given.tensor.shape)
        if given.tensor.boxes > 1 or given.tensor.shape == (4,):
            corner = torch.rand(shape[0], 2, device=device) * 8
            tensors.append(torch.cat([corner, corner + 4 + torch.rand(shape[0], 2, device=device) * 16], 1))
        else:
            tensors.append(torch.rand(shape, device=device))
    return tensors


def shapes_of(module: Any, inputs: list[Any]) -> list[tuple[int, ...]]:
    """The shapes of the outputs."""
    import torch

    with torch.no_grad():
        outputs = module(*inputs)
    return [tuple(one.shape) for one in (outputs.values() if isinstance(outputs, dict) else [outputs])]


def counts_of(module: Any) -> tuple[int, int, int]:
    """Params, those of them that are trained, and buffers."""
    params = list(module.parameters())
    trained = sum(one.numel() for one in params if one.requires_grad)
    return sum(one.numel() for one in params), trained, sum(one.numel() for one in module.buffers())


def expected(examination: Examination, batch: int = 1) -> tuple[tuple[int, int, int], list[tuple[int, ...]]]:
    """The counts and the shapes of the outputs that the graph states."""
    graph = examination.graph
    assert graph is not None
    own = [node for node in graph.nodes if node.shares is None]
    counts = (
        sum(node.application.params for node in own),
        sum(node.application.params for node in own if not node.frozen),
        sum(node.application.buffers for node in own),
    )
    tensors = [graph.value(index) for index in graph.outputs.values()]
    return counts, [(batch * tensor.boxes, *tensor.shape) for tensor in tensors]


def depends_on_values(examination: Examination) -> bool:
    """Whether shapes on the way depend on the boxes, which have no values on the meta device."""
    assert examination.graph is not None
    layers = [node.application.layer for node in examination.graph.nodes]
    return any(
        layer.name == "roi_pool" or (layer.name == "roi_align" and layer.values["samples"] == 0) for layer in layers
    )
