"""A screenshot of a picture or a page: `python -m tests.pictures.look net.svg net.png [--dark] [--width 800]`.

Pages also as they are printed (`--print`), and without JavaScript (`--no-scripts`).
"""

import argparse
from contextlib import nullcontext
from pathlib import Path

from tests.pictures.page import Page
from tests.pictures.protocol import running_chromium

PAGE = """<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="light dark">
<style>body {{ margin: 0 }} svg {{ display: block; width: 100%; height: auto }}</style>{svg}"""


def screenshot(page: Page, svg: str, path: Path, width: int = 1600, dark: bool = False) -> None:
    """Write a picture as PNG, that many pixels wide, as it is shown on a light or a dark page."""
    # A screenshot has all of the page, but not less than the window.
    page.resize(width, 1)
    with page.media(dark=dark):
        page.show(PAGE.format(svg=svg[svg.index("<svg") :]))
        page.screenshot(path)


def screenshot_of_page(page: Page, html: str, path: Path, options: argparse.Namespace) -> None:
    """Write a page as PNG, as the options say."""
    page.resize(options.width, page.size[1])
    with page.media("print" if options.print else "screen", dark=options.dark):
        page.show(html)
        with page.without_scripts() if options.no_scripts else nullcontext():
            page.screenshot(path)


def main() -> None:
    parser = argparse.ArgumentParser(description="Write a screenshot of an SVG or HTML file, made by Chromium.")
    parser.add_argument("file", type=Path)
    parser.add_argument("image", type=Path)
    parser.add_argument("--dark", action="store_true", help="as shown where the user prefers dark colors")
    parser.add_argument("--width", type=int, default=1600, help="of the window, in CSS pixels")
    parser.add_argument("--print", action="store_true", help="a page as it is printed")
    parser.add_argument("--no-scripts", action="store_true", help="a page without JavaScript")
    options = parser.parse_args()
    with running_chromium() as browser:
        page = Page(browser)
        text = options.file.read_text(encoding="utf-8")
        if options.file.suffix == ".svg":
            screenshot(page, text, options.image, options.width, options.dark)
        else:
            screenshot_of_page(page, text, options.image, options)


if __name__ == "__main__":
    main()
