"""Paths whose cells have different centres are joined, which shifts features against each other.

A cell of a tensor belongs to a place in the image: the centre of what it sees. Windows with unequal padding, even
kernels and cuts at one side move that place. If paths with different shifts are added or concatenated, each cell joins
features of two different places, and small details blur. The warning says by how many input cells the centres differ.
It appears at the first such join and not at joins that follow from it.

Enlargement spreads one place over several cells. Such a path counts as aligned if the other path's place is among those
that its cells copy, so `upsample` in decoders and pyramids causes no warnings.

Example:

    cnnshape: 1
    input: [8, 32, 32]
    layers:
      - concat:                                 # warning: unaligned-paths
          fine:
            - conv: {out: 8, kernel: 3, stride: 2, padding: 1}
          coarse:
            - avg_pool: 2

Instead: use kernels and paddings with the same centre.

    cnnshape: 1
    input: [8, 32, 32]
    layers:
      - concat:
          fine:
            - conv: {out: 8, kernel: 4, stride: 2, padding: 1}
          coarse:
            - avg_pool: 2

Causal networks (WaveNet, temporal convolutions) pad one side of their only axis, so that no cell sees what comes later.
The rule doesn't warn if such paths end with the same cell. On two axes, as in a masked convolution, add a comment at
the join: `# cnnshape: ignore[unaligned-paths] causal on purpose`. ResNet-D's projections trip it too: their average
pool of 2x2 is half a cell off the strided 3x3 of the body.

Published networks that trip it: `resnet8`, which pads a 3x3 of stride 2 at the end only, as TensorFlow does, next to a
1x1 without padding; `nfnet_f0` and `resnest50`, which project as ResNet-D does; `dla34`, whose pools of 2x2 lie beside
strided 3x3 convolutions; `nasnet_mobile`, which joins the even and the odd cells of a map.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cnnshape.arithmetic import quotient
from cnnshape.diagnostics import Diagnostic
from cnnshape.graph import Application, Graph, Node
from cnnshape.layers import AxisRelation, Coverage, Footprint, Window, format_shape
from cnnshape.lint.rule import Rule, Subject, warn
from cnnshape.named_tuple import NamedTuple

if TYPE_CHECKING:
    from fractions import Fraction


class _Axis(NamedTuple):
    """The places of a tensor's cells on an axis of the first input. They are `stride` input cells apart, and the first
    one is `least` to `most` half cells after the first input cell. These are whole numbers, except after an
    enlargement. `end` is the last half cell that the first cell sees; None after an enlargement, and where the input has
    several axes.
    """

    least: "int | Fraction"
    most: "int | Fraction"
    stride: "int | Fraction"
    end: "int | Fraction | None"


_Place = tuple[_Axis, ...] | None
"""None if cells have no place: after a global pool, or in a tensor that doesn't depend on the first input."""
_Joined = tuple[_Place, "tuple[int | Fraction, ...]"]
"""The place of an output, and how many cells apart the paths are that meet in it."""


def _check(subject: Subject) -> Iterator[Diagnostic]:
    graph = subject.graph
    if all(len(application.inputs) == 1 for application in subject.applications):
        return
    places = _inputs(graph)
    blamed: set[int] = set()
    footprints = {application: _footprint(application) for application in subject.applications}
    # Deep designs repeat layers at the same places. What a layer makes of these is worked out once.
    known: dict[tuple[object, ...], _Joined] = {}
    apart: tuple[int | Fraction, ...]
    for index, node in enumerate(graph.nodes, len(graph.inputs)):
        follows = not blamed.isdisjoint(node.inputs)
        if len(node.inputs) == 1 and footprints[node.application] is Coverage.POINT:
            place, apart = places[node.inputs[0]], ()
        else:
            entering = tuple([places[value] for value in node.inputs])
            key = (node.application, entering)
            if key not in known:
                known[key] = _joined(entering, footprints[node.application])
            place, apart = known[key]
        places.append(place)
        if follows or any(apart):
            blamed.add(index)
        if not follows and any(apart):
            yield _warning(node, apart)


