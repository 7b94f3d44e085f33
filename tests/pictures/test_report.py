"""Report pages in a browser: what is selected, folded, searched, read aloud, printed, and shown without scripts."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from cnnshape.render.report_page.page import to_html
from cnnshape.study.sheet import Sheet
from tests.pictures.page import Page
from tests.pictures.reports_of import network_of, page_of_pair, sheet_of_text, shipped_sheet

Open = Callable[[str], Page]
HEAD = "cnnshape: 1\nname: net\n"
ODD = {
    "vector": f"{HEAD}input: [8]\nlayers: [relu, {{linear: 3}}]\n",
    "1-D": f"{HEAD}input: [1, 50]\nlayers: [{{conv: {{out: 3, kernel: 3}}}}, relu]\n",
    "3-D": f"{HEAD}input: [1, 9, 9, 9]\nlayers: [{{conv: {{out: 3, kernel: 3}}}}, relu]\n",
    "no layers": f"{HEAD}input: [1, 9, 9]\nlayers: []\n",
    "no shape": f"{HEAD}input: [1, -1]\nlayers: [relu]\n",
    "no spec": "garbage: [\n",
    "broken": f"{HEAD}input: [3, 16, 16]\nlayers:\n  - conv: {{out: 4, kernel: 3}}\n  - conv: {{out: 4, kernel: 99}}\n",
    "hostile": "cnnshape: 1\nname: \"</script><script>alert(1)</script><img src=x onerror='alert(2)'>\"\ninput: [1, 9, 9]\n"
    "layers:\n  - relu  # </code></li><script>alert(3)</script> &amp; ü\n",
}
SMALL = f"""{HEAD}input: [3, 32, 32]
blocks:
  Unit:
    params: {{out: required}}
    do:
      - conv: {{out: out, kernel: 3, padding: 1, norm: batch_norm, act: relu}}
      - conv: {{out: out, kernel: 1}}
layers:
  - conv: {{out: 8, kernel: 3, act: relu}}
  - {{Unit: 16, name: first}}
  - max_pool: 2
  - {{Unit: 32, name: second}}
  - flatten
  - linear: 10
