"""Folding: blocks, repeats and loops from a list of operations."""
