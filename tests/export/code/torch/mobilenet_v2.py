"""Exported by cnnshape from mobilenet_v2.yaml (sha256 0000000000000000)."""

from torch import Tensor, nn


class InvertedResidual(nn.Module):
    def __init__(self, in_channels: int, out: int, stride: int = 1, expand: int = 6) -> None:
        super().__init__()
        body: list[nn.Module] = []
        if expand != 1:
            body += [
                nn.Conv2d(in_channels, expand * in_channels, 1, bias=False),
                nn.BatchNorm2d(expand * in_channels),
                nn.ReLU6(),
            ]
        body += [
            nn.Conv2d(
                expand * in_channels,
                expand * in_channels,
                3,
                stride=stride,
                padding=1,
                groups=expand * in_channels,
                bias=False,
            ),
            nn.BatchNorm2d(expand * in_channels),
            nn.ReLU6(),
            nn.Conv2d(expand * in_channels, out, 1, bias=False),
            nn.BatchNorm2d(out),
        ]
        self.body = nn.Sequential(*body)
        self.residual = stride == 1 and in_channels == out

    def forward(self, x: Tensor) -> Tensor:
        y = self.body(x)
        return y + x if self.residual else y


class MobileNetV2(nn.Module):
    """MobileNetV2: (N, 3, 224, 224) to (N, 1000)."""

    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 32, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(32), nn.ReLU6())
        channels = 32
        stage: list[nn.Module] = []
        for t, c, n, s in zip(
            (1, 6, 6, 6, 6, 6, 6),
            (16, 24, 32, 64, 96, 160, 320),
            (1, 2, 3, 4, 3, 3, 1),
            (1, 2, 2, 2, 1, 2, 1),
            strict=True,
        ):
            for i in range(n):
                stage.append(InvertedResidual(channels, c, stride=s if i == 0 else 1, expand=t))
                channels = c
        self.stage = nn.Sequential(*stage)
        self.head = nn.Sequential(
            nn.Conv2d(channels, 1280, 1, bias=False),
            nn.BatchNorm2d(1280),
            nn.ReLU6(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Dropout(0.2),
            nn.Linear(1280, classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        x = self.stage(x)
        return self.head(x)
