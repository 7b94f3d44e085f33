"""Python as text: names, values, expressions of the language, and layout as ruff has it."""

from __future__ import annotations

import subprocess
import sys
from keyword import iskeyword
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnshape.arithmetic import make_divisible
from cnnshape.export.python import (
    Code,
    Lines,
    Names,
    Operation,
    binary,
    call,
    class_name,
    constant,
    identifier,
    listing,
    literal,
    literal_code,
    python,
    resolved,
    value_of,
    variable,
)
from cnnshape.language.expression.parser import parse


@given(st.text(max_size=30))
def test_identifiers_are_names(text: str) -> None:
    name = identifier(text)
    assert name.isidentifier()
    assert name.isascii()
    assert not iskeyword(name)


@pytest.mark.parametrize(
    ("text", "name"), [("stage-1", "stage_1"), ("stage.0", "stage_0"), ("3x3", "_3x3"), ("lambda", "lambda_"), ("match", "match_"), ("é", "x"), ("width", "width")]
)  # fmt: skip
def test_identifiers(text: str, name: str) -> None:
    assert identifier(text) == name


@pytest.mark.parametrize(
    ("text", "name"), [("ResNet-50", "ResNet50"), ("U-Net", "UNet"), ("faster r-cnn", "FasterRCnn"), ("3D net", "Network3DNet"), ("", "Network"), ("-", "Network")]
)  # fmt: skip
def test_class_names(text: str, name: str) -> None:
    assert class_name(text) == name


def test_names_are_given_once() -> None:
    names = Names({"x"})
    assert [names.new(wish) for wish in ("x", "conv", "conv", "conv_2", "x")] == [
        "x_2",
        "conv",
        "conv_2",
        "conv_2_2",
        "x_3",
    ]
    state = names.state()
    assert names.new("conv") == "conv_3"
    names.restore(state)
    assert names.new("conv") == "conv_3"


values = st.recursive(
    st.integers(-(10**9), 10**9) | st.booleans() | st.floats(-1e9, 1e9) | st.none() | st.sampled_from(["relu", "same"]),
    lambda inner: st.lists(inner, min_size=1, max_size=4).map(tuple),
    max_leaves=8,
)


@given(values)
def test_literals_are_their_values(value: Any) -> None:
    assert eval(literal(value)) == value
    lines = Lines()
    lines.add("value = ", literal_code(value))
    scope: dict[str, Any] = {}
    exec(lines.text, scope)
    assert scope["value"] == value


NAMES = {"width": 12, "n": 3, "deep": True, "few": (1, 2), "rate": 0.5}
EXPRESSIONS = [
    "width", "-width", "--width", "-(width + n)", "width - (n - 1)", "width - n - 1", "width / (n * 2)", "width // n * 2",
    "width // (n * 2)", "width % 5", "(width + n) * 2", "width + n * 2", "not deep", "not (deep and n > 2)",
    "deep or n == 2 and width < 3", "(deep or n == 2) and width < 3", "width if deep else n",
    "(width if deep else n) + 1", "width if n > 2 else n if deep else 1", "(n if deep else 2) if not deep else 7",
    "few.0", "few.(n - 2)", "few + [n]", "reverse(few)", "reverse(few).0", "len(few) + 1", "[width, [n, 1]].1.0",
    "max(width, n)", "ceil(width / 5)", "floor(rate * 7)", "make_divisible(rate * width, 8)", "width / 4", "rate / 2",
    "(n == 3) == deep", "1.5 * width", "4.1k", "010 + 1_000", "not deep == deep", "-n * -n",
]  # fmt: skip


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_expressions_have_the_value_of_the_language(text: str) -> None:
    import math

    tree = parse(text)
    node = resolved(tree, {name: variable(name) for name in NAMES})
    written = python(node, NAMES)
    scope = {"make_divisible": make_divisible, "ceil": math.ceil, "floor": math.floor}
    assert eval(written, scope, dict(NAMES)) == value_of(tree, NAMES) == value_of(node, NAMES)


names = st.sampled_from(["width", "n", "deep", "rate"])
trees = st.recursive(
    names | st.integers(0, 9).map(str),
    lambda inner: st.builds("({}) {} ({})".format, inner, st.sampled_from(["+", "-", "*", "//", "%", "/", "<", "==", "and", "or"]), inner)
    | st.builds("({}) if ({}) else ({})".format, inner, inner, inner)
    | st.builds("-({})".format, inner),
    max_leaves=8,
)  # fmt: skip


