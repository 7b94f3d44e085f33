"""Exported by cnnshape from shufflenet_v2_x1_0.yaml (sha256 0000000000000000)."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class Down(nn.Module):
    def __init__(self, in_channels: int, out: int) -> None:
        super().__init__()
        self.left = nn.Sequential(
            nn.Conv2d(in_channels, in_channels, 3, stride=2, padding=1, groups=in_channels, bias=False),
            nn.BatchNorm2d(in_channels),
            nn.Conv2d(in_channels, out // 2, 1, bias=False),
            nn.BatchNorm2d(out // 2),
            nn.ReLU(),
        )
        self.right = nn.Sequential(
            nn.Conv2d(in_channels, out // 2, 1, bias=False),
            nn.BatchNorm2d(out // 2),
            nn.ReLU(),
            nn.Conv2d(out // 2, out // 2, 3, stride=2, padding=1, groups=out // 2, bias=False),
            nn.BatchNorm2d(out // 2),
            nn.Conv2d(out // 2, out // 2, 1, bias=False),
            nn.BatchNorm2d(out // 2),
            nn.ReLU(),
        )
        self.channel_shuffle = nn.ChannelShuffle(2)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.cat([self.left(x), self.right(x)], 1)
        return self.channel_shuffle(x)


class Unit(nn.Module):
    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(in_channels // 2, in_channels // 2, 1, bias=False),
            nn.BatchNorm2d(in_channels // 2),
            nn.ReLU(),
            nn.Conv2d(in_channels // 2, in_channels // 2, 3, padding=1, groups=in_channels // 2, bias=False),
            nn.BatchNorm2d(in_channels // 2),
            nn.Conv2d(in_channels // 2, in_channels // 2, 1, bias=False),
            nn.BatchNorm2d(in_channels // 2),
            nn.ReLU(),
        )
        self.channel_shuffle = nn.ChannelShuffle(2)

    def forward(self, x: Tensor) -> Tensor:
        keep = x.chunk(2, 1)[0]
        work = x.chunk(2, 1)[1]
        work = self.layers(work)
        x = torch.cat([keep, work], 1)
        return self.channel_shuffle(x)


class ShuffleNetV2X10(nn.Module):
    """ShuffleNet v2 x1.0: (N, 3, 224, 224) to (N, 1000)."""

    def __init__(self, classes: int = 1000, widths: Sequence[int] = (116, 232, 464), final: int = 1024) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 24, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(24),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2, padding=1),
        )
        channels = 24
        stage: list[nn.Module] = []
        for width, n in zip(widths, (3, 7, 3), strict=True):
            stage.append(Down(channels, width))
            channels_2 = width // 2 + width // 2
            for _ in range(n):
                stage.append(Unit(channels_2))
                channels_2 = channels_2 // 2 + channels_2 // 2
            channels = channels_2
        self.stage = nn.Sequential(*stage)
        self.head = nn.Sequential(
            nn.Conv2d(channels, final, 1, bias=False),
            nn.BatchNorm2d(final),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(final, classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        x = self.stage(x)
        return self.head(x)
