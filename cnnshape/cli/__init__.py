"""The command line."""

from cnnshape.cli.app import main

__all__ = ["main"]
