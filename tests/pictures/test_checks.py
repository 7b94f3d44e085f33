"""Each check is seen to fail: pictures drawn by hand, sound ones and such with one defect."""

import pytest

from tests.pictures.checks import CHECKS, DARK_CHECKS, contrast_of
from tests.pictures.drawing import Box, Card, UnreadablePath, points_of
from tests.pictures.measure import Defect, Edge, Judge, edges_of
from tests.pictures.pixels import RENDERERS, various
from tests.pictures.sketch import DARK_MODE, FILL, caption, card, disc, head, inset, picture, text, wire

A, B = card("a", 20, 20), card("b", 260, 20)
DISC = disc("sum", 200, 40)
A_TO_B = wire("a", "b", "M100 40H260")
UPRIGHT = '<text class="ink" transform="rotate(-90 94 40)" x="80" y="44" font-size="10">conv</text>'
SPANS = '<text class="ink" font-size="10" y="32"><tspan x="26">conv</tspan><tspan x="26" dy="12">3x3</tspan></text>'
MARKER = '<defs><marker id="tip" refX="6" refY="3" markerWidth="6" markerHeight="6"><path d="M0 0L6 3L0 6z"/></marker></defs>'
BAR = '<rect class="fill" x="100" y="100" width="60" height="30" fill="#fef3c7"/>'
AXIS = '<line x1="20" y1="42" x2="100" y2="42" stroke="#64748b"/>'
DIM = DARK_MODE + "@media not (prefers-color-scheme: dark) {.dim {opacity: .3}}"

BALL = '<circle cx="300" cy="150" r="30" fill="#2f65a5"/>'
SOUND = {
    "a text at the corner of a ball": picture(BALL, text(326, 126, "net")),
    "two cards": picture(A, B, wire("a", "b", "M100 40H254"), head(260, 40)),
    "a rounded corner": picture(
        A, card("c", 260, 120), wire("a", "c", "M100 40H176Q180 40 180 44V136Q180 140 184 140H260")
    ),
    "a disc": picture(A, DISC, B, wire("a", "sum", "M100 40 H188"), wire("sum", "b", "M212 40H260")),
    "two wires of one source": picture(
        A, B, DISC, wire("a", "sum", "M100 50H150V40H188"), wire("a", "b", "M100 50H150V90H280V60")
    ),
    "lines that cross": picture(
        A,
        B,
        card("c", 260, 120),
        card("d", 20, 120),
        wire("a", "c", "M100 40H160V140H260"),
        wire("d", "b", "M100 140H120V90H200V40H260"),
    ),
    "a caption and a title": picture(text(20, 12, "net"), A, caption(30, 74, "64 x 56 x 56"), B, A_TO_B),
    "lines of one text": picture(card("a", 20, 20, text(26, 52, "3x3 / 2", size=10), words="conv")),
    "an inset": picture(
        A,
        B,
        A_TO_B,
        inset("Block", 20, 80, [card("a", 30, 100), f'<g transform="translate(100 80)">{card("b", 10, 20)}</g>']),
    ),
    "a moved picture": picture(f'<g transform="translate(10 20) scale(.5)">{A}{B}{A_TO_B}</g>', text(20, 100, "net")),
    "upright text": picture(card("a", 20, 20, UPRIGHT)),
    "text of two lines": picture(card("a", 20, 20, SPANS, words="")),
    "two insets of one name": picture(
        inset("Block", 10, 10, [card("c", 20, 30)]),
        inset("Block", 210, 10, [card("c", 220, 30)]),
        inset("Block", 10, 105, [text(20, 120, "x")]),
    ),
    "the head of a wire as a marker": picture(MARKER, A, B, A_TO_B.replace("<path", '<path marker-end="url(#tip)"')),
    "what is not shown": picture(A, '<g display="none"><text x="300" y="4">net</text><circle r="900"/></g>'),
    "a bar with figures": picture(
        A, BAR, text(105, 120, "7.1 M"), text(105, 96, "7.1 M"), '<line x2="400" y1="132" y2="132"/>'
    ),
    "faint ground below": picture(
        A, '<rect x="20" y="100" width="300" height="50" fill="#000000" opacity=".05"/>', text(30, 130, "net")
    ),
    "a tall picture of many cards": picture(
        *(card(str(number), 10, 10 + 50 * number) for number in range(61)), width=100, height=3100
    ),
}
"""Pictures without a defect."""

