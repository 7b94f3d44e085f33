"""Classes and functions of ours that exported code brings along: what PyTorch lacks. Only those that are used."""

HELPERS = {
    "make_divisible": '''
def make_divisible(value: float, divisor: int, least: int | None = None) -> int:
    """Rounds to a multiple of the divisor, never to less than 90 % of the value."""
    lowest = divisor if least is None else least
    rounded = max(lowest, int(value + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * value else rounded
''',
    "frozen": '''
def frozen(module: nn.Module, when: bool = True) -> nn.Module:
    """A module whose weights are not trained."""
    return module.requires_grad_(False) if when else module
''',
    "center_crop": '''
def center_crop(*maps: Tensor) -> list[Tensor]:
    """Cuts all maps to the smallest sizes, about their centre."""
    cropped = []
    for x in maps:
        for axis in range(2, x.dim()):
            size = min(other.shape[axis] for other in maps)
            x = x.narrow(axis, (x.shape[axis] - size) // 2, size)
        cropped.append(x)
    return cropped
''',
    "SamePad": '''
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
''',
    "MeanInside": '''
class MeanInside(nn.Module):
    """The mean of the cells of each window that are not padding."""

    def __init__(self, pad: nn.Module, pool: nn.Module) -> None:
        super().__init__()
        self.pad = pad
        self.pool = pool

    def forward(self, x: Tensor) -> Tensor:
        share: Tensor = self.pool(self.pad(torch.ones_like(x)))
        total: Tensor = self.pool(self.pad(x))
        return total / share
''',
    "ScaledStdConv": '''
class ScaledStdConv{rank}d(nn.Conv{rank}d):
    """A convolution whose kernels are standardized, with a learned gain each."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.gain = nn.Parameter(torch.ones(self.out_channels, *[1] * {rank}))

    def forward(self, input: Tensor) -> Tensor:
        gain = self.gain.flatten() * self.weight[0].numel() ** -0.5
        flat = self.weight.reshape(1, self.out_channels, -1)
        flat = F.batch_norm(flat, None, None, gain, None, True, 0.0, 1e-6)
        weight = flat.reshape_as(self.weight)
        x: Tensor = self._conv_forward(input, weight, self.bias)
        return x
''',
    "BlurPool": '''
class BlurPool(nn.Module):
    """A binomial filter on each channel."""

    filt: Tensor

    def __init__(
        self,
        channels: int,
        kernel: tuple[int, ...],
        stride: int | tuple[int, ...],
        padding: tuple[int, ...],
        mode: str = "reflect",
    ) -> None:
        super().__init__()
        filt = torch.ones(())
        for size in kernel:
            row = torch.tensor([float(comb(size - 1, k)) for k in range(size)])
            filt = filt.unsqueeze(-1) * row / 2 ** (size - 1)
        self.register_buffer("filt", filt.repeat(channels, 1, *[1] * len(kernel)))
        self.stride = stride
        self.padding = padding
        self.mode = mode

    def forward(self, x: Tensor) -> Tensor:
        x = F.pad(x, self.padding, mode=self.mode)
        convolve = (F.conv1d, F.conv2d, F.conv3d)[x.dim() - 3]
        x = convolve(x, self.filt, None, self.stride, groups=x.shape[1])
        return x
''',
    "without_bias": '''
def without_bias(norm: nn.Module) -> nn.Module:
    """A normalization that learns no shift."""
    norm.register_parameter("bias", None)
    return norm
''',
    "without_weight": '''
def without_weight(norm: nn.Module) -> nn.Module:
    """A normalization that learns no scale."""
    norm.register_parameter("weight", None)
    return norm
''',
    "ChannelLayerNorm": '''
class ChannelLayerNorm(nn.LayerNorm):
    """Normalizes each position over its channels, which come first."""

    def forward(self, input: Tensor) -> Tensor:
        return super().forward(input.movedim(1, -1)).movedim(-1, 1)
''',
    "ChannelRMSNorm": '''
class ChannelRMSNorm(nn.RMSNorm):
    """Divides each position by the root mean square of its channels."""

    def forward(self, x: Tensor) -> Tensor:
        x = super().forward(x.movedim(1, -1))
        return x.movedim(-1, 1)
''',
    "LayerScale": '''
class LayerScale(nn.Module):
    """Multiplies by learned values, and adds some."""

    def __init__(self, shape: tuple[int, ...], init: float = 1e-6, shift: bool = False) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full(shape, float(init)))
        self.bias = nn.Parameter(torch.zeros(shape)) if shift else None

    def forward(self, x: Tensor) -> Tensor:
        x = x * self.weight
        return x if self.bias is None else x + self.bias
''',
    "GlobalResponseNorm": '''
class GlobalResponseNorm(nn.Module):
    """Scales each channel by its norm over space, relative to the mean of all."""

    def __init__(self, channels: int, eps: float = 1e-6) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        axes = tuple(range(2, x.dim()))
        shape = (1, -1, *[1] * len(axes))
        norm = x.norm(p=2, dim=axes, keepdim=True)
        norm = norm / (norm.mean(dim=1, keepdim=True) + self.eps)
        return x + torch.addcmul(self.bias.view(shape), self.weight.view(shape), x * norm)
''',
    "EvoNorm": '''
class EvoNorm(nn.Module):
    """x * sigmoid(v * x) over the deviation of each group, a scale and a shift."""

    def __init__(self, groups: int, channels: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.v = nn.Parameter(torch.ones(channels))
        self.groups = groups
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        shape = (-1, *[1] * (x.dim() - 2))
        groups = x.reshape(x.shape[0], self.groups, -1)
        deviation = (groups.var(2, correction=0) + self.eps).sqrt()
        deviation = deviation.repeat_interleave(x.shape[1] // self.groups, 1)
        x = x * (x * self.v.reshape(shape)).sigmoid()
        x = x / deviation.reshape(*deviation.shape, *shape[1:])
        return x * self.weight.reshape(shape) + self.bias.reshape(shape)
''',
    "StochasticDepth": '''
class StochasticDepth(nn.Module):
    """Drops whole samples with probability p in training, and scales the others."""

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.p == 0:
            return x
        kept = torch.empty(x.shape[0], *[1] * (x.dim() - 1), device=x.device)
        kept = kept.bernoulli_(1 - self.p).to(x.dtype)
        return x * (kept / (1 - self.p) if self.p < 1 else kept)
''',
    "Recurrent": '''
class Recurrent(nn.Module):
    """A recurrent layer on sequences with the channels first: (N, C, L)."""

    def __init__(self, layer: nn.LSTM | nn.GRU) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x: Tensor) -> Tensor:
        steps: Tensor = self.layer(x.transpose(1, 2))[0]
        return steps.transpose(1, 2)
''',
    "attention": '''
def attention(query: Tensor, key: Tensor, value: Tensor, heads: int = 1) -> Tensor:
    """Means of the values, weighted by the softmax of query times key."""
    batch = query.shape[0]
    flat = [x.flatten(2) for x in (query, key, value)]
    apart = (x.reshape(batch, heads, -1, x.shape[2]).transpose(2, 3) for x in flat)
    q, k, v = apart
    mean = F.scaled_dot_product_attention(q, k, v, scale=1.0).transpose(2, 3)
    return mean.reshape(batch, value.shape[1], *query.shape[2:])
''',
    "depth_to_space": '''
def depth_to_space(x: Tensor, factor: int) -> Tensor:
    """Channels become cells: (N, C * r * r, H, W) to (N, C, H * r, W * r)."""
    batch, _, *sizes = x.shape
    axes = len(sizes)
    x = x.reshape(batch, -1, *[factor] * axes, *sizes)
    order = [axis for k in range(axes) for axis in (2 + axes + k, 2 + k)]
    return x.permute(0, 1, *order).reshape(batch, -1, *[factor * n for n in sizes])
''',
    "space_to_depth": '''
def space_to_depth(x: Tensor, factor: int) -> Tensor:
    """Cells become channels: (N, C, H * r, W * r) to (N, C * r * r, H, W)."""
    batch, channels, *sizes = x.shape
    axes = len(sizes)
    apart = [size for n in sizes for size in (n // factor, factor)]
    x = x.reshape(batch, channels, *apart)
    order = [*range(3, 3 + 2 * axes, 2), *range(2, 2 + 2 * axes, 2)]
    return x.permute(0, 1, *order).reshape(batch, -1, *[n // factor for n in sizes])
''',
    "roi_pool": '''
def roi_pool(x: Tensor, boxes: Tensor, size: tuple[int, int], scale: float) -> Tensor:
    """The largest values of a grid on each box: (N, C, H, W) to (N * K, C, *size).

    The boxes are those of the first image, then those of the next: (N * K, 4), each
    as x1, y1, x2, y2.
    """
    height, width = x.shape[2:]
    pooled = []
    for index, box in enumerate((boxes * scale).round().long().tolist()):
        left, right = (min(max(at, 0), width - 1) for at in (box[0], box[2]))
        top, bottom = (min(max(at, 0), height - 1) for at in (box[1], box[3]))
        image = x[index * x.shape[0] // len(boxes)]
        region = image[:, top : max(top, bottom) + 1, left : max(left, right) + 1]
        pooled.append(F.adaptive_max_pool2d(region, size))
    return torch.stack(pooled)
''',
    "roi_align": '''
def roi_align(
    x: Tensor,
    boxes: Tensor,
    size: tuple[int, int],
    scale: float,
    samples: tuple[int, int],
    aligned: bool = False,
) -> Tensor:
    """Bilinear means of a grid on each box: (N, C, H, W) to (N * K, C, *size).

    The boxes are those of the first image, then those of the next: (N * K, 4), each
    as x1, y1, x2, y2. Aligned boxes are moved by half a cell.
    """
    height, width = (n * count for n, count in zip(size, samples))
    moved = boxes * scale - (0.5 if aligned else 0.0)
    start, end = moved.reshape(x.shape[0], -1, 2, 2).unbind(2)
    extent = (end - start).clamp(min=0.0 if aligned else 1.0)
    across = (torch.arange(width, device=x.device) + 0.5) / width
    down = (torch.arange(height, device=x.device) + 0.5) / height
    columns = start[..., 0, None] + extent[..., 0, None] * across
    rows = start[..., 1, None] + extent[..., 1, None] * down
    columns = columns * (2 / max(x.shape[3] - 1, 1)) - 1
    rows = rows * (2 / max(x.shape[2] - 1, 1)) - 1
    columns = columns.unsqueeze(2).expand(-1, -1, height, -1)
    grid = torch.stack([columns, rows.unsqueeze(3).expand_as(columns)], 4)
    sampled = F.grid_sample(x, grid.flatten(1, 2), padding_mode="border", align_corners=True)
    sampled = sampled.reshape(*x.shape[:2], -1, height, width)
    return F.avg_pool2d(sampled.transpose(1, 2).flatten(0, 1), samples)
''',
    "roi_align_by_size": '''
def roi_align_by_size(x: Tensor, boxes: Tensor, size: tuple[int, int], scale: float, aligned: bool = False) -> Tensor:
    """As roi_align, with as many samples as a box has cells."""
    regions = []
    for index, box in enumerate(boxes):
        image = x[index * x.shape[0] // len(boxes)].unsqueeze(0)
        least = 0.0 if aligned else 1.0
        width, height = ((box[2:] - box[:2]) * scale).clamp(min=least).tolist()
        samples = max(-int(-height // size[0]), 1), max(-int(-width // size[1]), 1)
        regions.append(roi_align(image, box.unsqueeze(0), size, scale, samples, aligned))
    return torch.cat(regions)
''',
}
"""By name, in the order in which a file has them."""


def helper_text(name: str) -> str:
    """The code of a helper; a class for each number of axes is one text."""
    if name.startswith("ScaledStdConv"):
        return HELPERS["ScaledStdConv"].strip("\n").replace("{rank}", name[-2])
    return HELPERS[name].strip("\n")
