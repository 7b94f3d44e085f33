"""thop and its successor ultralytics-thop: by hooks on module classes.

Modules of other classes, and everything that is not a module, count 0. thop puts a hook on a module for each block that
holds it, and then adds up modules along the tree of blocks. ultralytics-thop does both once for each module.
"""

from collections.abc import Callable
from math import prod

from cnnshape.layers import (
    FixedProduct,
    Layer,
    MatrixProduct,
    Normalization,
    Recurrence,
    RegionPool,
    Resize,
    Stated,
    Window,
)
from cnnshape.study.counting.case import Case
from cnnshape.study.counting.costs import PRODUCT, by_axes, is_per_position, per_value, plain_only, recurrent, scaled
from cnnshape.study.counting.rule import Answer, Cost, Costs, Entry, Mark, Quantity, Rule, Table, alike, held_again

_UPSAMPLE = {("linear", 1): 5, ("linear", 2): 11, ("cubic", 2): 259}
_SPREAD_PRODUCT = Cost(
    "output values x input channels / groups x kernel",
    lambda case: case.values * (case.channels // case.argument("groups")) * case.kernel_cells,
)
_SOFTMAX = (
    Cost("3 per value", lambda case: 3 * case.values),
    Cost("1 fewer per position", lambda case: -case.positions, "sums"),
)


def _upsample(more: dict[tuple[str, int], int]) -> Entry:
    costs = {**_UPSAMPLE, **more}
    return lambda case: per_value(costs.get((case.argument("mode"), len(case.output_sizes)), 0))


def _layer_norm(case: Case) -> Answer:
    return Mark.UNKNOWN if is_per_position(case) else per_value(4 if case.scales else 2)


def _ratio(case: Case) -> int:
    """Values in / values out per channel counts as the window, as a floating-point number."""
    kernel = 1.0
    for before, after in zip(case.input_sizes, case.output_sizes, strict=True):
        kernel *= before / after
    return int((kernel + 1) * case.values)


_COMMON = Table(
    families={Layer: (), RegionPool: Mark.UNKNOWN, Recurrence: Mark.UNKNOWN, Stated: Mark.UNKNOWN},
    kinds={
        "conv": plain_only((PRODUCT,)),
        "linear": (PRODUCT,),
        **alike("batch_norm instance_norm", scaled(4, 2)),
        "prelu": per_value(1),
        "softmax": by_axes(_SOFTMAX, Mark.UNKNOWN),
    },
)

_THOP = _COMMON.changed(
    families={},
    kinds={
        "conv_transpose": (_SPREAD_PRODUCT,),
        **alike("lstm gru", recurrent(PRODUCT, 8, 7)),
        "layer_norm": _layer_norm,
        "avg_pool": per_value(1),
        **alike("adaptive_avg_pool global_avg_pool", (Cost("input / output size + 1, per output value", _ratio),)),
        "upsample": _upsample({("nearest", 1): 1, ("nearest", 2): 1, ("nearest", 3): 1}),
    },
)


def _read(case: Case) -> int:
    """Cells that the windows of an average pool read, those of padding only if they count in the mean."""
    padded = case.argument("count_include_pad")
    sizes = zip(case.windows, case.input_sizes, case.output_sizes, strict=True)
    cells = prod(_read_on_axis(window, before, after, padded) for window, before, after in sizes)
    return case.channels * case.boxes * cells


def _read_on_axis(window: Window, size: int, cells: int, padded: bool) -> int:
    """Cells that the windows of one axis read, one window per output cell."""
    lowest, highest = (-window.before, size + window.after) if padded else (0, size)
    starts = (index * window.stride - window.before for index in range(cells))
    return sum(max(min(start + window.kernel, highest) - max(start, lowest), 0) for start in starts)


def _adaptive_read(case: Case) -> int:
    """Cells that the windows of an adaptive pool read."""
    cells = prod(map(_adaptive_read_on_axis, case.input_sizes, case.output_sizes))
    return case.channels * case.boxes * cells


def _adaptive_read_on_axis(size: int, cells: int) -> int:
    return sum(-(-(index + 1) * size // cells) - index * size // cells for index in range(cells))


def _mean(read: Callable[[Case], int]) -> Costs:
    return (Cost("1 per value read, and 1 per output value", lambda case: read(case) + case.values),)


# Its hooks hold for subclasses too, and it counts products of matrices as functions.
_ULTRALYTICS = _COMMON.changed(
    families={
        MatrixProduct: Mark.UNKNOWN,
        FixedProduct: Mark.UNKNOWN,
        Normalization: Mark.UNKNOWN,
        Resize: Mark.UNKNOWN,
    },
    kinds={
        "local_response_norm": (),
        "conv": (PRODUCT,),
        "conv_transpose": (PRODUCT,),
        **alike("layer_norm rms_norm group_norm", scaled(4, 2)),
        **alike("global_response_norm evo_norm blur_pool", ()),
        "log_softmax": by_axes(per_value(3), Mark.UNKNOWN),
        "avg_pool": _mean(_read),
        **alike("adaptive_avg_pool global_avg_pool", _mean(_adaptive_read)),
        "upsample": _upsample({("linear", 3): 31}),
    },
)

RULES = (
    Rule(
        name="thop",
        tool="thop",
        version="0.1.1",
        quantity=Quantity.MACS,
        figure="MACs",
        doc="Multiply-adds without bias, 4 per value of batch norm, average pools; max pools, ReLU and joins count nothing. "
        "A layer that several blocks hold has as many hooks, and is added up as often.",
        tallies=held_again(_THOP, _THOP, lambda blocks: blocks**2, "again for each pair of blocks"),
        by_kind=True,
    ),
    Rule(
        name="ultralytics-thop",
        tool="ultralytics-thop",
        version="2.2.3",
        quantity=Quantity.MACS,
        figure="MACs",
        doc="As thop, but transposed convolutions by their input, pools by what their windows read, and all norms.",
        tallies=_ULTRALYTICS.tallies,
        by_kind=True,
    ),
)
