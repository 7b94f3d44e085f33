"""Exported by cnnshape from bisenet_v2.yaml (sha256 0000000000000000)."""

from collections.abc import Callable

import torch
from torch import Tensor, nn


class Conv(nn.Module):
    def __init__(
        self,
        in_channels: int,
        out: int,
        kernel: int = 3,
        stride: int = 1,
        groups: int = 1,
        act: Callable[..., nn.Module] | None = nn.ReLU,
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = [
            nn.Conv2d(in_channels, out, kernel, stride=stride, padding=kernel // 2, groups=groups, bias=False),
            nn.BatchNorm2d(out),
        ]
        if act is not None:
            layers.append(act())
        self.layers = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class Stem(nn.Module):
    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.conv = Conv(in_channels, 16, stride=2)
        self.conv_2 = nn.Sequential(Conv(16, 8, kernel=1), Conv(8, 16, stride=2))
        self.pool = nn.MaxPool2d(3, stride=2, padding=1)
        self.conv_3 = Conv(32, 16)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        x = torch.cat([self.conv_2(x), self.pool(x)], 1)
        return self.conv_3(x)


class Depthwise(nn.Module):
    def __init__(
        self, in_channels: int, out: int, stride: int = 1, act: Callable[..., nn.Module] | None = None
    ) -> None:
        super().__init__()
        self.conv = Conv(in_channels, out, stride=stride, groups=in_channels, act=act)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x)


class Gather(nn.Module):
    def __init__(self, in_channels: int, out: int, stride: int = 1) -> None:
        super().__init__()
        wide = 6 * in_channels
        body: list[nn.Module] = [Conv(in_channels, in_channels)]
        channels = in_channels
        if stride > 1:
            body.append(Depthwise(in_channels, wide, stride=stride))
            channels = wide
        body += [Depthwise(channels, wide, act=nn.ReLU), Conv(wide, out, kernel=1, act=None)]
        self.body = nn.Sequential(*body)
        shortcut: list[nn.Module] = []
        if stride > 1:
            shortcut.append(Depthwise(in_channels, in_channels, stride=stride))
        if stride > 1:
            shortcut.append(Conv(in_channels, out, kernel=1, act=None))
        self.shortcut = nn.Sequential(*shortcut)
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        x = self.body(x) + self.shortcut(x)
        return self.relu(x)


class Context(nn.Module):
    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.mean = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.BatchNorm2d(in_channels), Conv(in_channels, in_channels, kernel=1)
        )
        self.conv = Conv(in_channels, in_channels)

    def forward(self, x: Tensor) -> Tensor:
        x = self.mean(x) + x
        return self.conv(x)


class Separable(nn.Module):
    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            Depthwise(in_channels, in_channels), nn.Conv2d(in_channels, in_channels, 1, bias=False)
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class Aggregate(nn.Module):
    def __init__(self, in_channels: int, detail_channels: int) -> None:
        super().__init__()
        self.separable = Separable(detail_channels)
        self.conv = Conv(in_channels, in_channels, act=None)
        self.layers = nn.Sequential(nn.Upsample(scale_factor=4), nn.Sigmoid())
        self.conv_2 = Conv(detail_channels, detail_channels, stride=2, act=None)
        self.avg_pool = nn.AvgPool2d(3, stride=2, padding=1)
        self.separable_2 = Separable(in_channels)
        self.sigmoid = nn.Sigmoid()
        self.upsample = nn.Upsample(scale_factor=4)
        self.conv_3 = Conv(detail_channels, detail_channels)

    def forward(self, x: Tensor, detail: Tensor) -> Tensor:
        y = self.separable(detail)
        gate = self.conv(x)
        gate = self.layers(gate)
        fine = y * gate
        y = self.conv_2(detail)
        y = self.avg_pool(y)
        gate_2 = self.separable_2(x)
        gate_2 = self.sigmoid(gate_2)
        y = y * gate_2
        y = self.upsample(y)
        y = fine + y
        return self.conv_3(y)


class Head(nn.Module):
    def __init__(self, in_channels: int, inner: int, classes: int, up: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            Conv(in_channels, inner),
            nn.Dropout(0.1),
            nn.Conv2d(inner, classes, 1),
            nn.Upsample(scale_factor=up, mode="bilinear"),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class AuxHead(nn.Module):
    def __init__(self, in_channels: int, classes: int, up: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            Conv(in_channels, 128),
            nn.Dropout(0.1),
            nn.Upsample(scale_factor=2),
            Conv(128, up * up),
            nn.Conv2d(up * up, classes, 1),
            nn.Upsample(scale_factor=up // 2, mode="bilinear"),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class BiSeNetV2(nn.Module):
    """BiSeNetV2.

    input: (N, 3, 512, 1024)
    Returns scores: (N, 19, 512, 1024)
    Returns aux2: (N, 19, 512, 1024)
    Returns aux3: (N, 19, 512, 1024)
    Returns aux4: (N, 19, 512, 1024)
    Returns aux5: (N, 19, 512, 1024)
    """

    def __init__(self, classes: int = 19) -> None:
        super().__init__()
        channels = 3
        detail: list[nn.Module] = []
        for out, n in zip((64, 64, 128), (2, 3, 3), strict=True):
            for i in range(n):
                detail.append(Conv(channels, out, stride=2 if i == 0 else 1))
                channels = out
        self.detail = nn.Sequential(*detail)
        self.stem = Stem(3)
        channels_2 = 16
        self.stage = nn.ModuleList()
        for out_2, n_2 in zip((32, 64, 128), (2, 2, 4), strict=True):
            layers: list[nn.Module] = []
            for i_2 in range(n_2):
                layers.append(Gather(channels_2, out_2, stride=2 if i_2 == 0 else 1))
                channels_2 = out_2
            self.stage.append(nn.Sequential(*layers))
        self.context = Context(channels_2)
        self.aggregate = Aggregate(channels_2, channels)
        self.scores = Head(channels, 1024, classes, 8)
        self.aux2 = AuxHead(16, classes, 4)
        self.aux3 = AuxHead(32, classes, 8)
        self.aux4 = AuxHead(64, classes, 16)
        self.aux5 = AuxHead(128, classes, 32)

    def forward(self, input: Tensor) -> dict[str, Tensor]:
        detail = self.detail(input)
        stem = self.stem(input)
        stage_outputs: list[Tensor] = []
        stage = stem
        for layer in self.stage:
            stage = layer(stage)
            stage_outputs.append(stage)
        x = self.context(stage)
        x = self.aggregate(x, detail)
        scores = self.scores(x)
        aux2 = self.aux2(stem)
        aux3 = self.aux3(stage_outputs[0])
        aux4 = self.aux4(stage_outputs[1])
        aux5 = self.aux5(stage_outputs[2])
        return {"scores": scores, "aux2": aux2, "aux3": aux3, "aux4": aux4, "aux5": aux5}
