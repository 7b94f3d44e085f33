"""Exported by cnnshape from slowfast_r50.yaml (sha256 0000000000000000)."""

import torch
from torch import Tensor, nn


class Stem(nn.Module):
    def __init__(self, in_channels: int, out: int, frames: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv3d(in_channels, out, (frames, 7, 7), stride=(1, 2, 2), padding=(frames // 2, 3, 3), bias=False),
            nn.BatchNorm3d(out),
            nn.ReLU(),
            nn.MaxPool3d((1, 3, 3), stride=(1, 2, 2), padding=(0, 1, 1)),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class Bottleneck(nn.Module):
    def __init__(self, in_channels: int, width: int, frames: int = 1, stride: int = 1) -> None:
        super().__init__()
        out = 4 * width
        self.body = nn.Sequential(
            nn.Conv3d(in_channels, width, (frames, 1, 1), padding=(frames // 2, 0, 0), bias=False),
            nn.BatchNorm3d(width),
            nn.ReLU(),
            nn.Conv3d(width, width, (1, 3, 3), stride=(1, stride, stride), padding=(0, 1, 1), bias=False),
            nn.BatchNorm3d(width),
            nn.ReLU(),
            nn.Conv3d(width, out, 1, bias=False),
            nn.BatchNorm3d(out),
        )
        shortcut: list[nn.Module] = []
        if stride != 1 or in_channels != out:
            shortcut += [nn.Conv3d(in_channels, out, 1, stride=(1, stride, stride), bias=False), nn.BatchNorm3d(out)]
        self.shortcut = nn.Sequential(*shortcut)
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        x = self.body(x) + self.shortcut(x)
        return self.relu(x)


class Stage(nn.Module):
    def __init__(self, in_channels: int, width: int, n: int, frames: int = 1, stride: int = 2) -> None:
        super().__init__()
        channels = in_channels
        layers: list[nn.Module] = []
        for i in range(n):
            layers.append(Bottleneck(channels, width, frames=frames, stride=stride if i == 0 else 1))
            channels = 4 * width
        self.layers = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class Fuse(nn.Module):
    def __init__(self, map_channels: int, alpha: int, frames: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv3d(
                map_channels,
                2 * map_channels,
                (frames, 1, 1),
                stride=(alpha, 1, 1),
                padding=(frames // 2, 0, 0),
                bias=False,
            ),
            nn.BatchNorm3d(2 * map_channels),
            nn.ReLU(),
        )

    def forward(self, x: Tensor, map: Tensor) -> Tensor:
        lateral = self.layers(map)
        return torch.cat([x, lateral], 1)


class SlowFastR508x8(nn.Module):
    """SlowFast-R50 8x8.

    slow: (N, 3, 8, 224, 224)
    fast: (N, 3, 32, 224, 224)
    Returns (N, 400)
    """

    def __init__(self, classes: int = 400, alpha: int = 4, fusion: int = 7) -> None:
        super().__init__()
        self.fast_stem = Stem(3, 8, 5)
        channels = 8
        self.fast_stage = nn.ModuleList()
        for width, n, stride in zip((8, 16, 32, 64), (3, 4, 6, 3), (1, 2, 2, 2), strict=True):
            self.fast_stage.append(Stage(channels, width, n, frames=3, stride=stride))
            channels = 4 * width
        self.slow_stem = Stem(3, 64, 1)
        self.fuse = Fuse(8, alpha, fusion)
        self.stage = Stage(80, 64, 3, stride=1)
        self.fuse_2 = Fuse(32, alpha, fusion)
        self.stage_2 = Stage(320, 128, 4)
        self.fuse_3 = Fuse(64, alpha, fusion)
        self.stage_3 = Stage(640, 256, 6, frames=3)
        self.fuse_4 = Fuse(128, alpha, fusion)
        self.stage_4 = Stage(1280, 512, 3, frames=3)
        self.slow_features = nn.AdaptiveAvgPool3d(1)
        self.fast_features = nn.AdaptiveAvgPool3d(1)
        self.head = nn.Sequential(nn.Flatten(), nn.Dropout(0.5), nn.Linear(2048 + channels, classes), nn.Softmax(dim=1))

    def forward(self, slow: Tensor, fast: Tensor) -> Tensor:
        fast_stem = self.fast_stem(fast)
        fast_stage_outputs: list[Tensor] = []
        fast_stage = fast_stem
        for layer in self.fast_stage:
            fast_stage = layer(fast_stage)
            fast_stage_outputs.append(fast_stage)
        x = self.slow_stem(slow)
        x = self.fuse(x, fast_stem)
        x = self.stage(x)
        x = self.fuse_2(x, fast_stage_outputs[0])
        x = self.stage_2(x)
        x = self.fuse_3(x, fast_stage_outputs[1])
        x = self.stage_3(x)
        x = self.fuse_4(x, fast_stage_outputs[2])
        x = self.stage_4(x)
        slow_features = self.slow_features(x)
        fast_features = self.fast_features(fast_stage)
        x = torch.cat([slow_features, fast_features], 1)
        return self.head(x)
