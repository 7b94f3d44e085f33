"""Exported by cnnshape from ghostnet.yaml (sha256 0000000000000000)."""

from collections.abc import Callable

import torch
from torch import Tensor, nn


def make_divisible(value: float, divisor: int, least: int | None = None) -> int:
    """Rounds to a multiple of the divisor, never to less than 90 % of the value."""
    lowest = divisor if least is None else least
    rounded = max(lowest, int(value + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * value else rounded


class Ghost(nn.Module):
    def __init__(self, in_channels: int, out: int, act: Callable[..., nn.Module] | None = nn.ReLU) -> None:
        super().__init__()
        half = (out + 1) // 2
        primary: list[nn.Module] = [nn.Conv2d(in_channels, half, 1, bias=False), nn.BatchNorm2d(half)]
        if act is not None:
            primary.append(act())
        self.primary = nn.Sequential(*primary)
        cheap: list[nn.Module] = [nn.Conv2d(half, half, 3, padding=1, groups=half, bias=False), nn.BatchNorm2d(half)]
        if act is not None:
            cheap.append(act())
        self.cheap = nn.Sequential(*cheap)

    def forward(self, x: Tensor) -> Tensor:
        primary = self.primary(x)
        cheap = self.cheap(primary)
        return torch.cat([primary, cheap], 1)


class Depthwise(nn.Module):
    def __init__(self, in_channels: int, kernel: int, stride: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(
                in_channels, in_channels, kernel, stride=stride, padding=kernel // 2, groups=in_channels, bias=False
            ),
            nn.BatchNorm2d(in_channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class SqueezeExcite(nn.Module):
    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.gate = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(in_channels, make_divisible(in_channels / 4, 4), 1),
            nn.ReLU(),
            nn.Conv2d(make_divisible(in_channels / 4, 4), in_channels, 1),
            nn.Hardsigmoid(),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x * self.gate(x)


class Bottleneck(nn.Module):
    def __init__(
        self, in_channels: int, expanded: int, out: int, kernel: int = 3, gate: bool = False, stride: int = 1
    ) -> None:
        super().__init__()
        body: list[nn.Module] = [Ghost(in_channels, expanded)]
        if stride != 1:
            body.append(Depthwise((expanded + 1) // 2 + (expanded + 1) // 2, kernel, stride))
        if gate:
            body.append(SqueezeExcite((expanded + 1) // 2 + (expanded + 1) // 2))
        body.append(Ghost((expanded + 1) // 2 + (expanded + 1) // 2, out, act=None))
        self.body = nn.Sequential(*body)
        shortcut: list[nn.Module] = []
        if stride != 1 or in_channels != out:
            shortcut.append(Depthwise(in_channels, kernel, stride))
        if stride != 1 or in_channels != out:
            shortcut += [nn.Conv2d(in_channels, out, 1, bias=False), nn.BatchNorm2d(out)]
        self.shortcut = nn.Sequential(*shortcut)

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x) + self.shortcut(x)


class GhostNet(nn.Module):
    """GhostNet: (N, 3, 224, 224) to (N, 1000)."""

    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 16, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU())
        self.layers = nn.Sequential(
            Bottleneck(16, 16, 16),
            Bottleneck(16, 48, 24, stride=2),
            Bottleneck(24, 72, 24),
            Bottleneck(24, 72, 40, kernel=5, gate=True, stride=2),
            Bottleneck(40, 120, 40, gate=True),
            Bottleneck(40, 240, 80, stride=2),
            Bottleneck(80, 200, 80),
        )
        bottleneck: list[nn.Module] = []
        for _ in range(2):
            bottleneck.append(Bottleneck(80, 184, 80))
        self.bottleneck = nn.Sequential(*bottleneck)
        self.layers_2 = nn.Sequential(
            Bottleneck(80, 480, 112, gate=True),
            Bottleneck(112, 672, 112, gate=True),
            Bottleneck(112, 672, 160, kernel=5, gate=True, stride=2),
        )
        bottleneck_2: list[nn.Module] = []
        for gate in (False, True, False, True):
            bottleneck_2.append(Bottleneck(160, 960, 160, gate=gate))
        self.bottleneck_2 = nn.Sequential(*bottleneck_2)
        self.head = nn.Sequential(
            nn.Conv2d(160, 960, 1, bias=False),
            nn.BatchNorm2d(960),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(960, 1280, 1),
            nn.ReLU(),
            nn.Flatten(),
            nn.Dropout(0.2),
            nn.Linear(1280, classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        x = self.layers(x)
        x = self.bottleneck(x)
        x = self.layers_2(x)
        x = self.bottleneck_2(x)
        return self.head(x)
