"""The exit codes."""

BAD_DESIGN = 1
BAD_USAGE = 2
INTERRUPTED = 130
"""128 plus the number of SIGINT, as in shells."""
CLOSED_PIPE = 141
"""128 plus the number of SIGPIPE."""