"""
SHOWN = "[...document.querySelectorAll('.layers tbody tr')].filter(row => row.offsetHeight).map(row => row.querySelector('a').textContent)"


@cache
def small() -> Sheet:
    return sheet_of_text(SMALL)


@cache
def resnet() -> Sheet:
    return shipped_sheet("resnet18")


def selected(page: Page, side: int = 0) -> str:
    return page.evaluate(f"document.querySelectorAll('article')[{side}].dataset.selected ?? ''") or ""


def marked(page: Page, selector: str, style: str = "on") -> list[str]:
    """The layers that the marked elements of a kind show."""
    return page.apply(
        "(selector, style) => [...document.querySelectorAll(selector)].filter(one => one.classList.contains(style))"
        ".map(one => one.dataset.l)",
        selector,
        style,
    )


def numbers(text: str) -> set[int]:
    """The layers, from 1, that a text such as `3,5-7` says."""
    ends = [list(map(int, part.split("-"))) for part in text.split(",") if part]
    return {number for end in ends for number in range(end[0], end[-1] + 1)}


@pytest.mark.parametrize("name", ODD)
def test_odd_designs_are_quiet(open_page: Open, name: str) -> None:
    page = open_page(to_html([sheet_of_text(ODD[name])]))
    assert (page.requests, page.messages) == ([], [])
    assert page.evaluate("document.documentElement.className") == "js"


@pytest.mark.parametrize("name", ["unet", "yolov3", "densenet121", "faster_rcnn_resnet50_fpn", "m5"])
def test_networks_are_quiet(open_page: Open, name: str) -> None:
    page = open_page(to_html([shipped_sheet(name)]))
    for selector in (".card[data-l]", ".layers tbody a", ".code [data-l]", ".stairs path"):
        page.click(selector)
        assert selected(page)
        page.press("Escape")
        assert not selected(page)
    assert (page.requests, page.messages) == ([], [])


def test_scripts_of_others_do_not_run(open_page: Open) -> None:
    html = to_html([small()]).replace("</main>", "</main><script>document.title = 'run'</script>")
    page = open_page(html)
    assert page.evaluate("document.title") == "net"
    assert any("Content Security Policy" in message for message in page.messages)


@pytest.mark.parametrize("sheet", [small, resnet])
def test_card_row_line_and_step_select_the_same_layers(open_page: Open, sheet: Callable[[], Sheet]) -> None:
    page = open_page(to_html([sheet()]))
    cards = page.evaluate("[...document.querySelectorAll('.card[data-l]')].map(card => card.dataset.l)")
    kinds = (".card", ".layers tr", ".code li", ".stairs path", ".shares tr", "ol:not(.code) > li")
    clicked = dict.fromkeys(kinds, 0)
    for layers in cards:
        for kind in kinds:
            selector = f'{kind}[data-l="{layers}"]'
            if not page.apply("selector => !!document.querySelector(selector)", selector):
                continue
            page.press("Escape")
            hidden = page.apply("selector => document.querySelector(selector).hidden", selector)
            if hidden:
                page.click(".all")
            page.click(selector)
            assert selected(page) == layers, selector
            assert layers in marked(page, kind)
            clicked[kind] += 1
    assert clicked[".card"] == len(cards) > 3
    assert all(clicked.values()), clicked


def test_what_is_marked(open_page: Open) -> None:
    network = network_of(resnet())
    group = network.report.groups.children[2]
    page = open_page(to_html([resnet()]))
    page.click(f'.card[data-card="{group.label}"]')
    chosen = set(range(group.start + 1, group.end + 1))
    assert numbers(selected(page)) == chosen
    inside = {
        f"{start + 1}-{end}" if end > start + 1 else f"{end}" for start, end in network.steps if start + 1 in chosen
    }
    assert set(marked(page, ".stairs path")) == inside
    lines = [
        layers
        for layers in network.lines.values()
        if any(number - 1 in range(*part) for part in layers for number in chosen)
    ]
    assert len(marked(page, ".code li")) == len(lines)
    assert all(numbers(text) <= chosen for text in marked(page, ".layers tr"))
    assert len(marked(page, ".layers tr")) > 1
    assert marked(page, ".card") == [f"{group.start + 1}-{group.end}"]


def test_a_part_of_a_card_is_marked_as_such(open_page: Open) -> None:
    page = open_page(to_html([small()]))
    inner = network_of(small()).report.groups.children[0]
    page.click(f'.layers [data-l="{inner.start + 1}-{inner.start + 3}"] a')
    assert marked(page, ".card", "part") == [f"{inner.start + 1}-{inner.end}"]
    assert marked(page, ".layers tr", "part") == [f"{inner.start + 1}-{inner.end}"]


def test_the_figures_of_what_is_selected(open_page: Open) -> None:
    network = network_of(small())
    rows, group = network.report.rows, network.report.groups.children[1]
    own = rows[group.start : group.end]
    page = open_page(to_html([small()]))
    page.click(f'.card[data-card="{group.label}"]')
    status = page.evaluate("document.querySelector('.selected').textContent")
    alive = max(step.alive_bytes for step in network.memory.steps[group.start : group.end])
    field = own[-1].receptive_field
    assert field is not None
    for words in (
        group.label,
        f"layers {group.start + 1}-{group.end}",
        "x".join(map(str, own[-1].output)),
        f"{sum(row.params for row in own):,} params",
        f"{sum(row.macs for row in own):,} MACs",
        f"receptive field {field.size[0]}",
        f"{alive:,} bytes alive",
    ):
        assert words in status


def test_large_figures_are_exact(open_page: Open) -> None:
    text = f"{HEAD}input: [99991, 99991]\nlayers:\n  - conv: {{out: 9999991, kernel: 7, padding: 3}}\n"
    sheet = sheet_of_text(text)
    macs = network_of(sheet).report.totals.macs
    assert macs > 2**53
    page = open_page(to_html([sheet]))
    page.click(".layers tbody a")
    assert f"{macs:,} MACs" in page.evaluate("document.querySelector('.selected').textContent")


def test_the_field_is_drawn_to_scale(open_page: Open) -> None:
    page = open_page(to_html([small()]))
    page.click('.card[data-card="conv"]')
    share = page.evaluate(
        "document.querySelector('.field').getAttribute('width') / document.querySelector('.input').getAttribute('width')"
    )
    assert share == pytest.approx(3 / 32, abs=1e-3)
    page.click('.card[data-card="linear"]')
    box = "(one => [one.getAttribute('x'), one.getAttribute('width')].map(Number))(document.querySelector('SELECTOR'))"
    assert page.evaluate(box.replace("SELECTOR", ".field")) == page.evaluate(box.replace("SELECTOR", ".input"))


def test_folding(open_page: Open) -> None:
    page = open_page(to_html([small()]))
    opened = page.evaluate(SHOWN)
    page.click(".fold")
    closed = page.evaluate(SHOWN)
    assert [name for name in opened if name not in closed] == []
    assert len(opened) - len(closed) == 2
    assert page.evaluate("document.querySelector('.fold').getAttribute('aria-expanded')") == "false"
    page.click(".fold")
    assert page.evaluate(SHOWN) == opened
    page.click(".all")
    assert len(page.evaluate(SHOWN)) == len(opened) - 4
    page.click(".all")
    assert page.evaluate(SHOWN) == opened


def test_a_long_table_starts_folded_and_opens_for_a_selection(open_page: Open) -> None:
    page = open_page(to_html([shipped_sheet("resnet50")]))
    before = page.evaluate(SHOWN)
    assert "conv_3" not in before
    page.click('.card[data-card^="stage.0.Bottleneck/"][data-l]')
    assert "conv_3" in page.evaluate(SHOWN)


def test_search(open_page: Open) -> None:
    page = open_page(to_html([small()]))
    everything = page.evaluate(SHOWN)
    page.press("/")
    page.type("16x30x30")
    shown = page.evaluate(SHOWN)
    assert shown == ["first", "conv", "conv_2"]
    assert page.evaluate("document.querySelector('output').textContent") == "3 lines"
    page.press("Escape")
    assert page.evaluate(SHOWN) == everything
    page.press("/")
    page.type("max")
    assert page.evaluate(SHOWN) == ["max_pool"]


@pytest.mark.parametrize(
    ("fragment", "expected"),
    [
        ("L1-2", "1-2"),
        ("L1,3", "1,3"),
        ("line-11", "1-2"),
        ("line-9", "6,11"),
        ("line-1", ""),
        ("L0", ""),
        ("L1-999999999999", ""),
        ("L2-x", ""),
        ("layers", ""),
        ("%E2%82%AC", ""),
    ],
)
def test_addresses(open_page: Open, fragment: str, expected: str) -> None:
    page = open_page(to_html([small()]))
    page.open(f"{page.address}#{fragment}")
    assert selected(page) == expected
    assert page.messages == []


def test_the_address_follows_the_selection(open_page: Open) -> None:
    page = open_page(to_html([small()]))
    page.click('.layers [data-l="1-2"] a')
    assert page.evaluate("location.hash") == "#L1-2"
    page.click("#line-9 a")
    assert page.evaluate("location.hash") == "#line-9"
    page.click("#line-9 a")
    assert (page.evaluate("location.hash"), selected(page)) == ("", "")


def test_the_link_of_a_row_leads_to_its_line(open_page: Open) -> None:
    page = open_page(to_html([shipped_sheet("resnet50")]))
    page.click('.layers [data-l="1-3"] td a')
    page.evaluate("new Promise(done => setTimeout(done, 50))")
    line = network_of(shipped_sheet("resnet50")).report.rows[0].line
    assert page.evaluate("location.hash") == f"#line-{line}"
    assert selected(page) == "1-3"
    assert "line" in page.evaluate("document.querySelector('.selected').textContent")


def test_the_place_of_an_address_is_marked_until_something_is_selected(open_page: Open) -> None:
    page = open_page(to_html([small()]))
    address, ground = page.address, "getComputedStyle(document.getElementById('ID')).backgroundColor"
    row, line = ground.replace("ID", "L1-2"), ground.replace("ID", "line-3")
    plain = page.evaluate(line)
    page.open(f"{address}#line-3")
    assert page.evaluate(line) != plain
    page.open(f"{address}#L1-2")
    assert page.evaluate(row) != plain
    page.click('.card[data-card="max_pool"]')
    assert page.evaluate(row) == plain


def test_keys(open_page: Open) -> None:
    page = open_page(to_html([small()]))
    page.evaluate("document.querySelector('.card[data-l]').focus()")
    page.press("Enter")
    assert selected(page) == "1-2"
    page.press(" ")
    assert selected(page) == ""
    page.evaluate("document.querySelector('.stairs').focus()")
    steps = [
        page.evaluate("document.querySelectorAll('.stairs path')[INDEX].dataset.l".replace("INDEX", str(index)))
        for index in range(2)
    ]
    for key, expected in (
        ("ArrowRight", steps[0]),
        ("ArrowRight", steps[1]),
        ("ArrowLeft", steps[0]),
        ("ArrowLeft", steps[0]),
    ):
        page.press(key)
        assert selected(page) == expected


def test_everything_can_be_reached_with_tab(open_page: Open) -> None:
    page = open_page(to_html([small()]))
    reached: set[str] = set()
    for _ in range(200):
        page.press("Tab")
        reached.add(
            page.evaluate("(one => one.className.baseVal ?? (one.className || one.tagName))(document.activeElement)")
        )
    assert any(name.startswith("card") for name in reached)
    assert {"stairs", "fold", "all", "INPUT", "A", "code"} <= reached


def test_what_a_screen_reader_says(open_page: Open) -> None:
    page = open_page(to_html([small()]))
    nodes = page.nodes()
    roles = {
        role: [node.name for node in nodes if node.role == role]
        for role in ("button", "heading", "slider", "link", "searchbox", "navigation", "main")
    }
    assert any("conv" in name and "MACs" in name for name in roles["button"])
    assert {"net", "Network", "Layers", "Totals", "Activation memory", "Shares", "Source"} <= set(roles["heading"])
    assert "first" in roles["link"]
    assert roles["searchbox"] == ["Search layers"]
    assert roles["navigation"] == ["Sections"]
    assert len(roles["slider"]) == 1
    assert "alive" in roles["slider"][0]
    unnamed = [node for node in nodes if node.role in ("button", "link", "slider", "searchbox") and not node.name]
    assert unnamed == []


def test_without_scripts(open_page: Open) -> None:
    page = open_page(to_html([resnet()]))
    with page.without_scripts():
        nodes = page.nodes()
    names = {node.name for node in nodes}
    roles = {node.role for node in nodes}
    assert {row.name.rpartition(".")[2] for row in network_of(resnet()).report.rows if row.kind == "conv"} & names
    assert "expect: {output: [1000], params: 11689512, macs: 1.814G}" in {name.strip() for name in names}
    assert not {"searchbox", "button", "slider"} & roles


def test_print(open_page: Open, tmp_path: Path) -> None:
    page = open_page(to_html([shipped_sheet("resnet50")]))
    clipped = "(one => one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1)(document.querySelector('.code'))"
    assert page.evaluate(clipped)
    page.resize(794, 1100)
    with page.media("print"):
        assert not page.evaluate(clipped)
        assert page.evaluate("['nav', '.tool', '.selected'].map(one => document.querySelector(one).offsetHeight)") == [
            0,
            0,
            0,
        ]
    page.print(tmp_path / "net.pdf")
    assert (tmp_path / "net.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("width", [320, 400, 1000, 1600])
@pytest.mark.parametrize("pair", [False, True])
def test_no_page_is_wider_than_its_window(open_page: Open, width: int, pair: bool) -> None:
    html = (
        page_of_pair(shipped_sheet("resnet18"), shipped_sheet("resnet34"))
        if pair
        else to_html([shipped_sheet("ghostnet")])
    )
    page = open_page(html)
    page.resize(width, 900)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_dark(open_page: Open, tmp_path: Path) -> None:
    def corner(dark: bool) -> Any:
        page = open_page(to_html([small()]))
        with page.media(dark=dark):
            page.screenshot(tmp_path / "net.png")
        with Image.open(tmp_path / "net.png") as image:
            return image.convert("L").getpixel((1, 1))

    assert corner(dark=False) == 255
    assert corner(dark=True) < 40


@pytest.mark.parametrize("dark", [False, True])
def test_marked_cards_have_the_color_of_the_mark(open_page: Open, dark: bool) -> None:
    page = open_page(page_of_pair(shipped_sheet("resnet18"), shipped_sheet("resnet34")))
    stroke = "document.querySelector('article:nth-of-type(2) .card[data-card=\"stage.1\"] > rect')"
    color = "getComputedStyle(ONE).stroke".replace("ONE", stroke)
    with page.media(dark=dark):
        changed = page.evaluate(color)
        plain = page.evaluate(color.replace("nth-of-type(2)", "nth-of-type(1)"))
        page.click('article:nth-of-type(2) .card[data-card="stage.1"]')
        on = page.evaluate(color)
    assert len({changed, plain, on}) == 3


def test_a_changed_row_is_marked_too(open_page: Open) -> None:
    page = open_page(page_of_pair(shipped_sheet("resnet18"), shipped_sheet("resnet34")))
    ground = "getComputedStyle(document.querySelector('article:nth-of-type(2) .layers tr.changed')).backgroundColor"
    before = page.evaluate(ground)
    page.click("article:nth-of-type(2) .layers tr.changed th a")
    assert page.evaluate(ground) != before


def test_paper_is_light(open_page: Open) -> None:
    page = open_page(to_html([small()]))
    ground = "getComputedStyle(document.querySelector('.ground')).fill"
    light = page.evaluate(ground)
    with page.media("print", dark=True):
        assert page.evaluate(ground) == light
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == light
    with page.media(dark=True):
        assert page.evaluate(ground) != light


WIDTHS = "[...document.querySelectorAll('.net svg')].map(svg => svg.getBoundingClientRect().width / svg.viewBox.baseVal.width)"
FONTS = "[...document.querySelectorAll('.net text')].map(text => parseFloat(getComputedStyle(text).fontSize))"
PLACES = (
    "[...document.querySelectorAll('.net')].map(net => net.getBoundingClientRect()).map(box => [box.left, box.top])"
)


@pytest.mark.parametrize("names", [["unet"], ["unet", "resnet18"], ["resnet18", "resnet50"], ["small", "small"]])
def test_pictures_are_large_enough_to_read(open_page: Open, names: list[str]) -> None:
    """At 1,600 pixels with a bar for scrolling, no text has less than 9."""
    sheets = [small() if name == "small" else shipped_sheet(name) for name in names]
    page = open_page(page_of_pair(*sheets) if len(sheets) > 1 else to_html(sheets))
    page.resize(1585, 1000)
    scales = page.evaluate(WIDTHS)
    assert len(scales) == len(names)
    assert min(scales) * min(page.evaluate(FONTS)) >= 9


def test_wide_pictures_are_below_each_other(open_page: Open) -> None:
    page = open_page(page_of_pair(shipped_sheet("unet"), small()))
    (left, top), (other_left, other_top) = page.evaluate(PLACES)
    assert left == other_left and top < other_top
    page = open_page(page_of_pair(small(), small()))
    (left, top), (other_left, other_top) = page.evaluate(PLACES)
    assert left < other_left and top == other_top


def test_the_line_of_the_selection_stays_in_sight(open_page: Open) -> None:
    page = open_page(page_of_pair(shipped_sheet("unet"), shipped_sheet("resnet18")))
    page.evaluate("scrollTo(0, 2000)")
    tops = page.evaluate("[...document.querySelectorAll('.selected')].map(line => line.getBoundingClientRect().top)")
    assert tops == [0, 0]


def test_two_sides(open_page: Open) -> None:
    page = open_page(page_of_pair(shipped_sheet("resnet18"), shipped_sheet("resnet34")))
    assert (page.requests, page.messages) == ([], [])
    page.click('article:nth-of-type(2) .card[data-card="stage.1"]')
    chosen = network_of(shipped_sheet("resnet34")).report.groups.children[1]
    assert numbers(selected(page, 1)) == set(range(chosen.start + 1, chosen.end + 1))
    assert selected(page, 0) == ""
    assert page.evaluate("location.hash") == f"#B.L{chosen.start + 1}-{chosen.end}"
    tops = "[...document.querySelectorAll('article')].map(side => side.querySelector('.layers').getBoundingClientRect().top)"
    first, second = page.evaluate(tops)
    assert first == second
    address = page.address
    page.open(f"{address}#B.L1-3")
    assert (selected(page, 0), selected(page, 1)) == ("", "1-3")
    page.open(f"{address}#L1-3")
    assert (selected(page, 0), selected(page, 1)) == ("1-3", "")
