"""Exported by cnnshape from crnn.yaml (sha256 0000000000000000)."""

from torch import Tensor, nn


class Recurrent(nn.Module):
    """A recurrent layer on sequences with the channels first: (N, C, L)."""

    def __init__(self, layer: nn.LSTM | nn.GRU) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x: Tensor) -> Tensor:
        steps: Tensor = self.layer(x.transpose(1, 2))[0]
        return steps.transpose(1, 2)


class CRNN(nn.Module):
    """CRNN: (N, 1, 32, 100) to (N, 37, 26)."""

    def __init__(self) -> None:
        super().__init__()
        self.Conv_conv = nn.Conv2d(1, 64, 3, padding=1)
        self.Conv_relu = nn.ReLU()
        self.max_pool = nn.MaxPool2d(2)
        self.Conv_2_conv = nn.Conv2d(64, 128, 3, padding=1)
        self.Conv_2_relu = nn.ReLU()
        self.max_pool_2 = nn.MaxPool2d(2)
        self.Conv_3_conv = nn.Conv2d(128, 256, 3, padding=1)
        self.Conv_3_batch_norm = nn.BatchNorm2d(256)
        self.Conv_3_relu = nn.ReLU()
        self.Conv_4_conv = nn.Conv2d(256, 256, 3, padding=1)
        self.Conv_4_relu = nn.ReLU()
        self.Flatten_max_pool = nn.MaxPool2d(2, stride=(2, 1), padding=(0, 1))
        self.Conv_5_conv = nn.Conv2d(256, 512, 3, padding=1)
        self.Conv_5_batch_norm = nn.BatchNorm2d(512)
        self.Conv_5_relu = nn.ReLU()
        self.Conv_6_conv = nn.Conv2d(512, 512, 3, padding=1)
        self.Conv_6_relu = nn.ReLU()
        self.Flatten_2_max_pool = nn.MaxPool2d(2, stride=(2, 1), padding=(0, 1))
        self.Conv_7_conv = nn.Conv2d(512, 512, 2)
        self.Conv_7_batch_norm = nn.BatchNorm2d(512)
        self.Conv_7_relu = nn.ReLU()
        self.lstm = Recurrent(nn.LSTM(512, 256, bidirectional=True, batch_first=True))
        self.conv = nn.Conv1d(512, 256, 1)
        self.lstm_2 = Recurrent(nn.LSTM(256, 256, bidirectional=True, batch_first=True))
        self.conv_2 = nn.Conv1d(512, 37, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.Conv_conv(x)
        x = self.Conv_relu(x)
        x = self.max_pool(x)
        x = self.Conv_2_conv(x)
        x = self.Conv_2_relu(x)
        x = self.max_pool_2(x)
        x = self.Conv_3_conv(x)
        x = self.Conv_3_batch_norm(x)
        x = self.Conv_3_relu(x)
        x = self.Conv_4_conv(x)
        x = self.Conv_4_relu(x)
        x = self.Flatten_max_pool(x)
        x = self.Conv_5_conv(x)
        x = self.Conv_5_batch_norm(x)
        x = self.Conv_5_relu(x)
        x = self.Conv_6_conv(x)
        x = self.Conv_6_relu(x)
        x = self.Flatten_2_max_pool(x)
        x = self.Conv_7_conv(x)
        x = self.Conv_7_batch_norm(x)
        x = self.Conv_7_relu(x)
        x = x.reshape(-1, 512, 26)
        x = self.lstm(x)
        x = self.conv(x)
        x = self.lstm_2(x)
        x = self.conv_2(x)
        return x
