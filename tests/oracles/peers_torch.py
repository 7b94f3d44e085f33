"""What the tools for PyTorch print: `python peers_torch.py TOOL FILE` writes its figures of networks and single layers.

A process of its own for each tool, since some patch PyTorch for good. A layer that a tool fails on has no figure.
"""

from __future__ import annotations

import io
import json
import logging
import sys
import warnings
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

Figures = dict[str, Any]


# The four networks, in plain PyTorch


class Residual(nn.Module):
    """A block: what it adds to its body is its input, or a projection of it."""

    def __init__(self, body: list[nn.Module], projection: nn.Module | None, last: nn.Module | None) -> None:
        super().__init__()
        self.body, self.projection, self.last = nn.Sequential(*body), projection, last

    def forward(self, x: Tensor) -> Tensor:
        y = self.body(x) + (x if self.projection is None else self.projection(x))
        return y if self.last is None else self.last(y)


class Straight(nn.Module):
    """A block without a shortcut."""

    def __init__(self, body: list[nn.Module]) -> None:
        super().__init__()
        self.body = nn.Sequential(*body)

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x)


class Network(nn.Module):
    """Features, flattened by a function, and a classifier."""

    def __init__(self, features: list[nn.Module], classifier: list[nn.Module]) -> None:
        super().__init__()
        self.features, self.classifier = nn.Sequential(*features), nn.Sequential(*classifier)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(torch.flatten(self.features(x), 1))


def conv_norm(channels: int, out: int, kernel: int, stride: int = 1, groups: int = 1, act: Any = None) -> list[Any]:
    conv = nn.Conv2d(channels, out, kernel, stride, kernel // 2, groups=groups, bias=False)
    return [conv, nn.BatchNorm2d(out), *([act()] if act else [])]


def basic(channels: int, width: int, stride: int) -> tuple[list[nn.Module], int]:
    return [*conv_norm(channels, width, 3, stride, act=nn.ReLU), *conv_norm(width, width, 3)], width


def bottleneck(channels: int, width: int, stride: int) -> tuple[list[nn.Module], int]:
    inner = conv_norm(channels, width, 1, act=nn.ReLU) + conv_norm(width, width, 3, stride, act=nn.ReLU)
    return inner + conv_norm(width, 4 * width, 1), 4 * width


def resnet(block: Callable[[int, int, int], tuple[list[nn.Module], int]], repeats: tuple[int, ...]) -> nn.Module:
    features = [*conv_norm(3, 64, 7, 2, act=nn.ReLU), nn.MaxPool2d(3, 2, 1)]
    channels = 64
    for width, repeat, first in zip((64, 128, 256, 512), repeats, (1, 2, 2, 2), strict=True):
        for stride in (first, *(1 for _ in range(repeat - 1))):
            body, out = block(channels, width, stride)
            projected = stride != 1 or channels != out
            projection = nn.Sequential(*conv_norm(channels, out, 1, stride)) if projected else None
            features.append(Residual(body, projection, nn.ReLU()))
            channels = out
    return Network([*features, nn.AdaptiveAvgPool2d(1)], [nn.Linear(channels, 1000)])


def vgg16() -> nn.Module:
    features: list[nn.Module] = []
    channels = 3
    for width, repeat in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        for _ in range(repeat):
            features += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()]
            channels = width
        features.append(nn.MaxPool2d(2))
    hidden = [nn.Linear(512 * 7 * 7, 4096), nn.ReLU(), nn.Dropout(), nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout()]
    return Network([*features, nn.AdaptiveAvgPool2d(7)], [*hidden, nn.Linear(4096, 1000)])


TABLE_2 = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))


def mobilenet_v2() -> nn.Module:
    features = conv_norm(3, 32, 3, 2, act=nn.ReLU6)
    channels = 32
    for expand, out, repeat, first in TABLE_2:
        for stride in (first, *(1 for _ in range(repeat - 1))):
            hidden = expand * channels
            body = conv_norm(channels, hidden, 1, act=nn.ReLU6) if expand != 1 else []
            body += conv_norm(hidden, hidden, 3, stride, hidden, nn.ReLU6) + conv_norm(hidden, out, 1)
            joined = stride == 1 and channels == out
            features.append(Residual(body, None, None) if joined else Straight(body))
            channels = out
    features += conv_norm(channels, 1280, 1, act=nn.ReLU6)
    return Network([*features, nn.AdaptiveAvgPool2d(1)], [nn.Dropout(0.2), nn.Linear(1280, 1000)])


