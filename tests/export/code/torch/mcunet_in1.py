"""Exported by cnnshape from mcunet_in1.yaml (sha256 0000000000000000)."""

from collections.abc import Sequence

from torch import Tensor, nn


class Inverted(nn.Module):
    def __init__(self, in_channels: int, out: int, expand: int, kernel: int, stride: int = 1) -> None:
        super().__init__()
        inner = expand * in_channels
        channels = in_channels
        body: list[nn.Module] = []
        if expand != 1:
            body += [nn.Conv2d(in_channels, inner, 1, bias=False), nn.BatchNorm2d(inner), nn.ReLU6()]
            channels = inner
        body += [
            nn.Conv2d(channels, inner, kernel, stride=stride, padding=kernel // 2, groups=inner, bias=False),
            nn.BatchNorm2d(inner),
            nn.ReLU6(),
            nn.Conv2d(inner, out, 1, bias=False),
            nn.BatchNorm2d(out),
        ]
        self.body = nn.Sequential(*body)
        self.residual = stride == 1 and in_channels == out

    def forward(self, x: Tensor) -> Tensor:
        y = self.body(x)
        return y + x if self.residual else y


class MCUNetIn1(nn.Module):
    """MCUNet-in1: (N, 3, 96, 96) to (N, 1000)."""

    def __init__(
        self,
        classes: int = 1000,
        stem: int = 16,
        widths: Sequence[int] = (8, 16, 24, 40, 48, 96, 160),
        stages: Sequence[Sequence[Sequence[int]]] = (
            ((1, 3),),
            ((4, 3), (3, 3)),
            ((3, 7), (5, 3)),
            ((5, 3), (4, 7)),
            ((4, 5), (3, 3), (4, 3)),
            ((5, 7), (4, 5), (4, 5)),
            ((6, 3),),
        ),
    ) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, stem, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(stem), nn.ReLU6()
        )
        channels = stem
        stage: list[nn.Module] = []
        for out, stride, blocks in zip(widths, (1, 2, 2, 2, 1, 2, 1), stages, strict=True):
            for i_2 in range(len(blocks)):
                stage.append(
                    Inverted(
                        channels,
                        out,
                        blocks[0][0] if i_2 == 0 else blocks[i_2][0],
                        blocks[0][1] if i_2 == 0 else blocks[i_2][1],
                        stride=stride if i_2 == 0 else 1,
                    ),
                )
                channels = out
        self.stage = nn.Sequential(*stage)
        self.head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes))

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        x = self.stage(x)
        return self.head(x)
