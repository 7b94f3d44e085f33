"""Small networks: weights that are shared, views, several inputs and outputs, and what depends on sizes."""

from __future__ import annotations

import warnings
from collections import namedtuple
from typing import Any

import pytest

from cnnshape.api import analyze, load
from cnnshape.bridge import ImportProblem, from_torch
from tests.bridge.torch_modules import Forward, layers_of, lines_of, network_of

torch = pytest.importorskip("torch")
flop_counter = pytest.importorskip("torch.utils.flop_counter")
nn = torch.nn
F = torch.nn.functional

MAP = (8, 6, 10)


def same_pad(x: Any, kernel: int, stride: int, value: float = 0.0) -> Any:
    """The padding of TensorFlow, computed from the size."""
    pads = [max((-(-size // stride) - 1) * stride + kernel - size, 0) for size in x.shape[-1:1:-1]]
    return F.pad(x, [half for pad in pads for half in (pad // 2, pad - pad // 2)], value=value)


def test_channels_last_is_a_view() -> None:
    block = Forward(
        lambda self, x: (
            x
            + (self.gamma * self.down(F.gelu(self.up(self.norm(self.conv(x).permute(0, 2, 3, 1)))))).permute(0, 3, 1, 2)
        ),
        conv=nn.Conv2d(8, 8, 7, padding=3, groups=8),
        norm=nn.LayerNorm(8, eps=1e-6),
        up=nn.Linear(8, 32),
        down=nn.Linear(32, 8),
        gamma=nn.Parameter(torch.full((8,), 1e-6)),
    )
    assert layers_of(block, MAP) == [
        "conv: {out: 8, kernel: 7, padding: 3, groups: 8}",
        "layer_norm: {eps: 1e-06}",
        "conv: {out: 32, kernel: 1}",
        "gelu",
        "conv: {out: 8, kernel: 1}",
        "{layer_scale, name: layer_scale_2}",
        "add: [input, layer_scale_2]",
    ]


def test_global_response_norm_is_recognized() -> None:
    def forward(self: Any, x: Any) -> Any:
        norm = x.norm(p=2, dim=(1, 2), keepdim=True)
        share = norm / (norm.mean(dim=-1, keepdim=True) + 1e-6)
        return x + torch.addcmul(self.bias.view(1, 1, 1, -1), self.weight.view(1, 1, 1, -1), x * share)

    module = Forward(
        lambda self, x: forward(self, x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2),
        weight=nn.Parameter(torch.zeros(8)),
        bias=nn.Parameter(torch.zeros(8)),
    )
    assert layers_of(module, MAP) == ["global_response_norm"]


@pytest.mark.parametrize("order", [2, 2.0, 1, float("inf")])
def test_global_response_norm_is_recognized_in_other_words(order: float) -> None:
    def forward(self: Any, x: Any) -> Any:
        norm = torch.linalg.vector_norm(x, ord=order, dim=(1, 2), keepdim=True)
        share = norm / (norm.mean(dim=-1, keepdim=True) + 1e-6)
        return self.weight * (x * share) + self.bias + x

    module = Forward(
        lambda self, x: forward(self, x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2),
        weight=nn.Parameter(torch.zeros(1, 1, 1, 8)),
        bias=nn.Parameter(torch.zeros(1, 1, 1, 8)),
    )
    if order == 2:
        assert layers_of(module, MAP) == ["global_response_norm"]
    else:
        with pytest.raises(ImportProblem, match="linalg_vector_norm"):
            from_torch(module, MAP)


def test_rms_norm_is_recognized() -> None:
    module = Forward(
        lambda self, x: x * torch.rsqrt(x.pow(2).mean(dim=1, keepdim=True) + 1e-6) * self.weight.view(1, -1, 1, 1),
        weight=nn.Parameter(torch.ones(8)),
    )
    assert layers_of(module, MAP) == ["rms_norm: {eps: 1e-06}"]


@pytest.mark.parametrize(
    ("shape", "layer"),
    [
        ((8, 1, 1), "layer_scale: 0.5"),
        ((1,), "layer_scale: {init: 0.5, per_channel: false}"),
        ((), "layer_scale: {init: 0.5, per_channel: false}"),
    ],
)
def test_a_product_with_learned_values(shape: tuple[int, ...], layer: str) -> None:
    module = Forward(lambda self, x: x * self.scale, scale=nn.Parameter(torch.full(shape, 0.5)))
    assert layers_of(module, MAP) == [layer]
    shifted = Forward(
        lambda self, x: x * self.scale + self.shift,
        scale=nn.Parameter(torch.full(shape, 0.5)),
        shift=nn.Parameter(torch.zeros(shape)),
    )
    assert "shift: true" in layers_of(shifted, MAP)[0]


def test_values_that_differ_are_no_start_of_a_scale() -> None:
    module = Forward(lambda self, x: x * self.scale, scale=nn.Parameter(torch.rand(8, 1, 1)))
    assert layers_of(module, MAP) == ["layer_scale"]


def test_a_sum_with_learned_values_has_no_kind() -> None:
    module = Forward(lambda self, x: x + self.shift, shift=nn.Parameter(torch.zeros(8, 6, 10)))
    with pytest.raises(ImportProblem, match="no kind describes add"):
        layers_of(module, MAP)
    assert layers_of(module, MAP, opaque=True) == ["opaque: {output: [8, 6, 10], params: 480, what: add}"]


def test_a_product_of_tensors_without_a_kind_states_its_work() -> None:
    module = Forward(lambda self, x: torch.einsum("bchw,bdhw->bcd", x, x))
    assert layers_of(module, MAP, opaque=True) == [
        "opaque: {output: [8, 8], macs: 3840, what: einsum}",
    ]


def standardized(self: Any, x: Any) -> Any:
    weight = F.batch_norm(
        self.conv.weight.reshape(1, 16, -1), None, None, weight=self.gain.view(-1), training=True, eps=1e-6
    )
    return F.conv2d(x, weight.reshape_as(self.conv.weight), self.conv.bias, 2, 1)


def test_the_gain_of_a_standardized_weight_belongs_to_the_conv() -> None:
    module = Forward(standardized, conv=nn.Conv2d(8, 16, 3), gain=nn.Parameter(torch.ones(16, 1, 1, 1)))
    assert layers_of(module, MAP) == ["conv: {out: 16, kernel: 3, stride: 2, padding: 1, gain: true}"]


def test_a_fixed_filter_is_a_blur() -> None:
    class Blur(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("filt", torch.ones(8, 1, 3, 3) / 9)

        def forward(self, x: Any) -> Any:
            return F.conv2d(F.pad(x, (1, 1, 1, 1), mode="reflect"), self.filt, stride=2, groups=x.shape[1])

    assert layers_of(Blur(), MAP) == [
        "pad: {padding: 1, mode: reflect}",
        "blur_pool: {kernel: 3, padding: 0, mode: zeros}",
    ]


def test_a_module_that_runs_twice_shares_its_weights() -> None:
    module = Forward(lambda self, x: self.conv(F.relu(self.conv(x))), conv=nn.Conv2d(8, 8, 3, padding=1))
    text = from_torch(module, MAP, flat=True).text
    assert lines_of(text) == [
        "{conv: {out: 8, kernel: 3, padding: 1}, name: conv_conv}",
        "relu",
        "conv: {out: 8, kernel: 3, padding: 1}, share: conv_conv",
    ]
    assert analyze(load(text)).totals.params == sum(p.numel() for p in module.parameters())


def test_tied_weights_are_one() -> None:
    first, second = nn.Conv2d(8, 8, 1), nn.Conv2d(8, 8, 1)
    second.weight, second.bias = first.weight, first.bias
    assert layers_of(nn.Sequential(first, second), MAP)[1] == "conv: {out: 8, kernel: 1}, share: step_0_conv"


def test_modules_that_did_not_run_are_told() -> None:
    module = Forward(lambda self, x: self.conv(x), conv=nn.Conv2d(8, 8, 1), aux=nn.Conv2d(8, 3, 1))
    imported = from_torch(module, MAP, flat=True)
    assert imported.notes == ("27 of 99 params are in modules that did not run: aux",)
    network = network_of(module, {"input": MAP})
    assert [weight.name for weight in network.unused] == ["aux.weight", "aux.bias"]


def test_frozen_parameters_are_learned_values() -> None:
    module = nn.Sequential(nn.Conv2d(8, 4, 1)).requires_grad_(False)
    assert network_of(module, {"input": MAP}).params == 36


def test_the_call_stack_of_modules() -> None:
    module = nn.Sequential(nn.Sequential(nn.Conv2d(8, 8, 1), nn.ReLU()), Forward(lambda self, x: x + 1))
    network = network_of(module, {"input": MAP})
    stacks = [
        [(call.path, call.type, call.container) for call in operation.modules] for operation in network.operations
    ]
    assert stacks == [
        [("0", "Sequential", True), ("0.0", "Conv2d", False)],
        [("0", "Sequential", True), ("0.1", "ReLU", False)],
        [("1", "Forward", False)],
    ]
    calls = [operation.modules[0].call for operation in network.operations]
    assert calls[0] == calls[1] != calls[2]


def test_stochastic_depth_and_dropout_are_kept() -> None:
    class DropPath(nn.Module):
        drop_prob = 0.1

        def forward(self, x: Any) -> Any:
            return x

    module = Forward(lambda self, x: x + self.drop(self.dropout(x)), drop=DropPath(), dropout=nn.Dropout(0.2))
    assert layers_of(module, MAP) == [
        "dropout: 0.2",
        "{drop_path, name: drop_drop_path}",
        "add: [input, drop_drop_path]",
    ]


def test_the_module_is_as_before() -> None:
    module = Forward(lambda self, x: remember(self, self.norm(x)), norm=nn.BatchNorm2d(8))
    module.train()
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    from_torch(module, MAP, flat=True)
    assert module.training and module.norm.training
    assert not hasattr(module, "last")
    assert all(torch.equal(tensor, before[name]) for name, tensor in module.state_dict().items())
    assert module(torch.zeros(2, *MAP)).shape == (2, *MAP)


def remember(self: Any, x: Any) -> Any:
    self.last = x
    return x


def test_a_change_in_place_reaches_all_users_of_the_tensor() -> None:
    module = Forward(lambda self, x: self.relu(y := self.conv(x)) + y, conv=nn.Conv2d(8, 8, 1), relu=nn.ReLU(True))
    assert layers_of(module, MAP) == ["conv: {out: 8, kernel: 1}", "relu", "rescale: 2"]


def test_a_stale_view_is_refused() -> None:
    def forward(_: Any, x: Any) -> Any:
        view = x[:, :4]
        x.add_(1)
        return view * 2

    with pytest.raises(ImportProblem, match="changed in place after the view was made"):
        layers_of(Forward(forward), MAP)


def test_cells_that_are_set_are_not_lost() -> None:
    def forward(_: Any, x: Any) -> Any:
        padded = x.new_zeros(x.shape[0], 8, 7, 10)
        padded[:, :, 1:] = x
        return padded

    module = Forward(forward)
    with pytest.raises(ImportProblem, match="no kind describes __setitem__"):
        layers_of(module, MAP)
    assert layers_of(module, MAP, opaque=True) == ["opaque: {output: [8, 7, 10], what: setitem}"]


def filled(x: Any) -> Any:
    made = torch.zeros_like(x)
    made[:, :4] = 1
    return made


def filled_by_a_view(x: Any) -> Any:
    made = x.new_zeros(x.shape)
    half = made[:, :4]
    half += 1
    return made


@pytest.mark.parametrize(
    "function",
    [
        lambda x: torch.cat([x, torch.ones_like(x)], 1),
        lambda x: torch.cat([x, torch.zeros_like(x).add_(1)], 1),
        lambda x: torch.cat([x, filled(x)], 1),
        lambda x: torch.cat([x, filled_by_a_view(x)], 1),
        lambda x: torch.cat([x, torch.zeros_like(x), x], 1),
        lambda x: torch.cat([x, torch.zeros_like(x)], 2),
    ],
)
def test_only_zeros_at_the_ends_of_the_channels_are_a_padding(function: Any) -> None:
    with pytest.raises(ImportProblem, match="no kind describes cat with values that are no parameters"):
        layers_of(Forward(lambda self, x: function(x)), MAP)


def test_an_output_that_is_expanded_far_has_no_kind() -> None:
    with pytest.raises(ImportProblem, match="the axes of the output of the network, 64x6x10: it is expanded"):
        layers_of(Forward(lambda self, x: x.mean(1, keepdim=True).expand(-1, 64, -1, -1)), MAP)


def test_copies_of_samples_and_of_many_channels_have_no_kind() -> None:
    with pytest.raises(ImportProblem, match="repeat mixes the samples"):
        layers_of(Forward(lambda self, x: x.repeat(2, 1, 1, 1)), MAP)
    with pytest.raises(ImportProblem, match="no kind describes repeat"):
        layers_of(Forward(lambda self, x: x.repeat(1, 17, 1, 1)), MAP)


@pytest.mark.parametrize(
    ("function", "macs"),
    [
        (lambda self, x: F.conv2d(input=x, weight=self.weight[:2]), 2 * 8 * 9 * 4 * 8),
        (lambda self, x: torch.matmul(input=x, other=x.mT), 8 * 6 * 6 * 10),
        (lambda self, x: torch.bmm(input=x[:, 0], mat2=x[:, 1].mT), 6 * 6 * 10),
    ],
)
def test_products_with_named_arguments_state_their_work(function: Any, macs: int) -> None:
    module = Forward(function, weight=nn.Parameter(torch.rand(4, 8, 3, 3)))
    (layer,) = [layer for layer in layers_of(module, MAP, opaque=True) if "macs" in layer]
    assert f"macs: {macs}," in layer


PAIR = namedtuple("PAIR", "mask score")
OUTPUTS = [
    (lambda x: (x.relu(), x.sigmoid()), ["output_0", "output_1"]),
    (lambda x: {"out": x.relu(), "aux": x.tanh()}, ["out", "aux"]),
    (lambda x: PAIR(x.relu(), x.tanh()), ["mask", "score"]),
    (lambda x: [x.relu(), {"deep": x.tanh(), "none": None}], ["output_0", "output_1_deep"]),
]


@pytest.mark.parametrize(("function", "names"), OUTPUTS)
def test_outputs_keep_their_names(function: Any, names: list[str]) -> None:
    module = Forward(lambda self, x: function(x))
    assert [output.name for output in network_of(module, {"input": MAP}).outputs] == names
    report = analyze(load(from_torch(module, MAP, flat=True).text))
    assert len(report.output_layers) == 2


def test_several_inputs_by_name_and_by_place() -> None:
    class Two(nn.Module):
        def forward(self, image: Any, mask: Any) -> Any:
            return image * mask.relu()

    by_place = from_torch(Two(), [MAP, MAP], flat=True).text
    assert "input: {image: [8, 6, 10], mask: [8, 6, 10]}" in by_place
    assert from_torch(Two(), {"mask": MAP, "image": MAP}, flat=True).text.count("multiply: [image, relu_2]") == 1
    assert from_torch(Two(), [torch.zeros(1, *MAP), torch.zeros(1, *MAP)], flat=True).text == by_place


def test_an_example_input_is_taken() -> None:
    module = Forward(lambda self, x: x.relu())
    module.example_input_array = torch.zeros(4, *MAP)
    assert "input: [8, 6, 10]" in from_torch(module, flat=True).text


def test_a_recurrent_network() -> None:
    class Reader(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.lstm = nn.LSTM(8, 5, num_layers=2, bidirectional=True, batch_first=True)
            self.gru = nn.GRU(10, 4, bias=False)

        def forward(self, x: Any) -> Any:
            sequence, _ = self.lstm(x.transpose(1, 2))
            _, last = self.gru(sequence.transpose(0, 1))
            return last[-1]

    assert layers_of(Reader(), (8, 12)) == [
        "lstm: {out: 5, bidirectional: true}",
        "lstm: {out: 5, bidirectional: true}",
        "gru: {out: 4, biases: 0}",
        "crop: [[in_length - 1, 0]]",
        "flatten",
    ]


def test_an_unpool_names_its_pool() -> None:
    def forward(self: Any, x: Any) -> Any:
        pooled, places = F.max_pool2d(x, 2, return_indices=True)
        return F.max_unpool2d(self.conv(pooled), places, 2)

    assert layers_of(Forward(forward, conv=nn.Conv2d(8, 8, 1)), MAP) == [
        "{max_pool: 2, name: max_pool_2}",
        "conv: {out: 8, kernel: 1}",
        "max_unpool: {kernel: 2, pool: max_pool_2}",
    ]


SIZES: list[tuple[str, Any, list[str]]] = [
    (
        "a conv",
        lambda self, x: F.conv2d(same_pad(x, 3, 2), self.conv.weight, None, 2),
        ["conv: {out: 4, kernel: 3, stride: 2, padding: same, bias: false}"],
    ),
    (
        "a pool",
        lambda self, x: F.max_pool2d(same_pad(x, 2, 2, float("-inf")), 2),
        ["max_pool: {kernel: 2, padding: same}"],
    ),
    (
        "a fixed pad",
        lambda self, x: F.max_pool2d(F.pad(x, (0, 1, 0, 1)), 3, 2),
        ["pad: [[0, 1], [0, 1]]", "max_pool: {kernel: 3, stride: 2}"],
    ),
    ("an average of all", lambda self, x: F.avg_pool2d(x, x.shape[2:]), ["global_avg_pool"]),
    ("a fixed window", lambda self, x: F.avg_pool2d(x, (6, 10)), ["avg_pool: [6, 10]"]),
    (
        "the size of the input",
        lambda self, x: F.interpolate(F.max_pool2d(x, 2), x.shape[2:]),
        ["max_pool: 2", "upsample: {like: input}"],
    ),
    ("a factor", lambda self, x: F.interpolate(x, [2 * size for size in x.shape[2:]]), ["upsample: 2"]),
    ("a fixed size", lambda self, x: F.interpolate(x, (7, 7)), ["upsample: {size: 7}"]),
    ("half of the rows", lambda self, x: x[:, :, x.shape[2] // 2 :], ["crop: [[in_height // 2, 0], [0, 0]]"]),
    (
        "half as many cells",
        lambda self, x: F.adaptive_avg_pool2d(x, [size // 2 for size in x.shape[2:]]),
        ["adaptive_avg_pool: [in_height // 2, in_width // 2]"],
    ),
    (
        "a part of fixed size",
        lambda self, x: x[:, :, :6, :6],
        ["crop: [[0, in_height - 6], [0, in_width - 6]]"],
    ),
    ("positions in a row", lambda self, x: x.flatten(2) * 1.5, ["rescale: 1.5", "reshape: [8, in_height * in_width]"]),
]


@pytest.mark.parametrize(("forward", "layers"), [row[1:] for row in SIZES], ids=[row[0] for row in SIZES])
def test_what_depends_on_the_size_is_written_so(forward: Any, layers: list[str]) -> None:
    module = Forward(forward, conv=nn.Conv2d(8, 4, 3))
    imported = from_torch(module, MAP, flat=True)
    assert lines_of(imported.text) == layers
    assert not any("size only" in note for note in imported.notes)
    for size in ((7, 11), (9, 16), (12, 12)):
        wider = imported.text.replace("input: [8, 6, 10]", f"input: [8, {size[0]}, {size[1]}]").split("expect:")[0]
        report = analyze(load(wider))
        assert report.rows[-1].output == tuple(module.eval()(torch.zeros(1, 8, *size)).shape[1:])


def test_another_way_at_other_sizes_is_told() -> None:
    module = Forward(lambda self, x: F.pad(x, (0, -x.shape[3] % 5)).relu())
    assert "right at this input size only" in from_torch(module, MAP, flat=True).notes[0]


NETWORKS = [
    (Forward(standardized, conv=nn.Conv2d(8, 16, 3), gain=nn.Parameter(torch.ones(16))), MAP),
    (nn.Sequential(nn.Conv1d(8, 6, 3, 2, 1, groups=2), nn.BatchNorm1d(6), nn.Flatten(), nn.Linear(36, 5)), (8, 12)),
    (nn.Sequential(nn.ConvTranspose3d(8, 4, 3, 2, 1), nn.GroupNorm(2, 4), nn.Conv3d(4, 4, (1, 3, 3))), (8, 4, 6, 6)),
    (nn.Sequential(nn.Linear(8, 5), nn.PReLU(), nn.Linear(5, 2)), (8,)),
]


@pytest.mark.parametrize(("module", "shape"), NETWORKS)
def test_params_and_macs_are_those_of_pytorch(module: Any, shape: tuple[int, ...]) -> None:
    totals = analyze(load(from_torch(module, shape, flat=True).text)).totals
    counter = flop_counter.FlopCounterMode(display=False)
    with counter:
        module.eval()(torch.zeros(1, *shape))
    assert totals.macs == counter.get_total_flops() // 2
    assert totals.params == sum(parameter.numel() for parameter in module.parameters())


REFUSED: list[tuple[str, Any, tuple[int, ...], str, str]] = [
    ("it raises", lambda self, x: x.nothing, MAP, "raised AttributeError (test_torch_networks.py:", "--input"),
    (
        "a wrong rank",
        lambda self, x: F.conv2d(x, self.conv.weight),
        (8, 6, 6, 6),
        "the forward raised RuntimeError",
        "--input",
    ),
    ("a batch", lambda self, x: self.conv(x), (1, *MAP), "the forward raised RuntimeError", "`--input 8x6x10`"),
    (
        "other channels",
        lambda self, x: self.conv(x),
        (7, 6, 10),
        "the forward raised RuntimeError",
        "the input was 7x6x10",
    ),
    (
        "values decide",
        lambda self, x: x if x.sum() > 0 else -x,
        MAP,
        "depends on the values of a tensor",
        "shapes alone",
    ),
    ("an item", lambda self, x: x * x.max().item(), MAP, "depends on the values of a tensor", ""),
    (
        "no tensor",
        lambda self, x: 3,
        MAP,
        "gives no tensor that depends on the input, but int",
        "forward gives tensors",
    ),
    (
        "a constant",
        lambda self, x: torch.zeros(3),
        MAP,
        "gives no tensor that depends on the input",
        "forward gives tensors",
    ),
    ("a mixed batch", lambda self, x: x.sum(0), MAP, "mixes the samples of a batch", "batch"),
    (
        "a batch as channels",
        lambda self, x: self.conv(x.transpose(0, 1).reshape(1, -1, 6, 10)[:, :8]),
        MAP,
        "mixes the samples of a batch",
        "batch",
    ),
]


@pytest.mark.parametrize(
    ("forward", "shape", "message", "help"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_what_can_not_be_recorded(forward: Any, shape: tuple[int, ...], message: str, help: str) -> None:
    with pytest.raises(ImportProblem) as caught:
        layers_of(Forward(forward, conv=nn.Conv2d(8, 8, 3)), shape)
    assert message in caught.value.message
    assert help in caught.value.help
    assert "\n" not in caught.value.message


def test_lazy_and_compiled_modules_are_refused() -> None:
    with pytest.raises(ImportProblem, match="the module is lazy"):
        layers_of(nn.LazyConv2d(4, 1), MAP)
    with pytest.raises(ImportProblem, match="is not a torch"):
        network_of(torch.relu, {"input": MAP})
    with pytest.raises(ImportProblem, match="no input is given"):
        network_of(nn.ReLU(), {})


def test_hooks_are_gone_after_a_failure() -> None:
    hooks = torch.nn.modules.module
    counts = len(hooks._global_forward_pre_hooks), len(hooks._global_forward_hooks)
    with pytest.raises(ImportProblem):
        layers_of(Forward(lambda self, x: x.nothing), MAP)
    assert (len(hooks._global_forward_pre_hooks), len(hooks._global_forward_hooks)) == counts


def test_a_compiled_function_is_refused() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        swish = torch.jit.script(gate)
    with pytest.raises(ImportProblem, match="compiled code"):
        layers_of(Forward(lambda self, x: swish(self.conv(x)) + 1, conv=nn.Conv2d(8, 8, 1)), MAP)


def gate(x: torch.Tensor) -> torch.Tensor:
    return x * torch.sigmoid(x)


def test_an_autograd_function_is_seen_through() -> None:
    class Swish(torch.autograd.Function):
        @staticmethod
        def forward(_: Any, x: Any) -> Any:
            return x * torch.sigmoid(x)

    assert layers_of(Forward(lambda self, x: Swish.apply(x)), MAP) == ["silu"]


def test_attention_modules_keep_their_weights_and_their_batch() -> None:
    module = Forward(
        lambda self, x: self.attention(x, x, x)[0], attention=nn.MultiheadAttention(8, 2, batch_first=True)
    )
    imported = from_torch(module, (12, 8), flat=True, opaque=True)
    assert lines_of(imported.text)[0].startswith("{opaque: {output: [12, 8], params: 288")
    assert imported.notes == ("the multiply-accumulates of multi_head_attention_forward in attention are not counted",)
    mixing = Forward(module._forward, attention=nn.MultiheadAttention(8, 2))
    with pytest.raises(ImportProblem, match="mixes the samples of a batch"):
        layers_of(mixing, (12, 8), opaque=True)


def test_a_maximum_along_the_channels() -> None:
    assert layers_of(Forward(lambda self, x: x.max(1, keepdim=True)[0]), MAP) == ["channel_max_pool"]
    assert layers_of(Forward(lambda self, x: torch.max(x, x.tanh())), MAP) == [
        "{tanh, name: tanh_2}",
        "maximum: [input, tanh_2]",
    ]


FREQUENT = [
    *((name, lambda x, name=name: getattr(F, name)(x)) for name in ("relu", "silu", "gelu", "hardswish", "mish")),
    ("relu_", lambda x: x.relu_()),
    ("inplace", lambda x: F.silu(x, inplace=True)),
    ("add", lambda x: x + x.clone()),
    ("broadcast", lambda x: x + x[:, :1]),
    ("gate", lambda x: x * x.mean((2, 3), keepdim=True)),
    ("other broadcast", lambda x: x[:, :1] + x),
    ("fewer axes", lambda x: x * torch.ones(10)),
    ("more axes", lambda x: x.mean((2, 3)) * torch.ones(2, 8)),
    ("a number", lambda x: (x * 0.5 + 3).mul_(2)),
    ("other numbers", lambda x: x + torch.ones(8, 6, 10, dtype=torch.float64)),
    ("no axes", lambda x: x * torch.tensor(2.0)),
    ("weights", lambda x: F.conv2d(x, F.batch_norm(torch.ones(4, 8, 1), None, None, training=True)[..., None])),
    ("batch_norm", lambda x: F.batch_norm(x, torch.zeros(8), torch.ones(8))),
]


@pytest.mark.parametrize("function", [row[1] for row in FREQUENT], ids=[row[0] for row in FREQUENT])
def test_frequent_functions_have_the_shape_that_pytorch_gives(function: Any) -> None:
    module = Forward(lambda self, x: function(x))
    network = network_of(module, {"input": MAP})
    assert network.shape(network.outputs[0].value) == tuple(module(torch.zeros(2, *MAP)).shape[1:])


def test_a_wrong_norm_is_still_refused() -> None:
    with pytest.raises(ImportProblem, match="raised RuntimeError"):
        layers_of(nn.Sequential(nn.BatchNorm2d(7)), MAP)


def same_conv(rank: int, name: str) -> Any:
    """A class of convolutions that pad as TensorFlow does, by the size of their input."""
    base = (nn.Conv1d, nn.Conv2d)[rank - 1]

    def forward(self: Any, x: Any) -> Any:
        around: list[int] = []
        for size, kernel, stride in zip(
            reversed(x.shape[2:]), reversed(self.kernel_size), reversed(self.stride), strict=True
        ):
            total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
            around += [total // 2, total - total // 2]
        return base.forward(self, F.pad(x, around))

    return type(name, (base,), {"forward": forward})


@pytest.mark.parametrize("rank", [1, 2])
@pytest.mark.parametrize("size", [*range(45, 61), 224, 331])
def test_same_padding_is_recognized_at_any_size_and_depth(rank: int, size: int) -> None:
    """Each layer has a class of its own, so that none is recognized by another one."""
    kernels = (7, 3, 5, 3)
    layers = [same_conv(rank, f"Conv{index}")(4, 4, kernel, stride=2) for index, kernel in enumerate(kernels)]
    lines = layers_of(nn.Sequential(*layers), (4, *(size,) * rank))
    assert lines == [f"conv: {{out: 4, kernel: {kernel}, stride: 2, padding: same}}" for kernel in kernels]