def _joined(entering: Sequence[_Place], footprint: Footprint) -> _Joined:
    met = _met(entering, footprint)
    return met[0] if met else None, _apart(met) if len(met) > 1 else ()


def _footprint(application: Application) -> Footprint:
    """The footprint; that of a point if each cell of the output sees the one cell of the input at its own place."""
    footprint = application.footprint
    here = isinstance(footprint, tuple) and all(
        isinstance(axis, Window) and axis.extent == axis.stride == 1 and not axis.before for axis in footprint
    )
    return Coverage.POINT if here and len(application.inputs) == 1 else footprint


def _inputs(graph: Graph) -> list[_Place]:
    axes = len(graph.inputs[0].tensor.shape) - 1
    # Only the time of a causal network has an end that counts. It differs from layer to layer.
    return [(_Axis(0, 0, 1, 0 if axes == 1 else None),) * axes, *[None] * (len(graph.inputs) - 1)]


def _met(inputs: Sequence[_Place], footprint: Footprint) -> list[tuple[_Axis, ...]]:
    """The places that meet in a layer's output, the most exact one first; a single one if no paths meet."""
    if footprint is Coverage.POINT:
        return sorted((place for place in inputs if place), key=_spread)
    if not isinstance(footprint, tuple) or not inputs[0] or len(inputs[0]) != len(footprint):
        return []
    moved = tuple(map(_moved, inputs[0], footprint))
    known = tuple(axis for axis in moved if axis is not None)
    return [known] if len(known) == len(moved) else []


def _spread(place: tuple[_Axis, ...]) -> "int | Fraction":
    return sum(axis.most - axis.least for axis in place)


def _moved(axis: _Axis, relation: AxisRelation) -> _Axis | None:
    """The places of the cells of an output whose input is at `axis`; None if they are unknown."""
    least, most, stride, end = axis
    if relation is None:
        return None
    if isinstance(relation, Window):
        centre = stride * (relation.extent - 1 - 2 * relation.before)
        last = 2 * stride * (relation.extent - 1 - relation.before)
        return _Axis(least + centre, most + centre, stride * relation.stride, None if end is None else end + last)
    closer = quotient(stride * relation.advance, relation.period)
    seen = enumerate(zip(relation.first, relation.last, strict=True))
    offsets = [stride * (first + last) - 2 * cell * closer for cell, (first, last) in seen if first <= last]
    return _Axis(least + min(offsets), most + max(offsets), closer, None)


def _apart(met: list[tuple[_Axis, ...]]) -> "tuple[int | Fraction, ...]":
    """How many cells apart the joined paths are, per axis; empty if their strides differ."""
    if len({tuple(axis.stride for axis in place) for place in met}) > 1 or _causal(met):
        return ()
    gaps = [max(path.least for path in axis) - min(path.most for path in axis) for axis in zip(*met, strict=True)]
    return tuple(quotient(max(gap, 0), 2) for gap in gaps) if max(gaps, default=0) > 0 else ()


def _causal(met: list[tuple[_Axis, ...]]) -> bool:
    """Whether the axis is time, and no path looks further ahead than another."""
    ends = {axis.end for place in met for axis in place}
    return len(met[0]) == 1 and len(ends) == 1 and None not in ends


def _warning(node: Node, apart: "tuple[int | Fraction, ...]") -> Diagnostic:
    return warn(
        "unaligned-paths",
        f"{node.application.layer.name} joins paths whose centres are {_cells(apart)} of the input apart",
        node.at,
        label=f"{node.name} joins {len(node.inputs)} tensors of {format_shape(node.application.inputs[0].shape[1:])}",
        help="compare kernels, strides and paddings along the paths: windows with the same stride have the same centre "
        "if kernel - 2 x padding is equal",
    )


def _cells(apart: "tuple[int | Fraction, ...]") -> str:
    written = [str(axis.numerator) if axis.denominator == 1 else f"{float(axis):.3g}" for axis in apart]
    if len(set(written)) == 1:
        return "1 cell" if written[0] == "1" else f"{written[0]} cells"
    return f"{'x'.join(written)} cells"


RULE = Rule("unaligned-paths", __doc__ or "", _check)
