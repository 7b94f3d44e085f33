"""Small networks with spaces to sweep, and what the engine says of one design."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cnnshape
from cnnshape.api import examine
from cnnshape.study.sweep.axes import bound_axes, options_of
from cnnshape.study.sweep.space_text import AxisText, input_axis, param_axis, variant_axis

TINY = """\
cnnshape: 1
name: tiny
input: [3, 16, 16]
params: {width: 8, kernel: 3, act: relu, repeats: [1, 1], groups: 1}
variants:
  wide: {width: 16}
  deep: {repeats: [2, 3]}
layers:
  - conv: {out: width, kernel: kernel, act: act}
  - for: {n: repeats, c: [1, 2]}
    do:
      - conv: {out: "make_divisible(1.5 * c * width, 8)", kernel: 3, padding: 1, groups: groups, norm: batch_norm}
        repeat: n
  - global_avg_pool
"""
TWO_INPUTS = """\
cnnshape: 1
name: two
input:
  image: [3, 16, 16]
  depth: [1, 16, 16]
params: {width: 4}
layers:
  - conv: {out: width, kernel: 3, padding: 1}
    from: image
    name: seen
  - conv: {out: width, kernel: 3, padding: 1}
    from: depth
    name: felt
  - add: [seen, felt]
"""


def axes(*texts: str, input: Sequence[str] = (), variant: str = "") -> list[AxisText]:
    """The axes of options."""
    variants = [variant_axis(variant)] if variant else []
    return [*map(param_axis, texts), *variants, *map(input_axis, input)]


SPACES: dict[str, tuple[str, list[AxisText]]] = {
    "params": (TINY, axes("width=4..16:4", "kernel=1..5", "act=relu,silu")),
    "lists": (TINY, axes("repeats=[0..2, 1..3]", "width=8")),
    "groups": (TINY, axes("groups=1..4", "width=4..12:2")),
    "inputs": (TINY, axes("kernel=3..19:4", input=["4..20:4"])),
    "shapes": (TINY, axes("width=8", input=["1..3x8..10:2x12"])),
    "variants": (TINY, axes("kernel=3,5", variant="deep,wide")),
    "variants between": (TINY, axes(variant="wide,deep")[:1] + axes("groups=1,2,5", input=["8,16"])),
    "further inputs": (TWO_INPUTS, axes("width=2,3", input=["depth=1x16x16,1x8x8", "image=3x8x8,3x16x16"])),
    "all alone": (TINY, axes("width=8")),
    "settings": (
        TINY.replace("width: 8", "width: 8, norm: none").replace("norm: batch_norm", "norm: norm"),
        axes("norm={group_norm: {groups: 2..8:2}},batch_norm,none", "width=8..16:4"),
    ),
    "expressions": (TINY, axes("width=2 * 3,max(8..16:4, 10)", "kernel=[1..2, 3],3", "act='silu',relu")),
    "decimals": (
        TINY.replace("width: 8", "width: 8, alpha: 1.0").replace("1.5 * c", "alpha * c"),
        axes("alpha=0.25..1.5:0.25", "width=8,12"),
    ),
}


def engine(text: str, own: Sequence[AxisText], index: int) -> Any:
    """The examination of one design of a space."""
    design = cnnshape.load(text)
    return examine(design, options_of(bound_axes(design, own), index), explain=False)
