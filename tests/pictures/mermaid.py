"""The parser of Mermaid itself, in a page of the browser."""

import subprocess
import tarfile
from collections.abc import Mapping
from pathlib import Path

from tests.pictures.page import Page

PACKAGE = "mermaid@11.17.2"
SCRIPT = "mermaid.min.js"
PARSE = """async texts => {
    mermaid.initialize({startOnLoad: false});
    const problems = {};
    for (const [name, text] of Object.entries(texts))
        await mermaid.parse(text).catch(error => { problems[name] = String(error.message ?? error); });
    return problems;
}"""


def pack_mermaid(folder: Path) -> Path:
    """The address of a page that has Mermaid, written to a folder. One file of its npm package has all of it."""
    command = ["npm", "pack", "--silent", f"--pack-destination={folder}", PACKAGE]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with tarfile.open(next(folder.glob("mermaid-*.tgz"))) as package:
        script = package.extractfile(f"package/dist/{SCRIPT}").read()
    (folder / SCRIPT).write_bytes(script)
    page = folder / "mermaid.html"
    page.write_text(f'<!doctype html><meta charset="utf-8"><script src="{SCRIPT}"></script>', encoding="utf-8")
    return page


def mermaid_problems(page: Page, texts: Mapping[str, str]) -> dict[str, str]:
    """What Mermaid says of the texts that it can't parse, by their names. The page is one with Mermaid."""
    return page.apply(PARSE, dict(texts))
