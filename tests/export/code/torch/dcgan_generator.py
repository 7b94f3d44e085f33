"""Exported by cnnshape from dcgan_generator.yaml (sha256 0000000000000000)."""

from torch import Tensor, nn


class DCGANGenerator(nn.Module):
    """DCGAN generator: (N, 100, 1, 1) to (N, 3, 64, 64)."""

    def __init__(self, latent: int = 100, width: int = 64, colors: int = 3) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.ConvTranspose2d(latent, 8 * width, 4, bias=False), nn.BatchNorm2d(8 * width), nn.ReLU()
        )
        channels_2 = 8 * width
        stage: list[nn.Module] = []
        for channels in (4 * width, 2 * width, width):
            stage += [
                nn.ConvTranspose2d(channels_2, channels, 4, stride=2, padding=1, bias=False),
                nn.BatchNorm2d(channels),
                nn.ReLU(),
            ]
            channels_2 = channels
        self.stage = nn.Sequential(*stage)
        self.head = nn.Sequential(nn.ConvTranspose2d(channels_2, colors, 4, stride=2, padding=1, bias=False), nn.Tanh())

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        x = self.stage(x)
        return self.head(x)
