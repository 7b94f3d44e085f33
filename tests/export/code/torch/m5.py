"""Exported by cnnshape from m5.yaml (sha256 0000000000000000)."""

from torch import Tensor, nn


class M5(nn.Module):
    """M5: (N, 1, 8000) to (N, 35)."""

    def __init__(self, classes: int = 35) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv1d(1, 32, 80, stride=16), nn.BatchNorm1d(32), nn.ReLU(), nn.MaxPool1d(4))
        channels = 32
        stage: list[nn.Module] = []
        for width in (32, 64, 64):
            stage += [nn.Conv1d(channels, width, 3), nn.BatchNorm1d(width), nn.ReLU(), nn.MaxPool1d(4)]
            channels = width
        self.stage = nn.Sequential(*stage)
        self.head = nn.Sequential(
            nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(channels, classes), nn.LogSoftmax(dim=1)
        )

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        x = self.stage(x)
        return self.head(x)
