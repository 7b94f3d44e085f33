"""Exported by cnnshape from nfnet_f0.yaml (sha256 0000000000000000)."""

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class SamePad(nn.Module):
    """Pads for windows that give ceil(size / stride) cells, an odd cell after."""

    def __init__(
        self,
        kernel: int | tuple[int, ...],
        stride: int | tuple[int, ...],
        dilation: int | tuple[int, ...] = 1,
        value: float = 0.0,
        lower: bool = False,
    ) -> None:
        super().__init__()
        self.windows = kernel, stride, dilation
        self.value = value
        self.lower = lower

    def forward(self, x: Tensor) -> Tensor:
        sizes = x.shape[2:]
        axes = len(sizes)
        window = [v if isinstance(v, tuple) else (v,) * axes for v in self.windows]
        around: list[int] = []
        for size, kernel, stride, dilation in zip(sizes, *window):
            reach = (-(-size // stride) - 1) * stride + dilation * (kernel - 1) + 1
            total = max(reach - size, 0)
            pair = [total // 2, total - total // 2]
            around = (pair[::-1] if self.lower else pair) + around
        return F.pad(x, around, value=self.value)


class MeanInside(nn.Module):
    """The mean of the cells of each window that are not padding."""

    def __init__(self, pad: nn.Module, pool: nn.Module) -> None:
        super().__init__()
        self.pad = pad
        self.pool = pool

    def forward(self, x: Tensor) -> Tensor:
        share: Tensor = self.pool(self.pad(torch.ones_like(x)))
        total: Tensor = self.pool(self.pad(x))
        return total / share


class ScaledStdConv2d(nn.Conv2d):
    """A convolution whose kernels are standardized, with a learned gain each."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.gain = nn.Parameter(torch.ones(self.out_channels, *[1] * 2))

    def forward(self, input: Tensor) -> Tensor:
        gain = self.gain.flatten() * self.weight[0].numel() ** -0.5
        flat = self.weight.reshape(1, self.out_channels, -1)
        flat = F.batch_norm(flat, None, None, gain, None, True, 0.0, 1e-6)
        weight = flat.reshape_as(self.weight)
        x: Tensor = self._conv_forward(input, weight, self.bias)
        return x


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


class Act(nn.Module):
    def __init__(self, beta: float = 1) -> None:
        super().__init__()
        self.gelu = nn.GELU()
        self.scale = 1.7015043497085571 * beta

    def forward(self, x: Tensor) -> Tensor:
        x = self.gelu(x)
        return x * self.scale


class Body(nn.Module):
    def __init__(self, in_channels: int, out: int, drop: float, stride: int = 1) -> None:
        super().__init__()
        inner = out // 2
        groups = inner // 128
        self.layers = nn.Sequential(
            ScaledStdConv2d(in_channels, inner, 1),
            Act(),
            SamePad(3, stride),
            ScaledStdConv2d(inner, inner, 3, stride=stride, groups=groups),
            Act(),
            ScaledStdConv2d(inner, inner, 3, padding="same", groups=groups),
            Act(),
            ScaledStdConv2d(inner, out, 1),
        )
        self.gate = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(out, out // 2, 1), nn.ReLU(), nn.Conv2d(out // 2, out, 1), nn.Sigmoid()
        )
        self.layers_2 = nn.Sequential(StochasticDepth(drop), LayerScale((), init=0))

    def forward(self, x: Tensor) -> Tensor:
        x = self.layers(x)
        x = x * self.gate(x)
        x = x * 2
        x = self.layers_2(x)
        return x * 0.2


class First(nn.Module):
    def __init__(self, in_channels: int, out: int, drop: float, stride: int, beta: float) -> None:
        super().__init__()
        self.act = Act(beta=beta)
        self.body = Body(in_channels, out, drop, stride=stride)
        shortcut: list[nn.Module] = []
        if stride > 1:
            shortcut.append(MeanInside(SamePad(2, 2), nn.AvgPool2d(2, count_include_pad=False)))
        shortcut.append(ScaledStdConv2d(in_channels, out, 1))
        self.shortcut = nn.Sequential(*shortcut)

    def forward(self, x: Tensor) -> Tensor:
        x = self.act(x)
        return self.body(x) + self.shortcut(x)


class Block(nn.Module):
    def __init__(self, in_channels: int, out: int, drop: float, beta: float) -> None:
        super().__init__()
        self.body = nn.Sequential(Act(beta=beta), Body(in_channels, out, drop))

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x) + x


class NFNetF0(nn.Module):
    """NFNet-F0: (N, 3, 256, 256) to (N, 1000)."""

    def __init__(
        self,
        classes: int = 1000,
        depth: int = 1,
        dropout: float = 0.2,
        drop: float = 0.25,
        betas: Sequence[float] = (
            1,
            0.980581,
            0.96225,
            0.944911,
            0.928477,
            0.912871,
            0.898027,
            0.883883,
            0.870388,
            0.857493,
            0.845154,
            0.833333,
            0.821995,
        ),
    ) -> None:
        super().__init__()
        channels = 3
        stem: list[nn.Module] = []
        for i, (out, stride) in enumerate(zip((16, 32, 64, 128), (2, 1, 1, 2), strict=True)):
            if i > 0:
                stem.append(Act())
            stem += [SamePad(3, stride), ScaledStdConv2d(channels, out, 3, stride=stride)]
            channels = out
        self.stem = nn.Sequential(*stem)
        stage: list[nn.Module] = []
        for out_2, stride_2, before, start, n in zip(
            (256, 512, 1536, 1536),
            (1, 2, 2, 2),
            (0, depth, 2 * depth, 6 * depth),
            (0, depth, 3 * depth, 9 * depth),
            (depth, 2 * depth, 6 * depth, 3 * depth),
            strict=True,
        ):
            stage.append(First(channels, out_2, drop * start / (12 * depth), stride_2, betas[before]))
            for i_3 in range(n - 1):
                stage.append(Block(out_2, out_2, drop * (start + i_3 + 1) / (12 * depth), betas[i_3 + 1]))
            channels = out_2
        self.stage = nn.Sequential(*stage)
        self.conv = ScaledStdConv2d(channels, 3072, 1)
        self.act = Act()
        self.head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(dropout), nn.Linear(3072, classes))

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        x = self.stage(x)
        x = self.conv(x)
        x = self.act(x)
        return self.head(x)
