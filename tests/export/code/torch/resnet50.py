"""Exported by cnnshape from resnet50.yaml (sha256 0000000000000000)."""

from collections.abc import Sequence

from torch import Tensor, nn


class Bottleneck(nn.Module):
    def __init__(
        self, in_channels: int, width: int, out: int, groups: int = 1, stride_on: str = "conv3x3", stride: int = 1
    ) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(in_channels, width, 1, stride=stride if stride_on == "conv1x1" else 1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.Conv2d(
                width, width, 3, stride=stride if stride_on == "conv3x3" else 1, padding=1, groups=groups, bias=False
            ),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.Conv2d(width, out, 1, bias=False),
            nn.BatchNorm2d(out),
        )
        shortcut: list[nn.Module] = []
        if stride != 1 or in_channels != out:
            shortcut += [nn.Conv2d(in_channels, out, 1, stride=stride, bias=False), nn.BatchNorm2d(out)]
        self.shortcut = nn.Sequential(*shortcut)
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        x = self.body(x) + self.shortcut(x)
        return self.relu(x)


class ResNet50(nn.Module):
    """ResNet-50: (N, 3, 224, 224) to (N, 1000)."""

    def __init__(
        self,
        classes: int = 1000,
        repeats: Sequence[int] = (3, 4, 6, 3),
        widths: Sequence[int] = (64, 128, 256, 512),
        groups: int = 1,
        stride_on: str = "conv3x3",
    ) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False),
            nn.BatchNorm2d(64),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2, padding=1),
        )
        channels = 64
        stage: list[nn.Module] = []
        for width, out, stride, n in zip(widths, (256, 512, 1024, 2048), (1, 2, 2, 2), repeats, strict=True):
            for i in range(n):
                stage.append(
                    Bottleneck(channels, width, out, groups=groups, stride_on=stride_on, stride=stride if i == 0 else 1)
                )
                channels = out
        self.stage = nn.Sequential(*stage)
        self.head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes))

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        x = self.stage(x)
        return self.head(x)
