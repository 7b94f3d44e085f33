"""Exported by cnnshape from pspnet50.yaml (sha256 0000000000000000)."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Bottleneck(nn.Module):
    def __init__(self, in_channels: int, width: int, stride: int = 1, dilation: int = 1) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(in_channels, width, 1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, stride=stride, padding=dilation, dilation=dilation, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.Conv2d(width, 4 * width, 1, bias=False),
            nn.BatchNorm2d(4 * width),
        )
        shortcut: list[nn.Module] = []
        if stride != 1 or in_channels != 4 * width:
            shortcut += [nn.Conv2d(in_channels, 4 * width, 1, stride=stride, bias=False), nn.BatchNorm2d(4 * width)]
        self.shortcut = nn.Sequential(*shortcut)
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        x = self.body(x) + self.shortcut(x)
        return self.relu(x)


class Level(nn.Module):
    def __init__(self, in_channels: int, bins: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.AdaptiveAvgPool2d(bins), nn.Conv2d(in_channels, 512, 1, bias=False), nn.BatchNorm2d(512), nn.ReLU()
        )

    def forward(self, x: Tensor) -> Tensor:
        y = self.layers(x)
        return F.interpolate(y, size=x.shape[2:], mode="bilinear", align_corners=True)


class Head(nn.Module):
    def __init__(self, in_channels: int, width: int, classes: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(in_channels, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.Dropout(0.1),
            nn.Conv2d(width, classes, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class PSPNet50(nn.Module):
    """PSPNet-50.

    input: (N, 3, 473, 473)
    Returns out: (N, 150, 473, 473)
    Returns auxiliary: (N, 150, 473, 473)
    """

    def __init__(self, classes: int = 150, repeats: Sequence[int] = (3, 4, 6, 3)) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 64, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(64),
            nn.ReLU(),
            nn.Conv2d(64, 64, 3, padding=1, bias=False),
            nn.BatchNorm2d(64),
            nn.ReLU(),
            nn.Conv2d(64, 128, 3, padding=1, bias=False),
            nn.BatchNorm2d(128),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2, padding=1),
        )
        channels = 128
        self.stage = nn.ModuleList()
        for width, stride, dilation, n in zip((64, 128, 256, 512), (1, 2, 1, 1), (1, 1, 2, 4), repeats, strict=True):
            layers: list[nn.Module] = []
            for i in range(n):
                layers.append(Bottleneck(channels, width, stride=stride if i == 0 else 1, dilation=dilation))
                channels = 4 * width
            self.stage.append(nn.Sequential(*layers))
        self.whole = Level(channels, 1)
        self.halves = Level(channels, 2)
        self.thirds = Level(channels, 3)
        self.sixths = Level(channels, 6)
        self.head = Head(channels + 512 + 512 + 512 + 512, 512, classes)
        self.aux_scores = Head(1024, 256, classes)

    def forward(self, input: Tensor) -> dict[str, Tensor]:
        x = self.stem(input)
        stage_outputs: list[Tensor] = []
        stage = x
        for layer in self.stage:
            stage = layer(stage)
            stage_outputs.append(stage)
        x = torch.cat([stage, self.whole(stage), self.halves(stage), self.thirds(stage), self.sixths(stage)], 1)
        x = self.head(x)
        out = F.interpolate(x, size=input.shape[2:], mode="bilinear", align_corners=True)
        x = self.aux_scores(stage_outputs[2])
        auxiliary = F.interpolate(x, size=input.shape[2:], mode="bilinear", align_corners=True)
        return {"out": out, "auxiliary": auxiliary}
