"""Sweeps: the figures of all designs of a space."""
