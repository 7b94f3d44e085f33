"""What the tests of pages rely on: requests, the console, clicks, keys, media, scripts, screenshots."""

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest
from PIL import Image

from tests.pictures import conftest, look
from tests.pictures.page import Page
from tests.pictures.protocol import Chromium, ProtocolError, running_chromium
from tests.pictures.sketch import card, picture

Open = Callable[[str], Page]
POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'"
PAGE = f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>net</title>
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<style>body {{ background: #ffffff; margin: 0; height: 3000px }} p {{ color: #ff0000 }}
@media (prefers-color-scheme: dark) {{ body {{ background: #0000ff }} }} @media print {{ body {{ background: #00ff00 }} }}
</style><noscript>plain</noscript><button aria-label="first">1</button><input>
<p style="margin-top: 2000px" onclick="this.textContent = 'clicked'">below</p>
BODY</html>"""
KEYS = "<script>const keys = []; addEventListener('keydown', event => keys.push(event.key + event.shiftKey))</script>"


def with_body(body: str) -> str:
    return PAGE.replace("BODY", body)


def corner(image: Path) -> tuple[int, ...]:
    with Image.open(image) as picture:
        return picture.convert("RGB").getpixel((picture.width - 1, 0))


def test_a_quiet_page(open_page: Open) -> None:
    page = open_page(with_body("<script>document.title = 'grid';</script>"))
    assert page.evaluate("document.title") == "grid"
    assert (page.requests, page.messages) == ([], [])


@pytest.mark.parametrize(
    ("body", "requests", "messages"),
    [
        ("<script>console.log('a', 1)</script>", 0, ["a 1"]),
        ("<script>missing()</script>", 0, ["ReferenceError"]),
        ("<img src='https://host.invalid/a.png'>", 1, ["Content Security Policy"]),
        ("<script>fetch('https://host.invalid/a').catch(() => 0)</script>", 0, ["Content Security Policy"]),
        ("<script>eval('1')</script>", 0, ["Content Security Policy"]),
    ],
)
def test_requests_and_messages_are_seen(open_page: Open, body: str, requests: int, messages: list[str]) -> None:
    page = open_page(with_body(body))
    assert page.messages
    assert all(any(words in message for message in page.messages) for words in messages)
    assert len(page.requests) == requests


def test_requests_without_a_policy_are_seen(open_page: Open) -> None:
    page = open_page("<!doctype html><img src='https://host.invalid/a.png'><link rel='stylesheet' href='a.css'>")
    assert {address.rpartition("/")[2] for address in page.requests} == {"a.png", "a.css"}


def test_clicks_reach_what_is_below_the_window(open_page: Open) -> None:
    page = open_page(with_body(""))
    page.click("p")
    assert page.evaluate("document.querySelector('p').textContent") == "clicked"
    with pytest.raises(LookupError):
        page.click("em")


def test_keys(open_page: Open) -> None:
    page = open_page(with_body(KEYS))
    for keys in ("/", "Escape", "Shift+Tab", "ArrowDown", "+"):
        page.press(keys)
    assert page.evaluate("keys") == ["/false", "Escapefalse", "Tabtrue", "ArrowDownfalse", "+false"]


def test_typing_and_focus(open_page: Open) -> None:
    page = open_page(with_body(""))
    page.press("Tab")
    assert page.evaluate("document.activeElement.localName") == "button"
    page.press("Tab")
    page.type("conv 3/a")
    assert page.evaluate("document.querySelector('input').value") == "conv 3/a"


def test_what_a_screen_reader_reads(open_page: Open) -> None:
    assert ("button", "first") in open_page(with_body("")).nodes()


def test_values_and_errors_of_scripts(open_page: Open) -> None:
    page = open_page(with_body(""))
    assert page.apply("async (a, b) => a.concat(b)", [1], ["'"]) == [1, "'"]
    with pytest.raises(ProtocolError, match="missing is not defined"):
        page.evaluate("missing")
    with pytest.raises(ProtocolError, match=r"Page\.absent"):
        page.call("Page.absent")


def test_media(open_page: Open, tmp_path: Path) -> None:
    page, image = open_page(with_body("")), tmp_path / "page.png"
    colors = []
    for words in ({}, {"dark": True}, {"kind": "print"}):
        with page.media(**words):
            page.screenshot(image)
        colors.append(corner(image))
    assert colors == [(255, 255, 255), (0, 0, 255), (0, 255, 0)]
    with Image.open(image) as picture:
        assert picture.size == (1600, 3000)


def test_a_page_without_scripts(open_page: Open, tmp_path: Path) -> None:
    page = open_page(with_body("<script>document.body.style.background = '#ff00ff'</script>"))
    with page.without_scripts():
        page.screenshot(tmp_path / "plain.png")
    page.screenshot(tmp_path / "scripted.png")
    assert [corner(tmp_path / name) for name in ("plain.png", "scripted.png")] == [(255, 255, 255), (255, 0, 255)]


def test_printing(open_page: Open, tmp_path: Path) -> None:
    open_page(with_body("")).print(tmp_path / "page.pdf")
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(("dark", "color"), [(False, (255, 255, 255)), (True, (0x0D, 0x11, 0x17))])
def test_a_screenshot_of_a_picture(chromium: Chromium, tmp_path: Path, dark: bool, color: tuple[int, ...]) -> None:
    page = Page(chromium)
    look.screenshot(page, picture(card("a", 20, 20)), tmp_path / "net.png", width=800, dark=dark)
    page.close()
    assert corner(tmp_path / "net.png") == color
    with Image.open(tmp_path / "net.png") as image:
        assert image.size == (800, 400)


@pytest.mark.parametrize(("name", "text"), [("net.svg", picture(card("a", 20, 20))), ("net.html", with_body(""))])
@pytest.mark.usefixtures("chromium")
def test_the_command_that_shows_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    words = ["look", str(tmp_path / name), str(tmp_path / "shot.png"), "--dark", "--width", "300"]
    monkeypatch.setattr("sys.argv", words)
    look.main()
    with Image.open(tmp_path / "shot.png") as image:
        assert image.width == 300
    assert corner(tmp_path / "shot.png") == ((0x0D, 0x11, 0x17) if name == "net.svg" else (0, 0, 255))


@pytest.mark.parametrize(
    ("option", "color"), [("--print", (0, 255, 0)), ("--no-scripts", (255, 255, 255)), ("--width=400", (255, 0, 0))]
)
def test_a_page_in_print_and_without_scripts(
    chromium: Chromium, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, option: str, color: tuple[int, ...]
) -> None:
    # A browser takes seconds to start.
    monkeypatch.setattr(look, "running_chromium", lambda: nullcontext(chromium))
    script = "<script>if (!matchMedia('print').matches) document.body.style.background = '#ff0000'</script>"
    (tmp_path / "net.html").write_text(with_body(script), encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["look", str(tmp_path / "net.html"), str(tmp_path / "shot.png"), option])
    look.main()
    assert corner(tmp_path / "shot.png") == color


@pytest.mark.usefixtures("chromium")
def test_a_browser_that_stops_is_reported() -> None:
    with running_chromium() as browser:
        browser.process.kill()
        browser.process.wait()
        with pytest.raises(ProtocolError, match="the browser stopped"):
            Page(browser)


def test_pages_are_apart(open_page: Open) -> None:
    loud, quiet = open_page(with_body("<script>console.log(1)</script>")), open_page(with_body(""))
    assert (loud.messages, quiet.messages) == (["1"], [])


@pytest.mark.parametrize(
    ("variables", "outcome"), [({}, pytest.skip.Exception), ({"CI": "true"}, pytest.fail.Exception)]
)
def test_the_gate_fails_without_a_browser(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], outcome: type[BaseException]
) -> None:
    monkeypatch.setattr(conftest.os, "environ", variables)
    with pytest.raises(outcome, match="not installed: chromium"):
        conftest.need(["chromium"])
