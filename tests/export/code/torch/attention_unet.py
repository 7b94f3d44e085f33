"""Exported by cnnshape from attention_unet.yaml (sha256 0000000000000000)."""

from collections.abc import Callable

import torch
from torch import Tensor, nn


class Conv(nn.Module):
    def __init__(
        self, in_channels: int, out: int, kernel: int = 3, act: Callable[..., nn.Module] | None = nn.ReLU
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Conv2d(in_channels, out, kernel, padding=kernel // 2), nn.BatchNorm2d(out)]
        if act is not None:
            layers.append(act())
        self.layers = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class Gate(nn.Module):
    def __init__(self, in_channels: int, skip_channels: int) -> None:
        super().__init__()
        inner = in_channels // 2
        self.below = Conv(in_channels, inner, kernel=1, act=None)
        self.conv = Conv(skip_channels, inner, kernel=1, act=None)
        self.layers = nn.Sequential(nn.ReLU(), Conv(inner, 1, kernel=1, act=nn.Sigmoid))

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        skip_2 = self.conv(skip)
        x = self.below(x) + skip_2
        x = self.layers(x)
        return skip * x


class Up(nn.Module):
    def __init__(self, in_channels: int, skip_channels: int, out: int) -> None:
        super().__init__()
        self.below = nn.Sequential(nn.Upsample(scale_factor=2), Conv(in_channels, out))
        self.gate = Gate(out, skip_channels)
        channels = skip_channels + out
        layers: list[nn.Module] = []
        for _ in range(2):
            layers.append(Conv(channels, out))
            channels = out
        self.layers = nn.Sequential(*layers)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        below = self.below(x)
        x = self.gate(below, skip)
        x = torch.cat([x, below], 1)
        return self.layers(x)


class AttentionUNet(nn.Module):
    """Attention U-Net: (N, 3, 256, 256) to (N, 1, 256, 256)."""

    def __init__(self, classes: int = 1) -> None:
        super().__init__()
        channels = 3
        self.down = nn.ModuleList()
        for i, width in enumerate((64, 128, 256, 512, 1024)):
            layers: list[nn.Module] = []
            if i > 0:
                layers.append(nn.MaxPool2d(2))
            for _ in range(2):
                layers.append(Conv(channels, width))
                channels = width
            channels = width
            self.down.append(nn.Sequential(*layers))
        self.up = Up(channels, 512, (64, 128, 256, 512, 1024)[3])
        self.up_2 = Up((64, 128, 256, 512, 1024)[3], 256, (64, 128, 256, 512, 1024)[2])
        self.up_3 = Up((64, 128, 256, 512, 1024)[2], 128, (64, 128, 256, 512, 1024)[1])
        self.up_4 = Up((64, 128, 256, 512, 1024)[1], 64, (64, 128, 256, 512, 1024)[0])
        self.head = nn.Conv2d((64, 128, 256, 512, 1024)[0], classes, 1)

    def forward(self, x: Tensor) -> Tensor:
        down_outputs: list[Tensor] = []
        down = x
        for layer in self.down:
            down = layer(down)
            down_outputs.append(down)
        x = self.up(down, down_outputs[3])
        x = self.up_2(x, down_outputs[2])
        x = self.up_3(x, down_outputs[1])
        x = self.up_4(x, down_outputs[0])
        return self.head(x)
