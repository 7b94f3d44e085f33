"""Exported by cnnshape from yolov5s.yaml (sha256 0000000000000000)."""

import torch
from torch import Tensor, nn


class Conv(nn.Module):
    def __init__(self, in_channels: int, out: int, kernel: int = 1, stride: int = 1) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(in_channels, out, kernel, stride=stride, padding=kernel // 2, bias=False),
            nn.BatchNorm2d(out, eps=0.001, momentum=0.03),
            nn.SiLU(),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class Bottleneck(nn.Module):
    def __init__(self, in_channels: int, residual_path: bool) -> None:
        super().__init__()
        self.body = nn.Sequential(Conv(in_channels, in_channels), Conv(in_channels, in_channels, kernel=3))
        self.residual = residual_path

    def forward(self, x: Tensor) -> Tensor:
        y = self.body(x)
        return y + x if self.residual else y


class C3(nn.Module):
    def __init__(self, in_channels: int, out: int, n: int, residual_path: bool = True) -> None:
        super().__init__()
        deep: list[nn.Module] = [Conv(in_channels, out // 2)]
        for _ in range(n):
            deep.append(Bottleneck(out // 2, residual_path))
        self.deep = nn.Sequential(*deep)
        self.flat = Conv(in_channels, out // 2)
        self.conv = Conv(out // 2 + out // 2, out)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.cat([self.deep(x), self.flat(x)], 1)
        return self.conv(x)


class Pyramid(nn.Module):
    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.x = Conv(in_channels, in_channels // 2)
        self.pool = nn.ModuleList()
        for _ in range(3):
            self.pool.append(nn.MaxPool2d(5, stride=1, padding=2))
        self.conv = Conv(in_channels // 2 + 3 * (in_channels // 2), in_channels)

    def forward(self, x: Tensor) -> Tensor:
        x_2 = self.x(x)
        pool_outputs: list[Tensor] = []
        pool = x_2
        for layer in self.pool:
            pool = layer(pool)
            pool_outputs.append(pool)
        x = torch.cat([x_2, *pool_outputs], 1)
        return self.conv(x)


class YOLOv5s(nn.Module):
    """YOLOv5s.

    input: (N, 3, 640, 640)
    Returns detect_small: (N, 255, 80, 80)
    Returns detect_medium: (N, 255, 40, 40)
    Returns detect_large: (N, 255, 20, 20)
    """

    def __init__(self, classes: int = 80, boxes: int = 3, base: int = 32, depth: int = 1) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, base, 6, stride=2, padding=2, bias=False),
            nn.BatchNorm2d(base, eps=0.001, momentum=0.03),
            nn.SiLU(),
        )
        channels = base
        self.stage = nn.ModuleList()
        for width, n in zip(
            (2 * base, 4 * base, 8 * base, 16 * base), (depth, 2 * depth, 3 * depth, depth), strict=True
        ):
            self.stage.append(nn.Sequential(Conv(channels, width, kernel=3, stride=2), C3(width, width, n)))
            channels = width
        self.top = nn.Sequential(Pyramid(channels), Conv(channels, 8 * base))
        self.upsample = nn.Upsample(scale_factor=2)
        self.middle = nn.Sequential(
            C3(8 * base + 8 * base, 8 * base, depth, residual_path=False), Conv(8 * base, 4 * base)
        )
        self.upsample_2 = nn.Upsample(scale_factor=2)
        self.p3 = C3(4 * base + 4 * base, 4 * base, depth, residual_path=False)
        self.conv = Conv(4 * base, 4 * base, kernel=3, stride=2)
        self.p4 = C3(4 * base + 4 * base, 8 * base, depth, residual_path=False)
        self.conv_2 = Conv(8 * base, 8 * base, kernel=3, stride=2)
        self.p5 = C3(8 * base + 8 * base, 16 * base, depth, residual_path=False)
        self.detect_small = nn.Conv2d(4 * base, boxes * (classes + 5), 1)
        self.detect_medium = nn.Conv2d(8 * base, boxes * (classes + 5), 1)
        self.detect_large = nn.Conv2d(16 * base, boxes * (classes + 5), 1)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        x = self.stem(x)
        stage_outputs: list[Tensor] = []
        stage = x
        for layer in self.stage:
            stage = layer(stage)
            stage_outputs.append(stage)
        top = self.top(stage)
        x = self.upsample(top)
        x = torch.cat([x, stage_outputs[2]], 1)
        middle = self.middle(x)
        x = self.upsample_2(middle)
        x = torch.cat([x, stage_outputs[1]], 1)
        p3 = self.p3(x)
        x = self.conv(p3)
        x = torch.cat([x, middle], 1)
        p4 = self.p4(x)
        x = self.conv_2(p4)
        x = torch.cat([x, top], 1)
        p5 = self.p5(x)
        detect_small = self.detect_small(p3)
        detect_medium = self.detect_medium(p4)
        detect_large = self.detect_large(p5)
        return {"detect_small": detect_small, "detect_medium": detect_medium, "detect_large": detect_large}
