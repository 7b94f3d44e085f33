"""Exported by cnnshape from mobilenet_v3_large.yaml (sha256 0000000000000000)."""

from collections.abc import Callable

from torch import Tensor, nn


def make_divisible(value: float, divisor: int, least: int | None = None) -> int:
    """Rounds to a multiple of the divisor, never to less than 90 % of the value."""
    lowest = divisor if least is None else least
    rounded = max(lowest, int(value + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * value else rounded


class SqueezeExcite(nn.Module):
    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.gate = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(in_channels, make_divisible(in_channels // 4, 8), 1),
            nn.ReLU(),
            nn.Conv2d(make_divisible(in_channels // 4, 8), in_channels, 1),
            nn.Hardsigmoid(),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x * self.gate(x)


class Bneck(nn.Module):
    def __init__(
        self,
        in_channels: int,
        kernel: int,
        expanded: int,
        out: int,
        gate: bool = False,
        act: Callable[..., nn.Module] = nn.ReLU,
        stride: int = 1,
    ) -> None:
        super().__init__()
        body: list[nn.Module] = []
        if expanded != in_channels:
            body += [
                nn.Conv2d(in_channels, expanded, 1, bias=False),
                nn.BatchNorm2d(expanded, eps=0.001, momentum=0.01),
                act(),
            ]
        body += [
            nn.Conv2d(expanded, expanded, kernel, stride=stride, padding=kernel // 2, groups=expanded, bias=False),
            nn.BatchNorm2d(expanded, eps=0.001, momentum=0.01),
            act(),
        ]
        if gate:
            body.append(SqueezeExcite(expanded))
        body += [nn.Conv2d(expanded, out, 1, bias=False), nn.BatchNorm2d(out, eps=0.001, momentum=0.01)]
        self.body = nn.Sequential(*body)
        self.residual = stride == 1 and in_channels == out

    def forward(self, x: Tensor) -> Tensor:
        y = self.body(x)
        return y + x if self.residual else y


class MobileNetV3Large(nn.Module):
    """MobileNetV3-Large: (N, 3, 224, 224) to (N, 1000)."""

    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 16, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(16, eps=0.001, momentum=0.01),
            nn.Hardswish(),
        )
        self.layers = nn.Sequential(
            Bneck(16, 3, 16, 16),
            Bneck(16, 3, 64, 24, stride=2),
            Bneck(24, 3, 72, 24),
            Bneck(24, 5, 72, 40, gate=True, stride=2),
            Bneck(40, 5, 120, 40, gate=True),
            Bneck(40, 5, 120, 40, gate=True),
            Bneck(40, 3, 240, 80, act=nn.Hardswish, stride=2),
            Bneck(80, 3, 200, 80, act=nn.Hardswish),
            Bneck(80, 3, 184, 80, act=nn.Hardswish),
            Bneck(80, 3, 184, 80, act=nn.Hardswish),
            Bneck(80, 3, 480, 112, gate=True, act=nn.Hardswish),
            Bneck(112, 3, 672, 112, gate=True, act=nn.Hardswish),
            Bneck(112, 5, 672, 160, gate=True, act=nn.Hardswish, stride=2),
            Bneck(160, 5, 960, 160, gate=True, act=nn.Hardswish),
            Bneck(160, 5, 960, 160, gate=True, act=nn.Hardswish),
        )
        self.head = nn.Sequential(
            nn.Conv2d(160, 960, 1, bias=False),
            nn.BatchNorm2d(960, eps=0.001, momentum=0.01),
            nn.Hardswish(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(960, 1280),
            nn.Hardswish(),
            nn.Dropout(0.2),
            nn.Linear(1280, classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        x = self.layers(x)
        return self.head(x)
