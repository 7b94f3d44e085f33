"""Plots as SVG: pure functions from a value to a picture. All have the colors and the page of `render/picture`."""