DEFECTIVE = [
    ("syntax", "<svg><g></svg>"),
    ("syntax", '<svg xmlns="http://www.w3.org/2000/svg"/>'),
    ("syntax", picture(A, B, wire("a", "b", "M100 40h160"))),
    ("contract", picture(A, card("a", 120, 20))),
    ("contract", picture(A.replace("<title>a</title>", ""))),
    ("contract", picture(A, B, wire("a", "c", "M100 40H260"))),
    ("contract", picture(A, inset("Block", 180, 80, [card("b", 200, 100)]), wire("a", "b", "M100 40H120"))),
    ("contract", picture('<g class="card" data-card="a"><title>a</title></g>')),
    ("contract", picture('<g class="inset" data-inset="a"></g>')),
    ("overlapping_cards", picture(A, card("b", 90, 50))),
    ("overlapping_cards", picture(A, disc("sum", 105, 40))),
    ("overlapping_cards", picture(inset("X", 10, 10, ()), inset("Y", 180, 20, ()))),
    ("overlapping_cards", picture(inset("X", 10, 10, [card("b", 130, 20)]))),
    ("overlapping_cards", picture(inset("X", 10, 10, ()), card("b", 130, 20))),
    ("text_outside", picture(card("a", 20, 20, words="conv 3x3 / 2, 64"))),
    ("text_outside", picture(card("a", 20, 20, text(30, 70, "below")))),
    ("text_outside", picture(card("a", 20, 20, UPRIGHT.replace("conv", "conv 3x3")))),
    ("text_outside", picture(disc("sum", 60, 60, words="sum"))),
    ("text_outside", picture(A, caption(40, 62, "64 x 56 x 56"))),
    ("text_outside", picture(A, text(90, 35, "net"))),
    ("text_outside", picture(inset("X", 10, 10, [text(150, 40, "a long title")]))),
    ("outside_picture", picture(A, caption(350, 100, "64 x 56 x 56"))),
    ("outside_picture", picture(A, caption(20, 5, "64 x 56 x 56"))),
    ("outside_picture", picture(card("a", 330, 20))),
    ("outside_picture", picture(A, B, wire("a", "b", "M100 40H120V-5H240V40H260"))),
    ("overlapping_texts", picture(A, caption(30, 80, "64 x 56 x 56"), text(60, 84, "stage 1"))),
    ("overlapping_texts", picture(card("a", 20, 20, text(26, 50, "3x3 / 2"), words="conv"))),
    ("overlapping_texts", picture(card("a", 20, 20, SPANS.replace('dy="12"', 'dy="4"'), words=""))),
    ("overlapping_texts", picture(text(20, 100, "net"), head(30, 98))),
    ("texts_across_borders", picture(A, BAR, text(90, 112, "14.96 M"))),
    ("texts_across_borders", picture(card("a", 20, 20, AXIS, words="conv"))),
    ("texts_across_borders", picture(BALL, text(320, 130, "net"))),
    ("texts_across_borders", picture(AXIS, text(22, 46, "net"))),
    ("wires_through_cards", picture(A, card("c", 140, 20), B, A_TO_B)),
    ("wires_through_cards", picture(A, DISC, B, A_TO_B)),
    ("wires_through_cards", picture(A, B, wire("a", "b", "M100 40H300V60"))),
    ("wires_through_cards", picture(A, B, wire("a", "b", "M20 40H260"))),
    ("wires_through_cards", picture(A, card("b", 310, 20), inset("X", 115, 5, ()), wire("a", "b", "M100 40H310"))),
    ("wires_through_cards", picture(inset("X", 5, 5, [A, card("c", 102, 50), wire("a", "c", "M100 30H190V70H182")]))),
    ("loose_wires", picture(A, B, wire("a", "b", "M110 40H260"))),
    ("loose_wires", picture(A, B, wire("a", "b", "M100 40H240"))),
    ("loose_wires", picture(A, B, wire("a", "b", "M100 40H254"))),
    ("loose_wires", picture(A, B, wire("a", "b", "M100 40H250"), head(256, 40))),
    ("loose_wires", picture(A, B, wire("a", "b", "M100 40H250"), head(260, 50))),
    ("loose_wires", picture(A, B, wire("a", "b", "M100 40"))),
    ("slanted_wires", picture(A, B, wire("a", "b", "M100 40L260 50"))),
    (
        "shared_lines",
        picture(A, B, DISC, wire("a", "sum", "M100 50H150V80H200V52"), wire("b", "sum", "M280 60V80H200V52")),
    ),
    (
        "shared_lines",
        picture(A, B, card("c", 20, 80), wire("a", "b", "M100 40H150V44H260"), wire("c", "b", "M100 90H150V44.8H260")),
    ),
    ("wires_through_texts", picture(A, B, caption(120, 44, "64 x 56 x 56"), A_TO_B)),
    ("wires_through_texts", picture(A, B, text(160, 46, "skip"), A_TO_B)),
    ("small_text", picture(card("a", 20, 20, text(26, 54, "3x3", size=2.2), words=""))),
    ("small_text", picture(f'<g transform="scale(.1)">{text(200, 700, "net")}</g>', A)),
    ("small_text", picture(card("a", 20, 20), width=2200, height=1000)),
    ("aspect_ratio", picture(A, width=100, height=301)),
    ("aspect_ratio", picture(A, width=401, height=100)),
    ("repeated_edges", picture(A, B, A_TO_B, wire("a", "b", "M100 50H260"))),
    ("contrast", picture(card("a", 20, 20, text(26, 52, "3x3", fill="#9ca3af"), words=""))),
    ("contrast", picture(A, B, wire("a", "b", "M100 40H260", stroke="#e5e7eb"))),
    ("contrast", picture(A, f'<g class="dim">{caption(20, 100, "64 x 56 x 56")}</g>', style=DIM)),
    (
        "contrast",
        picture(A, '<rect x="20" y="100" width="300" height="50" fill="#000000" opacity=".6"/>', text(30, 130, "net")),
    ),
    ("contrast", picture(A, text(30, 130, "net", fill="none"))),
    ("dark_contrast", picture(A, style=DARK_MODE.replace(".ink {fill: #f3f4f6}", ""))),
    ("dark_contrast", picture(A, style=DARK_MODE.replace(".fill {fill: #1e3a5f}", ""))),
    ("dark_contrast", picture(A, B, wire("a", "b", "M100 40H260", stroke="#1f2937"))),
    ("portable", picture(A, "<filter/>")),
]
"""A check, and a picture that fails it and no other."""


