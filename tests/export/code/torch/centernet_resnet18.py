"""Exported by cnnshape from centernet_resnet18.yaml (sha256 0000000000000000)."""

from collections.abc import Sequence

from torch import Tensor, nn


class Basic(nn.Module):
    def __init__(self, in_channels: int, out: int, stride: int = 1) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(in_channels, out, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(out),
            nn.ReLU(),
            nn.Conv2d(out, out, 3, padding=1, bias=False),
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


class Head(nn.Module):
    def __init__(self, in_channels: int, out: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(in_channels, 64, 3, padding=1), nn.ReLU(), nn.Conv2d(64, out, 1))

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class CenterNetResNet18(nn.Module):
    """CenterNet-ResNet-18.

    input: (N, 3, 512, 512)
    Returns centers: (N, 80, 128, 128)
    Returns sizes: (N, 2, 128, 128)
    Returns offsets: (N, 2, 128, 128)
    """

    def __init__(self, classes: int = 80, repeats: Sequence[int] = (2, 2, 2, 2)) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False),
            nn.BatchNorm2d(64),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2, padding=1),
        )
        channels = 64
        stage: list[nn.Module] = []
        for width, stride, n in zip((64, 128, 256, 512), (1, 2, 2, 2), repeats, strict=True):
            for i in range(n):
                stage.append(Basic(channels, width, stride=stride if i == 0 else 1))
                channels = width
        self.stage = nn.Sequential(*stage)
        up: list[nn.Module] = []
        for _ in range(3):
            up += [
                nn.ConvTranspose2d(channels, 256, 4, stride=2, padding=1, bias=False),
                nn.BatchNorm2d(256),
                nn.ReLU(),
            ]
            channels = 256
        self.up = nn.Sequential(*up)
        self.centers = Head(256, classes)
        self.sizes = Head(256, 2)
        self.offsets = Head(256, 2)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        x = self.stem(x)
        x = self.stage(x)
        up = self.up(x)
        centers = self.centers(up)
        sizes = self.sizes(up)
        offsets = self.offsets(up)
        return {"centers": centers, "sizes": sizes, "offsets": offsets}
