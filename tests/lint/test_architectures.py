"""Every rule on every shipped architecture: nothing is reported but what the rules' pages say."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

import cnnshape
from cnnshape.lint import RULES, Rule
from cnnshape.source import shipped_names, shipped_path

IGNORE = re.compile(r"# cnnshape: ignore\[[^\]]*\]")
REASON = re.compile(r"# cnnshape: ignore\[[^\]]*\] \S")
VARIANT = re.compile(r"with `--variant (\S+)`: ([^.;]+)")


@pytest.mark.parametrize("name", shipped_names())
def test_a_shipped_architecture_is_clean(name: str) -> None:
    assert cnnshape.check(cnnshape.load(shipped_path(name))) == []


@pytest.mark.parametrize("name", shipped_names())
def test_whatever_is_ignored_has_a_reason(name: str) -> None:
    text = shipped_path(name).read_text(encoding="utf-8")
    assert len(IGNORE.findall(text)) == len(REASON.findall(text))


@pytest.fixture(scope="module")
def tripping(tmp_path_factory: pytest.TempPathFactory):
    """Rule and variant to the architectures that trip it, with all comments that ignore something taken out.

    A variant counts for itself: what trips without it is not named again.
    """
    folder = tmp_path_factory.mktemp("architectures")
    for name in shipped_names():
        text = shipped_path(name).read_text(encoding="utf-8")
        (folder / f"{name}.yaml").write_text(IGNORE.sub("#", text), encoding="utf-8")
    return cache(lambda: _tripping(folder))


def _tripping(folder: Path) -> dict[tuple[str, str], set[str]]:
    tripping: dict[tuple[str, str], set[str]] = {}
    for path in sorted(folder.glob("*.yaml")):
        design = cnnshape.load(path)
        for variant in ("", *(declared.name.text for declared in design.spec.variants)):
            for warning in cnnshape.check(design, variant=variant, select=["all"]):
                if path.stem not in tripping.get((warning.name, ""), ()):
                    tripping.setdefault((warning.name, variant), set()).add(path.stem)
    return tripping


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_page_names_the_networks_that_trip_its_rule(rule: Rule, tripping) -> None:
    tripped = {variant: names for (name, variant), names in tripping().items() if name == rule.name}
    assert named(rule) == tripped, f"the page of {rule.name} names other networks than trip it"


def named(rule: Rule) -> dict[str, set[str]]:
    """The networks that a page names, by variant."""
    _, _, text = rule.page.rpartition("Published networks that trip it: ")
    text = " ".join(text.split())
    by_variant = {variant: _names(listed) for variant, listed in VARIANT.findall(text)}
    plain = _names(VARIANT.sub("", text))
    assert bool(plain or by_variant) != ("none of those that are shipped" in text)
    return {variant: names for variant, names in {"": plain, **by_variant}.items() if names}


def _names(text: str) -> set[str]:
    words = set(re.findall(r"`([a-z0-9_]+)`", text))
    assert words <= set(shipped_names())
    return words
