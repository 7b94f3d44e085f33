"""Exported by cnnshape from convnext_tiny.yaml (sha256 0000000000000000)."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class ChannelLayerNorm(nn.LayerNorm):
    """Normalizes each position over its channels, which come first."""

    def forward(self, input: Tensor) -> Tensor:
        return super().forward(input.movedim(1, -1)).movedim(-1, 1)


class LayerScale(nn.Module):
    """Multiplies by learned values, and adds some."""

    def __init__(self, shape: tuple[int, ...], init: float = 1e-6, shift: bool = False) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full(shape, float(init)))
        self.bias = nn.Parameter(torch.zeros(shape)) if shift else None

    def forward(self, x: Tensor) -> Tensor:
        x = x * self.weight
        return x if self.bias is None else x + self.bias


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


class Block(nn.Module):
    def __init__(self, in_channels: int, drop: float) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(in_channels, in_channels, 7, padding=3, groups=in_channels),
            ChannelLayerNorm(in_channels, eps=1e-06),
            nn.Conv2d(in_channels, 4 * in_channels, 1),
            nn.GELU(),
            nn.Conv2d(4 * in_channels, in_channels, 1),
            LayerScale((in_channels, 1, 1)),
            StochasticDepth(drop),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x) + x


class ConvNeXtT(nn.Module):
    """ConvNeXt-T: (N, 3, 224, 224) to (N, 1000)."""

    def __init__(
        self,
        classes: int = 1000,
        widths: Sequence[int] = (96, 192, 384, 768),
        repeats: Sequence[int] = (3, 3, 9, 3),
        drop: float = 0.1,
    ) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, widths[0], 4, stride=4), ChannelLayerNorm(widths[0], eps=1e-06))
        channels = widths[0]
        stage: list[nn.Module] = []
        for i, (width, n, before) in enumerate(
            zip(
                widths,
                repeats,
                (0, repeats[0], repeats[0] + repeats[1], repeats[0] + repeats[1] + repeats[2]),
                strict=True,
            ),
        ):
            if i > 0:
                stage.append(ChannelLayerNorm(channels, eps=1e-06))
            if i > 0:
                stage.append(nn.Conv2d(channels, width, 2, stride=2))
                channels = width
            for i_2 in range(n):
                stage.append(
                    Block(channels, drop * (before + i_2) / (repeats[0] + repeats[1] + repeats[2] + repeats[3] - 1))
                )
        self.stage = nn.Sequential(*stage)
        self.head = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), ChannelLayerNorm(channels, eps=1e-06), nn.Flatten(), nn.Linear(channels, classes)
        )

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        x = self.stage(x)
        return self.head(x)
