"""Exported by cnnshape from efficientnet_b0.yaml (sha256 0000000000000000)."""

from collections.abc import Callable
from math import ceil

import torch
from torch import Tensor, nn


def make_divisible(value: float, divisor: int, least: int | None = None) -> int:
    """Rounds to a multiple of the divisor, never to less than 90 % of the value."""
    lowest = divisor if least is None else least
    rounded = max(lowest, int(value + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * value else rounded


class StochasticDepth(nn.Module):
    """Drops whole samples with probability p in training, and scales the others."""

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.p == 0:
            return x
        kept = torch.empty(x.shape[0], *[1] * (x.dim() - 1), device=x.device)
        kept = kept.bernoulli_(1 - self.p).to(x.dtype)
        return x * (kept / (1 - self.p) if self.p < 1 else kept)


class SqueezeExcite(nn.Module):
    def __init__(self, in_channels: int, squeeze: int) -> None:
        super().__init__()
        self.gate = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(in_channels, squeeze, 1),
            nn.SiLU(),
            nn.Conv2d(squeeze, in_channels, 1),
            nn.Sigmoid(),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x * self.gate(x)


class MBConv(nn.Module):
    def __init__(
        self,
        in_channels: int,
        out: int,
        kernel: int,
        expand: int,
        drop: float,
        norm: Callable[..., nn.Module],
        stride: int = 1,
    ) -> None:
        super().__init__()
        skip = stride == 1 and in_channels == out
        inner = expand * in_channels
        squeeze = in_channels // 4
        channels = in_channels
        body: list[nn.Module] = []
        if expand != 1:
            body += [nn.Conv2d(in_channels, inner, 1, bias=False), norm(inner), nn.SiLU()]
            channels = inner
        body += [
            nn.Conv2d(channels, inner, kernel, stride=stride, padding=kernel // 2, groups=inner, bias=False),
            norm(inner),
            nn.SiLU(),
            SqueezeExcite(inner, squeeze),
            nn.Conv2d(inner, out, 1, bias=False),
            norm(out),
        ]
        if skip:
            body.append(StochasticDepth(drop))
        self.body = nn.Sequential(*body)
        self.residual = skip

    def forward(self, x: Tensor) -> Tensor:
        y = self.body(x)
        return y + x if self.residual else y


class EfficientNetB0(nn.Module):
    """EfficientNet-B0: (N, 3, 224, 224) to (N, 1000)."""

    def __init__(
        self,
        classes: int = 1000,
        width: int = 1,
        depth: int = 1,
        dropout: float = 0.2,
        norm: Callable[..., nn.Module] = nn.BatchNorm2d,
    ) -> None:
        super().__init__()
        one = ceil(depth)
        two = ceil(2 * depth)
        three = ceil(3 * depth)
        four = ceil(4 * depth)
        self.stem = nn.Sequential(
            nn.Conv2d(3, make_divisible(32 * width, 8), 3, stride=2, padding=1, bias=False),
            norm(make_divisible(32 * width, 8)),
            nn.SiLU(),
        )
        channels_2 = make_divisible(32 * width, 8)
        stage: list[nn.Module] = []
        for expand, kernel, stride, channels, n, before in zip(
            (1, 6, 6, 6, 6, 6, 6),
            (3, 3, 5, 3, 5, 5, 3),
            (1, 2, 2, 2, 1, 2, 1),
            (16, 24, 40, 80, 112, 192, 320),
            (one, two, two, three, three, four, one),
            (
                0,
                one,
                one + two,
                one + 2 * two,
                one + 2 * two + three,
                one + 2 * (two + three),
                one + 2 * (two + three) + four,
            ),
            strict=True,
        ):
            for i_2 in range(n):
                stage.append(
                    MBConv(
                        channels_2,
                        make_divisible(channels * width, 8),
                        kernel,
                        expand,
                        0.2 * (before + i_2) / (2 * (one + two + three) + four),
                        norm,
                        stride=stride if i_2 == 0 else 1,
                    ),
                )
                channels_2 = make_divisible(channels * width, 8)
        self.stage = nn.Sequential(*stage)
        self.head = nn.Sequential(
            nn.Conv2d(channels_2, 4 * channels_2, 1, bias=False),
            norm(4 * channels_2),
            nn.SiLU(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Dropout(dropout),
            nn.Linear(4 * channels_2, classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        x = self.stage(x)
        return self.head(x)
