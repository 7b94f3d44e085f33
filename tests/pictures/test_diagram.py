"""Cards and wires: each layer is on one card, and the wires are the edges of the graph between cards."""

import pytest
from hypothesis import given, settings

from cnnshape.api import load
from cnnshape.graph import Group
from cnnshape.render.picture.dot import to_dot
from cnnshape.render.picture.mermaid import to_mermaid
from cnnshape.render.picture.svg import to_svg
from cnnshape.report import Report
from cnnshape.source import shipped_names
from cnnshape.study.picture.forms import picture_of
from cnnshape.study.picture.maps import maps_of
from cnnshape.study.picture.model import Card, CardKind, Diagram, Picture, Style
from tests.laws.plain import Spec
from tests.laws.strategy import specs
from tests.pictures.pictures_of import picture_of_text, reported, shipped_picture


def edges_of_graph(report: Report, diagram: Diagram) -> set[tuple[str, str]]:
    """The edges between the cards of a network, from the rows of its report alone."""
    card_of = {row.name: card.name for card in diagram.cards for row in card.rows}
    card_of |= {name: f"input {name}" for name in report.inputs}
    pairs = {(card_of[source], card_of[row.name]) for row in report.rows for source in row.sources}
    return {(source, target) for source, target in pairs if source != target}


def edges(diagram: Diagram) -> list[tuple[str, str]]:
    return [(diagram.cards[wire.source].name, diagram.cards[wire.target].name) for wire in diagram.wires]


def assert_sound(picture: Picture) -> None:
    rows = [row for card in picture.diagram.cards for row in card.rows]
    assert rows == list(picture.report.rows), "each layer is on one card, in order"
    drawn = edges(picture.diagram)
    assert len(drawn) == len(set(drawn))
    assert set(drawn) == edges_of_graph(picture.report, picture.diagram)
    for diagram in (picture.diagram, *(form.diagram for form in picture.forms)):
        assert len({card.name for card in diagram.cards}) == len(diagram.cards)
        assert all(wire.source < wire.target for wire in diagram.wires)
    assert sum(card.params for card in picture.diagram.cards) == picture.report.totals.params
    assert sum(card.macs for card in picture.diagram.cards) == picture.report.totals.macs


@pytest.mark.parametrize("name", shipped_names())
@pytest.mark.parametrize("depth", [0, 1])
def test_shipped_networks(name: str, depth: int) -> None:
    assert_sound(shipped_picture(name, depth))


@settings(deadline=None)
@given(specs())
def test_any_network(spec: Spec) -> None:
    assert_sound(picture_of(reported(load(spec.text))))


def summary(card: Card) -> tuple[object, ...]:
    return card.label, [(part.word, part.times) for part in card.parts], card.times


def test_stages_are_cards() -> None:
    cards = shipped_picture("resnet50").diagram.cards
    assert [card.name for card in cards] == [
        "input input", "conv", "max_pool", "stage.0", "stage.1", "stage.2", "stage.3", "global_avg_pool", "flatten", "linear",
    ]  # fmt: skip
    repeats = (3, 4, 6, 3)
    assert [summary(card) for card in cards[3:7]] == [
        (f"stage.{stage}", [("Bottleneck", times)], 1) for stage, times in enumerate(repeats)
    ]
    assert cards[1].rows[1].kind == "batch_norm", "the norm of a conv is on its card"


def test_each_form_of_a_block_is_drawn_once() -> None:
    forms = shipped_picture("resnet50").forms
    assert [(form.word, form.variety, form.uses, form.example) for form in forms] == [
        ("Bottleneck", "projection shortcut", 4, "stage.0.Bottleneck"),
        ("Bottleneck", "identity shortcut", 12, "stage.0.Bottleneck_2"),
    ]
    projection, identity = (form.diagram for form in forms)
    assert len(projection.cards) == len(identity.cards) + 1
    into_add = [source for source, target in edges(identity) if target.endswith(".add")]
    assert into_add == ["input stage.0.Bottleneck.relu_3", "stage.0.Bottleneck_2.conv_3"]


def uses(group: Group, word: str) -> int:
    return (group.word == word) + sum(uses(child, word) for child in group.children)


@pytest.mark.parametrize(
    "name", ["resnet101", "unet", "yolov3", "googlenet", "densenet121", "mobilenet_v2", "hrnet_w18"]
)
def test_forms_count_all_uses(name: str) -> None:
    picture = shipped_picture(name)
    for word in {form.word for form in picture.forms} if not picture.unseen else set():
        drawn = sum(form.uses for form in picture.forms if form.word == word)
        assert drawn == uses(picture.report.groups, word), word


NET = "cnnshape: 1\nname: net\ninput: [3, 32, 32]\n"
CHAIN = (
    f"{NET}layers:\n  - conv: {{out: 8, kernel: 3, padding: 1}}\n" + "  - conv: {out: 8, kernel: 3, padding: 1}\n" * 5
)
TAPS = f"""{NET}blocks:
  B:
    do: [{{conv: {{out: 3, kernel: 3, padding: 1}}}}]
layers:
  - for: {{width: [1, 2, 3, 4]}}
    name: r
    do: [B]
  - add: r.all
"""
DENSE = f"""{NET}blocks:
  B:
    do: [{{conv: {{out: in_channels, kernel: 3, padding: 1}}}}]
layers:
  - {{B: {{}}, name: a}}
  - B
  - B
  - {{B: {{}}, name: d}}
  - add: [a, d]
"""


