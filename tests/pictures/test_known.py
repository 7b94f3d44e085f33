"""The pictures show what the networks are known for."""

from cnnshape.render.picture.drawing import Prepared
from cnnshape.render.picture.geometry import Spacing, lay_out
from cnnshape.render.picture.levels import level_names
from cnnshape.render.picture.placing import Cell
from tests.pictures.pictures_of import picture_of_text, shipped_picture

Rows = dict[str, tuple[int, float]]


def rows_of(name: str) -> tuple[Prepared, Rows]:
    """The level of each card, and where it is along the flow."""
    prepared = Prepared(shipped_picture(name).diagram)
    cells = [Cell(80, 40, level=level) for level in prepared.levels]
    layout = lay_out(cells, prepared.diagram.wires, 10_000, Spacing())
    cards = zip(prepared.diagram.cards, prepared.levels, layout.middles, strict=True)
    return prepared, {card.name: (level, along) for card, level, (along, _) in cards}


def test_unet_is_a_u() -> None:
    prepared, rows = rows_of("unet")
    assert not prepared.is_strip
    down, up = ("down1", "down2", "down3", "down4"), ("Up_4", "Up_3", "Up_2", "Up")
    assert [rows[name][0] for name in down] == [0, 1, 2, 3]
    assert [rows[name][0] for name in up] == [0, 1, 2, 3], "each way up is in the row of its way down"
    assert rows["Double"][0] == 4
    order = [rows[name][1] for name in (*down, "Double", *reversed(up))]
    assert order == sorted(order)
    assert level_names(prepared.diagram, prepared.levels) == ["1/1", "1/2", "1/4", "1/8", "1/16"]


def test_yolov3_is_a_pyramid() -> None:
    prepared, rows = rows_of("yolov3")
    assert not prepared.is_strip
    heads = [rows[f"detect_{size}"] for size in ("large", "medium", "small")]
    assert [level for level, _ in heads] == [5, 4, 3]
    assert [rows[f"stage.{stage}"][0] for stage in range(5)] == [1, 2, 3, 4, 5]
    assert level_names(prepared.diagram, prepared.levels)[3:6] == ["52×52", "26×26", "13×13"]


def test_mask_rcnn_is_a_pyramid() -> None:
    _, rows = rows_of("mask_rcnn_resnet50_fpn")
    assert [rows[f"p{level}"][0] for level in (2, 3, 4, 5, 6)] == [2, 3, 4, 5, 6]


def test_googlenet_is_a_row_of_inceptions() -> None:
    picture = shipped_picture("googlenet")
    prepared = Prepared(picture.diagram)
    assert prepared.is_strip
    assert sum(face.title == ("Inception",) for face in prepared.faces) == 9
    assert [(form.word, form.uses) for form in picture.forms] == [("Inception", 9)]


def test_densenet_shows_its_blocks_once() -> None:
    picture = shipped_picture("densenet121")
    assert [(form.word, form.uses) for form in picture.forms] == [("DenseLayer", 6 + 12 + 24 + 16), ("Transition", 3)]
    titles = [face.title for face in Prepared(picture.diagram).faces]
    assert ("DenseLayer ×24", "Transition") in titles


def test_chains_are_strips() -> None:
    for name in ("lenet5", "alexnet", "vgg16", "resnet50", "efficientnet_b0"):
        assert Prepared(shipped_picture(name).diagram).is_strip, name


NET = "cnnshape: 1\nname: net\ninput: [3, 32, 32]\nlayers:\n"


def title(step: str, size: str = "[3, 32, 32]") -> tuple[str, ...]:
    picture = picture_of_text(f"cnnshape: 1\nname: net\ninput: {size}\nlayers:\n  - {step}\n")
    return (*Prepared(picture.diagram).faces[1].title, *Prepared(picture.diagram).faces[1].notes)


def test_cards_say_kernel_and_stride() -> None:
    assert title("conv: {out: 8, kernel: 7, stride: 2, padding: 3, norm: batch_norm, act: relu}") == (
        "7×7 conv, 8 /2",
        "batch norm · relu",
    )
    assert title("conv: {out: 8, kernel: [3, 5], stride: [1, 2]}") == ("3×5 conv, 8 /1×2",)
    assert title("conv: {out: 3, kernel: 3, groups: in_channels, dilation: 2}") == ("3×3 depthwise conv, 3 d2",)
    assert title("conv: {out: 8, kernel: 3}", "[4, 100]") == ("k3 conv, 8",)
    assert title("conv: {out: 8, kernel: 3, groups: 2}", "[4, 100]") == ("k3 conv in 2 groups, 8",)
    assert title("max_pool: 2") == ("max pool 2×2",)
    assert title("max_pool: {kernel: 3, stride: 2}") == ("max pool 3×3 /2",)
    assert title("conv_transpose: {out: 8, kernel: 2, stride: 2}") == ("2×2 conv transpose, 8 /2",)
    assert title("linear: 10", "[32]") == ("linear, 10",)
    assert title("{conv: {out: 8, kernel: 1}, name: head}") == ("1×1 conv, 8", "head")
