"""Exported by cnnshape from cbam_resnet18.yaml (sha256 0000000000000000)."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class Weigh(nn.Module):
    def __init__(self, in_channels: int, out: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(in_channels, out // 16, 1), nn.ReLU(), nn.Conv2d(out // 16, out, 1))

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class ChannelGate(nn.Module):
    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.stem = nn.AdaptiveAvgPool2d(1)
        self.of_means = Weigh(in_channels, in_channels)
        self.global_max_pool = nn.AdaptiveMaxPool2d(1)
        self.sigmoid = nn.Sigmoid()

    def forward(self, x: Tensor) -> Tensor:
        y = self.stem(x)
        of_means = self.of_means(y)
        y = self.global_max_pool(x)
        y = self.of_means(y)
        y = of_means + y
        y = self.sigmoid(y)
        return x * y


class CellGate(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(2, 1, 7, padding=3, bias=False), nn.BatchNorm2d(1, momentum=0.01), nn.Sigmoid()
        )

    def forward(self, x: Tensor) -> Tensor:
        largest = x.amax(1, keepdim=True)
        mean = x.mean(1, keepdim=True)
        y = torch.cat([largest, mean], 1)
        y = self.layers(y)
        return x * y


class Basic(nn.Module):
    def __init__(self, in_channels: int, width: int, stride: int = 1) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(in_channels, width, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
            ChannelGate(width),
            CellGate(),
        )
        shortcut: list[nn.Module] = []
        if stride != 1 or in_channels != width:
            shortcut += [nn.Conv2d(in_channels, width, 1, stride=stride, bias=False), nn.BatchNorm2d(width)]
        self.shortcut = nn.Sequential(*shortcut)
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        x = self.body(x) + self.shortcut(x)
        return self.relu(x)


class CBAMResNet18(nn.Module):
    """CBAM-ResNet-18: (N, 3, 224, 224) to (N, 1000)."""

    def __init__(self, classes: int = 1000, repeats: Sequence[int] = (2, 2, 2, 2)) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False),
            nn.BatchNorm2d(64),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2, padding=1),
        )
        channels = 64
        stage: list[nn.Module] = []
        for width, stride, n in zip((64, 128, 256, 512), (1, 2, 2, 2), repeats, strict=True):
            for i in range(n):
                stage.append(Basic(channels, width, stride=stride if i == 0 else 1))
                channels = width
        self.stage = nn.Sequential(*stage)
        self.head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes))

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        x = self.stage(x)
        return self.head(x)
