"""Exported by cnnshape from preresnet164.yaml (sha256 0000000000000000)."""

from torch import Tensor, nn


class Bottleneck(nn.Module):
    def __init__(self, in_channels: int, width: int, stride: int = 1) -> None:
        super().__init__()
        self.activated = nn.Sequential(nn.BatchNorm2d(in_channels), nn.ReLU())
        self.layers = nn.Sequential(
            nn.Conv2d(in_channels, width, 1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.Conv2d(width, 4 * width, 1, bias=False),
        )
        self.has_conv = in_channels != 4 * width
        if in_channels != 4 * width:
            self.conv = nn.Conv2d(in_channels, 4 * width, 1, stride=stride, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        activated = self.activated(x)
        body = self.layers(activated)
        shortcut = x
        if self.has_conv:
            shortcut = self.conv(activated)
        return body + shortcut


class PreActivationResNet164CIFAR10(nn.Module):
    """Pre-activation ResNet-164 (CIFAR-10): (N, 3, 32, 32) to (N, 10)."""

    def __init__(self, classes: int = 10, n: int = 18) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        channels = 16
        stage: list[nn.Module] = []
        for width, stride in zip((16, 32, 64), (1, 2, 2), strict=True):
            for i in range(n):
                stage.append(Bottleneck(channels, width, stride=stride if i == 0 else 1))
                channels = 4 * width
        self.stage = nn.Sequential(*stage)
        self.head = nn.Sequential(
            nn.BatchNorm2d(channels), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes)
        )

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        x = self.stage(x)
        return self.head(x)
