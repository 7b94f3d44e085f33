"""Exported by cnnshape from cyclegan_generator.yaml (sha256 0000000000000000)."""

from torch import Tensor, nn


class Residual(nn.Module):
    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.ReflectionPad2d(1),
            nn.Conv2d(in_channels, in_channels, 3),
            nn.InstanceNorm2d(in_channels),
            nn.ReLU(),
            nn.ReflectionPad2d(1),
            nn.Conv2d(in_channels, in_channels, 3),
            nn.InstanceNorm2d(in_channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x) + x


class CycleGANGenerator(nn.Module):
    """CycleGAN generator: (N, 3, 256, 256) to (N, 3, 256, 256)."""

    def __init__(self, width: int = 64, n: int = 9, colors: int = 3) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.ReflectionPad2d(3), nn.Conv2d(3, width, 7), nn.InstanceNorm2d(width), nn.ReLU())
        channels_2 = width
        down: list[nn.Module] = []
        for channels in (2 * width, 4 * width):
            down += [nn.Conv2d(channels_2, channels, 3, stride=2, padding=1), nn.InstanceNorm2d(channels), nn.ReLU()]
            channels_2 = channels
        self.down = nn.Sequential(*down)
        residual: list[nn.Module] = []
        for _ in range(n):
            residual.append(Residual(channels_2))
        self.residual = nn.Sequential(*residual)
        up: list[nn.Module] = []
        for channels_3 in (2 * width, width):
            up += [
                nn.ConvTranspose2d(channels_2, channels_3, 3, stride=2, padding=1, output_padding=1),
                nn.InstanceNorm2d(channels_3),
                nn.ReLU(),
            ]
            channels_2 = channels_3
        self.up = nn.Sequential(*up)
        self.head = nn.Sequential(nn.ReflectionPad2d(3), nn.Conv2d(channels_2, colors, 7), nn.Tanh())

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        x = self.down(x)
        x = self.residual(x)
        x = self.up(x)
        return self.head(x)
