"""Faces: pure functions from a report or diagnostics to text."""