def test_equal_neighbours_share_a_card() -> None:
    assert [card.times for card in picture_of_text(CHAIN).diagram.cards] == [1, 1, 5]


@pytest.mark.parametrize(
    ("step", "cards"),
    [
        ("conv: {out: 4, kernel: 3, padding: 1}", [3]),
        ("conv: {out: 4, kernel: 3, padding: 1, dilation: 1}", [3]),
        ("conv: {out: 4, kernel: '2 * i + 1', padding: i}", [1, 1, 1]),
        ("{relu, when: not last}", [2, 1]),
        ("{relu, when: i > 0}", [1, 2]),
    ],
)
def test_rounds_share_a_card_only_if_they_do_the_same(step: str, cards: list[int]) -> None:
    """Rounds of equal maps, whose steps may differ."""
    text = (
        "cnnshape: 1\ninput: [4, 9, 9]\nlayers:\n  - for: {n: [1, 1, 1]}\n    name: stage\n    do:\n"
        f"      - conv: {{out: 4, kernel: 3, padding: 1}}\n      - {step}\n"
    )
    shown = picture_of_text(text)
    assert [card.times for card in shown.diagram.cards if card.kind is CardKind.GROUP] == cards


def test_an_input_of_boxes_says_how_many() -> None:
    text = "cnnshape: 1\ninput: {image: [3, 9, 9], rois: {boxes: N}}\nlayers: [{roi_align: {boxes: rois, size: 3}}]\n"
    for number, words in ((1, "1 box"), (1200, "1,200 boxes")):
        image, rois, *_ = picture_of_text(text.replace("N", str(number))).diagram.cards
        assert (image.shape, image.note) == ((3, 9, 9), "")
        assert (rois.shape, rois.note) == (None, words)


@pytest.mark.parametrize(("boxes", "said"), [(1, "1 box"), (2, "2 boxes"), (1200, "1,200 boxes")])
def test_boxes_that_enter_a_block_are_counted_in_every_format(boxes: int, said: str) -> None:
    text = f"cnnshape: 1\nname: net\ninput: {{maps: [3, 32, 32], rois: {{boxes: {boxes}}}}}\nblocks:\n"
    text += "  Crop: {params: {where: required}, do: [{roi_align: {size: 2, boxes: where}}, relu]}\n"
    text += "layers: [{Crop: {where: rois}, from: maps}]\n"
    picture = picture_of_text(text)
    for diagram, label in ((picture.diagram, "rois"), (picture.forms[0].diagram, "where")):
        (card,) = [card for card in diagram.cards if card.name == "input rois"]
        assert (card.label, card.shape, card.note) == (label, None, said)
    assert to_svg(picture).count(f">{said}<") == 2
    assert f">{said}<" in to_svg(picture._replace(style=Style.VOLUMES))
    assert f"rois<br/>{said}" in to_mermaid(picture)
    assert f'"rois\\n{said}"' in to_dot(picture)


def test_a_run_may_be_read_as_a_whole() -> None:
    diagram = picture_of_text(TAPS).diagram
    assert [(card.name, card.times) for card in diagram.cards] == [("input input", 1), ("r.0", 4), ("add", 1)]
    assert edges(diagram) == [("input input", "r.0"), ("r.0", "add")]


def test_what_only_one_of_a_run_gives_is_a_card_of_its_own() -> None:
    diagram = picture_of_text(DENSE).diagram
    assert [(card.name, card.times) for card in diagram.cards] == [
        ("input input", 1), ("a", 1), ("B", 2), ("d", 1), ("add", 1),
    ]  # fmt: skip


def test_depth_opens_stages() -> None:
    closed, opened, layers = (shipped_picture("resnet18", depth).diagram.cards for depth in (0, 1, 9))
    assert "stage.0" in {card.name for card in closed}
    assert {"stage.0.Basic", "stage.0"} & {card.name for card in opened} == {"stage.0.Basic"}
    assert all(card.kind is not CardKind.GROUP for card in layers)
    assert not shipped_picture("resnet18", 9).forms


BROKEN = f"""{NET}layers:
  - conv: {{out: 8, kernel: 3, padding: 1}}
  - residual: [{{conv: {{out: 16, kernel: 1}}}}]
  - conv: {{out: 8, kernel: 99}}
"""


def test_steps_that_failed_are_cards() -> None:
    diagram = picture_of_text(BROKEN).diagram
    errors = [card for card in diagram.cards if card.kind is CardKind.ERROR]
    assert [(card.label, card.note.split(":")[0]) for card in errors] == [("residual", "line 6"), ("conv", "line 7")]
    assert ("conv", errors[0].name) in edges(diagram)


def test_a_repeated_error_is_one_card() -> None:
    text = f"{NET}layers:\n  - conv: {{out: 4, kernel: 64}}\n    repeat: 50\n"
    assert [card.kind for card in picture_of_text(text).diagram.cards] == [CardKind.INPUT, CardKind.ERROR]


def test_maps_are_cards_that_change_a_shape() -> None:
    picture = shipped_picture("alexnet")
    kinds = [card.rows[0].kind for card in maps_of(picture.diagram).cards if card.rows]
    assert "dropout" not in kinds
    assert kinds.count("conv") == 5
    assert kinds[-3:] == ["linear"] * 3
    maps = maps_of(shipped_picture("unet").diagram)
    assert {card.name for card in maps.cards if card.name.startswith("Up")} == {"Up", "Up_2", "Up_3", "Up_4"}
    assert len([wire for wire in maps.wires if maps.cards[wire.target].name == "Up"]) == 2
