"""A review from A to B is the opposite of one from B to A; of equal designs it says nothing."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import cnnshape
from cnnshape.render.formats import Page
from cnnshape.render.review import FORMATS
from cnnshape.render.review.headline import differences, percent
from cnnshape.report import COMPARED, Report
from cnnshape.source import shipped_path
from cnnshape.study.compare import field_of
from cnnshape.study.condition import CONDITIONED, parse_condition, refusals
from cnnshape.study.review import Review, Reviewed, Version, are_equal, review

from .plain import Spec
from .strategy import specs

FAMILIES = [("resnet18", "resnet34"), ("vgg11", "vgg11_bn"), ("mobilenet_v2", "mnasnet1_0"), ("densenet121", "densenet169")]  # fmt: skip


def reported(text: str) -> Report:
    return cnnshape.analyze(cnnshape.load(text))


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Report, Report]:
    """Two designs: versions of one, with a number changed or a layer more, or two that have nothing in common."""
    spec = draw(specs())
    numbers = [match.span() for match in re.finditer(r"(?<=: )\d+(?=[,}\n])", spec.text.partition("layers:")[2])]
    start = spec.text.index("layers:") + len("layers:")
    other = draw(st.sampled_from(["number", "layer", "other"]))
    if other == "number" and numbers:
        first, end = draw(st.sampled_from(numbers))
        text = f"{spec.text[: start + first]}{draw(st.integers(1, 6))}{spec.text[start + end :]}"
    elif other == "layer":
        text = spec._replace(layers=[*spec.layers, "relu"]).text
    else:
        text = draw(specs()).text
    design = cnnshape.load(text)
    assume(not cnnshape.check(design, ignore=["all"]))
    return reported(spec.text), cnnshape.analyze(design)


def of(old: Report, new: Report) -> Reviewed | None:
    return review(Version("net.yaml", old), Version("net.yaml", new))


def assert_opposite(a: Report, b: Report) -> None:
    there, back = of(a, b), of(b, a)
    assert (there is None) == (back is None) == are_equal(a, b)
    if there is None or back is None:
        return
    assert there.comparison is not None
    assert back.comparison is not None
    assert [(name, values[::-1]) for name, values in there.comparison.figures] == list(back.comparison.figures)
    assert there.comparison.receptive_fields[::-1] == back.comparison.receptive_fields
    swapped = [(row.heading, row.new, row.old) for row in differences(there.comparison)]
    assert swapped == [(row.heading, row.old, row.new) for row in differences(back.comparison)]
    for forth, over in zip(there.comparison.parts, back.comparison.parts, strict=False):
        if forth.label == over.label:
            assert (forth.params, forth.macs) == (over.params[::-1], over.macs[::-1])
    for figure in ("params", "macs"):
        sums = [
            sum(getattr(change, figure) for change in own.changes)
            for own in (there.comparison, back.comparison)
            if own.changes is not None
        ]
        difference = dict(there.comparison.figures)[figure]
        assert set(map(abs, sums)) <= {abs(difference[1] - difference[0])}
        assert sum(sums) == 0 or len(sums) == 1


@given(pairs())
def test_there_and_back_are_opposite(pair: tuple[Report, Report]) -> None:
    assert_opposite(*pair)


@pytest.mark.parametrize("names", FAMILIES, ids="-".join)
def test_there_and_back_are_opposite_for_shipped_networks(names: tuple[str, str]) -> None:
    a, b = (cnnshape.analyze(cnnshape.load(shipped_path(name) or "")) for name in names)
    assert_opposite(a, b)
    there, back = of(a, b), of(b, a)
    for one, other in ((there, back), (back, there)):
        assert one is not None and other is not None and one.comparison is not None and other.comparison is not None
        counts = [
            sum(len(change.before) + len(change.after) for change in own.changes or () if change.change == word)
            for own, word in ((one.comparison, "added"), (other.comparison, "removed"))
        ]
        assert counts[0] == counts[1]


@given(specs())
def test_equal_designs_say_nothing(spec: Spec) -> None:
    report, again = reported(spec.text), reported(f"# a comment\n{spec.text}name: Another\n")
    assert of(report, again) is None
    value = Review("main", "0" * 40, (), 1, 1)
    printed = {name: format.write(value, Page()) for name, format in FORMATS.items()}
    assert printed["markdown"] == ""
    assert printed["table"] == "1 design compared with main: 1 equal\n"


@given(pairs())
def test_all_that_differs_is_said(pair: tuple[Report, Report]) -> None:
    design = of(*pair)
    if design is None or design.comparison is None:
        return
    differing = {figure.heading for figure in COMPARED if figure.of(pair[0]) != figure.of(pair[1])}
    if field_of(pair[0]) != field_of(pair[1]):
        differing.add("receptive field")
    value = Review("main", "0" * 40, (design,), 1, 0)
    markdown = FORMATS["markdown"].write(value, Page())
    assert {line.split(" | ")[0].removeprefix("| ") for line in markdown.splitlines() if " -> " in line} >= differing
    assert differing or "differ" in markdown
    text = FORMATS["table"].write(value, Page())
    assert all(re.search(rf"^{heading} ", text, re.MULTILINE) for heading in differing)


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_a_change_in_per_cent_has_its_sign_and_is_rounded(old: int, new: int) -> None:
    text = percent(old, new)
    if not text:
        assert old == 0 or abs(Fraction(new - old, old)) <= Fraction(1, 1000)
        return
    shown = Fraction(text.removesuffix(" %").replace(",", ""))
    assert (shown > 0) == (new > old)
    share = Fraction((new - old) * 100, old)
    assert abs(shown - share) <= Fraction(1, 20) + abs(share) * Fraction(1, 10**12)
    assert percent(new, old) == "" or (percent(new, old)[0] != text[0])


@given(pairs(), st.sampled_from(CONDITIONED), st.sampled_from(["<", "<=", ">", ">="]), st.integers(0, 10**6))
def test_a_bound_and_its_opposite_refuse_all_that_have_the_figure(
    pair: tuple[Report, Report], figure: str, sign: str, bound: int
) -> None:
    opposite = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
    conditions = tuple(parse_condition(f"{figure} {own} {bound}") for own in (sign, opposite[sign]))
    assert None not in conditions
    refused = refusals(pair[1], None, conditions)
    axes = len(field_of(pair[1])) if figure == "receptive_field" else 1
    assert min(axes, 1) <= len(refused) <= min(axes, 2)
    assert refused == tuple(refusal._replace(before=()) for refusal in refusals(*pair[::-1], conditions))
