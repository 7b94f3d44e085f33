"""Axes from text: every form, its values, and what is refused."""

from __future__ import annotations

from decimal import Decimal
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnshape.diagnostics.refusal import Refusal
from cnnshape.language import read_value
from cnnshape.source import SourceText
from cnnshape.study.sweep.space_text import MOST_VALUES, AxisText, input_axis, param_axis, variant_axis

PARAMS = {
    "width=16": ["16"],
    "width=16..48:16": ["16", "32", "48"],
    "width=16..47:16": ["16", "32"],
    "width=1..3": ["1", "2", "3"],
    "width=7..7": ["7"],
    "width= 8..16:8 , 64": ["8", "16", "64"],
    "shift=-2..2:2": ["-2", "0", "2"],
    "alpha=0.25..1.0:0.25": ["0.25", "0.5", "0.75", "1.0"],
    "alpha=0.1..0.4:0.1": ["0.1", "0.2", "0.3", "0.4"],
    "alpha=-0.5..0.5:0.5": ["-0.5", "0.0", "0.5"],
    "alpha=1..2:0.5": ["1.0", "1.5", "2.0"],
    "act=relu,silu": ["relu", "silu"],
    "flag=true,false": ["true", "false"],
    "repeats=[3,4, 6 ,3]": ["[3, 4, 6, 3]"],
    "repeats=[3,4],[3,8]": ["[3, 4]", "[3, 8]"],
    "repeats=[1..2, 5, 3..4]": ["[1, 5, 3]", "[1, 5, 4]", "[2, 5, 3]", "[2, 5, 4]"],
    "stages=[[1..2, 3], [4, 5]]": ["[[1, 3], [4, 5]]", "[[2, 3], [4, 5]]"],
    "norm={group_norm: {groups: 8..16:8}},none": ["{group_norm: {groups: 8}}", "{group_norm: {groups: 16}}", "none"],
    "size=max(8..16:8, 10)": ["max(8, 10)", "max(16, 10)"],
    "act='relu',silu": ["'relu'", "silu"],
}
INPUTS = {
    "96": ("", ["96"]),
    "96..160:32": ("", ["96", "128", "160"]),
    "96,160": ("", ["96", "160"]),
    "3x96..128:32x160": ("", ["3x96x160", "3x128x160"]),
    "1..3:2X8..9x8..9": ("", ["1x8x8", "1x8x9", "1x9x8", "1x9x9", "3x8x8", "3x8x9", "3x9x8", "3x9x9"]),
    "image=3x96x96,64": ("image", ["3x96x96", "64"]),
}


@pytest.mark.parametrize(("text", "values"), PARAMS.items())
def test_values_of_a_param(text: str, values: list[str]) -> None:
    assert param_axis(text) == AxisText("param", text.partition("=")[0], tuple(values))


@pytest.mark.parametrize(("text", "named"), INPUTS.items())
def test_shapes_of_an_input(text: str, named: tuple[str, list[str]]) -> None:
    assert input_axis(text) == AxisText("input", named[0], tuple(named[1]))


def test_a_comma_in_quotes_separates_nothing() -> None:
    assert param_axis("""name='a,b',"c,d",e""").values == ("'a,b'", '"c,d"', "e")


def test_variants() -> None:
    assert variant_axis("small, large") == AxisText("variant", "", ("small", "large"))


@given(st.integers(-50, 50), st.integers(0, 60), st.integers(1, 9))
def test_a_range_of_whole_numbers_is_pythons(low: int, more: int, step: int) -> None:
    axis = param_axis(f"a={low}..{low + more}:{step}")
    assert list(map(int, axis.values)) == list(range(low, low + more + 1, step))


@given(st.integers(-500, 500), st.integers(0, 300), st.integers(1, 40), st.integers(1, 4))
def test_a_range_of_decimals_is_exact(low: int, more: int, step: int, digits: int) -> None:
    first, last, by = (Decimal(number).scaleb(-digits) for number in (low, low + more, step))
    axis = param_axis(f"a={first:f}..{last:f}:{by:f}")
    assert [Decimal(value) for value in axis.values] == [first + by * place for place in range(more // step + 1)]
    assert all("." in value for value in axis.values)


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4))
def test_ranges_in_a_list_give_all_combinations(counts: list[int]) -> None:
    axis = param_axis(f"a=[{', '.join(f'1..{count}' for count in counts)}]")
    assert len(set(axis.values)) == len(axis.values) == prod(counts)
    assert axis.values[0] == f"[{', '.join('1' for _ in counts)}]"
    assert axis.values[-1] == f"[{', '.join(map(str, counts))}]"


@pytest.mark.parametrize("text", PARAMS)
def test_every_value_is_one_that_a_param_can_have(text: str) -> None:
    axis = param_axis(text)
    for value in axis.values:
        read, problems = read_value(SourceText("param", value))
        assert read is not None
        assert not problems


BAD = {
    "width": "'width' sets nothing; write `name=16..128:8` or `name=16,32`",
    "width=": "'width=' sets nothing",
    "=3": "'=3' sets nothing",
    "width=16..": "'16..' has no range; write `16..128:8`",
    "width=16..32:": "'16..32:' has no range",
    "width=1..2..3": "'1..2..3' has no range",
    "width=a..b": "'a..b' has no range",
    "width=16..32:0": "the step of `16..32:0` is not above 0; write `16..32:1`",
    "width=16..32:-8": "the step of `16..32:-8` is not above 0",
    "width=32..16": "`32..16` ends before it starts; write the smaller number first",
    "alpha=0.5..1.0": "`0.5..1.0` needs a step; write `0.5..1.0:0.25`",
    "width=16,,32": "'16,,32' has an empty value",
    "width=16,": "'16,' has an empty value",
    "width=16,16": "'width=16,16' has `16` twice; write every value once",
    "width=16,8..32:8": "has `16` twice",
    "repeats=[1,2": "'[1,2' doesn't close a bracket or a quote",
    "name='a": "doesn't close a bracket or a quote",
    f"width=1..{MOST_VALUES + 1}": f"has {MOST_VALUES + 1:,} values, and an axis has at most {MOST_VALUES:,}",
    "repeats=[1..1000, 1..1000, 1..1000]": "has 1,000,000,000 values",
}
BAD_INPUTS = {
    "big": "'big' is not a shape; write `96..224:32`, `3x224x224` or `3x96..224:32x160`",
    "0": "'0' is not a shape",
    "3x224x224x3x3": "is not a shape",
    "3x": "'3x' is not a shape",
    "96,96": "has `96` twice",
    "1..1000x1..1000": "has 1,000,000 values",
}


@pytest.mark.parametrize(("text", "reason"), BAD.items())
def test_a_param_that_is_refused(text: str, reason: str) -> None:
    with pytest.raises(Refusal) as refused:
        param_axis(text)
    assert refused.value.option == "param"
    assert reason in refused.value.reason


@pytest.mark.parametrize(("text", "reason"), BAD_INPUTS.items())
def test_an_input_that_is_refused(text: str, reason: str) -> None:
    with pytest.raises(Refusal) as refused:
        input_axis(text)
    assert refused.value.option == "input"
    assert reason in refused.value.reason


def test_a_range_that_is_as_long_as_allowed() -> None:
    assert len(param_axis(f"width=1..{MOST_VALUES}").values) == MOST_VALUES
