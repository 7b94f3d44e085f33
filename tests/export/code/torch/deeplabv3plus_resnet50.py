"""Exported by cnnshape from deeplabv3plus_resnet50.yaml (sha256 0000000000000000)."""

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


class Atrous(nn.Module):
    def __init__(self, in_channels: int, rate: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(in_channels, 256, 3, padding=rate, dilation=rate, bias=False), nn.BatchNorm2d(256), nn.ReLU()
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class AtrousPyramid(nn.Module):
    def __init__(self, in_channels: int, rates: Sequence[int]) -> None:
        super().__init__()
        self.one = nn.Sequential(nn.Conv2d(in_channels, 256, 1, bias=False), nn.BatchNorm2d(256), nn.ReLU())
        self.near = Atrous(in_channels, rates[0])
        self.middle = Atrous(in_channels, rates[1])
        self.far = Atrous(in_channels, rates[2])
        self.layers = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(in_channels, 256, 1, bias=False), nn.BatchNorm2d(256), nn.ReLU()
        )
        self.layers_2 = nn.Sequential(
            nn.Conv2d(1280, 256, 1, bias=False), nn.BatchNorm2d(256), nn.ReLU(), nn.Dropout(0.1)
        )

    def forward(self, x: Tensor) -> Tensor:
        image = self.layers(x)
        image = F.interpolate(image, size=x.shape[2:], mode="bilinear")
        y = torch.cat([self.one(x), self.near(x), self.middle(x), self.far(x), image], 1)
        return self.layers_2(y)


class DeepLabV3ResNet50(nn.Module):
    """DeepLabV3+ ResNet-50: (N, 3, 513, 513) to (N, 21, 513, 513)."""

    def __init__(
        self,
        classes: int = 21,
        repeats: Sequence[int] = (3, 4, 6, 3),
        strides: Sequence[int] = (1, 2, 2, 1),
        dilations: Sequence[int] = (1, 1, 1, 2),
        first_dilations: Sequence[int] = (1, 1, 1, 1),
        rates: Sequence[int] = (6, 12, 18),
    ) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False),
            nn.BatchNorm2d(64),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2, padding=1),
        )
        channels = 64
        self.stage = nn.ModuleList()
        for width, stride, dilation, first_dilation, n in zip(
            (64, 128, 256, 512), strides, dilations, first_dilations, repeats, strict=True
        ):
            layers: list[nn.Module] = []
            for i in range(n):
                layers.append(
                    Bottleneck(
                        channels, width, stride=stride if i == 0 else 1, dilation=first_dilation if i == 0 else dilation
                    ),
                )
                channels = 4 * width
            self.stage.append(nn.Sequential(*layers))
        self.pyramid = AtrousPyramid(channels, rates)
        self.fine = nn.Sequential(nn.Conv2d(256, 48, 1, bias=False), nn.BatchNorm2d(48), nn.ReLU())
        self.layers = nn.Sequential(
            nn.Conv2d(304, 256, 3, padding=1, bias=False), nn.BatchNorm2d(256), nn.ReLU(), nn.Conv2d(256, classes, 1)
        )

    def forward(self, input: Tensor) -> Tensor:
        x = self.stem(input)
        stage_outputs: list[Tensor] = []
        stage = x
        for layer in self.stage:
            stage = layer(stage)
            stage_outputs.append(stage)
        pyramid = self.pyramid(stage)
        fine = self.fine(stage_outputs[0])
        x = F.interpolate(pyramid, size=fine.shape[2:], mode="bilinear")
        x = torch.cat([fine, x], 1)
        x = self.layers(x)
        return F.interpolate(x, size=input.shape[2:], mode="bilinear")
