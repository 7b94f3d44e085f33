"""Traces: a computation on sizes, recorded once and replayed for other sizes.

A room of its own within arithmetic: a program that traces nothing doesn't import it.
"""

from cnnshape.arithmetic.tracing.recorded import Recorded, Trace
from cnnshape.arithmetic.tracing.replay import OutsideTrace, Replay

__all__ = ["OutsideTrace", "Recorded", "Replay", "Trace"]
