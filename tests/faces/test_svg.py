"""The one SVG writer: well-formed for any text, attributes as they are given, and the pictures that use it."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnshape.render.svg import PICTURE, circle, element, escape_xml, line, path, picture, polygon, rectangle, text
from tests.command import run

NAMESPACE = "{http://www.w3.org/2000/svg}"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.mark.parametrize(
    ("drawn", "expected"),
    [
        (element("g"), "<g/>"),
        (element("g", "<a/>", "<b/>", id="x"), '<g id="x"><a/><b/></g>'),
        (element("a", stroke_width=1.25, fill="none", x=3), '<a stroke-width="1.2" fill="none" x="3"/>'),
        (text(1, 2.5, "a < b", fill="red"), '<text x="1" y="2.5" fill="red">a &lt; b</text>'),
        (rectangle(0, 0, 5, 6, fill="#fff"), '<rect x="0" y="0" width="5" height="6" fill="#fff"/>'),
        (rectangle(0, 0, 5, 6, "a & b"), '<rect x="0" y="0" width="5" height="6"><title>a &amp; b</title></rect>'),
        (circle(1, 2.5, 3, "ball"), '<circle cx="1" cy="2.5" r="3"><title>ball</title></circle>'),
        (line((1, 2), (3.0, 4), stroke="red"), '<line x1="1" y1="2" x2="3" y2="4" stroke="red"/>'),
        (polygon([(1, 2), (3.25, 4)]), '<polygon points="1,2 3.2,4"/>'),
        (path("M0 0L1 1", "way"), '<path d="M0 0L1 1"><title>way</title></path>'),
        (element("a", title='"quoted"'), '<a title="&quot;quoted&quot;"/>'),
    ],
)
def test_elements(drawn: str, expected: str) -> None:
    assert drawn == expected


def test_a_picture_is_a_file() -> None:
    root = ElementTree.fromstring(picture(30, 20, [text(1, 2, "x")], "a title", font_size=13))
    assert root.tag == f"{NAMESPACE}svg"
    assert root.attrib == {"class": PICTURE, "viewBox": "0 0 30 20", "font-size": "13"}
    assert [child.tag.removeprefix(NAMESPACE) for child in root] == ["title", "rect", "text"]
    styled = ElementTree.fromstring(picture(1, 1, [], style=".ground{fill:#000}"))
    assert [child.tag.removeprefix(NAMESPACE) for child in styled] == ["style", "rect"]
    assert styled[1].get("class") == "ground"
    assert picture(1, 1, []).endswith("</svg>\n")


@given(TEXTS, TEXTS)
def test_any_text_is_well_formed(words: str, title: str) -> None:
    root = ElementTree.fromstring(picture(1, 1, [text(0, 0, words), rectangle(0, 0, 1, 1, title, fill=words)]))
    shown = "".join(sign if sign.isprintable() else "?" for sign in words)
    assert (root.find(f"{NAMESPACE}text").text or "") == shown
    assert root.findall(f"{NAMESPACE}rect")[1].get("fill") == shown


@given(TEXTS)
def test_no_control_character_stays(words: str) -> None:
    assert escape_xml(words).isprintable()


@pytest.mark.parametrize("command", ["memory", "rf"])
@pytest.mark.parametrize("network", ["lenet5", "resnet50", "googlenet", "unet"])
def test_pictures_of_networks(command: str, network: str) -> None:
    root = ElementTree.fromstring(run(command, network, "--format", "svg").stdout)
    _, _, width, height = map(int, root.get("viewBox", "").split())
    for rect in root.iter(f"{NAMESPACE}rect"):
        x, y, across, down = (float(rect.get(name, "")) for name in ("x", "y", "width", "height"))
        assert min(x, y) >= 0
        assert x + across <= width + 0.1
        assert y + down <= height + 0.1
    for words in root.iter(f"{NAMESPACE}text"):
        assert 0 <= float(words.get("x", "")) <= width
        assert 0 <= float(words.get("y", "")) <= height
