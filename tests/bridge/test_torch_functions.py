"""Functions of PyTorch and the layers that they become: each spec was proved against the shapes and weights of the run."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bridge.torch_modules import Forward, layers_of

torch = pytest.importorskip("torch")
nn = torch.nn
F = torch.nn.functional

MAP = (8, 6, 10)
LINE = (8, 12)
BOX = (8, 4, 6, 6)


def heads(x: Any) -> Any:
    parts = x.reshape(x.shape[0], 2, 4, 60).transpose(2, 3)
    weights = (parts @ parts.transpose(-2, -1) / 2.0).softmax(dim=-1)
    return (weights @ parts).transpose(2, 3).reshape(x.shape)


MODULES: list[tuple[Any, tuple[int, ...], list[str]]] = [
    (nn.Conv1d(8, 4, 3), LINE, ["conv: {out: 4, kernel: 3}"]),
    (
        nn.Conv2d(8, 16, (3, 5), stride=(2, 1), padding=(1, 2), dilation=(1, 2), groups=2, bias=False),
        MAP,
        ["conv: {out: 16, kernel: [3, 5], stride: [2, 1], padding: [1, 2], dilation: [1, 2], groups: 2, bias: false}"],
    ),
    (nn.Conv2d(8, 8, 3, padding="same", dilation=2), MAP, ["conv: {out: 8, kernel: 3, padding: same, dilation: 2}"]),
    (nn.Conv2d(8, 8, 3, padding="valid"), MAP, ["conv: {out: 8, kernel: 3}"]),
    (
        nn.Conv2d(8, 8, 3, padding=1, padding_mode="reflect"),
        MAP,
        ["pad: {padding: 1, mode: reflect}", "conv: {out: 8, kernel: 3}"],
    ),
    (nn.Conv3d(8, 8, (1, 3, 3), padding=(0, 1, 1)), BOX, ["conv: {out: 8, kernel: [1, 3, 3], padding: [0, 1, 1]}"]),
    (nn.ConvTranspose1d(8, 4, 2, stride=2), LINE, ["conv_transpose: {out: 4, kernel: 2, stride: 2}"]),
    (
        nn.ConvTranspose2d(8, 4, 3, stride=2, padding=1, output_padding=1, groups=4),
        MAP,
        ["conv_transpose: {out: 4, kernel: 3, stride: 2, padding: 1, groups: 4, output_padding: 1}"],
    ),
    (
        nn.ConvTranspose3d(8, 4, 2, stride=2, bias=False),
        BOX,
        ["conv_transpose: {out: 4, kernel: 2, stride: 2, bias: false}"],
    ),
    (nn.Linear(8, 3), (8,), ["linear: 3"]),
    (nn.Linear(8, 3, bias=False), (8,), ["linear: {out: 3, bias: false}"]),
    (nn.MaxPool1d(2), LINE, ["max_pool: 2"]),
    (
        nn.MaxPool2d(3, stride=2, padding=1, ceil_mode=True),
        MAP,
        ["max_pool: {kernel: 3, stride: 2, padding: 1, ceil: true}"],
    ),
    (nn.MaxPool3d((1, 2, 2)), BOX, ["max_pool: [1, 2, 2]"]),
    (nn.MaxPool2d(2, dilation=2, stride=1), MAP, ["max_pool: {kernel: 2, stride: 1, dilation: 2}"]),
    (nn.AvgPool1d(2), LINE, ["avg_pool: 2"]),
    (
        nn.AvgPool2d(3, stride=2, padding=1, count_include_pad=False),
        MAP,
        ["avg_pool: {kernel: 3, stride: 2, padding: 1, count_include_pad: false}"],
    ),
    (nn.AvgPool2d(2), MAP, ["avg_pool: 2"]),
    (nn.AvgPool3d(2, ceil_mode=True), BOX, ["avg_pool: {kernel: 2, ceil: true}"]),
    (nn.AdaptiveAvgPool2d(1), MAP, ["global_avg_pool"]),
    (nn.AdaptiveAvgPool2d((3, 5)), MAP, ["adaptive_avg_pool: [3, 5]"]),
    (nn.AdaptiveAvgPool3d(1), BOX, ["global_avg_pool"]),
    (nn.AdaptiveMaxPool1d(1), LINE, ["global_max_pool"]),
    (nn.AdaptiveMaxPool2d(2), MAP, ["adaptive_max_pool: 2"]),
    (nn.BatchNorm1d(8), LINE, ["batch_norm"]),
    (nn.BatchNorm1d(8), (8,), ["batch_norm"]),
    (nn.BatchNorm2d(8, eps=1e-3, momentum=0.01), MAP, ["batch_norm: {eps: 0.001, momentum: 0.01}"]),
    (nn.BatchNorm2d(8, affine=False), MAP, ["batch_norm: {affine: false}"]),
    (nn.BatchNorm3d(8, track_running_stats=False), BOX, ["batch_norm: {track: false}"]),
    (nn.GroupNorm(4, 8), MAP, ["group_norm: 4"]),
    (nn.GroupNorm(2, 8, eps=1e-6, affine=False), LINE, ["group_norm: {groups: 2, affine: false, eps: 1e-06}"]),
    (nn.InstanceNorm2d(8), MAP, ["instance_norm"]),
    (nn.InstanceNorm2d(8, affine=True), MAP, ["instance_norm: {affine: true}"]),
    (nn.LayerNorm([8, 6, 10]), MAP, ["layer_norm: all"]),
    (nn.LayerNorm([6, 10]), MAP, ["layer_norm: space"]),
    (nn.LayerNorm(10), MAP, ["layer_norm: last"]),
    (nn.LayerNorm(8, elementwise_affine=False), (8,), ["layer_norm: {affine: false}"]),
    (nn.LayerNorm(8, bias=False, eps=1e-6), (8,), ["layer_norm: {affine: scale, eps: 1e-06}"]),
    (nn.RMSNorm(8), (8,), ["rms_norm"]),
    (
        nn.LocalResponseNorm(3, alpha=1e-3, beta=0.5, k=2.0),
        MAP,
        ["local_response_norm: {size: 3, alpha: 0.001, beta: 0.5, k: 2}"],
    ),
    (nn.ReLU(), MAP, ["relu"]),
    (nn.ReLU(inplace=True), MAP, ["relu"]),
    (nn.ReLU6(), MAP, ["relu6"]),
    (nn.LeakyReLU(0.2), MAP, ["leaky_relu: 0.2"]),
    (nn.PReLU(), MAP, ["prelu"]),
    (nn.PReLU(8), MAP, ["prelu: true"]),
    (nn.ELU(0.5), MAP, ["elu: 0.5"]),
    (nn.SELU(), MAP, ["selu"]),
    (nn.CELU(2.0), MAP, ["celu: 2"]),
    (nn.GELU(), MAP, ["gelu"]),
    (nn.SiLU(), MAP, ["silu"]),
    (nn.Mish(), MAP, ["mish"]),
    (nn.Sigmoid(), MAP, ["sigmoid"]),
    (nn.Tanh(), MAP, ["tanh"]),
    (nn.Hardsigmoid(), MAP, ["hard_sigmoid"]),
    (nn.Hardswish(), MAP, ["hard_swish"]),
    (nn.Hardtanh(), MAP, ["hard_tanh"]),
    (nn.Hardtanh(-2.0, 2.0), MAP, ["hard_tanh: {min: -2, max: 2}"]),
    (nn.Softplus(), MAP, ["softplus"]),
    (nn.Softsign(), MAP, ["softsign"]),
    (nn.Softmax(1), MAP, ["softmax"]),
    (nn.Softmax2d(), MAP, ["softmax"]),
    (nn.LogSoftmax(1), (8,), ["log_softmax"]),
    (nn.Softmax(-1), LINE, ["softmax: space"]),
    (nn.GLU(1), MAP, ["glu"]),
    (nn.Dropout(0.3), MAP, ["dropout: 0.3"]),
    (nn.Dropout2d(), MAP, ["dropout"]),
    (nn.Flatten(), MAP, ["flatten"]),
    (nn.Unflatten(1, (2, 4)), LINE, ["reshape: [2, 4, in_length]"]),
    (nn.Upsample(scale_factor=2), MAP, ["upsample: 2"]),
    (nn.Upsample(scale_factor=(2, 3), mode="bilinear"), MAP, ["upsample: {scale: [2, 3], mode: linear}"]),
    (
        nn.Upsample(size=(12, 20), mode="bicubic", align_corners=True),
        MAP,
        ["upsample: {size: [12, 20], mode: cubic, align_corners: true}"],
    ),
    (nn.Upsample(scale_factor=2, mode="trilinear"), BOX, ["upsample: {scale: 2, mode: linear}"]),
    (
        nn.Upsample(scale_factor=2, mode="linear", align_corners=True),
        LINE,
        ["upsample: {scale: 2, mode: linear, align_corners: true}"],
    ),
    (nn.PixelShuffle(2), MAP, ["pixel_shuffle: 2"]),
    (nn.PixelUnshuffle(2), MAP, ["pixel_unshuffle: 2"]),
    (nn.ChannelShuffle(4), MAP, ["channel_shuffle: 4"]),
    (nn.ZeroPad2d((1, 2, 3, 4)), MAP, ["pad: [[3, 4], [1, 2]]"]),
    (nn.ZeroPad2d(-1), MAP, ["crop: 1"]),
    (nn.ReflectionPad2d(1), MAP, ["pad: {padding: 1, mode: reflect}"]),
    (nn.ReplicationPad1d((2, 0)), LINE, ["pad: {padding: [[2, 0]], mode: replicate}"]),
    (nn.CircularPad3d(1), BOX, ["pad: {padding: 1, mode: circular}"]),
]


@pytest.mark.parametrize(("module", "shape", "layers"), MODULES, ids=[str(row[0])[:60] for row in MODULES])
def test_a_module(module: Any, shape: tuple[int, ...], layers: list[str]) -> None:
    assert layers_of(module, shape) == layers


FUNCTIONS: list[tuple[str, Any, tuple[int, ...], list[str]]] = [
    ("F.relu", F.relu, MAP, ["relu"]),
    ("F.relu6", F.relu6, MAP, ["relu6"]),
    ("torch.relu", torch.relu, MAP, ["relu"]),
    ("x.relu_()", lambda x: x.relu_(), MAP, ["relu"]),
    ("x.clamp(min=0)", lambda x: x.clamp(min=0), MAP, ["relu"]),
    ("x.clamp(0, 6)", lambda x: x.clamp(0, 6), MAP, ["relu6"]),
    ("x.clamp(-1, 1)", lambda x: x.clamp(-1, 1), MAP, ["hard_tanh"]),
    ("x.clip(min=-2, max=3)", lambda x: x.clip(min=-2, max=3), MAP, ["hard_tanh: {min: -2, max: 3}"]),
    ("x + 1", lambda x: x + 1, MAP, ["rescale: {shift: 1}"]),
    ("1 - x", lambda x: 1 - x, MAP, ["rescale: {scale: -1, shift: 1}"]),
    ("x - 0.5", lambda x: x - 0.5, MAP, ["rescale: {shift: -0.5}"]),
    ("-x", lambda x: -x, MAP, ["rescale: -1"]),
    ("2 * x", lambda x: 2 * x, MAP, ["rescale: 2"]),
    ("x / 4", lambda x: x / 4, MAP, ["rescale: 0.25"]),
    ("x * 1.0 + 0 + torch.tensor(2.0)", lambda x: x * 1.0 + 0 + torch.tensor(2.0), MAP, ["rescale: {shift: 2}"]),
    ("x + x", lambda x: x + x, MAP, ["rescale: 2"]),
    ("x * x", lambda x: x * x, MAP, ["square"]),
    ("x**2", lambda x: x**2, MAP, ["square"]),
    ("x.abs()", lambda x: x.abs(), MAP, ["abs"]),
    ("x * torch.sigmoid(x)", lambda x: x * torch.sigmoid(x), MAP, ["silu"]),
    ("x.sigmoid() * x", lambda x: x.sigmoid() * x, MAP, ["silu"]),
    ("x * F.softplus(x).tanh()", lambda x: x * F.softplus(x).tanh(), MAP, ["mish"]),
    ("F.relu6(x + 3) / 6", lambda x: F.relu6(x + 3) / 6, MAP, ["hard_sigmoid"]),
    ("x * F.relu6(x + 3) / 6", lambda x: x * F.relu6(x + 3) / 6, MAP, ["hard_swish"]),
    ("x * (F.relu6(x + 3.0) * (1 / 6))", lambda x: x * (F.relu6(x + 3.0) * (1 / 6)), MAP, ["hard_swish"]),
    ("x * F.hardsigmoid(x)", lambda x: x * F.hardsigmoid(x), MAP, ["hard_swish"]),
    ("x.mean((2, 3))", lambda x: x.mean((2, 3)), MAP, ["global_avg_pool", "flatten"]),
    ("x.mean([-2, -1], keepdim=True)", lambda x: x.mean([-2, -1], keepdim=True), MAP, ["global_avg_pool"]),
    ("x.mean(dim=-1)", lambda x: x.mean(dim=-1), LINE, ["global_avg_pool", "flatten"]),
    ("x.mean((2, 3, 4))", lambda x: x.mean((2, 3, 4)), BOX, ["global_avg_pool", "flatten"]),
    ("x.mean(1, keepdim=True)", lambda x: x.mean(1, keepdim=True), MAP, ["channel_avg_pool"]),
    ("x.amax((2, 3))", lambda x: x.amax((2, 3)), MAP, ["global_max_pool", "flatten"]),
    ("x.amax(dim=1, keepdim=True)", lambda x: x.amax(dim=1, keepdim=True), MAP, ["channel_max_pool"]),
    ("x.mean(3, keepdim=True)", lambda x: x.mean(3, keepdim=True), MAP, ["adaptive_avg_pool: [in_height, 1]"]),
    ("x.flatten(2).mean(-1)", lambda x: x.flatten(2).mean(-1), MAP, ["global_avg_pool", "flatten"]),
    ("torch.flatten(x, 1)", lambda x: torch.flatten(x, 1), MAP, ["flatten"]),
    ("x.view(x.shape[0], -1)", lambda x: x.view(x.shape[0], -1), MAP, ["flatten"]),
    ("x.reshape(-1, 480)", lambda x: x.reshape(-1, 480), MAP, ["flatten"]),
    (
        "F.adaptive_avg_pool2d(x, 1).squeeze(-1).squeeze(-1).view(-1, 8, 1, 1)",
        lambda x: F.adaptive_avg_pool2d(x, 1).squeeze(-1).squeeze(-1).view(-1, 8, 1, 1),
        MAP,
        ["global_avg_pool"],
    ),
    (
        "x.view(-1, 2, 4, 6, 10).transpose(1, 2).reshape(-1, 8, 6, 10)",
        lambda x: x.view(-1, 2, 4, 6, 10).transpose(1, 2).reshape(-1, 8, 6, 10),
        MAP,
        ["channel_shuffle: 2"],
    ),
    (
        "x.view(-1, 2, 2, 2, 6, 10).permute(0, 1, 4, 2, 5, 3).reshape(-1, 2, 12, 20)",
        lambda x: x.view(-1, 2, 2, 2, 6, 10).permute(0, 1, 4, 2, 5, 3).reshape(-1, 2, 12, 20),
        MAP,
        ["pixel_shuffle: 2"],
    ),
    (
        "x.view(-1, 8, 3, 2, 5, 2).permute(0, 1, 3, 5, 2, 4).reshape(-1, 32, 3, 5)",
        lambda x: x.view(-1, 8, 3, 2, 5, 2).permute(0, 1, 3, 5, 2, 4).reshape(-1, 32, 3, 5),
        MAP,
        ["pixel_unshuffle: 2"],
    ),
    (
        "x.view(-1, 8, 3, 2, 5, 2).permute(0, 3, 5, 1, 2, 4).reshape(-1, 32, 3, 5)",
        lambda x: x.view(-1, 8, 3, 2, 5, 2).permute(0, 3, 5, 1, 2, 4).reshape(-1, 32, 3, 5),
        MAP,
        ["pixel_unshuffle: 2", "channel_shuffle: 8"],
    ),
    (
        "x.permute(0, 2, 3, 1).relu().permute(0, 3, 1, 2)",
        lambda x: x.permute(0, 2, 3, 1).relu().permute(0, 3, 1, 2),
        MAP,
        ["relu"],
    ),
    (
        "x.permute(0, 2, 3, 1).softmax(-1).movedim(3, 1)",
        lambda x: x.permute(0, 2, 3, 1).softmax(-1).movedim(3, 1),
        MAP,
        ["softmax"],
    ),
    (
        "F.layer_norm(x.permute(0, 2, 3, 1), (8,)).permute(0, 3, 1, 2)",
        lambda x: F.layer_norm(x.permute(0, 2, 3, 1), (8,)).permute(0, 3, 1, 2),
        MAP,
        ["layer_norm: {affine: false}"],
    ),
    (
        "torch.cat(x.chunk(2, 1)[::-1], 1)",
        lambda x: torch.cat(x.chunk(2, 1)[::-1], 1),
        MAP,
        [
            "{split: {parts: 2, take: 0}, name: split_2}",
            "{split: {parts: 2, take: 1}, from: input, name: split_3}",
            "concat: [split_3, split_2]",
        ],
    ),
    (
        "torch.cat([x, x.relu()], dim=-3)",
        lambda x: torch.cat([x, x.relu()], dim=-3),
        MAP,
        ["{relu, name: relu_2}", "concat: [input, relu_2]"],
    ),
    (
        "torch.cat([x.permute(0, 2, 3, 1)] * 2, -1).permute(0, 3, 1, 2)",
        lambda x: torch.cat([x.permute(0, 2, 3, 1)] * 2, -1).permute(0, 3, 1, 2),
        MAP,
        ["concat: [input, input]"],
    ),
    (
        "torch.cat([x.flatten(1), x.flatten(1)], 1)",
        lambda x: torch.cat([x.flatten(1), x.flatten(1)], 1),
        MAP,
        ["{flatten, name: flatten_2}", "concat: [flatten_2, flatten_2]"],
    ),
    ("x.split([2, 6], 1)[1]", lambda x: x.split([2, 6], 1)[1], MAP, ["split: {parts: [2, 6], take: 1}"]),
    ("x.split(3, 1)[2]", lambda x: x.split(3, 1)[2], MAP, ["split: {parts: [3, 3, 2], take: 2}"]),
    ("x.unbind(1)[3]", lambda x: x.unbind(1)[3], LINE, ["split: {parts: 8, take: 3}", "flatten"]),
    ("x[:, :3]", lambda x: x[:, :3], MAP, ["slice: 3"]),
    ("x[:, 2:-1, ...]", lambda x: x[:, 2:-1, ...], MAP, ["slice: {start: 2, stop: 7}"]),
    ("x.narrow(1, 4, 2)", lambda x: x.narrow(1, 4, 2), MAP, ["slice: {start: 4, stop: 6}"]),
    ("x[:, 1]", lambda x: x[:, 1], MAP, ["slice: {start: 1, stop: 2}", "reshape: [in_height, in_width]"]),
    ("x[:, 1:2]", lambda x: x[:, 1:2], MAP, ["slice: {start: 1, stop: 2}"]),
    ("x[:, :, 1:, :-2]", lambda x: x[:, :, 1:, :-2], MAP, ["crop: [[1, 0], [0, 2]]"]),
    ("x[:, :, ::2, ::2]", lambda x: x[:, :, ::2, ::2], MAP, ["subsample: 2"]),
    ("x[..., 1::2]", lambda x: x[..., 1::2], LINE, ["crop: [[1, 0]]", "subsample: 2"]),
    ("x[:, None, :, 0]", lambda x: x[:, None, :, 0], LINE, ["crop: [[0, in_length - 1]]"]),
    ("F.pad(x, (1, 1))", lambda x: F.pad(x, (1, 1)), LINE, ["pad: 1"]),
    ("F.pad(x, (0, 1, 0, 1))", lambda x: F.pad(x, (0, 1, 0, 1)), MAP, ["pad: [[0, 1], [0, 1]]"]),
    ("F.pad(x, (0, 0, 0, 0, 0, 4))", lambda x: F.pad(x, (0, 0, 0, 0, 0, 4)), MAP, ["pad_channels: 4"]),
    ("F.pad(x, (0, 0, 0, 0)).relu()", lambda x: F.pad(x, (0, 0, 0, 0)).relu(), MAP, ["relu"]),
    (
        'F.pad(x, (-1, 2, 0, 0), mode="replicate")',
        lambda x: F.pad(x, (-1, 2, 0, 0), mode="replicate"),
        MAP,
        ["crop: [[0, 0], [1, 0]]", "pad: {padding: [[0, 0], [0, 2]], mode: replicate}"],
    ),
    (
        'F.max_pool2d(F.pad(x, (0, 1, 0, 1), value=float("-inf")), 2)',
        lambda x: F.max_pool2d(F.pad(x, (0, 1, 0, 1), value=float("-inf")), 2),
        MAP,
        ["max_pool: {kernel: 2, padding: [[0, 1], [0, 1]]}"],
    ),
    ("F.interpolate(x, scale_factor=2)", lambda x: F.interpolate(x, scale_factor=2), MAP, ["upsample: 2"]),
    (
        'F.interpolate(x, size=(3, 5), mode="area")',
        lambda x: F.interpolate(x, size=(3, 5), mode="area"),
        MAP,
        ["adaptive_avg_pool: [3, 5]"],
    ),
    ("F.interpolate(x, size=(12, 20))", lambda x: F.interpolate(x, size=(12, 20)), MAP, ["upsample: {size: [12, 20]}"]),
    (
        "torch.maximum(x, x.relu())",
        lambda x: torch.maximum(x, x.relu()),
        MAP,
        ["{relu, name: relu_2}", "maximum: [input, relu_2]"],
    ),
    (
        "x * x.mean((2, 3), keepdim=True)",
        lambda x: x * x.mean((2, 3), keepdim=True),
        MAP,
        ["{global_avg_pool, name: global_avg_pool_2}", "multiply: [input, global_avg_pool_2]"],
    ),
    (
        "x.mean((2, 3), keepdim=True).expand_as(x) * x",
        lambda x: x.mean((2, 3), keepdim=True).expand_as(x) * x,
        MAP,
        ["{global_avg_pool, name: global_avg_pool_2}", "multiply: [global_avg_pool_2, input]"],
    ),
    (
        "x + x.mean((2, 3), keepdim=True)",
        lambda x: x + x.mean((2, 3), keepdim=True),
        MAP,
        ["{global_avg_pool, name: global_avg_pool_2}", "add: [input, global_avg_pool_2], broadcast: space"],
    ),
    (
        "x - x.mean(1, keepdim=True)",
        lambda x: x - x.mean(1, keepdim=True),
        MAP,
        ["{channel_avg_pool, name: channel_avg_pool_2}", "subtract: [input, channel_avg_pool_2], broadcast: channels"],
    ),
    (
        "x.mean(1, keepdim=True) - x",
        lambda x: x.mean(1, keepdim=True) - x,
        MAP,
        ["{channel_avg_pool, name: channel_avg_pool_2}", "subtract: [channel_avg_pool_2, input], broadcast: channels"],
    ),
    (
        "x * x.mean(3, keepdim=True)",
        lambda x: x * x.mean(3, keepdim=True),
        MAP,
        [
            "adaptive_avg_pool: [in_height, 1]",
            "{upsample: {like: input}, name: upsample_2}",
            "multiply: [input, upsample_2]",
        ],
    ),
    (
        "x.mean((2, 3), keepdim=True) * x.mean(1, keepdim=True)",
        lambda x: x.mean((2, 3), keepdim=True) * x.mean(1, keepdim=True),
        MAP,
        [
            "{global_avg_pool, name: global_avg_pool_2}",
            "{channel_avg_pool, from: input, name: channel_avg_pool_2}",
            "{upsample: {like: input}, from: global_avg_pool_2, name: upsample_2}",
            "multiply: [upsample_2, channel_avg_pool_2], broadcast: channels",
        ],
    ),
    (
        "x * x.mean((2, 3)).view(-1, 8, 1, 1)",
        lambda x: x * x.mean((2, 3)).view(-1, 8, 1, 1),
        MAP,
        ["{global_avg_pool, name: global_avg_pool_2}", "multiply: [input, global_avg_pool_2]"],
    ),
    (
        "x * x.mean((2, 3))[:, :, None, None]",
        lambda x: x * x.mean((2, 3))[:, :, None, None],
        MAP,
        ["{global_avg_pool, name: global_avg_pool_2}", "multiply: [input, global_avg_pool_2]"],
    ),
    (
        "x.permute(0, 2, 3, 1) * x.mean((2, 3))[:, None, None]",
        lambda x: x.permute(0, 2, 3, 1) * x.mean((2, 3))[:, None, None],
        MAP,
        ["{global_avg_pool, name: global_avg_pool_2}", "multiply: [input, global_avg_pool_2]"],
    ),
    (
        "F.scaled_dot_product_attention(*[x.flatten(2).transpose(1, 2)] * 3).transpose(1, 2).reshape(x.shape)",
        lambda x: F.scaled_dot_product_attention(*[x.flatten(2).transpose(1, 2)] * 3).transpose(1, 2).reshape(x.shape),
        MAP,
        ["attention: {query: input, key: input, value: input}"],
    ),
    (
        "layer norm of tokens",
        lambda x: F.layer_norm(x.flatten(2).transpose(1, 2), (8,)).mT.unflatten(2, (6, 10)),
        MAP,
        ["layer_norm: {affine: false}"],
    ),
    (
        "attention written out",
        lambda x: ((x.mT @ x * 0.5).softmax(-1) @ x.mT).mT,
        LINE,
        ["attention: {query: input, key: input, value: input}"],
    ),
    (
        "attention of two heads",
        lambda x: heads(x),
        MAP,
        ["attention: {query: input, key: input, value: input, heads: 2}"],
    ),
    ('F.gelu(x, approximate="tanh")', lambda x: F.gelu(x, approximate="tanh"), MAP, ["gelu"]),
    (
        "F.dropout(x, 0.2, False) + x",
        lambda x: F.dropout(x, 0.2, False) + x,
        MAP,
        ["{dropout: 0.2, name: dropout_2}", "add: [dropout_2, input]"],
    ),
    ("F.local_response_norm(x, 3)", lambda x: F.local_response_norm(x, 3), LINE, ["local_response_norm: 3"]),
    *[
        (
            f"{name} over a stack along {dim}",
            lambda x, reduced=reduced, dim=dim: reduced(torch.stack([x.relu(), x.tanh(), x.sigmoid()], dim), dim),
            MAP,
            [
                "{relu, name: relu_2}",
                "{tanh, from: input, name: tanh_2}",
                "{sigmoid, from: input, name: sigmoid_2}",
                f"{kind}: [relu_2, tanh_2, sigmoid_2]",
            ],
        )
        for name, kind, reduced in (
            ("sum", "add", torch.sum),
            ("mean", "average", torch.mean),
            ("amax", "maximum", torch.amax),
        )
        for dim in (0, 1, 2, -1)
    ],
    (
        "a stack of one tensor",
        lambda x: torch.stack([x.relu()]).mean(0).tanh(),
        MAP,
        ["relu", "tanh"],
    ),
    (
        "a stack that is read twice",
        lambda x: (lambda stack: stack.amax(1) * stack[:, 0])(torch.stack([x, x.tanh()], 1)),
        MAP,
        [
            "{tanh, name: tanh_2}",
            "{concat: [input, tanh_2], name: concat_2}",
            "{split: {parts: 2, take: 0}, name: split_2}",
            "{split: {parts: 2, take: 1}, from: concat_2, name: split_3}",
            "{maximum: [split_2, split_3], name: maximum_2}",
            "{split: {parts: 2, take: 0}, from: concat_2, name: split_4}",
            "multiply: [maximum_2, split_4]",
        ],
    ),
    (
        "x.view(-1, 4, 2, 6, 10).amax(2)",
        lambda x: x.view(-1, 4, 2, 6, 10).amax(2),
        MAP,
        [
            "{channel_shuffle: 4, name: channel_shuffle_2}",
            "{split: {parts: 2, take: 0}, name: split_2}",
            "{split: {parts: 2, take: 1}, from: channel_shuffle_2, name: split_3}",
            "maximum: [split_2, split_3]",
        ],
    ),
    ("x.sum(1)", lambda x: x.sum(1, keepdim=True), MAP, ["channel_avg_pool", "rescale: 8"]),
    ("x.repeat(1, 1, 1, 1)", lambda x: x.repeat(1, 1, 1, 1).relu(), MAP, ["relu"]),
    ("x.repeat(1, 2, 1, 1)", lambda x: x.repeat(1, 2, 1, 1), MAP, ["concat: [input, input]"]),
    (
        "x.repeat_interleave(2, 1)",
        lambda x: x.repeat_interleave(2, dim=1),
        MAP,
        ["concat: [input, input]", "channel_shuffle: 2"],
    ),
    (
        "a channel that is expanded",
        lambda x: F.max_pool2d(x.mean(1, keepdim=True).expand(-1, 3, -1, -1), 2),
        MAP,
        [
            "{channel_avg_pool, name: channel_avg_pool_2}",
            "concat: [channel_avg_pool_2, channel_avg_pool_2, channel_avg_pool_2]",
            "max_pool: 2",
        ],
    ),
    (
        "a cell that is expanded",
        lambda x: torch.cat([x, x.mean((2, 3), keepdim=True).expand_as(x)], 1),
        MAP,
        ["global_avg_pool", "{upsample: {like: input}, name: upsample_2}", "concat: [input, upsample_2]"],
    ),
    (
        "a column and a map that are expanded",
        lambda x: x * (x.mean((2, 3), keepdim=True).expand_as(x) * x.mean(1, keepdim=True).expand_as(x)),
        MAP,
        [
            "{global_avg_pool, name: global_avg_pool_2}",
            "{channel_avg_pool, from: input, name: channel_avg_pool_2}",
            "{upsample: {like: input}, from: global_avg_pool_2, name: upsample_2}",
            "{multiply: [upsample_2, channel_avg_pool_2], broadcast: channels, name: multiply_2}",
            "multiply: [input, multiply_2]",
        ],
    ),
    ("torch.hstack", lambda x: torch.hstack([x, x.relu()]), MAP, ["{relu, name: relu_2}", "concat: [input, relu_2]"]),
    (
        "F.pixel_unshuffle by name",
        lambda x: F.pixel_shuffle(F.pixel_unshuffle(x, downscale_factor=2), upscale_factor=2),
        MAP,
        ["pixel_unshuffle: 2", "pixel_shuffle: 2"],
    ),
    (
        "a tensor without channels",
        lambda x: torch.cat([x, torch.empty(len(x), 0, *x.shape[2:]), x.relu()], 1),
        MAP,
        ["{relu, name: relu_2}", "concat: [input, relu_2]"],
    ),
    ("zeros after the channels", lambda x: torch.cat([x, torch.zeros_like(x)], 1), MAP, ["pad_channels: 8"]),
    (
        "zeros around the channels",
        lambda x: torch.cat([x.new_zeros(x.shape)[:, :3], x, torch.zeros(len(x), 2, *x.shape[2:])], 1),
        MAP,
        ["pad_channels: {before: 3, after: 2}"],
    ),
    (
        "zeros around several tensors",
        lambda x: torch.cat([x, x.relu(), torch.zeros_like(x)], 1),
        MAP,
        ["{relu, name: relu_2}", "concat: [input, relu_2]", "pad_channels: 8"],
    ),
    (
        "factors of the channels that change places",
        lambda x: x.mean((2, 3), keepdim=True).view(-1, 2, 2, 2).transpose(1, 2).reshape(-1, 8, 1, 1).softmax(1),
        MAP,
        ["global_avg_pool", "reshape: [4, 2]", "channel_shuffle: 2", "reshape: [8, 1, 1]", "softmax"],
    ),
]


@pytest.mark.parametrize(
    ("function", "shape", "layers"), [row[1:] for row in FUNCTIONS], ids=[row[0] for row in FUNCTIONS]
)
def test_a_function(function: Any, shape: tuple[int, ...], layers: list[str]) -> None:
    assert layers_of(Forward(lambda self, x: function(x)), shape) == layers