@given(trees)
def test_any_expression_has_the_value_of_the_language(text: str) -> None:
    from cnnshape.export.python import Untranslatable

    tree = parse(text)
    try:
        wanted = value_of(tree, NAMES)
        node = resolved(tree, {name: variable(name) for name in NAMES})
    except (Untranslatable, ZeroDivisionError):
        return
    given_value = eval(python(node, NAMES), {}, dict(NAMES))
    assert given_value == pytest.approx(wanted)


def test_a_quotient_that_must_be_whole_is_one() -> None:
    tree = resolved(parse("width / 4"), {"width": variable("width")})
    assert python(tree, NAMES, whole=True) == "width // 4"
    tree = resolved(parse("width / 4 + 1"), {"width": variable("width")})
    assert python(tree, NAMES, whole=True) == "int(width / 4 + 1)"


def test_words_and_other_names() -> None:
    choice = parse("identity if stride == 1 else none")
    assert python(resolved(choice, {"stride": variable("s")}), {}) == '"identity" if s == 1 else "none"'
    assert python(resolved(choice, {"stride": constant(1)}), {}) == '"identity"'
    either = parse("deep or n > 2 and not deep")
    assert python(resolved(either, {"deep": constant(True), "n": variable("n")}), {}) == "True"
    assert python(resolved(either, {"deep": constant(False), "n": variable("n")}), {}) == "n > 2 and True"
    inner = binary(constant(4), "*", variable("width"))
    assert python(resolved(parse("out // 2"), {"out": inner}), {}) == "4 * width // 2"
    assert python(resolved(parse("2 - out"), {"out": binary(variable("a"), "-", variable("b"))}), {}) == "2 - (a - b)"
    assert python(binary(variable("a"), "+", binary(variable("b"), "-", variable("a"))), {}) == "b"


LAYOUTS: list[tuple[str, Code]] = [
    ("x = ", call("f", "a", "b", c="1")),
    ("x = ", call("function", *[f"argument_{number}" for number in range(8)])),
    ("x = ", call("function", *[f"argument_{number}" for number in range(12)])),
    ("x = ", call("outer", call("inner", *[f"argument_{number}" for number in range(9)]), named="1")),
    ("x = ", call("outer", call("inner", *[f"argument_{number}" for number in range(12)]), "b")),
    ("x = ", listing([call("nn.Conv2d", "channels", "channels", "3", padding="1") for _ in range(3)])),
    ("x += ", listing(f"argument_{number}" for number in range(12))),
    ("x = ", Operation("+", tuple(f"argument_{number}" for number in range(12)))),
    ("x = ", Operation("+", ("a", "b"))),
    ("a_name_that_is_much_too_long_for_its_line_and_goes_on_and_on = ", call("self.another_name_that_is_also_long_and_goes_on_and_on", "x")),
    ("x = ", literal_code(tuple(tuple(range(5)) for _ in range(9)))),
    ("x = ", literal_code(tuple(range(60)))),
    ("x = ", literal_code((tuple(range(50)),))),
    ("x = ", call("torch.cat", listing(f"branch_number_{number}" for number in range(9)), "1")),
]  # fmt: skip


def test_layout_is_that_of_ruff(tmp_path: Path) -> None:
    lines = Lines()
    for before, code in LAYOUTS:
        lines.add(before, code)
    lines.line("def function():")
    with lines.indented():
        for before, code in LAYOUTS:
            lines.add(before, code)
        lines.add("return ", LAYOUTS[3][1])
    (tmp_path / "code.py").write_text(
        "\n\n".join([lines.text[: lines.text.index("def ")], lines.text[lines.text.index("def ") :]])
    )
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", "120", "--diff", str(tmp_path)]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stdout


def test_the_last_statement_can_be_taken_back() -> None:
    lines = Lines(2)
    lines.add("y = ", "1")
    lines.add("x = ", call("f", "y"))
    assert lines.taken_back("y = ", 2) is None
    assert lines.taken_back("x = ", 2) == call("f", "y")
    assert lines.text == "        y = 1\n"
