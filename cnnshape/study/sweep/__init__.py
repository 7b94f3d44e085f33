"""Sweeps: all designs of a space, or a sample of them."""
