"""Several tensors that become one. What the spec repeats has axes of size 1, which ONNX repeats too."""

from cnnshape.export.onnx.layer import Lowering, Say


def many(type: str) -> Say:
    """A handler for an operator of any number of tensors."""
    return lambda low: low.op(type, *low.inputs)


def chain(type: str) -> Say:
    """A handler for an operator of two tensors: the result so far, and the next one."""

    def say(low: Lowering) -> str:
        value = low.x
        for other in low.inputs[1:]:
            value = low.op(type, value, other)
        return value

    return say


def add(low: Lowering) -> str:
    """Add for two tensors, and Sum for more."""
    return low.op("Add" if len(low.inputs) == 2 else "Sum", *low.inputs)


def concat(low: Lowering) -> str:
    """Concat along the channels."""
    return low.op("Concat", *low.inputs, axis=1)
