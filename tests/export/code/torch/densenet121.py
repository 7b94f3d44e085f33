"""Exported by cnnshape from densenet121.yaml (sha256 0000000000000000)."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class DenseLayer(nn.Module):
    def __init__(self, in_channels: int, growth: int) -> None:
        super().__init__()
        self.new = nn.Sequential(
            nn.BatchNorm2d(in_channels),
            nn.ReLU(),
            nn.Conv2d(in_channels, 4 * growth, 1, bias=False),
            nn.BatchNorm2d(4 * growth),
            nn.ReLU(),
            nn.Conv2d(4 * growth, growth, 3, padding=1, bias=False),
        )

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([x, self.new(x)], 1)


class Transition(nn.Module):
    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.BatchNorm2d(in_channels),
            nn.ReLU(),
            nn.Conv2d(in_channels, in_channels // 2, 1, bias=False),
            nn.AvgPool2d(2),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class DenseNet121(nn.Module):
    """DenseNet-121: (N, 3, 224, 224) to (N, 1000)."""

    def __init__(
        self, classes: int = 1000, growth: int = 32, stem: int = 64, repeats: Sequence[int] = (6, 12, 24, 16)
    ) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, stem, 7, stride=2, padding=3, bias=False),
            nn.BatchNorm2d(stem),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2, padding=1),
        )
        channels = stem
        block: list[nn.Module] = []
        for i, n in enumerate(repeats):
            for _ in range(n):
                block.append(DenseLayer(channels, growth))
                channels = channels + growth
            if not i == len(repeats) - 1:
                block.append(Transition(channels))
                channels = channels // 2
        self.block = nn.Sequential(*block)
        self.head = nn.Sequential(
            nn.BatchNorm2d(channels), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes)
        )

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        x = self.block(x)
        return self.head(x)
