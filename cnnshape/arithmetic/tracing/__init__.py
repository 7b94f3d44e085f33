"""Traces: a computation on sizes, recorded once and replayed for other sizes.

A separate package, so that programs that do not trace do not import it.
"""

from cnnshape.arithmetic.tracing.recorded import Recorded, Trace, Unrecordable
from cnnshape.arithmetic.tracing.replay import OutsideTrace, Replay, Step

__all__ = ["OutsideTrace", "Recorded", "Replay", "Step", "Trace", "Unrecordable"]
