"""Structured code: blocks as functions, stages as loops, params as arguments."""
