"""Operations that are written out in several calls, as the one kind that they are."""

from cnnshape.bridge.torch.capturing import Capture


def rewritten(run: Capture) -> Capture:
    """The run with its patterns replaced."""
    return run
