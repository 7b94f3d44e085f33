"""Exported by cnnshape from unet.yaml (sha256 0000000000000000)."""

import torch
from torch import Tensor, nn


def center_crop(*maps: Tensor) -> list[Tensor]:
    """Cuts all maps to the smallest sizes, about their centre."""
    cropped = []
    for x in maps:
        for axis in range(2, x.dim()):
            size = min(other.shape[axis] for other in maps)
            x = x.narrow(axis, (x.shape[axis] - size) // 2, size)
        cropped.append(x)
    return cropped


class Double(nn.Module):
    def __init__(self, in_channels: int, out: int) -> None:
        super().__init__()
        channels = in_channels
        layers: list[nn.Module] = []
        for _ in range(2):
            layers += [nn.Conv2d(channels, out, 3), nn.ReLU()]
            channels = out
        self.layers = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class Up(nn.Module):
    def __init__(self, in_channels: int, skip_channels: int, out: int) -> None:
        super().__init__()
        self.conv_transpose = nn.ConvTranspose2d(in_channels, out, 2, stride=2)
        self.double_2 = Double(skip_channels + out, out)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        x = self.conv_transpose(x)
        x = torch.cat(center_crop(skip, x), 1)
        return self.double_2(x)


class UNet(nn.Module):
    """U-Net: (N, 1, 572, 572) to (N, 2, 388, 388)."""

    def __init__(self, classes: int = 2, base: int = 64) -> None:
        super().__init__()
        self.down1 = Double(1, base)
        self.max_pool = nn.MaxPool2d(2)
        self.down2 = Double(base, 2 * base)
        self.max_pool_2 = nn.MaxPool2d(2)
        self.down3 = Double(2 * base, 4 * base)
        self.max_pool_3 = nn.MaxPool2d(2)
        self.down4 = Double(4 * base, 8 * base)
        self.layers = nn.Sequential(nn.Dropout(0.5), nn.MaxPool2d(2))
        self.double_2 = Double(8 * base, 16 * base)
        self.dropout = nn.Dropout(0.5)
        self.up = Up(16 * base, 8 * base, 8 * base)
        self.up_2 = Up(8 * base, 4 * base, 4 * base)
        self.up_3 = Up(4 * base, 2 * base, 2 * base)
        self.up_4 = Up(2 * base, base, base)
        self.head = nn.Conv2d(base, classes, 1)

    def forward(self, x: Tensor) -> Tensor:
        down1 = self.down1(x)
        x = self.max_pool(down1)
        down2 = self.down2(x)
        x = self.max_pool_2(down2)
        down3 = self.down3(x)
        x = self.max_pool_3(down3)
        down4 = self.down4(x)
        x = self.layers(down4)
        x = self.double_2(x)
        x = self.dropout(x)
        x = self.up(x, down4)
        x = self.up_2(x, down3)
        x = self.up_3(x, down2)
        x = self.up_4(x, down1)
        return self.head(x)
