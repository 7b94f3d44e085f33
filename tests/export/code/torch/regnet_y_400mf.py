"""Exported by cnnshape from regnet_y_400mf.yaml (sha256 0000000000000000)."""

from collections.abc import Sequence

from torch import Tensor, nn


class SqueezeExcite(nn.Module):
    def __init__(self, in_channels: int, squeeze: int) -> None:
        super().__init__()
        self.gate = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(in_channels, squeeze, 1),
            nn.ReLU(),
            nn.Conv2d(squeeze, in_channels, 1),
            nn.Sigmoid(),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x * self.gate(x)


class XBlock(nn.Module):
    def __init__(self, in_channels: int, width: int, groups: int, gate: bool, stride: int = 1) -> None:
        super().__init__()
        squeeze = in_channels // 4
        body: list[nn.Module] = [
            nn.Conv2d(in_channels, width, 1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, stride=stride, padding=1, groups=groups, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
        ]
        if gate:
            body.append(SqueezeExcite(width, squeeze))
        body += [nn.Conv2d(width, width, 1, bias=False), nn.BatchNorm2d(width)]
        self.body = nn.Sequential(*body)
        shortcut: list[nn.Module] = []
        if stride != 1 or in_channels != width:
            shortcut += [nn.Conv2d(in_channels, width, 1, stride=stride, bias=False), nn.BatchNorm2d(width)]
        self.shortcut = nn.Sequential(*shortcut)
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        x = self.body(x) + self.shortcut(x)
        return self.relu(x)


class RegNetY400MF(nn.Module):
    """RegNetY-400MF: (N, 3, 224, 224) to (N, 1000)."""

    def __init__(
        self,
        classes: int = 1000,
        widths: Sequence[int] = (48, 104, 208, 440),
        depths: Sequence[int] = (1, 3, 6, 6),
        group_width: int = 8,
        gate: bool = True,
    ) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 32, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(32), nn.ReLU())
        channels = 32
        stage: list[nn.Module] = []
        for width, depth in zip(widths, depths, strict=True):
            for i in range(depth):
                stage.append(XBlock(channels, width, width // min(group_width, width), gate, stride=2 if i == 0 else 1))
                channels = width
        self.stage = nn.Sequential(*stage)
        self.head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes))

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        x = self.stage(x)
        return self.head(x)
