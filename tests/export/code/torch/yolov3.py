"""Exported by cnnshape from yolov3.yaml (sha256 0000000000000000)."""

import torch
from torch import Tensor, nn


class Conv(nn.Module):
    def __init__(self, in_channels: int, out: int, kernel: int, stride: int = 1) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(in_channels, out, kernel, stride=stride, padding=kernel // 2, bias=False),
            nn.BatchNorm2d(out, momentum=0.01),
            nn.LeakyReLU(0.1),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class Residual(nn.Module):
    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(Conv(in_channels, in_channels // 2, 1), Conv(in_channels // 2, in_channels, 3))

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x) + x


class Neck(nn.Module):
    def __init__(self, in_channels: int, width: int) -> None:
        super().__init__()
        layers: list[nn.Module] = [Conv(in_channels, width, 1)]
        for _ in range(2):
            layers += [Conv(width, 2 * width, 3), Conv(2 * width, width, 1)]
        self.layers = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class Detect(nn.Module):
    def __init__(self, in_channels: int, values: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(Conv(in_channels, 2 * in_channels, 3), nn.Conv2d(2 * in_channels, values, 1))

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class Up(nn.Module):
    def __init__(self, in_channels: int, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(Conv(in_channels, width, 1), nn.Upsample(scale_factor=2))

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        x = self.layers(x)
        return torch.cat([x, skip], 1)


class YOLOv3(nn.Module):
    """YOLOv3.

    input: (N, 3, 416, 416)
    Returns detect_large: (N, 255, 13, 13)
    Returns detect_medium: (N, 255, 26, 26)
    Returns detect_small: (N, 255, 52, 52)
    """

    def __init__(self, classes: int = 80, boxes: int = 3) -> None:
        super().__init__()
        self.stem = Conv(3, 32, 3)
        channels = 32
        self.stage = nn.ModuleList()
        for width, n in zip((64, 128, 256, 512, 1024), (1, 2, 8, 8, 4), strict=True):
            layers: list[nn.Module] = [Conv(channels, width, 3, stride=2)]
            for _ in range(n):
                layers.append(Residual(width))
            channels = width
            self.stage.append(nn.Sequential(*layers))
        self.large = Neck(channels, 512)
        self.detect_large = Detect(512, boxes * (classes + 5))
        self.up = Up(512, 256)
        self.medium = Neck(768, 256)
        self.detect_medium = Detect(256, boxes * (classes + 5))
        self.up_2 = Up(256, 128)
        self.detect_small = nn.Sequential(Neck(384, 128), Detect(128, boxes * (classes + 5)))

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        x = self.stem(x)
        stage_outputs: list[Tensor] = []
        stage = x
        for layer in self.stage:
            stage = layer(stage)
            stage_outputs.append(stage)
        large = self.large(stage)
        detect_large = self.detect_large(large)
        x = self.up(large, stage_outputs[3])
        medium = self.medium(x)
        detect_medium = self.detect_medium(medium)
        x = self.up_2(medium, stage_outputs[2])
        detect_small = self.detect_small(x)
        return {"detect_large": detect_large, "detect_medium": detect_medium, "detect_small": detect_small}
