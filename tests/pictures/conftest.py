"""One browser for all tests of a run, and what is measured in it."""

import os
from collections.abc import Callable, Iterator

import pytest

from tests.pictures.measure import Judge
from tests.pictures.mermaid import mermaid_problems, pack_mermaid
from tests.pictures.page import Page
from tests.pictures.pixels import missing_renderers
from tests.pictures.protocol import Chromium, chromium_program, running_chromium


def need(missing: list[str]) -> None:
    """Skip the test if something is missing. Where `CI` is set it fails: the gate has installed everything."""
    if not missing:
        return
    reason = f"not installed: {', '.join(missing)}"
    if "CI" in os.environ:
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    need([] if chromium_program() else ["chromium"])
    with running_chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def judge(chromium: Chromium) -> Judge:
    """Measures the defects of pictures."""
    need(missing_renderers())
    return Judge(Page(chromium))


@pytest.fixture
def open_page(chromium: Chromium) -> Iterator[Callable[[str], Page]]:
    """Opens a text as a page."""
    pages = []

    def opened(html: str) -> Page:
        pages.append(Page(chromium))
        pages[-1].show(html)
        return pages[-1]

    yield opened
    for page in pages:
        page.close()


@pytest.fixture(scope="session")
def problems_in_mermaid(
    chromium: Chromium, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[dict[str, str]], dict[str, str]]:
    """What Mermaid says of the texts that it can't parse, by their names."""
    if "CI" not in os.environ:
        pytest.skip("installs packages: runs where CI is set")
    page = Page(chromium)
    page.open(pack_mermaid(tmp_path_factory.mktemp("mermaid")).as_uri())
    return lambda texts: mermaid_problems(page, texts)
