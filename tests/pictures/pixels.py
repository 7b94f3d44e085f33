"""The colors of a picture as librsvg and CairoSVG draw it: neither knows all of a browser's styles."""

import io
import shutil
import subprocess
from collections.abc import Callable, Iterator
from importlib import import_module

from tests.pictures.drawing import Drawing, named

SCALE = 0.5
"""Pixels per unit: the surroundings of a sample have one color, up to two units away."""
TOLERANCE = 24
"""How much red, green or blue may differ, of 255."""


def _rsvg(svg: str, width: int) -> bytes:
    command = ["rsvg-convert", f"--width={width}", "--keep-aspect-ratio", "--background-color=white"]
    done = subprocess.run(command, input=svg.encode(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def _cairosvg(svg: str, width: int) -> bytes:
    import cairosvg

    return cairosvg.svg2png(svg.encode(), output_width=width, background_color="white")


RENDERERS: dict[str, Callable[[str, int], bytes]] = {"rsvg-convert": _rsvg, "cairosvg": _cairosvg}
"""The PNG of a picture, by the renderer's name."""


def missing_renderers() -> list[str]:
    """The renderers that are not installed here. CairoSVG needs a library that pip doesn't install."""
    missing = ["rsvg-convert"] if shutil.which("rsvg-convert") is None else []
    try:
        import_module("cairosvg")
    except (ImportError, OSError):
        missing.append("cairosvg")
    return missing


def wrong_pixels(renderer: str, svg: str, drawing: Drawing) -> Iterator[str]:
    """Finds points where a renderer paints another color than the browser."""
    from PIL import Image

    left, top, right, bottom = drawing.frame
    with Image.open(io.BytesIO(RENDERERS[renderer](svg, round((right - left) * SCALE)))) as image:
        pixels = image.convert("RGB")
    for x, y, color in drawing.samples:
        place = (x - left) / (right - left) * pixels.width, (y - top) / (bottom - top) * pixels.height
        painted = pixels.getpixel(place)
        if max(abs(part - wanted) for part, wanted in zip(painted, color, strict=True)) > TOLERANCE:
            yield f"{named(painted)} at {x:.0f}, {y:.0f}, not {named(color)}"
