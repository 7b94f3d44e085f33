"""What the program exits with, besides 0."""

BAD_DESIGN = 1
BAD_USAGE = 2
