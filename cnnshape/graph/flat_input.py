"""Decides whether an input of the file lacks the spatial axes that a sliding layer needs."""

from cnnshape.diagnostics import Diagnostic, Label, diagnose
from cnnshape.graph.draft import Draft
from cnnshape.graph.guess import ANY, Guess, exact
from cnnshape.language import Input, ListValue
from cnnshape.layers import counted
from cnnshape.program import Plan

_SIZES = {1: "L", 2: "H, W", 3: "D, H, W"}
_USUAL = 2
_PER_AXIS = frozenset({"per_axis", "factors", "padding"})


def flat_source(draft: Draft, entering: int) -> int | None:
    """The flat input that a tensor comes from; None if a layer made it flat.

    None also where a layer reads that input that works on flat tensors: the input is probably meant to be flat.
    """
    for source in range(draft.inputs):
        if len(draft.tensors[source].shape) == 1:
            same_axes = _with_axes_of(draft, source)
            if same_axes is not None and entering in same_axes:
                return source
    return None


def _with_axes_of(draft: Draft, source: int) -> set[int] | None:
    """The tensors that have the axes of an input, because no layer changed them; None if a layer may change them."""
    values = {source}
    for index, node in enumerate(draft.nodes, draft.inputs):
        if not values.isdisjoint(node.inputs):
            if node.application.layer.reshapes:
                return None
            values.add(index)
    return values


_MOST_CHANNELS = 64
"""The most channels of an input that are more likely than a signal of that length."""


def left_with_axes(stated: int | None) -> Guess:
    """The guessed output of a layer that slides over space, for the `stated` channels."""
    return Guess((ANY if stated is None else exact(stated), *[ANY] * axes) for axes in _SIZES)


def without_axes(given: Input, channels: int, plan: Plan) -> Diagnostic:
    """The diagnostic of an input without the axes that a layer slides over."""
    kind = plan.kind.name
    message = f"the input `{given.name.text}` has no spatial axes, but {kind} slides over some"
    related = [Label(plan.at, f"{kind} gets {counted(channels, 'channel')} without a size")]
    help = f"write its sizes after the channels: `[{channels}, {_SIZES[_axes(plan) or _USUAL]}]`"
    if channels > _MOST_CHANNELS and _axes(plan) in (None, 1):
        help += f"; one channel of {channels:,} values is `[1, {channels}]`"
    return diagnose("wrong-rank", message, given.span, related=related, help=help)


def _axes(plan: Plan) -> int | None:
    """The number of spatial axes that a list of one value per axis states, if one does."""
    for name, value in plan.values.items():
        if isinstance(value, ListValue) and plan.kind.arguments[name].type.form in _PER_AXIS:
            return len(value.items) if len(value.items) in _SIZES else None
    return None
