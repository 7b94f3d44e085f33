"""Exported by cnnshape from edsr_baseline.yaml (sha256 0000000000000000)."""

from collections.abc import Sequence

from torch import Tensor, nn


def frozen(module: nn.Module, when: bool = True) -> nn.Module:
    """A module whose weights are not trained."""
    return module.requires_grad_(False) if when else module


class Residual(nn.Module):
    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(in_channels, in_channels, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(in_channels, in_channels, 3, padding=1),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x) + x


class EDSRBaseline(nn.Module):
    """EDSR-baseline: (N, 3, 360, 640) to (N, 3, 720, 1280)."""

    def __init__(self, width: int = 64, n: int = 16, factors: Sequence[int] = (2,)) -> None:
        super().__init__()
        self.layers = nn.Sequential(frozen(nn.Conv2d(3, 3, 1)), nn.Conv2d(3, width, 3, padding=1))
        body: list[nn.Module] = []
        for _ in range(n):
            body.append(Residual(width))
        body.append(nn.Conv2d(width, width, 3, padding=1))
        self.body = nn.Sequential(*body)
        channels = width
        upsampler: list[nn.Module] = []
        for factor in factors:
            upsampler += [nn.Conv2d(channels, width * factor * factor, 3, padding=1), nn.PixelShuffle(factor)]
            channels = width * factor * factor // (factor * factor)
        self.upsampler = nn.Sequential(*upsampler)
        self.head = nn.Sequential(nn.Conv2d(channels, 3, 3, padding=1), frozen(nn.Conv2d(3, 3, 1)))

    def forward(self, x: Tensor) -> Tensor:
        x = self.layers(x)
        x = self.body(x) + x
        x = self.upsampler(x)
        return self.head(x)
