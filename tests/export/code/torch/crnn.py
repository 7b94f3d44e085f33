"""Exported by cnnshape from crnn.yaml (sha256 0000000000000000)."""

from collections.abc import Callable

from torch import Tensor, nn


class Recurrent(nn.Module):
    """A recurrent layer on sequences with the channels first: (N, C, L)."""

    def __init__(self, layer: nn.LSTM | nn.GRU) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x: Tensor) -> Tensor:
        steps: Tensor = self.layer(x.transpose(1, 2))[0]
        return steps.transpose(1, 2)


class Conv(nn.Module):
    def __init__(
        self,
        in_channels: int,
        out: int,
        kernel: int = 3,
        padding: int = 1,
        norm: Callable[..., nn.Module] | None = None,
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Conv2d(in_channels, out, kernel, padding=padding)]
        if norm is not None:
            layers.append(norm(out))
        layers.append(nn.ReLU())
        self.layers = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class Flatten(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.max_pool = nn.MaxPool2d(2, stride=(2, 1), padding=(0, 1))

    def forward(self, x: Tensor) -> Tensor:
        return self.max_pool(x)


class CRNN(nn.Module):
    """CRNN: (N, 1, 32, 100) to (N, 37, 26)."""

    def __init__(self, classes: int = 37, hidden: int = 256) -> None:
        super().__init__()
        self.stem = Conv(1, 64)
        self.max_pool = nn.MaxPool2d(2)
        self.conv = Conv(64, 128)
        self.max_pool_2 = nn.MaxPool2d(2)
        self.layers = nn.Sequential(
            Conv(128, 256, norm=nn.BatchNorm2d),
            Conv(256, 256),
            Flatten(),
            Conv(256, 512, norm=nn.BatchNorm2d),
            Conv(512, 512),
            Flatten(),
            Conv(512, 512, kernel=2, padding=0, norm=nn.BatchNorm2d),
        )
        channels = 512
        head: list[nn.Module] = []
        for out in (hidden, classes):
            head += [
                Recurrent(nn.LSTM(channels, hidden, bidirectional=True, batch_first=True)),
                nn.Conv1d(hidden * 2, out, 1),
            ]
            channels = out
        self.head = nn.Sequential(*head)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        x = self.max_pool(x)
        x = self.conv(x)
        x = self.max_pool_2(x)
        x = self.layers(x)
        x = x.reshape(-1, 512, 26)
        return self.head(x)
