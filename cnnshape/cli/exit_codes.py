"""The exit codes."""

BAD_DESIGN = 1
BAD_USAGE = 2
INTERRUPTED = 130
"""128 and the number of SIGINT, as shells have it."""
CLOSED_PIPE = 141
"""128 and the number of SIGPIPE."""