@pytest.fixture(scope="module")
def verdicts(judge: Judge) -> dict[str, set[str]]:
    """The checks that each picture fails."""
    numbered = {str(number): svg for number, (_, svg) in enumerate(DEFECTIVE)}
    verdicts: dict[str, set[str]] = {name: set() for name in (*numbered, *SOUND)}
    for defect in judge.defects({**numbered, **SOUND}):
        verdicts[defect.svg].add(defect.check)
    return verdicts


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_picture_has_no_defect(verdicts: dict[str, set[str]], name: str) -> None:
    assert verdicts[name] == set()


@pytest.mark.parametrize("number", range(len(DEFECTIVE)), ids=lambda number: f"{DEFECTIVE[number][0]}-{number}")
def test_a_defect_is_seen(verdicts: dict[str, set[str]], number: int) -> None:
    assert verdicts[str(number)] == {DEFECTIVE[number][0]}


def test_every_check_is_seen_to_fail() -> None:
    assert {check for check, _ in DEFECTIVE} == {"syntax", "portable", *CHECKS, *DARK_CHECKS}


@pytest.mark.parametrize("renderer", RENDERERS)
def test_black_boxes_are_seen(judge: Judge, renderer: str) -> None:
    """A color that the renderer can't know, because it is in a variable, is black."""
    black = picture(card("a", 20, 20, fill="var(--fill)"), style=":root, svg {--fill: #dbeafe}")
    problems = [defect for defect in judge.defects({"black": black}) if defect.check == renderer]
    assert problems
    assert all(defect.what.startswith("#000000") for defect in problems)


