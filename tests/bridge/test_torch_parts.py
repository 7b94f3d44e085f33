"""What PyTorch takes in parts, and what it says beside the functions: frozen weights, stochastic depth."""

from __future__ import annotations

from typing import Any

import pytest

import cnnshape
from cnnshape.bridge import from_torch

from .torch_modules import Forward, layers_of

torch = pytest.importorskip("torch")
nn, F = torch.nn, torch.nn.functional


def branches(count: int) -> dict[str, Any]:
    return {f"conv_{index}": nn.Conv2d(4, 4, 1) for index in range(count)}


def test_a_sum_in_one_expression_is_one_add() -> None:
    module = Forward(lambda m, x: m.conv_0(x) + m.conv_1(x) + m.conv_2(x), **branches(3))
    layers = layers_of(module, (4, 8, 8))
    assert layers[-1] == "add: [conv_0_conv, conv_1_conv, conv_2_conv]"
    assert sum("add" in layer for layer in layers) == 1


def test_a_sum_of_sums_is_one_add() -> None:
    module = Forward(
        lambda m, x: sum(m._modules[f"conv_{index}"](x) for index in range(2, 5)) + m.conv_0(x), **branches(5)
    )
    (layer,) = [layer for layer in layers_of(module, (4, 8, 8)) if "add: " in layer]
    assert layer.count("_conv") == 4


def test_sums_with_a_layer_between_them_are_apart() -> None:
    module = Forward(lambda m, x: m.conv_1(m.conv_0(x) + x) + x, **branches(2))
    assert sum("add: " in layer for layer in layers_of(module, (4, 8, 8))) == 2


def test_a_sum_that_is_read_twice_stays() -> None:
    def forward(m: Any, x: Any) -> Any:
        inner = m.conv_0(x) + m.conv_1(x)
        return (inner + m.conv_2(x)) * inner

    assert sum("add: " in layer for layer in layers_of(Forward(forward, **branches(3)), (4, 8, 8))) == 2


def test_cuts_of_different_axes_are_one_crop() -> None:
    module = Forward(lambda m, x: m.conv_0(x)[:, :, 1:-1][:, :, :, 2:-1], **branches(1))
    assert layers_of(module, (4, 8, 8))[-1] == "crop: [[1, 1], [2, 1]]"


def test_cuts_of_one_axis_stay_apart() -> None:
    module = Forward(lambda m, x: m.conv_0(x).narrow(2, 1, 6).narrow(2, 1, 5), **branches(1))
    assert len(layers_of(module, (4, 8, 8))) == 3


@pytest.mark.parametrize(
    ("module", "layers"),
    [
        (
            nn.Sequential(nn.ZeroPad2d((1, 2, 0, 3)), nn.Conv2d(4, 8, 3)),
            ["conv: {out: 8, kernel: 3, padding: [[0, 3], [1, 2]]}"],
        ),
        (nn.Sequential(nn.ZeroPad2d(1), nn.Conv2d(4, 8, 3)), ["conv: {out: 8, kernel: 3, padding: 1}"]),
        (
            nn.Sequential(nn.ZeroPad2d(1), nn.Conv2d(4, 8, 3, padding=1)),
            ["pad: 1", "conv: {out: 8, kernel: 3, padding: 1}"],
        ),
        (nn.Sequential(nn.ReflectionPad2d(1), nn.Conv2d(4, 8, 3)), None),
        (nn.Sequential(nn.ZeroPad2d(1), nn.AvgPool2d(3)), ["pad: 1", "avg_pool: 3"]),
        (nn.Sequential(nn.ZeroPad2d(1), nn.MaxPool2d(3)), ["pad: 1", "max_pool: 3"]),
    ],
    ids=["sides", "even", "twice", "reflected", "mean", "maximum"],
)
def test_zeros_around_a_convolution_are_its_padding(module: Any, layers: list[str] | None) -> None:
    imported = layers_of(module, (4, 9, 9))
    assert imported == layers if layers is not None else imported[0].startswith("pad: ")


