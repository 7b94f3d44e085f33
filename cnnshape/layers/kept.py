"""What PyTorch keeps of a layer from its forward to its backward pass."""

from cnnshape.named_tuple import NamedTuple


class Kept(NamedTuple):
    """The tensors that are kept: the `inputs` that the layer reads, its `output`, and `copies` of the size of its first input.

    `indices` are 8 bytes for each value of the output, `statistics` so many float32 values per channel for the whole batch.
    `weights`: it works out other weights first, and keeps them. `writes`: though it is a view at inference, it writes a
    tensor of its own in training. The statistics of norms that take each sample by itself, a few values, are left out.

    Source: torch.autograd.graph.saved_tensors_hooks of PyTorch 2.13 (`tests/oracles/test_torch_training.py`).
    """

    inputs: bool = False
    output: bool = False
    copies: int = 0
    indices: bool = False
    statistics: int = 0
    writes: bool = False
    weights: bool = False


NOTHING = Kept()
INPUTS = Kept(inputs=True)
OUTPUT = Kept(output=True)
LARGEST = Kept(inputs=True, indices=True)
"""Of a choice of the largest values: the gradient goes to their places."""
