"""Exported by cnnshape from nonlocal_resnet50.yaml (sha256 0000000000000000)."""

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor, nn


def attention(query: Tensor, key: Tensor, value: Tensor, heads: int = 1) -> Tensor:
    """Means of the values, weighted by the softmax of query times key."""
    batch = query.shape[0]
    flat = [x.flatten(2) for x in (query, key, value)]
    apart = (x.reshape(batch, heads, -1, x.shape[2]).transpose(2, 3) for x in flat)
    q, k, v = apart
    mean = F.scaled_dot_product_attention(q, k, v, scale=1.0).transpose(2, 3)
    return mean.reshape(batch, value.shape[1], *query.shape[2:])


class Bottleneck(nn.Module):
    def __init__(self, in_channels: int, width: int, time: int, stride: int = 1) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv3d(in_channels, width, (time, 1, 1), padding=(time // 2, 0, 0), bias=False),
            nn.BatchNorm3d(width),
            nn.ReLU(),
            nn.Conv3d(width, width, (1, 3, 3), stride=(1, stride, stride), padding=(0, 1, 1), bias=False),
            nn.BatchNorm3d(width),
            nn.ReLU(),
            nn.Conv3d(width, 4 * width, 1, bias=False),
            nn.BatchNorm3d(4 * width),
        )
        shortcut: list[nn.Module] = []
        if stride != 1 or in_channels != 4 * width:
            shortcut += [
                nn.Conv3d(in_channels, 4 * width, 1, stride=(1, stride, stride), bias=False),
                nn.BatchNorm3d(4 * width),
            ]
        self.shortcut = nn.Sequential(*shortcut)
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        x = self.body(x) + self.shortcut(x)
        return self.relu(x)


class NonLocal(nn.Module):
    def __init__(self, in_channels: int) -> None:
        super().__init__()
        inner = in_channels // 2
        self.query = nn.Conv3d(in_channels, inner, 1)
        self.fewer = nn.MaxPool3d((1, 2, 2))
        self.key = nn.Conv3d(in_channels, inner, 1)
        self.value = nn.Conv3d(in_channels, inner, 1)
        self.layers = nn.Sequential(nn.Conv3d(inner, in_channels, 1), nn.BatchNorm3d(in_channels))

    def forward(self, x: Tensor) -> Tensor:
        query = self.query(x)
        fewer = self.fewer(x)
        key = self.key(fewer)
        value = self.value(fewer)
        body = attention(query, key, value)
        body = self.layers(body)
        return body + x


class NonLocalC2DResNet50(nn.Module):
    """Non-local C2D ResNet-50: (N, 3, 8, 224, 224) to (N, 400)."""

    def __init__(
        self,
        classes: int = 400,
        stem_time: int = 1,
        times: Sequence[Sequence[int]] = ((1, 1, 1), (1, 1, 1, 1), (1, 1, 1, 1, 1, 1), (1, 1, 1)),
    ) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv3d(3, 64, (stem_time, 7, 7), stride=(1, 2, 2), padding=(stem_time // 2, 3, 3), bias=False),
            nn.BatchNorm3d(64),
            nn.ReLU(),
            nn.MaxPool3d((1, 3, 3), stride=(1, 2, 2)),
        )
        channels = 64
        stage: list[nn.Module] = []
        for width, stride, times_2, attend in zip(
            (64, 128, 256, 512), (1, 2, 2, 2), times, (False, True, True, False), strict=True
        ):
            if width == 128:
                stage.append(nn.MaxPool3d((2, 1, 1)))
            for i_2, time in enumerate(times_2):
                stage.append(Bottleneck(channels, width, time, stride=stride if i_2 == 0 else 1))
                if attend and i_2 % 2 == 1:
                    stage.append(NonLocal(4 * width))
                channels = 4 * width
        self.stage = nn.Sequential(*stage)
        self.head = nn.Sequential(
            nn.AdaptiveAvgPool3d(1), nn.Flatten(), nn.Dropout(0.5), nn.Linear(channels, classes), nn.Softmax(dim=1)
        )

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        x = self.stage(x)
        return self.head(x)
