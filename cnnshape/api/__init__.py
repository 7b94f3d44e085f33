"""What a program calls: load, analyze, check."""

from cnnshape.api.design import Design, DesignError, analyze, check, load

__all__ = ["Design", "DesignError", "analyze", "check", "load"]
