"""Networks that don't ship, written from the docs alone in `tests/specs/ok`, against modules in PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import cnnshape
from tests.specs.test_ok import FILES

torch = pytest.importorskip("torch")
written = pytest.importorskip("tests.oracles.written")
FlopCounterMode = pytest.importorskip("torch.utils.flop_counter").FlopCounterMode

NETWORKS: dict[str, Callable[[], Any]] = {
    "enet": written.ENet,
    "conv_tasnet": written.ConvTasNet,
    "sagan": written.sagan,
    "wavenet": written.WaveNet,
    "cbam": written.cbam,
    "gated_pixelcnn": written.GatedPixelCNN,
    "panet": written.PANet,
    "lstm_fcn": written.LSTMFCN,
}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_has_the_figures_of_its_module(name: str) -> None:
    (path,) = (path for path in FILES if path.stem == name)
    report = cnnshape.analyze(cnnshape.load(path))
    shape = next(iter(report.inputs.values())).shape
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        module = NETWORKS[name]().eval()
        output = module(torch.empty(1, *shape))
    outputs = output if isinstance(output, list) else [output]
    assert [tuple(tensor.shape[1:]) for tensor in outputs] == list(report.outputs.values())
    totals = report.totals
    figures = totals.params, totals.buffers, 2 * totals.macs
    learned, kept = (sum(value.numel() for value in values) for values in (module.parameters(), module.buffers()))
    assert figures == (learned, kept, counter.get_total_flops())


def reach(module: Any, shape: tuple[int, ...], cell: int) -> int:
    """The extent of the input samples that a sample of the output answers to, by its gradient."""
    given = torch.rand(1, *shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64).requires_grad_()
    output = module.double()(given)
    (gradient,) = torch.autograd.grad(output[0, :, cell].sum(), given)
    cells = gradient[0].abs().sum(0).nonzero().flatten()
    return int(cells[-1] - cells[0]) + 1


def test_the_field_of_wavenet_is_where_gradients_are() -> None:
    (path,) = (path for path in FILES if path.stem == "wavenet")
    report = cnnshape.analyze(cnnshape.load(path))
    shape = next(iter(report.inputs.values())).shape
    field = report.rows[-1].receptive_field
    assert field is not None
    assert reach(written.WaveNet().eval(), shape, shape[1] - 1) == field.size[0]
