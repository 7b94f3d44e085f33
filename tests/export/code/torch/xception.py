"""Exported by cnnshape from xception.yaml (sha256 0000000000000000)."""

from collections.abc import Callable
from functools import partial

from torch import Tensor, nn


class Separable(nn.Module):
    def __init__(self, in_channels: int, out: int, norm: Callable[..., nn.Module], relu_first: bool = True) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        if relu_first:
            layers.append(nn.ReLU())
        layers += [
            nn.Conv2d(in_channels, in_channels, 3, padding=1, groups=in_channels, bias=False),
            nn.Conv2d(in_channels, out, 1, bias=False),
            norm(out),
        ]
        self.layers = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class Down(nn.Module):
    def __init__(
        self, in_channels: int, middle: int, out: int, norm: Callable[..., nn.Module], relu_first: bool = True
    ) -> None:
        super().__init__()
        self.body = nn.Sequential(
            Separable(in_channels, middle, norm, relu_first=relu_first),
            Separable(middle, out, norm),
            nn.MaxPool2d(3, stride=2, padding=1),
        )
        self.shortcut = nn.Sequential(nn.Conv2d(in_channels, out, 1, stride=2, bias=False), norm(out))

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x) + self.shortcut(x)


class Middle(nn.Module):
    def __init__(self, in_channels: int, norm: Callable[..., nn.Module]) -> None:
        super().__init__()
        channels = in_channels
        body: list[nn.Module] = []
        for _ in range(3):
            body.append(Separable(channels, 728, norm))
            channels = 728
        self.body = nn.Sequential(*body)

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x) + x


class Xception(nn.Module):
    """Xception: (N, 3, 299, 299) to (N, 1000)."""

    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 32, 3, stride=2, bias=False),
            nn.BatchNorm2d(32, eps=0.001, momentum=0.01),
            nn.ReLU(),
            nn.Conv2d(32, 64, 3, bias=False),
            nn.BatchNorm2d(64, eps=0.001, momentum=0.01),
            nn.ReLU(),
        )
        self.layers = nn.Sequential(
            Down(64, 128, 128, partial(nn.BatchNorm2d, eps=0.001, momentum=0.01), relu_first=False),
            Down(128, 256, 256, partial(nn.BatchNorm2d, eps=0.001, momentum=0.01)),
            Down(256, 728, 728, partial(nn.BatchNorm2d, eps=0.001, momentum=0.01)),
        )
        middle: list[nn.Module] = []
        for _ in range(8):
            middle.append(Middle(728, partial(nn.BatchNorm2d, eps=0.001, momentum=0.01)))
        self.middle = nn.Sequential(*middle)
        self.layers_2 = nn.Sequential(
            Down(728, 728, 1024, partial(nn.BatchNorm2d, eps=0.001, momentum=0.01)),
            Separable(1024, 1536, partial(nn.BatchNorm2d, eps=0.001, momentum=0.01), relu_first=False),
            Separable(1536, 2048, partial(nn.BatchNorm2d, eps=0.001, momentum=0.01)),
        )
        self.head = nn.Sequential(nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2048, classes))

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        x = self.layers(x)
        x = self.middle(x)
        x = self.layers_2(x)
        return self.head(x)
