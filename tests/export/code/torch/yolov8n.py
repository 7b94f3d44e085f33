"""Exported by cnnshape from yolov8n.yaml (sha256 0000000000000000)."""

import torch
from torch import Tensor, nn


def frozen(module: nn.Module, when: bool = True) -> nn.Module:
    """A module whose weights are not trained."""
    return module.requires_grad_(False) if when else module


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
        self.body = nn.Sequential(Conv(in_channels, in_channels, kernel=3), Conv(in_channels, in_channels, kernel=3))
        self.residual = residual_path

    def forward(self, x: Tensor) -> Tensor:
        y = self.body(x)
        return y + x if self.residual else y


class C2f(nn.Module):
    def __init__(self, in_channels: int, out: int, n: int, residual_path: bool = False) -> None:
        super().__init__()
        self.halves = Conv(in_channels, out)
        self.part = nn.ModuleList()
        for _ in range(n):
            self.part.append(Bottleneck(out // 2, residual_path))
        self.conv = Conv(out + n * (out // 2), out)

    def forward(self, x: Tensor) -> Tensor:
        halves = self.halves(x)
        x = halves.chunk(2, 1)[1]
        part_outputs: list[Tensor] = []
        part = x
        for layer in self.part:
            part = layer(part)
            part_outputs.append(part)
        x = torch.cat([halves, *part_outputs], 1)
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


class Scores(nn.Module):
    def __init__(self, in_channels: int, width: int, classes: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            Conv(in_channels, width, kernel=3), Conv(width, width, kernel=3), nn.Conv2d(width, classes, 1), nn.Sigmoid()
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class Distributions(nn.Module):
    def __init__(self, in_channels: int, width: int, bins: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            Conv(in_channels, width, kernel=3), Conv(width, width, kernel=3), nn.Conv2d(width, 4 * bins, 1)
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class Distances(nn.Module):
    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.stem = nn.Softmax(dim=1)
        self.mean = frozen(nn.Conv2d(in_channels // 4, 1, 1, bias=False))
        self.softmax = nn.Softmax(dim=1)
        self.softmax_2 = nn.Softmax(dim=1)
        self.softmax_3 = nn.Softmax(dim=1)

    def forward(self, x: Tensor) -> Tensor:
        left = x.chunk(4, 1)[0]
        left = self.stem(left)
        mean = self.mean(left)
        top = x.chunk(4, 1)[1]
        top = self.softmax(top)
        top = self.mean(top)
        right = x.chunk(4, 1)[2]
        right = self.softmax_2(right)
        right = self.mean(right)
        bottom = x.chunk(4, 1)[3]
        bottom = self.softmax_3(bottom)
        bottom = self.mean(bottom)
        return torch.cat([mean, top, right, bottom], 1)


class YOLOv8n(nn.Module):
    """YOLOv8n.

    input: (N, 3, 640, 640)
    Returns scores_small: (N, 80, 80, 80)
    Returns distances_small: (N, 4, 80, 80)
    Returns scores_medium: (N, 80, 40, 40)
    Returns distances_medium: (N, 4, 40, 40)
    Returns scores_large: (N, 80, 20, 20)
    Returns distances_large: (N, 4, 20, 20)
    """

    def __init__(self, classes: int = 80, bins: int = 16, base: int = 16, depth: int = 1) -> None:
        super().__init__()
        top = 16 * base
        self.stem = Conv(3, base, kernel=3, stride=2)
        channels = base
        self.stage = nn.ModuleList()
        for width, n in zip((2 * base, 4 * base, 8 * base, top), (depth, 2 * depth, 2 * depth, depth), strict=True):
            self.stage.append(
                nn.Sequential(Conv(channels, width, kernel=3, stride=2), C2f(width, width, n, residual_path=True))
            )
            channels = width
        self.top_map = Pyramid(channels)
        self.upsample = nn.Upsample(scale_factor=2)
        self.middle = C2f(channels + 8 * base, 8 * base, depth)
        self.upsample_2 = nn.Upsample(scale_factor=2)
        self.p3 = C2f(8 * base + 4 * base, 4 * base, depth)
        self.conv = Conv(4 * base, 4 * base, kernel=3, stride=2)
        self.p4 = C2f(4 * base + 8 * base, 8 * base, depth)
        self.conv_2 = Conv(8 * base, 8 * base, kernel=3, stride=2)
        self.p5 = C2f(8 * base + channels, top, depth)
        self.scores_small = Scores(4 * base, max(4 * base, min(classes, 100)), classes)
        self.scores_medium = Scores(8 * base, max(4 * base, min(classes, 100)), classes)
        self.scores_large = Scores(top, max(4 * base, min(classes, 100)), classes)
        self.distributions = Distributions(4 * base, max(16, base, 4 * bins), bins)
        self.distances_small = Distances(4 * bins)
        self.distributions_2 = Distributions(8 * base, max(16, base, 4 * bins), bins)
        self.distributions_3 = Distributions(top, max(16, base, 4 * bins), bins)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        x = self.stem(x)
        stage_outputs: list[Tensor] = []
        stage = x
        for layer in self.stage:
            stage = layer(stage)
            stage_outputs.append(stage)
        top_map = self.top_map(stage)
        x = self.upsample(top_map)
        x = torch.cat([x, stage_outputs[2]], 1)
        middle = self.middle(x)
        x = self.upsample_2(middle)
        x = torch.cat([x, stage_outputs[1]], 1)
        p3 = self.p3(x)
        x = self.conv(p3)
        x = torch.cat([x, middle], 1)
        p4 = self.p4(x)
        x = self.conv_2(p4)
        x = torch.cat([x, top_map], 1)
        p5 = self.p5(x)
        scores_small = self.scores_small(p3)
        scores_medium = self.scores_medium(p4)
        scores_large = self.scores_large(p5)
        x = self.distributions(p3)
        distances_small = self.distances_small(x)
        x = self.distributions_2(p4)
        distances_medium = self.distances_small(x)
        x = self.distributions_3(p5)
        distances_large = self.distances_small(x)
        return {
            "scores_small": scores_small,
            "distances_small": distances_small,
            "scores_medium": scores_medium,
            "distances_medium": distances_medium,
            "scores_large": scores_large,
            "distances_large": distances_large,
        }
