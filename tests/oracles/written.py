"""Modules in PyTorch of the networks in `tests/specs/ok` that `test_written` compares."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional


def conv(
    entering: int, out: int, kernel: Any, act: type[nn.Module] | None = None, stride: int = 1, padding: Any = 0,
    dilation: int = 1,
) -> nn.Sequential:  # fmt: skip
    """A convolution without bias, its norm, and an activation."""
    slide = nn.Conv2d(entering, out, kernel, stride, padding, dilation, bias=False)
    return nn.Sequential(slide, nn.BatchNorm2d(out), *([act()] if act else []))


# ENet


class Initial(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.norm, self.act = nn.Conv2d(3, 13, 3, 2, 1, bias=False), nn.BatchNorm2d(16), nn.PReLU()

    def forward(self, x: Any) -> Any:
        return self.act(self.norm(torch.cat([self.conv(x), functional.max_pool2d(x, 3, 2, 1)], 1)))


class Reduce(nn.Module):
    """Gives the places of its pool too."""

    def __init__(self, entering: int, out: int) -> None:
        super().__init__()
        inner = entering // 4
        self.path = nn.Sequential(
            conv(entering, inner, 2, nn.PReLU, 2), conv(inner, inner, 3, nn.PReLU, 1, 1), conv(inner, out, 1, nn.PReLU)
        )
        self.act = nn.PReLU()

    def forward(self, x: Any) -> tuple[Any, Any]:
        pooled, places = functional.max_pool2d(x, 2, return_indices=True)
        path = self.path(x)
        widened = functional.pad(pooled, (0, 0, 0, 0, 0, path.shape[1] - pooled.shape[1]))
        return self.act(widened + path), places


class Regular(nn.Module):
    def __init__(
        self, width: int, dilation: int = 1, asymmetric: bool = False, act: type[nn.Module] = nn.PReLU
    ) -> None:
        super().__init__()
        inner = width // 4
        middle = [conv(inner, inner, 3, act, 1, dilation, dilation)]
        if asymmetric:
            middle = [conv(inner, inner, (5, 1), act, 1, (2, 0)), conv(inner, inner, (1, 5), act, 1, (0, 2))]
        self.path = nn.Sequential(conv(width, inner, 1, act), *middle, conv(inner, width, 1, act))
        self.act = act()

    def forward(self, x: Any) -> Any:
        return self.act(x + self.path(x))


class Enlarge(nn.Module):
    def __init__(self, entering: int, out: int) -> None:
        super().__init__()
        inner = entering // 4
        self.main = conv(entering, out, 1)
        self.path = nn.Sequential(
            conv(entering, inner, 1, nn.ReLU), nn.ConvTranspose2d(inner, inner, 2, 2, bias=False),
            nn.BatchNorm2d(inner), nn.ReLU(), conv(inner, out, 1),
        )  # fmt: skip

    def forward(self, x: Any, places: Any) -> Any:
        return functional.relu(functional.max_unpool2d(self.main(x), places, 2) + self.path(x))


class ENet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.initial, self.first, self.second = Initial(), Reduce(16, 64), Reduce(64, 128)
        self.few = nn.Sequential(*(Regular(64) for _ in range(4)))
        dilations, asymmetric = (1, 2, 1, 4, 1, 8, 1, 16), (2, 6)
        self.many = nn.Sequential(
            *(Regular(128, dilation, index in asymmetric) for _ in range(2) for index, dilation in enumerate(dilations))
        )
        self.up, self.last = Enlarge(128, 64), Enlarge(64, 16)
        self.between = nn.Sequential(Regular(64, act=nn.ReLU), Regular(64, act=nn.ReLU))
        self.end = nn.Sequential(
            Regular(16, act=nn.ReLU), nn.ConvTranspose2d(16, 12, 3, 2, 1, output_padding=1, bias=False)
        )

    def forward(self, x: Any) -> Any:
        x, fine = self.first(self.initial(x))
        x, coarse = self.second(self.few(x))
        return self.end(self.last(self.between(self.up(self.many(x), coarse)), fine))


# Conv-TasNet


class Separate(nn.Module):
    def __init__(self, dilation: int, width: int = 128, hidden: int = 512) -> None:
        super().__init__()
        self.path = nn.Sequential(
            nn.Conv1d(width, hidden, 1, bias=False), nn.PReLU(), nn.GroupNorm(1, hidden),
            nn.Conv1d(hidden, hidden, 3, padding=dilation, dilation=dilation, groups=hidden, bias=False),
            nn.PReLU(), nn.GroupNorm(1, hidden), nn.Conv1d(hidden, width, 1, bias=False),
        )  # fmt: skip

    def forward(self, x: Any) -> Any:
        return x + self.path(x)


class ConvTasNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder, self.decoder = nn.Conv1d(1, 512, 16, 8, bias=False), nn.ConvTranspose1d(512, 1, 16, 8, bias=False)
        self.norm = nn.LayerNorm(512)
        blocks = [Separate(2**power) for _ in range(3) for power in range(8)]
        self.masks = nn.Sequential(
            nn.Conv1d(512, 128, 1, bias=False), *blocks, nn.Conv1d(128, 1024, 1, bias=False), nn.ReLU()
        )

    def forward(self, x: Any) -> list[Any]:
        mixture = functional.relu(self.encoder(x))
        masks = self.masks(self.norm(mixture.mT).mT)
        return [self.decoder(mixture * mask) for mask in masks.chunk(2, 1)]


# SAGAN


class SelfAttention(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.query, self.key, self.value = (nn.Conv2d(width, out, 1) for out in (width // 8, width // 8, width))
        self.scale = nn.Parameter(torch.zeros(()))

    def forward(self, x: Any) -> Any:
        query, key, value = (project(x).flatten(2) for project in (self.query, self.key, self.value))
        weights = (query.mT @ key).softmax(-1)
        return x + self.scale * (value @ weights.mT).reshape(x.shape)


def enlarged(entering: int, out: int, stride: int = 2, padding: int = 1) -> nn.Sequential:
    """A transposed convolution with its norm and ReLU."""
    slide = nn.ConvTranspose2d(entering, out, 4, stride, padding, bias=False)
    return nn.Sequential(slide, nn.BatchNorm2d(out), nn.ReLU())


def sagan() -> nn.Sequential:
    """The generator."""
    return nn.Sequential(
        enlarged(128, 512, 1, 0), enlarged(512, 256), enlarged(256, 128), SelfAttention(128), enlarged(128, 64),
        SelfAttention(64), nn.ConvTranspose2d(64, 3, 4, 2, 1), nn.Tanh(),
    )  # fmt: skip


# WaveNet


class Dilated(nn.Module):
    """Gives what goes on, and what goes to the end."""

    def __init__(self, dilation: int, width: int = 32, skip: int = 256) -> None:
        super().__init__()
        self.filter, self.gate = (nn.Conv1d(width, width, 2, dilation=dilation) for _ in range(2))
        self.skip, self.onwards, self.dilation = nn.Conv1d(width, skip, 1), nn.Conv1d(width, width, 1), dilation

    def forward(self, x: Any) -> tuple[Any, Any]:
        padded = functional.pad(x, (self.dilation, 0))
        gated = self.filter(padded).tanh() * self.gate(padded).sigmoid()
        return x + self.onwards(gated), self.skip(gated)


class WaveNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.start = nn.Conv1d(256, 32, 1)
        self.layers = nn.ModuleList(Dilated(2**power) for _ in range(2) for power in range(10))
        self.end = nn.Sequential(nn.ReLU(), nn.Conv1d(256, 256, 1), nn.ReLU(), nn.Conv1d(256, 256, 1))

    def forward(self, x: Any) -> Any:
        x, skips = self.start(x), []
        for layer in self.layers:
            x, skip = layer(x)
            skips.append(skip)
        return self.end(torch.stack(skips).sum(0))


# CBAM on a ResNet-18


class Gated(nn.Module):
    def __init__(self, entering: int, out: int, stride: int) -> None:
        super().__init__()
        self.path = nn.Sequential(conv(entering, out, 3, nn.ReLU, stride, 1), conv(out, out, 3, None, 1, 1))
        inner = out // 16
        self.weigh = nn.Sequential(
            nn.Conv2d(out, inner, 1, bias=False), nn.ReLU(), nn.Conv2d(inner, out, 1, bias=False)
        )
        self.cells = nn.Conv2d(2, 1, 7, padding=3, bias=False)
        self.shortcut = conv(entering, out, 1, None, stride) if stride != 1 or entering != out else nn.Identity()

    def forward(self, x: Any) -> Any:
        path = self.path(x)
        pooled = [pool(path, 1) for pool in (functional.adaptive_avg_pool2d, functional.adaptive_max_pool2d)]
        path = path * sum(map(self.weigh, pooled)).sigmoid()
        path = path * self.cells(torch.cat([path.amax(1, True), path.mean(1, True)], 1)).sigmoid()
        return functional.relu(path + self.shortcut(x))


def cbam() -> nn.Sequential:
    """Gates per channel and per cell in each block."""
    widths = [(64, 64, 1), (64, 128, 2), (128, 256, 2), (256, 512, 2)]
    blocks = [block for first, out, stride in widths for block in (Gated(first, out, stride), Gated(out, out, 1))]
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 1000)]
    return nn.Sequential(conv(3, 64, 7, nn.ReLU, 2, 3), nn.MaxPool2d(3, 2, 1), *blocks, *head)


# Gated PixelCNN


def gated(x: Any) -> Any:
    """Tanh of one half of the channels, times sigmoid of the other."""
    value, gate = x.chunk(2, 1)
    return value.tanh() * gate.sigmoid()


class Masked(nn.Module):
    """A layer of two stacks: what lies above a cell, and what is left of it."""

    def __init__(self, rows: int, entering: int, width: int, kernel: int, *, skips: bool) -> None:
        super().__init__()
        half = kernel // 2
        self.skips = skips
        self.pads = (half, half, half + 1, 0), (half, 0, 0, 0)
        self.above = nn.Conv2d(rows, 2 * width, (half + 1, kernel))
        self.link = nn.Conv2d(2 * width, 2 * width, 1)
        self.left = nn.Conv2d(entering, 2 * width, (1, half + 1))
        self.out = nn.Conv2d(width, width, 1)

    def forward(self, above: Any, left: Any) -> tuple[Any, Any]:
        rows = self.above(functional.pad(above, self.pads[0]))[:, :, :-1]
        mixed = self.left(functional.pad(left, self.pads[1])) + self.link(rows)
        out = self.out(gated(mixed))
        return gated(rows), out + left if self.skips else out


class GatedPixelCNN(nn.Module):
    def __init__(self, width: int = 32, n: int = 5, levels: int = 256) -> None:
        super().__init__()
        first = Masked(3, 3, width, 7, skips=False)
        self.layers = nn.ModuleList([first, *(Masked(width, width, width, 3, skips=True) for _ in range(n))])
        self.head = nn.Sequential(nn.Conv2d(width, width, 1), nn.ReLU(), nn.Conv2d(width, 3 * levels, 1))

    def forward(self, x: Any) -> Any:
        above, left = x, x
        for layer in self.layers:
            above, left = layer(above, left)
        return self.head(left)


# PANet


class Basic(nn.Module):
    def __init__(self, entering: int, out: int, stride: int) -> None:
        super().__init__()
        self.body = nn.Sequential(conv(entering, out, 3, nn.ReLU, stride, 1), conv(out, out, 3, None, 1, 1))
        projects = stride > 1 or entering != out
        self.shortcut = conv(entering, out, 1, None, stride) if projects else nn.Identity()

    def forward(self, x: Any) -> Any:
        return (self.body(x) + self.shortcut(x)).relu()


class PANet(nn.Module):
    """Maps go up the pyramid and down again; all of them, enlarged, make the output."""

    def __init__(self, width: int = 64, classes: int = 21) -> None:
        super().__init__()
        self.stem = conv(3, 32, 7, nn.ReLU, 2, 3)
        sizes = [(32, 64), (64, 128), (128, 256)]
        self.stages = nn.ModuleList([nn.Sequential(Basic(a, b, 2), Basic(b, b, 1)) for a, b in sizes])
        self.laterals = nn.ModuleList([nn.Conv2d(b, width, 1) for _, b in reversed(sizes)])
        self.downward = nn.ModuleList([nn.Conv2d(width, width, 3, padding=1) for _ in sizes])
        self.strided = nn.ModuleList([nn.Conv2d(width, width, 3, 2, 1) for _ in sizes[1:]])
        self.upward = nn.ModuleList([nn.Conv2d(width, width, 3, padding=1) for _ in sizes])
        self.mix = conv(3 * width, width, 3, nn.ReLU, 1, 1)
        self.head = nn.Conv2d(width, classes, 1)

    def forward(self, x: Any) -> Any:
        maps, x = [], self.stem(x)
        for stage in self.stages:
            x = stage(x)
            maps.append(x)
        down: list[Any] = []
        for index, entering in enumerate(reversed(maps)):
            own = self.laterals[index](entering)
            down.append(self.downward[index](own + functional.interpolate(down[-1], own.shape[-2:]) if down else own))
        up: list[Any] = []
        for index, entering in enumerate(reversed(down)):
            own = entering + self.strided[index - 1](up[-1]) if up else entering
            up.append(self.upward[index](own).relu())
        joined = torch.cat([functional.interpolate(map, up[0].shape[-2:]) for map in up], 1)
        return functional.interpolate(self.head(self.mix(joined)), scale_factor=4)


# LSTM-FCN


class LSTMFCN(nn.Module):
    """A convolutional branch, and an LSTM for which a series is one step of all its values."""

    def __init__(self, length: int = 512, classes: int = 37) -> None:
        super().__init__()
        sizes = [(1, 128, 8), (128, 256, 5), (256, 128, 3)]
        layers = [
            layer
            for a, b, k in sizes
            for layer in (
                nn.ConstantPad1d(((k - 1) // 2, k // 2), 0.0), nn.Conv1d(a, b, k, bias=False), nn.BatchNorm1d(b), nn.ReLU()
            )
        ]  # fmt: skip
        self.slides = nn.Sequential(*layers, nn.AdaptiveAvgPool1d(1), nn.Flatten())
        self.lstm = nn.LSTM(length, 8, batch_first=True)
        self.head = nn.Sequential(nn.Linear(136, classes), nn.Softmax(1))

    def forward(self, x: Any) -> Any:
        last = functional.dropout(self.lstm(x)[0][:, -1], 0.8, self.training)
        return self.head(torch.cat([self.slides(x), last], 1))
