"""The manual pages: everything that they show is true."""

from __future__ import annotations

import re
from textwrap import dedent

import pytest

import cnnshape
from cnnshape.diagnostics import CATALOGUE
from cnnshape.lint import RULES, Rule
from cnnshape.render.rules import markdown_parts, rule_page

PARTS = re.compile(
    r"(?P<title>[^\n]+)\n\n(?P<why>.+)\n\nExample:\n\n(?P<example>(?:    [^\n]+\n)+)"
    r"\nInstead: (?P<instead>.+)\n\nPublished networks that trip it: (?P<published>.+)\.\n",
    re.DOTALL,
)
MARK = re.compile(r"# warning: ([\w-]+)$")
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)


def parts(rule: Rule) -> dict[str, str]:
    match = PARTS.fullmatch(rule.page)
    assert match is not None, "a page has a title, reasons, an example, what to do instead, and published networks"
    return match.groupdict()


def specs(text: str) -> list[str]:
    return [dedent(spec) for spec in re.findall(r"(?:^    [^\n]+\n?)+", text, re.MULTILINE)]


def found_in(text: str, rule: Rule) -> list[tuple[int, str]]:
    """Line and name of everything that is reported by the rules that run by default, and by this one."""
    names = [known.name for known in RULES if known.default or known is rule]
    return [
        (diagnostic.at.span.line, diagnostic.name) for diagnostic in cnnshape.check(cnnshape.load(text), select=names)
    ]


@each_rule
def test_a_page_has_its_parts(rule: Rule) -> None:
    page_parts = parts(rule)
    assert len(page_parts["title"]) <= 100
    assert page_parts["title"].endswith(".")
    assert max(map(len, rule.page.split("\n"))) <= 120


@each_rule
def test_the_example_warns_at_its_marked_lines_and_nowhere_else(rule: Rule) -> None:
    (example,) = specs(parts(rule)["example"])
    marked = [(number, match[1]) for number, line in enumerate(example.split("\n"), 1) if (match := MARK.search(line))]
    assert marked == [(line, rule.name) for line, _ in marked]
    assert marked
    assert found_in(example, rule) == marked


@each_rule
def test_what_to_do_instead_is_clean(rule: Rule) -> None:
    for spec in specs(parts(rule)["instead"]):
        assert found_in(spec, rule) == []


@each_rule
def test_a_printed_page_says_what_the_rule_is(rule: Rule) -> None:
    state = "on by default" if rule.default else "off unless selected"
    assert rule_page(rule).startswith(f"{rule.name} ({rule.code}, {state})\n\n{parts(rule)['title']}\n")
    assert rule_page(rule).endswith(".\n")


@each_rule
def test_a_page_in_markdown_loses_nothing_but_marks(rule: Rule) -> None:
    said = markdown_parts(rule)
    assert said.before.startswith(parts(rule)["title"])
    assert said.example == "".join(f"{MARK.sub('', line).rstrip()}\n" for line in example_lines(rule))
    assert said.after.count("```yaml\n") == len(specs(parts(rule)["instead"]))
    assert said.after.split("\n")[-1] == f"Published networks that trip it: {parts(rule)['published']}.".split("\n")[-1]


def example_lines(rule: Rule) -> list[str]:
    (example,) = specs(parts(rule)["example"])
    return example.rstrip("\n").split("\n")


@each_rule
def test_a_rule_means_what_the_title_of_its_page_says(rule: Rule) -> None:
    assert CATALOGUE[rule.name].meaning == parts(rule)["title"]