class Inside(nn.Module):
    """The mean of the cells of each window that are not padding."""

    def __init__(self, around: tuple[int, ...], pool: Any) -> None:
        super().__init__()
        self.around, self.pool = around, pool

    def forward(self, x: Any) -> Any:
        total = self.pool(F.pad(x, self.around))
        return total / self.pool(F.pad(torch.ones_like(x), self.around))


def test_a_mean_without_padded_cells() -> None:
    layers = layers_of(Inside((0, 1, 0, 1), nn.AvgPool2d(2, 2)), (4, 9, 9))
    assert layers == ["avg_pool: {kernel: 2, padding: [[0, 1], [0, 1]], count_include_pad: false}"]


class Block(nn.Module):
    def __init__(self, *, frozen: bool) -> None:
        super().__init__()
        self.conv, self.bn = nn.Conv2d(8, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8)
        self.requires_grad_(not frozen)

    def forward(self, x: Any) -> Any:
        return x + torch.relu(self.bn(self.conv(x)))


class PartlyFrozen(nn.Module):
    """Its stem and its first blocks are frozen, and of the last convolution only the norm."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3).requires_grad_(False)
        self.blocks = nn.Sequential(*[Block(frozen=index < 3) for index in range(6)])
        self.conv, self.norm = nn.Conv2d(8, 8, 1), nn.BatchNorm2d(8).requires_grad_(False)
        self.head = nn.Linear(8, 10)

    def forward(self, x: Any) -> Any:
        return self.head(self.norm(self.conv(self.blocks(self.stem(x)))).mean((2, 3)))


def trained(module: Any) -> int:
    return sum(weight.numel() for weight in module.parameters() if weight.requires_grad)


@pytest.mark.parametrize("flat", [True, False])
def test_frozen_weights_are_frozen_in_the_spec(flat: bool) -> None:
    module = PartlyFrozen()
    imported = from_torch(module, (3, 32, 32), flat=flat)
    assert cnnshape.analyze(cnnshape.load(imported.text)).totals.trainable_params == trained(module)
    assert not imported.notes
    # In a folded spec, a loop says of both sorts of blocks whether they are frozen.
    assert ("for: {frozen: [true, false]}" in imported.text) != flat


def test_frozen_blocks_have_a_parameter() -> None:
    class Two(nn.Module):
        def __init__(self, frozen: bool) -> None:
            super().__init__()
            self.first, self.second = nn.Conv2d(8, 8, 3, padding=1), nn.Conv2d(8, 8, 1)
            self.first.requires_grad_(not frozen)

        def forward(self, x: Any) -> Any:
            return self.second(torch.relu(self.first(x))).tanh()

    module = nn.Sequential(Two(True), nn.MaxPool2d(2), Two(False), nn.AvgPool2d(2), Two(True))
    imported = from_torch(module, (8, 32, 32))
    assert "frozen: frozen" in imported.text
    assert cnnshape.analyze(cnnshape.load(imported.text)).totals.trainable_params == trained(module)


def test_a_module_without_gradients_is_not_frozen_but_said() -> None:
    imported = from_torch(PartlyFrozen().requires_grad_(False), (3, 32, 32))
    assert "frozen" not in imported.text.partition("layers:")[2]
    assert imported.notes == ("no weight of the module requires gradients; the spec has all weights as trained ones",)


def test_a_layer_that_is_frozen_in_part_is_said() -> None:
    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Conv2d(4, 4, 3))
    module[1].bias.requires_grad_(False)
    imported = from_torch(module, (3, 8, 8))
    (note,) = imported.notes
    assert note == "conv in 1 is trained in part, but is a trained layer here: 1.bias is frozen"


class StochasticDepth(nn.Module):
    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: Any) -> Any:
        return x * torch.bernoulli(torch.full((x.shape[0], 1, 1, 1), 1 - self.p)) if self.training else x


@pytest.mark.parametrize(("rates", "kept"), [((0.0, 0.1), 2), ((0.1, 0.1), 2), ((0.0, 0.0), 0)])
def test_a_rate_of_0_counts_where_others_do(rates: tuple[float, float], kept: int) -> None:
    module = nn.Sequential(nn.ReLU(), StochasticDepth(rates[0]), nn.ReLU(), StochasticDepth(rates[1]))
    assert sum("drop_path" in layer for layer in layers_of(module, (4, 8, 8))) == kept
