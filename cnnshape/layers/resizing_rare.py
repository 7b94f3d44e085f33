"""The inverse of a pool."""

from cnnshape.layers.argument import NATURAL_PER_AXIS, POSITIVE_PER_AXIS, TENSOR, PerAxis, arg
from cnnshape.layers.contract import layer
from cnnshape.layers.family import Move
from cnnshape.layers.tensor import LayerProblem, Tensor, format_shape
from cnnshape.layers.window import AXES, Footprint, grid, per_axis, transposed


@layer
class MaxUnpool(Move):
    """Puts each value back where a `max_pool` took it from, among zeros.

    Output size per axis: (W - 1) * S + K - 2 * P, or the `size` that the pool had before it. `pool` names that pool, which
    gives the places. Source: Zeiler and Fergus (2014); Badrinarayanan, Kendall and Cipolla (2017), SegNet.
    """

    enlarges = True
    name = "max_unpool"
    foreign = ("MaxUnpool1d", "MaxUnpool2d", "MaxUnpool3d", "MaxUnpool", "MaxUnpooling2D", "max_unpool2d")
    kernel: PerAxis = arg(
        POSITIVE_PER_AXIS, "size of the pool's window", main=True, foreign=("kernel_size", "k", "pool_size")
    )
    stride: PerAxis | None = arg(
        POSITIVE_PER_AXIS, "step of the pool's window; the kernel by default", default=None, foreign=("strides", "s")
    )
    padding: PerAxis = arg(NATURAL_PER_AXIS, "the pool's padding", default=0, foreign=("pad", "pads", "p"))
    size: PerAxis | None = arg(
        POSITIVE_PER_AXIS, "size of the output, where the pool dropped cells", default=None, foreign=("output_size",)
    )
    pool: Tensor = arg(TENSOR, "the pool that it undoes", foreign=("indices", "index", "mask", "switches"))

    def _axes(self, rank: int) -> tuple[tuple[int, int, int], ...]:
        """Kernel, stride and padding of each axis."""
        stride = self.kernel if self.stride is None else self.stride
        values = ((self.kernel, "kernel"), (stride, "stride"), (self.padding, "padding"))
        return tuple(zip(*(per_axis(value, rank, name) for value, name in values), strict=True))

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        features, pool = inputs
        sizes = grid(features, self.name)
        if pool != features:
            message = f"the pool gave {format_shape(pool.shape)}, but {format_shape(features.shape)} comes in"
            raise LayerProblem(message, argument="pool", help="name the `max_pool` whose output has this shape")
        axes = self._axes(len(sizes))
        whole = tuple(
            (size - 1) * stride + kernel - 2 * padding
            for size, (kernel, stride, padding) in zip(sizes, axes, strict=True)
        )
        given = whole if self.size is None else per_axis(self.size, len(sizes), "size")
        for axis, size in enumerate(given):
            apart, stride = size - whole[axis], axes[axis][1]
            if size < 1:
                message = f"padding {axes[axis][2]} leaves nothing of {AXES[len(sizes)][axis]} {sizes[axis]}"
                raise LayerProblem(message, name="bad-argument", argument="padding", help="pad less")
            if not -stride < apart < stride:
                message = f"no pool makes {sizes[axis]} of {AXES[len(sizes)][axis]} {size}"
                help = f"{whole[axis]}, or less than the stride {stride} above or below it"
                raise LayerProblem(message, name="bad-argument", argument="size", help=help)
        return Tensor((features.shape[0], *given), features.boxes)

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        axes = self._axes(len(output.shape) - 1)
        return tuple(transposed(kernel, stride, 1, padding) for kernel, stride, padding in axes)
