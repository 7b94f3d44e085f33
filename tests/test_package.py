"""What is built: the wheel brings the architectures, the pages of codes and the marker of types, and works with no checkout beside it."""

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("built")
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_the_wheel_works_without_the_checkout(built, tmp_path):
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    names = {path.name for path in (ROOT / "architectures").glob("*.yaml")}
    assert {path.name for path in (tmp_path / "cnnshape" / "architectures").glob("*.yaml")} == names
    assert (tmp_path / "cnnshape" / "py.typed").exists()
    for arguments, part in (
        (["summary", "resnet50"], "25,557,032"),
        (["rule", "CS512"], "    error[CS512]: "),
        (["report", "lenet5", "-o", "-"], "querySelectorAll"),
    ):
        code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); sys.argv = ['cnnshape', *{arguments}]\n"
        code += "import cnnshape; print(cnnshape.__file__, file=sys.stderr)\nfrom cnnshape.cli import main; main()"
        done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.stderr.startswith(str(tmp_path))
        assert part in done.stdout


def test_the_addresses_in_sarif_lead_to_pages_of_the_wheel(built, tmp_path):
    """And the links between these pages lead somewhere too."""
    (wheel,) = built.glob("*.whl")
    inside = tmp_path / "with a space"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(inside)
    code = (
        f"import sys; sys.path.insert(0, {str(inside)!r}); sys.argv = ['cnnshape', 'check', 'alexnet', '-f', 'sarif']\n"
    )
    code += "from cnnshape.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    driver = json.loads(done.stdout)["runs"][0]["tool"]["driver"]
    pages = {inside / "cnnshape" / name for name in ("errors.md", "rules.md")}
    assert Path(unquote(urlsplit(driver["informationUri"]).path)) in pages
    anchors = {page: anchors_of(page) for page in pages}
    for rule in driver["rules"]:
        address = urlsplit(rule["helpUri"])
        page = Path(unquote(address.path))
        assert (address.scheme, page in pages, address.fragment in anchors[page]) == ("file", True, True)
        assert rule["id"].lower() in address.fragment
    for page in pages:
        for link in re.findall(
            r"\]\(([^)\s]+)\)", re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
        ):
            name, _, anchor = link.partition("#")
            target = page.parent / name if name else page
            assert target in pages and (not anchor or anchor in anchors[target]), link


def anchors_of(page):
    """The anchors of a page's headings, as readers of Markdown make them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_source_distribution_has_all_that_its_tests_need(built):
    import tarfile

    (source,) = built.glob("*.tar.gz")
    with tarfile.open(source) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"architectures/resnet50.yaml", "tests/test_package.py", "docs/language.md", "README.md", "LICENSE"} <= names