NETWORKS: dict[str, Callable[[], nn.Module]] = {
    "resnet50": lambda: resnet(bottleneck, (3, 4, 6, 3)),
    "resnet18": lambda: resnet(basic, (2, 2, 2, 2)),
    "vgg16": vgg16,
    "mobilenet_v2": mobilenet_v2,
}


# Single layers: a step of a spec on an input, and what PyTorch has for it


class Function(nn.Module):
    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x)


class SpreadNorm(nn.LayerNorm):
    """Over the channels of each position."""

    def forward(self, x: Tensor) -> Tensor:
        last = x.permute(0, *range(2, x.dim()), 1)
        normal = functional.layer_norm(last, self.normalized_shape, self.weight, self.bias, self.eps)
        return normal.permute(0, x.dim() - 1, *range(1, x.dim() - 1))


class Scale(nn.Module):
    """One value per channel, or one for all."""

    def __init__(self, channels: int | None) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels, 1, 1) if channels else torch.tensor(1.0))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.weight


class GainConv(nn.Conv2d):
    """With scaled weight standardization, as timm writes it."""

    def __init__(self, channels: int, out: int, kernel: int, padding: int) -> None:
        super().__init__(channels, out, kernel, padding=padding)
        self.gain = nn.Parameter(torch.ones(out, 1, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        flat = self.weight.reshape(1, self.out_channels, -1)
        scale = (self.gain * self.weight[0].numel() ** -0.5).view(-1)
        weight = functional.batch_norm(flat, None, None, scale, training=True, momentum=0.0)
        return functional.conv2d(x, weight.reshape_as(self.weight), self.bias, self.stride, self.padding)


class Blur(nn.Module):
    """A binomial filter of 3, as timm writes it."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.register_buffer("filt", torch.ones(channels, 1, 3, 3))

    def forward(self, x: Tensor) -> Tensor:
        padded = functional.pad(x, (1, 1, 1, 1), mode="reflect")
        return functional.conv2d(padded, self.filt, stride=2, groups=x.shape[1])


class ResponseNorm(nn.Module):
    """ConvNeXt V2's, as timm writes it."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight, self.bias = (nn.Parameter(torch.ones(channels)) for _ in range(2))

    def forward(self, x: Tensor) -> Tensor:
        norm = x.norm(p=2, dim=(2, 3), keepdim=True)
        relative = norm / (norm.mean(dim=1, keepdim=True) + 1e-6)
        return x + torch.addcmul(self.bias.view(1, -1, 1, 1), self.weight.view(1, -1, 1, 1), x * relative)


class EvoNorm(nn.Module):
    """S0, as timm writes it."""

    def __init__(self, channels: int, groups: int) -> None:
        super().__init__()
        self.groups = groups
        self.weight, self.bias, self.v = (nn.Parameter(torch.ones(channels)) for _ in range(3))

    def forward(self, x: Tensor) -> Tensor:
        parts = x.reshape(x.shape[0], self.groups, -1, *x.shape[2:])
        deviation = parts.var(dim=(2, 3, 4), unbiased=False, keepdim=True).add(1e-5).sqrt()
        weight, bias, v = (values.view(1, -1, 1, 1) for values in (self.weight, self.bias, self.v))
        return x * (x * v).sigmoid() / deviation.expand(parts.shape).reshape(x.shape) * weight + bias


class Unpool(nn.MaxUnpool2d):
    """All values come from one place: only the sizes matter."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x, torch.zeros_like(x, dtype=torch.long))


def attend(x: Tensor) -> Tensor:
    """Attention over space, as timm's non-local block writes it."""
    flat = x.flatten(2)
    scores = torch.bmm(flat.transpose(1, 2), flat).softmax(2)
    return torch.bmm(scores, flat.transpose(1, 2)).transpose(1, 2).reshape(x.shape)


class Sequence(nn.Module):
    """A recurrent layer on channels first."""

    def __init__(self, rnn: nn.Module) -> None:
        super().__init__()
        self.rnn = rnn

    def forward(self, x: Tensor) -> Tensor:
        return self.rnn(x.transpose(1, 2))[0].transpose(1, 2)


class RootMeanSquare(nn.RMSNorm):
    """Over the channels of each position."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)


class Affine(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels, 1, 1))
        self.bias = nn.Parameter(torch.zeros(channels, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.weight + self.bias


class Alone(nn.Module):
    """A layer in a model; some tools ask the model's first parameter for its device."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer, self.unused = layer, nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        return self.layer(x)


def function(call: Callable[[Tensor], Tensor]) -> Callable[[], nn.Module]:
    return lambda: Function(call)


FLAT, LINE, PLANE, SOLID = (8,), (8, 12), (8, 12, 10), (8, 4, 6, 8)
LAYERS: list[tuple[str, tuple[int, ...], Callable[[], nn.Module]]] = [
    ("conv: {out: 6, kernel: 3, padding: 1}", PLANE, lambda: nn.Conv2d(8, 6, 3, padding=1)),
    ("conv: {out: 6, kernel: [3, 2], stride: 2, dilation: 2, groups: 2, bias: false}", PLANE,
     lambda: nn.Conv2d(8, 6, (3, 2), 2, dilation=2, groups=2, bias=False)),
    ("conv: {out: 6, kernel: 3}", LINE, lambda: nn.Conv1d(8, 6, 3)),
    ("conv: {out: 6, kernel: 3, padding: 1}", SOLID, lambda: nn.Conv3d(8, 6, 3, padding=1)),
    ("conv_transpose: {out: 6, kernel: 2, stride: 2}", PLANE, lambda: nn.ConvTranspose2d(8, 6, 2, 2)),
    ("conv_transpose: {out: 8, kernel: 3, stride: 2, padding: 1, groups: 2, bias: false}", PLANE,
     lambda: nn.ConvTranspose2d(8, 8, 3, 2, 1, groups=2, bias=False)),
    ("conv_transpose: {out: 6, kernel: 3, dilation: 2, groups: 2}", LINE,
     lambda: nn.ConvTranspose1d(8, 6, 3, dilation=2, groups=2)),
    ("linear: 7", FLAT, lambda: nn.Linear(8, 7)),
    ("linear: {out: 7, bias: false}", FLAT, lambda: nn.Linear(8, 7, bias=False)),
    ("max_pool: {kernel: 3, stride: 2, padding: 1}", PLANE, lambda: nn.MaxPool2d(3, 2, 1)),
    ("max_pool: {kernel: [3, 2]}", PLANE, lambda: nn.MaxPool2d((3, 2))),
    ("max_pool: 2", LINE, lambda: nn.MaxPool1d(2)),
    ("max_pool: 2", SOLID, lambda: nn.MaxPool3d(2)),
    ("avg_pool: {kernel: 3, stride: 2, padding: 1}", PLANE, lambda: nn.AvgPool2d(3, 2, 1)),
    ("avg_pool: {kernel: [3, 2], stride: 2, padding: 1, ceil: true}", PLANE,
     lambda: nn.AvgPool2d((3, 2), 2, 1, ceil_mode=True)),
    ("avg_pool: {kernel: [3, 2], stride: 2, padding: 1, count_include_pad: false, ceil: true}", PLANE,
     lambda: nn.AvgPool2d((3, 2), 2, 1, ceil_mode=True, count_include_pad=False)),
    ("avg_pool: 2", LINE, lambda: nn.AvgPool1d(2)),
    ("adaptive_avg_pool: [5, 3]", PLANE, lambda: nn.AdaptiveAvgPool2d((5, 3))),
    ("adaptive_avg_pool: [6, 5]", PLANE, lambda: nn.AdaptiveAvgPool2d((6, 5))),
    ("adaptive_avg_pool: 1", PLANE, lambda: nn.AdaptiveAvgPool2d(1)),
    ("adaptive_avg_pool: 5", LINE, lambda: nn.AdaptiveAvgPool1d(5)),
    ("adaptive_max_pool: [5, 3]", PLANE, lambda: nn.AdaptiveMaxPool2d((5, 3))),
    ("adaptive_max_pool: [6, 5]", PLANE, lambda: nn.AdaptiveMaxPool2d((6, 5))),
    ("global_avg_pool", PLANE, lambda: nn.AdaptiveAvgPool2d(1)),
    ("global_avg_pool", SOLID, lambda: nn.AdaptiveAvgPool3d(1)),
    ("global_max_pool", PLANE, lambda: nn.AdaptiveMaxPool2d(1)),
    ("batch_norm", PLANE, lambda: nn.BatchNorm2d(8)),
    ("batch_norm: {affine: false}", PLANE, lambda: nn.BatchNorm2d(8, affine=False)),
    ("batch_norm", FLAT, lambda: nn.BatchNorm1d(8)),
    ("layer_norm", PLANE, lambda: SpreadNorm(8)),
    ("layer_norm: {affine: false}", PLANE, lambda: SpreadNorm(8, elementwise_affine=False)),
    ("layer_norm: all", PLANE, lambda: nn.LayerNorm(PLANE)),
    ("layer_norm", FLAT, lambda: nn.LayerNorm(8)),
    ("group_norm: 4", PLANE, lambda: nn.GroupNorm(4, 8)),
    ("group_norm: {groups: 4, affine: false}", PLANE, lambda: nn.GroupNorm(4, 8, affine=False)),
    ("instance_norm", PLANE, lambda: nn.InstanceNorm2d(8)),
    ("instance_norm: {affine: true}", PLANE, lambda: nn.InstanceNorm2d(8, affine=True)),
    ("local_response_norm: 5", PLANE, lambda: nn.LocalResponseNorm(5)),
    ("local_response_norm: 3", PLANE, lambda: nn.LocalResponseNorm(3)),
    ("layer_scale", PLANE, lambda: Scale(8)),
    ("relu", PLANE, nn.ReLU),
    ("relu6", PLANE, nn.ReLU6),
    ("leaky_relu", PLANE, nn.LeakyReLU),
    ("prelu", PLANE, nn.PReLU),
    ("prelu: true", PLANE, lambda: nn.PReLU(8)),
    ("elu", PLANE, nn.ELU),
    ("selu", PLANE, nn.SELU),
    ("gelu", PLANE, nn.GELU),
    ("silu", PLANE, nn.SiLU),
    ("mish", PLANE, nn.Mish),
    ("sigmoid", PLANE, nn.Sigmoid),
    ("hard_sigmoid", PLANE, nn.Hardsigmoid),
    ("hard_swish", PLANE, nn.Hardswish),
    ("tanh", PLANE, nn.Tanh),
    ("softplus", PLANE, nn.Softplus),
    ("softmax", PLANE, lambda: nn.Softmax(1)),
    ("softmax", FLAT, lambda: nn.Softmax(1)),
    ("dropout", PLANE, nn.Dropout),
    ("dropout: 0", PLANE, lambda: nn.Dropout(0)),
    ("drop_path", PLANE, function(lambda x: x)),
    ("identity", PLANE, nn.Identity),
    ("flatten", PLANE, function(lambda x: torch.flatten(x, 1))),
    ("reshape: [4, 24, 10]", PLANE, function(lambda x: x.reshape(-1, 4, 24, 10))),
    ("pad: 1", PLANE, lambda: nn.ZeroPad2d(1)),
    ("pad: {padding: 1, mode: reflect}", PLANE, lambda: nn.ReflectionPad2d(1)),
    ("crop: 1", PLANE, function(lambda x: x[..., 1:-1, 1:-1])),
    ("upsample: 2", PLANE, lambda: nn.Upsample(scale_factor=2)),
    ("upsample: {scale: 2, mode: linear}", PLANE, lambda: nn.Upsample(scale_factor=2, mode="bilinear")),
    ("upsample: {scale: 2, mode: cubic}", PLANE, lambda: nn.Upsample(scale_factor=2, mode="bicubic")),
    ("upsample: {scale: 1.3, mode: linear}", PLANE, lambda: nn.Upsample(scale_factor=1.3, mode="bilinear")),
    ("upsample: {size: [9, 7], mode: linear}", PLANE, lambda: nn.Upsample((9, 7), mode="bilinear")),
    ("upsample: {size: 9}", PLANE, lambda: nn.Upsample(9)),
    ("upsample: {scale: [2, 3]}", PLANE, lambda: nn.Upsample(scale_factor=(2, 3))),
    ("upsample: {scale: [1.5, 2], mode: linear}", PLANE, lambda: nn.Upsample(scale_factor=(1.5, 2), mode="bilinear")),
    ("upsample: {scale: [3]}", LINE, lambda: nn.Upsample(scale_factor=(3,))),
    ("upsample: 2", LINE, lambda: nn.Upsample(scale_factor=2)),
    ("upsample: {scale: 2, mode: linear}", LINE, lambda: nn.Upsample(scale_factor=2, mode="linear")),
    ("upsample: {scale: 2, mode: linear}", SOLID, lambda: nn.Upsample(scale_factor=2, mode="trilinear")),
    ("max_unpool: {kernel: 2, pool: input}", PLANE, lambda: Unpool(2)),
    ("pixel_shuffle: 2", PLANE, lambda: nn.PixelShuffle(2)),
    ("pixel_unshuffle: 2", PLANE, lambda: nn.PixelUnshuffle(2)),
    ("channel_shuffle: 2", PLANE, lambda: nn.ChannelShuffle(2)),
    ("split: {parts: 2, take: 0}", PLANE, function(lambda x: x.chunk(2, 1)[0])),
    ("slice: {start: 1, stop: 5}", PLANE, function(lambda x: x[:, 1:5])),
    ("subsample: 2", PLANE, function(lambda x: x[..., ::2, ::2])),
    ("pad_channels: {before: 1, after: 2}", PLANE, function(lambda x: functional.pad(x, (0, 0, 0, 0, 1, 2)))),
    ("add: {one: [], two: []}", PLANE, function(lambda x: x + x)),
    ("add: {one: [], two: [], three: []}", PLANE, function(lambda x: x + x + x)),
    ("concat: {one: [], two: []}", PLANE, function(lambda x: torch.cat([x, x], 1))),
    ("multiply: {one: [], two: []}", PLANE, function(lambda x: x * x)),
    ("conv: {out: 6, kernel: 3, padding: 1, gain: true}", PLANE, lambda: GainConv(8, 6, 3, padding=1)),
    ("channel_avg_pool", PLANE, function(lambda x: x.mean(1, keepdim=True))),
    ("channel_max_pool", PLANE, function(lambda x: x.amax(1, keepdim=True))),
    ("blur_pool: {kernel: 3}", PLANE, lambda: Blur(8)),
    ("layer_norm: space", PLANE, lambda: nn.LayerNorm(PLANE[1:])),
    ("layer_norm: last", PLANE, lambda: nn.LayerNorm(PLANE[-1])),
    ("rms_norm", PLANE, lambda: RootMeanSquare(8)),
    ("rms_norm: all", PLANE, lambda: nn.RMSNorm(PLANE)),
    ("rms_norm: {axes: last, affine: false}", PLANE, lambda: nn.RMSNorm(PLANE[-1], elementwise_affine=False)),
    ("global_response_norm", PLANE, lambda: ResponseNorm(8)),
    ("evo_norm: 4", PLANE, lambda: EvoNorm(8, 4)),
    ("layer_scale: {per_channel: false}", PLANE, lambda: Scale(None)),
    ("layer_scale: {shift: true}", PLANE, lambda: Affine(8)),
    ("rescale: 0.2", PLANE, function(lambda x: x * 0.2)),
    ("rescale: {scale: 0.2, shift: 1}", PLANE, function(lambda x: x * 0.2 + 1)),
    ("rescale: {shift: 1}", PLANE, function(lambda x: x + 1)),
    ("celu", PLANE, nn.CELU),
    ("hard_tanh", PLANE, nn.Hardtanh),
    ("hard_tanh: {min: 0, max: 4}", PLANE, lambda: nn.Hardtanh(0, 4)),
    ("softsign", PLANE, nn.Softsign),
    ("abs", PLANE, function(torch.abs)),
    ("square", PLANE, function(torch.square)),
    ("softmax: space", PLANE, function(lambda x: x.flatten(2).softmax(-1).reshape(x.shape))),
    ("log_softmax", PLANE, lambda: nn.LogSoftmax(1)),
    ("log_softmax: space", PLANE, function(lambda x: x.flatten(2).log_softmax(-1).reshape(x.shape))),
    ("glu", PLANE, lambda: nn.GLU(1)),
    ("lstm: 6", LINE, lambda: Sequence(nn.LSTM(8, 6, batch_first=True))),
    ("lstm: {out: 6, bidirectional: true, biases: 0}", LINE,
     lambda: Sequence(nn.LSTM(8, 6, bidirectional=True, bias=False, batch_first=True))),
    ("gru: 6", LINE, lambda: Sequence(nn.GRU(8, 6, batch_first=True))),
    ("gru: {out: 6, bidirectional: true, biases: 0}", LINE,
     lambda: Sequence(nn.GRU(8, 6, bidirectional=True, bias=False, batch_first=True))),
    ("lstm: {out: 6, layers: 3}", LINE, lambda: Sequence(nn.LSTM(8, 6, 3, batch_first=True))),
    ("lstm: {out: 6, layers: 2, bidirectional: true, biases: 0}", LINE,
     lambda: Sequence(nn.LSTM(8, 6, 2, bidirectional=True, bias=False, batch_first=True))),
    ("gru: {out: 6, layers: 2, bidirectional: true}", LINE,
     lambda: Sequence(nn.GRU(8, 6, 2, bidirectional=True, batch_first=True))),
    ("split: {parts: [3, 5], take: 1}", PLANE, function(lambda x: x.split([3, 5], 1)[1])),
    ("upsample: {scale: 2, mode: linear, align_corners: true}", PLANE,
     lambda: nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True)),
    ("attention: {query: input, key: input, value: input}", PLANE, function(attend)),
    ("subtract: {one: [], two: []}", PLANE, function(lambda x: x - x)),
    ("subtract: {one: [], two: [], three: []}", PLANE, function(lambda x: x - x - x)),
    ("average: {one: [], two: []}", PLANE, function(lambda x: (x + x) / 2)),
    ("average: {one: [], two: [], three: []}", PLANE, function(lambda x: (x + x + x) / 3)),
    ("maximum: {one: [], two: []}", PLANE, function(lambda x: torch.maximum(x, x))),
    ("maximum: {one: [], two: [], three: []}", PLANE, function(lambda x: torch.maximum(torch.maximum(x, x), x))),
]  # fmt: skip


# Layers that share weights: a design, and modules that several blocks hold


class Block(nn.Module):
    """A block that calls what it holds in order."""

    def __init__(self, *held: nn.Module) -> None:
        super().__init__()
        self.number = len(held)
        for index, module in enumerate(held):
            self.add_module(f"held{index}", module)

    def forward(self, x: Tensor) -> Tensor:
        for index in range(self.number):
            x = self.get_submodule(f"held{index}")(x)
        return x


SHARED_LAYERS: list[tuple[str, tuple[int, ...], Callable[[], nn.Module]]] = [
    ("linear: 10", (10,), lambda: nn.Linear(10, 10)),
    ("linear: {out: 10, bias: false}", (10,), lambda: nn.Linear(10, 10, bias=False)),
    ("conv: {out: 4, kernel: 3, padding: 1}", (4, 6, 5), lambda: nn.Conv2d(4, 4, 3, padding=1)),
    ("conv: {out: 4, kernel: 3, padding: 1, bias: false}", (4, 6, 5),
     lambda: nn.Conv2d(4, 4, 3, padding=1, bias=False)),
    ("batch_norm", (4, 6, 5), lambda: nn.BatchNorm2d(4)),
    ("layer_norm", (10,), lambda: nn.LayerNorm(10)),
    ("prelu: true", (4, 6, 5), lambda: nn.PReLU(4)),
]  # fmt: skip
Make = Callable[[], nn.Module]
# The layers of a design by the blocks of tests/studies/test_shared.py, and the same as modules. The first module that a
# structure gets is the one that it shares.
SHARED: list[tuple[str, Callable[[nn.Module, Make], nn.Module]]] = [
    ("[{STEP, name: m}, {STEP, share: m}]", lambda m, make: Block(m, m)),
    ("[{STEP, name: m}, {STEP, share: m, repeat: 2}]", lambda m, make: Block(m, m, m)),
    ("[{One, name: a}, {One, share: a}]", lambda m, make: Block(Block(m), Block(m))),
    ("[{One, name: a}, {One, share: a, repeat: 2}]", lambda m, make: Block(Block(m), Block(m), Block(m))),
    ("[{STEP, name: m}, {Held: {layer: m}}]", lambda m, make: Block(m, Block(m))),
    ("[{STEP, name: m}, {STEP, share: m}, {Held: {layer: m}}]", lambda m, make: Block(m, m, Block(m))),
    ("[{Nested, name: a}, {Nested, share: a}]", lambda m, make: Block(Block(Block(m)), Block(Block(m)))),
    ("[{Both, name: a}]", lambda m, make: Block(Block(Block(m), Block(m)))),
    ("[{STEP}, {One, name: a}, {One, share: a}]", lambda m, make: Block(make(), Block(m), Block(m))),
    ("[{One, name: a}, {STEP}, {One, share: a}]", lambda m, make: Block(Block(m), make(), Block(m))),
    ("[{STEP, name: m}, {Mixed: {layer: m}}, {Mixed: {layer: m}}]",
     lambda m, make: Block(m, Block(make(), m, make()), Block(make(), m, make()))),
]  # fmt: skip


# Kinds that the package doesn't have (tests/outside), each as its author would write it


class AdaptiveRoot(nn.Module):
    """Pools to a size that is given."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    def forward(self, x: Tensor) -> Tensor:
        return functional.adaptive_avg_pool2d(x * x, self.size).sqrt()


class Sharpen(nn.Upsample):
    """A resize of its own."""


class Pointwise(nn.Module):
    def __init__(self, channels: int, out: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(out, channels))

    def forward(self, x: Tensor) -> Tensor:
        return (self.weight @ x.flatten(2)).reshape(x.shape[0], -1, *x.shape[2:])


OUTSIDE: list[tuple[str, Callable[[], nn.Module]]] = [
    ("log_sigmoid", nn.LogSigmoid),
    ("unit_norm", lambda: RootMeanSquare(8)),
    ("lp_pool", lambda: nn.LPPool2d(2, 2)),
    ("adaptive_lp_pool", lambda: AdaptiveRoot(5)),
    ("global_lp_pool", lambda: AdaptiveRoot(1)),
    ("flip", function(lambda x: x.flip(2, 3))),
    ("noise_dropout", nn.AlphaDropout),
    ("channel_scale", lambda: Affine(8)),
    ("sharpen", lambda: Sharpen(scale_factor=2, mode="bilinear")),
    ("maximum_with", function(lambda x: torch.maximum(x, x))),
    ("pointwise", lambda: Pointwise(8, 6)),
]


# The tools: what each prints, by the names of our rules


def measure_torch(model: nn.Module, x: Tensor) -> Figures:
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        model(x)
    return {"torch": counter.get_total_flops()}


def measure_calflops(model: nn.Module, x: Tensor) -> Figures:
    from calflops import calculate_flops

    silent = {"output_as_string": False, "print_results": False, "print_detailed": False}
    flops, macs, _ = calculate_flops(model, args=[x], **silent)
    return {"calflops": flops, "calflops-macs": macs}


def measure_deepspeed(model: nn.Module, x: Tensor) -> Figures:
    from deepspeed.profiling.flops_profiler import get_model_profile

    silent = {"print_profile": False, "detailed": False, "as_string": False}
    flops, _, _ = get_model_profile(model, args=[x], **silent)
    on_meta, _, _ = get_model_profile(model.to("meta"), args=[x.to("meta")], **silent)
    return {"deepspeed": flops, "deepspeed-meta": on_meta}


def measure_ptflops(model: nn.Module, x: Tensor) -> Figures:
    from ptflops import get_model_complexity_info

    def macs(**options: Any) -> Any:
        silent = {"as_strings": False, "print_per_layer_stat": False}
        return get_model_complexity_info(model, tuple(x.shape[1:]), **silent, **options)[0]

    once = macs(backend="pytorch", backend_specific_config={"count_functional": False})
    return {"ptflops-aten": macs(backend="aten"), "ptflops": macs(backend="pytorch"), "ptflops-modules": once}


def measure_torchinfo(model: nn.Module, x: Tensor) -> Figures:
    from torchinfo import summary

    statistics = summary(model, input_data=x, verbose=0, device="cpu")
    unused = sum(value.numel() for name, value in model.named_parameters() if name == "unused")
    return {
        "torchinfo": statistics.total_mult_adds,
        "torchinfo-memory": statistics.total_output_bytes,
        "torchinfo-params": statistics.total_params - unused,
    }


def measure_fvcore(model: nn.Module, x: Tensor) -> Figures:
    from fvcore.nn import FlopCountAnalysis

    analysis = FlopCountAnalysis(model, x)
    return {"fvcore": analysis.total(), "fvcore:unsupported": bool(analysis.unsupported_ops())}


def measure_torchscan(model: nn.Module, x: Tensor) -> Figures:
    from torchscan import crawl_module

    report = crawl_module(model, args=(x,))
    totals = report["totals"]
    lacking = {
        diagnostic["metric"]
        for diagnostic in report["diagnostics"]
        if diagnostic["code"] == "unsupported_module_metric" and "Function" not in diagnostic["message"]
    }
    return {
        "torchscan": totals["macs"]["known_value"],
        "torchscan:unsupported": "macs" in lacking,
        "torchscan-flops": totals["module_flops"]["known_value"],
        "torchscan-flops:unsupported": "module_flops" in lacking,
    }


def measure_thop(model: nn.Module, x: Tensor) -> Figures:
    from thop import profile

    macs, _ = profile(model, (x,), verbose=False)
    return {"thop": int(macs)}


def measure_torchlens(model: nn.Module, x: Tensor) -> Figures:
    import torchlens

    return {"torchlens": int(torchlens.trace(model, x).total_flops_forward)}


def measure_onnx_tool(model: nn.Module, x: Tensor) -> Figures:
    import onnx_tool

    # The exporter keeps equal tensors once: weights must differ, as those of a trained network do.
    for tensor in model.state_dict().values():
        if tensor.is_floating_point():
            tensor.uniform_()
    with TemporaryDirectory() as folder:
        path = str(Path(folder, "model.onnx"))
        # With PRESERVE the exporter doesn't melt batch norms into convolutions.
        kept = {"training": torch.onnx.TrainingMode.PRESERVE, "do_constant_folding": False}
        torch.onnx.export(model, (x,), path, dynamo=False, **kept)
        exported = onnx_tool.Model(path)
    exported.graph.shape_infer(None)
    exported.graph.profile()
    return {"onnx-tool": int(exported.graph.macs[0]), "onnx-tool-params": int(exported.graph.params)}


def measure_torchsummary(model: nn.Module, x: Tensor) -> Figures:
    from torchsummary import summary

    text = io.StringIO()
    with redirect_stdout(text):
        summary(model, tuple(x.shape[1:]), device="cpu")
    printed = [line.split()[-1] for line in text.getvalue().splitlines() if line.startswith("Forward/backward")]
    return {"torchsummary": printed[0]}


MEASURES: dict[str, Callable[[nn.Module, Tensor], Figures]] = {
    "torch": measure_torch,
    "calflops": measure_calflops,
    "deepspeed": measure_deepspeed,
    "ptflops": measure_ptflops,
    "torchinfo": measure_torchinfo,
    "fvcore": measure_fvcore,
    "torchscan": measure_torchscan,
    "thop": measure_thop,
    "torchlens": measure_torchlens,
    "onnx_tool": measure_onnx_tool,
    "torchsummary": measure_torchsummary,
}


# calflops adds to a figure what the process counted before: tests/studies/cases/shared.yaml has those of a process for each.
# The sizes that torchsummary prints are too coarse.
UNMEASURED = {"calflops", "torchsummary"}


def measured(tool: str, make: Callable[[], nn.Module], shape: tuple[int, ...]) -> Figures:
    """The figures of a tool; none if it fails."""
    device = "meta" if tool == "torch" else "cpu"
    with torch.device("meta"):
        model = make()
    model = model.to_empty(device=device).eval()
    figures: Figures = {}
    silent = redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO())
    with suppress(Exception), torch.no_grad(), silent[0], silent[1]:
        figures = MEASURES[tool](model, torch.rand(1, *shape, device=device))
    return figures


def main(tool: str, file: str) -> None:
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    networks = {name: measured(tool, make, (3, 224, 224)) for name, make in NETWORKS.items()}
    # What torchsummary prints is too coarse to see a single layer in it.
    alone, outside = ([], []) if tool == "torchsummary" else (LAYERS, OUTSIDE)
    layers = [[step, shape, measured(tool, lambda make=make: Alone(make()), shape)] for step, shape, make in alone]
    others = {kind: measured(tool, lambda make=make: Alone(make()), PLANE) for kind, make in outside}
    shared = [
        [steps, step, shape, measured(tool, lambda make=make, build=build: build(make(), make), shape)]
        for steps, build in (SHARED if tool not in UNMEASURED else ())
        for step, shape, make in SHARED_LAYERS
    ]
    figures = {"networks": networks, "layers": layers, "outside": others, "shared": shared}
    Path(file).write_text(json.dumps(figures), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
