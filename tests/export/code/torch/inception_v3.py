"""Exported by cnnshape from inception_v3.yaml (sha256 0000000000000000)."""

import torch
from torch import Tensor, nn


class Conv(nn.Module):
    def __init__(
        self,
        in_channels: int,
        out: int,
        kernel: int | tuple[int, ...],
        stride: int = 1,
        padding: int | tuple[int, ...] = 0,
    ) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(in_channels, out, kernel, stride=stride, padding=padding, bias=False),
            nn.BatchNorm2d(out, eps=0.001),
            nn.ReLU(),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class Module35(nn.Module):
    def __init__(self, in_channels: int, pool: int) -> None:
        super().__init__()
        self.one = Conv(in_channels, 64, 1)
        self.five = nn.Sequential(Conv(in_channels, 48, 1), Conv(48, 64, 5, padding=2))
        self.three_twice = nn.Sequential(
            Conv(in_channels, 64, 1), Conv(64, 96, 3, padding=1), Conv(96, 96, 3, padding=1)
        )
        self.pool = nn.Sequential(nn.AvgPool2d(3, stride=1, padding=1), Conv(in_channels, pool, 1))

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.one(x), self.five(x), self.three_twice(x), self.pool(x)], 1)


class Reduce35(nn.Module):
    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.three = Conv(in_channels, 384, 3, stride=2)
        self.three_twice = nn.Sequential(
            Conv(in_channels, 64, 1), Conv(64, 96, 3, padding=1), Conv(96, 96, 3, stride=2)
        )
        self.pool = nn.MaxPool2d(3, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.three(x), self.three_twice(x), self.pool(x)], 1)


class Module17(nn.Module):
    def __init__(self, in_channels: int, width: int) -> None:
        super().__init__()
        self.one = Conv(in_channels, 192, 1)
        self.seven = nn.Sequential(
            Conv(in_channels, width, 1),
            Conv(width, width, (1, 7), padding=(0, 3)),
            Conv(width, 192, (7, 1), padding=(3, 0)),
        )
        self.seven_twice = nn.Sequential(
            Conv(in_channels, width, 1),
            Conv(width, width, (7, 1), padding=(3, 0)),
            Conv(width, width, (1, 7), padding=(0, 3)),
            Conv(width, width, (7, 1), padding=(3, 0)),
            Conv(width, 192, (1, 7), padding=(0, 3)),
        )
        self.pool = nn.Sequential(nn.AvgPool2d(3, stride=1, padding=1), Conv(in_channels, 192, 1))

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.one(x), self.seven(x), self.seven_twice(x), self.pool(x)], 1)


class Reduce17(nn.Module):
    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.three = nn.Sequential(Conv(in_channels, 192, 1), Conv(192, 320, 3, stride=2))
        self.seven_three = nn.Sequential(
            Conv(in_channels, 192, 1),
            Conv(192, 192, (1, 7), padding=(0, 3)),
            Conv(192, 192, (7, 1), padding=(3, 0)),
            Conv(192, 192, 3, stride=2),
        )
        self.pool = nn.MaxPool2d(3, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.three(x), self.seven_three(x), self.pool(x)], 1)


class Fork(nn.Module):
    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.wide = Conv(in_channels, 384, (1, 3), padding=(0, 1))
        self.high = Conv(in_channels, 384, (3, 1), padding=(1, 0))

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.wide(x), self.high(x)], 1)


class Module8(nn.Module):
    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.one = Conv(in_channels, 320, 1)
        self.three = nn.Sequential(Conv(in_channels, 384, 1), Fork(384))
        self.three_twice = nn.Sequential(Conv(in_channels, 448, 1), Conv(448, 384, 3, padding=1), Fork(384))
        self.pool = nn.Sequential(nn.AvgPool2d(3, stride=1, padding=1), Conv(in_channels, 192, 1))

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.one(x), self.three(x), self.three_twice(x), self.pool(x)], 1)


class InceptionV3(nn.Module):
    """Inception v3: (N, 3, 299, 299) to (N, 1000)."""

    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        self.stem = nn.Sequential(Conv(3, 32, 3, stride=2), Conv(32, 32, 3), Conv(32, 64, 3, padding=1))
        self.max_pool = nn.MaxPool2d(3, stride=2)
        self.layers = nn.Sequential(Conv(64, 80, 1), Conv(80, 192, 3))
        self.max_pool_2 = nn.MaxPool2d(3, stride=2)
        channels = 192
        mixed_5: list[nn.Module] = []
        for pool in (32, 64, 64):
            mixed_5.append(Module35(channels, pool))
            channels = 224 + pool
        self.mixed_5 = nn.Sequential(*mixed_5)
        self.reduce35 = Reduce35(channels)
        channels_2 = 480 + channels
        mixed_6: list[nn.Module] = []
        for width in (128, 160, 160, 192):
            mixed_6.append(Module17(channels_2, width))
            channels_2 = 768
        self.mixed_6 = nn.Sequential(*mixed_6)
        self.reduce17 = Reduce17(768)
        channels_3 = 1280
        layers_2: list[nn.Module] = []
        for _ in range(2):
            layers_2.append(Module8(channels_3))
            channels_3 = 2048
        self.layers_2 = nn.Sequential(*layers_2)
        self.main = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Dropout(0.5), nn.Flatten(), nn.Linear(2048, classes))

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        x = self.max_pool(x)
        x = self.layers(x)
        x = self.max_pool_2(x)
        x = self.mixed_5(x)
        x = self.reduce35(x)
        mixed_6 = self.mixed_6(x)
        x = self.reduce17(mixed_6)
        x = self.layers_2(x)
        return self.main(x)
