"""The colors of a picture as librsvg and CairoSVG draw it: neither knows all of a browser's styles."""

import io
import shutil
import subprocess
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from importlib import import_module
from typing import Any
from xml.etree import ElementTree

from tests.pictures.drawing import Box, named

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


def various(svgs: Mapping[str, str]) -> dict[str, str]:
    """The pictures that have an element whose look none before has: a renderer draws equal looks equally."""
    known: set[Hashable] = set()
    news = {name: set(_looks(svg)) for name, svg in svgs.items()}
    kept = {}
    for name, looks in news.items():
        if not looks <= known:
            kept[name] = svgs[name]
            known |= looks
    return kept


def _looks(svg: str) -> Iterator[Hashable]:
    """How elements look, without where they are; nothing for what is no picture."""
    try:
        root = ElementTree.fromstring(svg)
    except ElementTree.ParseError:
        return
    for element in root.iter():
        words = [element.get(name) for name in ("class", "fill", "stroke", "style", "opacity")]
        rules = element.text if element.tag.endswith("style") else ""
        yield (element.tag, *words, rules, *sorted(element.keys()))


def wrong_pixels(renderer: str, svg: str, frame: Box, samples: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Finds points where a renderer paints another color than the browser."""
    from PIL import Image

    left, top, right, bottom = frame
    with Image.open(io.BytesIO(RENDERERS[renderer](svg, round((right - left) * SCALE)))) as image:
        pixels = image.convert("RGB")
    for sample in samples:
        x, y = sample["point"]
        place = (x - left) / (right - left) * pixels.width, (y - top) / (bottom - top) * pixels.height
        painted = pixels.getpixel(place)
        if max(abs(part - wanted) for part, wanted in zip(painted, sample["color"], strict=True)) > TOLERANCE:
            yield f"{named(painted)} at {x:.0f}, {y:.0f}, not {named(sample['color'])}"
