"""ResNet-50 in plain PyTorch: what the other tools are given to work on. Source: He et al. (2015), stride on the 3x3."""

from __future__ import annotations

from collections import OrderedDict

from torch import Tensor, nn

STAGES = ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2))
EXPANSION = 4


def convolution(channels: int, out: int, kernel: int, stride: int = 1) -> nn.Sequential:
    """A convolution without bias, and its normalization."""
    window = nn.Conv2d(channels, out, kernel, stride, padding=kernel // 2, bias=False)
    return nn.Sequential(window, nn.BatchNorm2d(out))


class Bottleneck(nn.Module):
    """1x1, 3x3, 1x1, and a shortcut."""

    def __init__(self, channels: int, width: int, stride: int) -> None:
        super().__init__()
        out = EXPANSION * width
        self.body = nn.Sequential(
            *convolution(channels, width, 1), nn.ReLU(), *convolution(width, width, 3, stride), nn.ReLU(),
            *convolution(width, out, 1),
        )  # fmt: skip
        self.shortcut = nn.Identity() if channels == out and stride == 1 else convolution(channels, out, 1, stride)
        self.last = nn.ReLU()

    def forward(self, image: Tensor) -> Tensor:
        return self.last(self.body(image) + self.shortcut(image))


def resnet50(classes: int = 1000) -> nn.Module:
    """The network, in inference mode."""
    channels, blocks = 64, []
    for width, repeats, stride in STAGES:
        for repeat in range(repeats):
            blocks.append(Bottleneck(channels, width, stride if repeat == 0 else 1))
            channels = EXPANSION * width
    parts = OrderedDict(
        stem=nn.Sequential(*convolution(3, 64, 7, 2), nn.ReLU(), nn.MaxPool2d(3, 2, padding=1)),
        blocks=nn.Sequential(*blocks),
        pool=nn.AdaptiveAvgPool2d(1),
        flatten=nn.Flatten(),
        classifier=nn.Linear(channels, classes),
    )
    return nn.Sequential(parts).eval()
