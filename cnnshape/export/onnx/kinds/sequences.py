"""Attention and recurrent layers."""

from cnnshape.export.onnx.layer import Lowering, Say


def attention(low: Lowering) -> str:
    """Softmax of query times key, without a scale, times value; each head on its own."""
    heads = low.layer.heads
    query, key, value = (
        low.reshaped(name, heads, tensor.shape[0] // heads, -1)
        for name, tensor in zip(low.inputs, low.app.inputs, strict=True)
    )
    # Rows are the positions of the query, columns those of the key.
    scores = low.op("MatMul", low.op("Transpose", query, perm=(0, 1, 3, 2)), key)
    shares = low.op("Softmax", scores, axis=-1)
    means = low.op("MatMul", shares, low.op("Transpose", value, perm=(0, 1, 3, 2)))
    return low.reshaped(low.op("Transpose", means, perm=(0, 1, 3, 2)), *low.result)


def recurrent(type: str, gates: int) -> Say:
    """A handler for LSTM or GRU. The gates of the weights are in the order of ONNX: iofc, and zrh."""

    def say(low: Lowering) -> str:
        layer = low.layer
        directions = ("", "_reverse") if layer.bidirectional else ("",)
        attributes: dict[str, int | str] = {"hidden_size": layer.out}
        if layer.bidirectional:
            attributes["direction"] = "bidirectional"
        if type == "GRU" and layer.biases != 1:
            # The reset gate works on the product with the state, as in PyTorch and cuDNN.
            attributes["linear_before_reset"] = 1
        value = low.x
        for number in range(layer.layers):
            weights = [_stacked(low, f"{name}_l{number}", directions) for name in ("weight_ih", "weight_hh")]
            biases = _biases(low, number, directions, gates)
            steps = low.op("Transpose", value, perm=(2, 0, 1))
            states = low.node(type, (steps, *weights, *biases), attributes)
            value = low.reshaped(low.op("Transpose", states, perm=(2, 1, 3, 0)), *low.result)
        return value

    return say


def _stacked(low: Lowering, name: str, directions: tuple[str, ...]) -> str:
    """A weight of both directions."""
    named = {weight.name: weight for weight in low.app.weights}
    weights = [named[f"{name}{direction}"] for direction in directions]
    return low.stacked(name, (len(weights), *weights[0].shape), weights)


def _biases(low: Lowering, number: int, directions: tuple[str, ...], gates: int) -> list[str]:
    """The bias of the input and that of the state in one tensor; a missing one is zeros."""
    if not low.layer.biases:
        return []
    parts = [_stacked(low, f"bias_ih_l{number}", directions)]
    if low.layer.biases == 2:
        parts.append(_stacked(low, f"bias_hh_l{number}", directions))
    else:
        parts.append(low.filled(0.0, len(directions), gates * low.layer.out))
    return [low.op("Concat", *parts, axis=1)]
