"""The pictures of all shipped networks, measured as a browser shows them."""

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cnnshape.render.picture.mermaid import to_mermaid
from cnnshape.render.picture.svg import to_svg
from cnnshape.source import shipped_names
from cnnshape.study.picture.maps import maps_of
from cnnshape.study.picture.model import Diagram, Style
from tests.pictures.measure import Edge, Judge, edges_of
from tests.pictures.pictures_of import shipped_picture

LARGEST = 80_000
LONGEST_MERMAID = 5000
ROOT = Path(__file__).parents[2]
VOLUME = re.compile(r'data-card="([^"]*)"><title>[^<]*</title><rect x="(.*?)" y="(.*?)" width=".*?" height="(.*?)"')
SEEDED = """
import sys
from tests.pictures.pictures_of import shipped_picture
from cnnshape.render.picture.svg import to_svg
for name in sys.argv[1:]:
    sys.stdout.write(to_svg(shipped_picture(name)))
"""


@pytest.fixture(scope="module")
def svgs() -> dict[str, str]:
    return {name: to_svg(shipped_picture(name)) for name in shipped_names()}


def test_no_picture_has_a_defect(judge: Judge, svgs: dict[str, str]) -> None:
    assert judge.defects(svgs, pixels=False) == []


def test_other_programs_draw_them_too(judge: Judge, svgs: dict[str, str]) -> None:
    names = ("resnet50", "unet", "googlenet", "mask_rcnn_resnet50_fpn", "lenet5", "wavenet")
    assert judge.defects({name: svgs[name] for name in names}) == []


def test_no_volumes_have_a_defect(judge: Judge) -> None:
    names = ("lenet5", "alexnet", "vgg16", "unet", "resnet50", "m5", "vnet", "dcgan")
    drawn = {
        name: to_svg(shipped_picture(name)._replace(style=Style.VOLUMES)) for name in names if name in shipped_names()
    }
    assert judge.defects(drawn, pixels=False) == []


@pytest.mark.parametrize("name", shipped_names())
def test_each_edge_is_drawn_once(svgs: dict[str, str], name: str) -> None:
    picture = shipped_picture(name)
    expected = Counter(edges(picture.diagram, "", ""))
    for form in picture.forms:
        expected.update(edges(form.diagram, f"{form.example}/", form.example))
    assert Counter(edges_of(svgs[name])) == expected


@pytest.mark.parametrize("name", shipped_names())
def test_each_edge_between_volumes_is_drawn_or_goes_without_saying(name: str) -> None:
    picture = shipped_picture(name)
    diagram = maps_of(picture.diagram)
    svg = to_svg(picture._replace(style=Style.VOLUMES))
    places = {word: (float(x), float(y) + float(height) / 2) for word, x, y, height in VOLUME.findall(svg)}
    drawn = Counter(edges_of(svg))
    expected = Counter(edges(diagram, "", ""))
    assert drawn <= expected
    for edge in expected - drawn:
        (before, line), (after, same) = places[edge.source], places[edge.target]
        assert before < after
        assert line == pytest.approx(same, abs=0.2), edge
        assert not [x for x, y in places.values() if before < x < after and y == pytest.approx(line, abs=0.2)]


def edges(diagram: Diagram, prefix: str, inset: str) -> Iterator[Edge]:
    for source, target in diagram.wires:
        yield Edge(prefix + diagram.cards[source].name, prefix + diagram.cards[target].name, inset)


def test_they_are_small(svgs: dict[str, str]) -> None:
    assert {name: len(svg) for name, svg in svgs.items() if len(svg.encode()) > LARGEST} == {}


@pytest.mark.parametrize("seed", ["1", "4711"])
def test_the_same_bytes_under_any_hash_seed(svgs: dict[str, str], seed: str) -> None:
    names = ("resnet50", "hrnet_w18", "yolov8n", "nasnet_mobile")
    drawn = subprocess.run(
        [sys.executable, "-c", SEEDED, *names],
        env={**os.environ, "PYTHONHASHSEED": seed},
        cwd=ROOT,
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    assert drawn.stdout == "".join(svgs[name] for name in names)


def test_mermaid_can_be_parsed(problems_in_mermaid: Callable[[dict[str, str]], dict[str, str]]) -> None:
    assert problems_in_mermaid({name: to_mermaid(shipped_picture(name)) for name in shipped_names()}) == {}


def test_mermaid_is_short() -> None:
    lengths = {name: len(to_mermaid(shipped_picture(name))) for name in shipped_names()}
    assert {name: length for name, length in lengths.items() if length > LONGEST_MERMAID} == {}
