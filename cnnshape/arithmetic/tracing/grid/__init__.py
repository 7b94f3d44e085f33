"""Replays a trace for all points of a grid: each parameter has one of a few values, and all combinations count.

A number that depends on few parameters has few values, however many points the grid has. So numbers are computed once
for all values that they can have, as tables, and looked up for each point. numpy is imported here.
"""

from cnnshape.arithmetic.tracing.grid.replay import GridReplay, replay_on_grid

__all__ = ["GridReplay", "replay_on_grid"]
