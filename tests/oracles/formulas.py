"""Layers of papers that PyTorch lacks, written in PyTorch by their formulas, with the weights that the papers name."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn


def weight(*shape: int, value: float = 1) -> nn.Parameter:
    """Learned values, all equal at the start."""
    return nn.Parameter(torch.full(shape, float(value)))


def beside(values: Any, x: Any) -> Any:
    """Values per channel, shaped to be joined with a map."""
    return values.reshape(-1, *[1] * (x.dim() - 2))


class LayerScale(nn.Module):
    """weight * x + bias. Source: Touvron et al. (2021), CaiT; with one weight, De and Smith (2020)."""

    def __init__(self, channels: int, init: float, per_channel: bool, shift: bool) -> None:
        super().__init__()
        size = (channels,) if per_channel else ()
        self.weight = weight(*size, value=init)
        self.bias = weight(*size, value=0) if shift else None

    def forward(self, x: Any) -> Any:
        scaled = x * beside(self.weight, x)
        return scaled if self.bias is None else scaled + beside(self.bias, x)


class GlobalResponseNorm(nn.Module):
    """x + weight * (x * N(x)) + bias, N the norm of a channel over space by the mean of all. Source: Woo et al. (2023)."""

    def __init__(self, channels: int, eps: float) -> None:
        super().__init__()
        self.weight, self.bias, self.eps = weight(channels), weight(channels, value=0), eps

    def forward(self, x: Any) -> Any:
        norms = x.flatten(2).norm(dim=2)
        relative = norms / (norms.mean(dim=1, keepdim=True) + self.eps)
        scaled = x * relative.reshape(*norms.shape, *[1] * (x.dim() - 2))
        return x + beside(self.weight, x) * scaled + beside(self.bias, x)


class EvoNormS0(nn.Module):
    """x * sigmoid(v * x) over the deviation of its group, weight and bias. Source: Liu et al. (2020), table 2."""

    def __init__(self, channels: int, groups: int, eps: float) -> None:
        super().__init__()
        self.weight, self.bias, self.v = weight(channels), weight(channels, value=0), weight(channels)
        self.groups, self.eps = groups, eps

    def forward(self, x: Any) -> Any:
        grouped = x.unflatten(1, (self.groups, -1)).flatten(2)
        if grouped.shape[2] == 1:
            raise ValueError("a single value has no deviation")
        deviation = (grouped.var(dim=2, correction=0) + self.eps).sqrt()
        spread = deviation.repeat_interleave(x.shape[1] // self.groups, dim=1).reshape(
            *x.shape[:2], *[1] * (x.dim() - 2)
        )
        return x * torch.sigmoid(beside(self.v, x) * x) / spread * beside(self.weight, x) + beside(self.bias, x)


def standardize(owner: Any) -> None:
    """Gives a convolution a gain per kernel, and standardizes its kernels. Source: Brock et al. (2021), NFNets."""
    owner.register_parameter("gain", weight(owner.out_channels))
    slide = owner._conv_forward

    def forward(x: Any) -> Any:
        kernels = owner.weight.flatten(1)
        centred = kernels - kernels.mean(dim=1, keepdim=True)
        spread = (kernels.var(dim=1, correction=0, keepdim=True) * kernels.shape[1]).clamp(min=1e-4).sqrt()
        standard = (owner.gain.reshape(-1, 1) * centred / spread).reshape(owner.weight.shape)
        return slide(x, standard, owner.bias)

    owner.forward = forward