def test_equal_looks_are_drawn_once() -> None:
    places = ((20, FILL), (40, FILL), (60, "#fef3c7"))
    first, second, other = (picture(card("a", x, 20, fill=fill)) for x, fill in places)
    svgs = {"first": first, "second": second, "other": other, "ill-formed": "<svg>"}
    assert list(various(svgs)) == ["first", "other"]


def test_a_defect_says_what_and_where(judge: Judge) -> None:
    assert judge.defects({"net": picture(A, card("b", 90, 50))}) == [Defect("net", "overlapping_cards", "a and b")]


def test_drawings_are_values(judge: Judge) -> None:
    drawing = judge.drawings({"net": picture(A, DISC, inset("Block", 20, 80, [card("a", 30, 100)]))})["net"]
    assert drawing.card("a", None).box == Box(20, 20, 100, 60)
    assert drawing.card("sum", None).is_round
    assert drawing.card("a", drawing.insets[0]).box == Box(30, 100, 110, 140)
    assert drawing.card("b", None) is None


def test_pictures_do_not_disturb_one_another(judge: Judge) -> None:
    sound = SOUND["two cards"]
    loud = picture(A, style="text {font-size: 40px !important} rect {fill: #000000 !important}")
    assert {defect.svg for defect in judge.defects({"first": sound, "loud": loud, "last": sound})} == {"loud"}


def test_edges_are_read_back() -> None:
    svg = picture(A, B, A_TO_B, inset("Block", 20, 80, [wire("b", "a", "M0 0")]), wire("b", "a", "M0 0"))
    assert edges_of(svg) == [Edge("a", "b"), Edge("b", "a", "Block"), Edge("b", "a")]


@pytest.mark.parametrize(
    ("path", "points"),
    [
        ("M1 2H3V4", [(1, 2), (3, 2), (3, 4)]),
        ("M 1,2 L3,4 5-6", [(1, 2), (3, 4), (5, -6)]),
        ("M.5.5H-1.5e1", [(0.5, 0.5), (-15, 0.5)]),
        ("M0 0H4Q8 0 8 4V9", [(0, 0), (4, 0), (8, 0), (8, 4), (8, 9)]),
    ],
)
def test_paths_are_read(path: str, points: list[tuple[float, float]]) -> None:
    assert points_of(path) == points


@pytest.mark.parametrize("path", ["M0 0h4", "M0 0C1 1 2 2 3 3", "M0 0H4M5 5", "H4", "M0 0L4", "M0 0Z"])
def test_other_paths_are_refused(path: str) -> None:
    with pytest.raises(UnreadablePath):
        points_of(path)


def test_contrast_is_that_of_wcag() -> None:
    assert contrast_of((0, 0, 0), (255, 255, 255)) == 21
    assert contrast_of((0x76, 0x76, 0x76), (255, 255, 255)) == pytest.approx(4.54, abs=0.005)


def test_distances_to_a_card() -> None:
    square = Card("a", "", Box(0, 0, 20, 20), is_round=False, has_title=True)
    disc = square._replace(is_round=True)
    assert [square.distance(point) for point in ((10, 10), (25, 10), (23, 24), (5, 2))] == [-10, 5, 5, -2]
    assert [disc.distance(point) for point in ((10, 10), (25, 10), (16, 18))] == [-10, 5, 0]
    corner = Box(0, 0, 2, 20)
    assert square.is_crossed(corner)
    assert disc.is_crossed(corner)
    assert not disc.is_crossed(Box(0, 0, 2, 2))
