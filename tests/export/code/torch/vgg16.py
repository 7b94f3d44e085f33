"""Exported by cnnshape from vgg16.yaml (sha256 0000000000000000)."""

from collections.abc import Sequence

from torch import Tensor, nn


class VGG16(nn.Module):
    """VGG-16: (N, 3, 224, 224) to (N, 1000)."""

    def __init__(self, classes: int = 1000, repeats: Sequence[int] = (2, 2, 3, 3, 3)) -> None:
        super().__init__()
        channels = 3
        stage: list[nn.Module] = []
        for width, n in zip((64, 128, 256, 512, 512), repeats, strict=True):
            for _ in range(n):
                stage += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()]
                channels = width
            stage.append(nn.MaxPool2d(2))
        self.stage = nn.Sequential(*stage)
        self.head = nn.Sequential(
            nn.AdaptiveAvgPool2d(7),
            nn.Flatten(),
            nn.Linear(channels * 49, 4096),
            nn.ReLU(),
            nn.Dropout(0.5),
            nn.Linear(4096, 4096),
            nn.ReLU(),
            nn.Dropout(0.5),
            nn.Linear(4096, classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        x = self.stage(x)
        return self.head(x)
