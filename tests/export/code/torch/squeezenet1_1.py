"""Exported by cnnshape from squeezenet1_1.yaml (sha256 0000000000000000)."""

import torch
from torch import Tensor, nn


class Fire(nn.Module):
    def __init__(self, in_channels: int, squeeze: int, expand: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(in_channels, squeeze, 1), nn.ReLU())
        self.one = nn.Sequential(nn.Conv2d(squeeze, expand, 1), nn.ReLU())
        self.three = nn.Sequential(nn.Conv2d(squeeze, expand, 3, padding=1), nn.ReLU())

    def forward(self, x: Tensor) -> Tensor:
        x = self.layers(x)
        return torch.cat([self.one(x), self.three(x)], 1)


class SqueezeNet11(nn.Module):
    """SqueezeNet 1.1: (N, 3, 224, 224) to (N, 1000)."""

    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 64, 3, stride=2), nn.ReLU())
        channels = 64
        layers: list[nn.Module] = []
        for squeeze, expand in zip((16, 32, 48), (64, 128, 192), strict=True):
            layers.append(nn.MaxPool2d(3, stride=2, ceil_mode=True))
            for _ in range(2):
                layers.append(Fire(channels, squeeze, expand))
                channels = expand + expand
            channels = expand + expand
        self.layers = nn.Sequential(*layers)
        fire: list[nn.Module] = []
        for _ in range(2):
            fire.append(Fire(channels, 64, 256))
            channels = 512
        self.fire = nn.Sequential(*fire)
        self.head = nn.Sequential(
            nn.Dropout(0.5), nn.Conv2d(512, classes, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()
        )

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        x = self.layers(x)
        x = self.fire(x)
        return self.head(x)
