"""Exported by cnnshape from ds_cnn.yaml (sha256 0000000000000000)."""

from collections.abc import Callable
from functools import partial

import torch.nn.functional as F
from torch import Tensor, nn


class SamePad(nn.Module):
    """Pads for windows that give ceil(size / stride) cells, an odd cell after."""

    def __init__(
        self,
        kernel: int | tuple[int, ...],
        stride: int | tuple[int, ...],
        dilation: int | tuple[int, ...] = 1,
        value: float = 0.0,
        lower: bool = False,
    ) -> None:
        super().__init__()
        self.windows = kernel, stride, dilation
        self.value = value
        self.lower = lower

    def forward(self, x: Tensor) -> Tensor:
        sizes = x.shape[2:]
        axes = len(sizes)
        window = [v if isinstance(v, tuple) else (v,) * axes for v in self.windows]
        around: list[int] = []
        for size, kernel, stride, dilation in zip(sizes, *window):
            reach = (-(-size // stride) - 1) * stride + dilation * (kernel - 1) + 1
            total = max(reach - size, 0)
            pair = [total // 2, total - total // 2]
            around = (pair[::-1] if self.lower else pair) + around
        return F.pad(x, around, value=self.value)


class Separable(nn.Module):
    def __init__(self, in_channels: int, norm: Callable[..., nn.Module]) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(in_channels, in_channels, 3, padding="same", groups=in_channels),
            norm(in_channels),
            nn.ReLU(),
            nn.Conv2d(in_channels, in_channels, 1),
            norm(in_channels),
            nn.ReLU(),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class DSCNN(nn.Module):
    """DS-CNN: (N, 1, 49, 10) to (N, 12)."""

    def __init__(self, classes: int = 12, width: int = 64) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            SamePad((10, 4), 2),
            nn.Conv2d(1, width, (10, 4), stride=2),
            nn.BatchNorm2d(width, eps=0.001, momentum=0.01),
            nn.ReLU(),
            nn.Dropout(0.2),
        )
        separable: list[nn.Module] = []
        for _ in range(4):
            separable.append(Separable(width, partial(nn.BatchNorm2d, eps=0.001, momentum=0.01)))
        self.separable = nn.Sequential(*separable)
        self.head = nn.Sequential(
            nn.Dropout(0.4), nn.AvgPool2d((24, 5)), nn.Flatten(), nn.Linear(width, classes), nn.Softmax(dim=1)
        )

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        x = self.separable(x)
        return self.head(x)
