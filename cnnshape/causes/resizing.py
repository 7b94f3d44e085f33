"""Inputs that keep the file's size where another input has a requested one."""

from collections.abc import Mapping

from cnnshape.graph import GraphInput, Options, given_inputs
from cnnshape.language import Spec
from cnnshape.layers import Shape


def other_sizes(spec: Spec, options: Options) -> dict[str, Shape]:
    """The shapes that the other inputs have if they are resized as the requested input is; empty without such inputs.

    The channels stay. A size that is no whole number then is left out.
    """
    if not options.inputs or len(spec.inputs) < 2:
        return {}
    stated = given_inputs(spec, options._replace(inputs={}))
    requested = {given.name: shape for given in stated if (shape := _requested(given, stated, options.inputs))}
    others = [given for given in stated if given.name not in requested and len(given.tensor.shape) > 1]
    resized = next((given for given in stated if given.name in requested), None)
    if resized is None:
        return {}
    shapes = {
        other.name: _scaled(other.tensor.shape, resized.tensor.shape, requested[resized.name]) for other in others
    }
    return {name: shape for name, shape in shapes.items() if shape}


def _requested(given: GraphInput, stated: tuple[GraphInput, ...], inputs: Mapping[str, Shape]) -> Shape:
    """The requested shape of an input; empty if none is requested."""
    return inputs.get(given.name, inputs.get("", ()) if given is stated[0] else ())


def _scaled(shape: Shape, stated: Shape, requested: Shape) -> Shape:
    """A shape whose space grows as that of another input; empty if it can't."""
    if len({len(shape), len(stated), len(requested)}) > 1:
        return ()
    axes = list(zip(shape, stated, requested, strict=True))[1:]
    if any(size * new % old for size, old, new in axes):
        return ()
    return (shape[0], *(size * new // old for size, old, new in axes))
