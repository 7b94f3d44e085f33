"""`# cnnshape: ignore[name] reason`: what it covers, and the warning if it covers nothing."""

from __future__ import annotations

import pytest

import cnnshape

HEAD = "cnnshape: 1\ninput: [8, 16, 16]\nlayers:\n"
TWICE = "  - relu\n  - relu"
BASE = (
    "cnnshape: 1\ninput: [8, 16, 16]\nparams: {bias: false}\nlayers:\n"
    "  - conv: {out: 8, kernel: 3, bias: bias, norm: batch_norm}\n  - relu\n  - relu"
)


def reported(text: str, **options: list[str]) -> list[tuple[int, str]]:
    return [(diagnostic.at.span.line, diagnostic.name) for diagnostic in cnnshape.check(cnnshape.load(text), **options)]


@pytest.mark.parametrize(
    ("comment", "left"),
    [
        pytest.param("", [(5, "repeated-activation")], id="nothing ignored"),
        pytest.param("# cnnshape: ignore[repeated-activation] as published", [], id="by name"),
        pytest.param("# cnnshape: ignore[CS709]", [], id="by code, without a reason"),
        pytest.param("#cnnshape:ignore[repeated-activation]", [], id="without spaces"),
        pytest.param("# cnnshape: ignore[ repeated-activation ]", [], id="spaces around the name"),
        pytest.param("# the second bends more  # cnnshape: ignore[repeated-activation]", [], id="after other words"),
        pytest.param(
            "# cnnshape: ignore[repeated-norm, repeated-activation]", [(5, "unused-ignore")], id="one name of two"
        ),
        pytest.param(
            "# cnnshape: ignore[heavy-head] a # cnnshape: ignore[repeated-activation] b",
            [(5, "unused-ignore")],
            id="the second comment of a line",
        ),
        pytest.param(
            "# cnnshape: ignore[heavy-head]", [(5, "repeated-activation"), (5, "unused-ignore")], id="another rule"
        ),
        pytest.param(
            "# cnnshape: ignore[repeated-activatoin]",
            [(5, "repeated-activation"), (5, "bad-ignore")],
            id="no rule of that name",
        ),
        pytest.param("# cnnshape: ignore", [(5, "repeated-activation"), (5, "bad-ignore")], id="no names"),
        pytest.param("# cnnshape: ignore[]", [(5, "repeated-activation"), (5, "bad-ignore")], id="empty names"),
        pytest.param(
            "# cnnshape: ignore[CS7]", [(5, "repeated-activation"), (5, "bad-ignore")], id="not by half a code"
        ),
        pytest.param("# cnnshape ignores[repeated-activation]", [(5, "repeated-activation")], id="no such comment"),
    ],
)
def test_a_comment_on_the_line(comment: str, left: list[tuple[int, str]]) -> None:
    assert sorted(reported(f"{HEAD}{TWICE}  {comment}\n")) == sorted(left)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_a_comment_ends_with_its_line(end: str) -> None:
    text = f"{HEAD}{TWICE}  # cnnshape: ignore[repeated-activation]\n"
    assert reported(text.replace("\n", end) if end != "\r" else text.replace("\n", end) + "\n") == []


def test_a_comment_alone_covers_the_line_below_it() -> None:
    assert reported(f"{HEAD}  - relu\n  # cnnshape: ignore[repeated-activation]\n  - relu\n") == []


def test_comments_alone_may_follow_each_other() -> None:
    text = f"{HEAD}  - relu\n# cnnshape: ignore[repeated-activation] why:\n    # the paper has both\n  - relu\n"
    assert reported(text) == []


def test_a_comment_alone_covers_no_more_than_one_line() -> None:
    text = f"{HEAD}  - relu\n  # cnnshape: ignore[repeated-activation]\n  - relu\n  - relu\n"
    assert reported(text) == [(7, "repeated-activation")]


def test_a_comment_on_a_line_covers_no_other() -> None:
    text = f"{HEAD}  - relu  # cnnshape: ignore[repeated-activation]\n  - relu\n"
    assert reported(text) == [(4, "unused-ignore"), (5, "repeated-activation")]


def test_two_rules_on_one_line() -> None:
    text = (
        f"{HEAD}  - batch_norm\n  - conv: {{out: 8, kernel: 1, stride: 2, bias: true, norm: batch_norm}}"
        "  # cnnshape: ignore[bias-before-norm, CS702]\n"
    )
    assert reported(text) == []


@pytest.mark.parametrize(
    "name",
    [
        '"a # cnnshape: ignore[repeated-activation] b"',
        "'a # cnnshape: ignore[repeated-activation] b'",
        '"a \\" # cnnshape: ignore[repeated-activation] b"',
    ],
)
def test_what_stands_in_quotes_is_no_comment(name: str) -> None:
    text = f"cnnshape: 1\ninput: [8, 16, 16]\nname: {name}\nlayers:\n{TWICE}\n"
    assert reported(text) == [(6, "repeated-activation")]


@pytest.mark.parametrize("sign", ["|", ">-", '"'])
def test_what_stands_in_a_text_of_several_lines_is_no_comment(sign: str) -> None:
    end = '"' if sign == '"' else ""
    source = f"source: {sign}\n  a book\n  # cnnshape: ignore[repeated-activation]\n  b{end}\n"
    text = f"{source}cnnshape: 1\ninput: [8, 16, 16]\nlayers:\n{TWICE}\n"
    assert reported(text) == [(9, "repeated-activation")]


def test_a_comment_behind_a_text_of_several_lines_counts() -> None:
    source = "source: |\n    a book\n  # cnnshape: ignore[heavy-head]\n"
    assert reported(f"{source}{HEAD}  - relu\n") == [(3, "unused-ignore")]


def test_an_apostrophe_opens_no_quotes() -> None:
    assert reported(f"{HEAD}{TWICE}  # don't mind: # cnnshape: ignore[repeated-activation] that's meant\n") == []


def test_an_error_is_not_ignored() -> None:
    text = f"{HEAD}  - conv: 8  # cnnshape: ignore[missing-argument]\n"
    assert reported(text) == [(4, "missing-argument")]


def test_a_comment_for_a_rule_that_does_not_run_is_not_called_unused() -> None:
    text = f"{HEAD}  - relu  # cnnshape: ignore[unproductive-layer]\n"
    assert reported(text) == []
    assert reported(text, select=["all"]) == [(4, "unused-ignore")]
    assert reported(text, select=["all"], ignore=["CS706"]) == []


def test_what_is_said_of_comments_can_be_ignored() -> None:
    text = f"{HEAD}  - relu  # cnnshape: ignore[heavy-haed, heavy-head]\n"
    assert reported(text, ignore=["unused-ignore"]) == [(4, "bad-ignore")]
    assert reported(text, ignore=["CS802"]) == [(4, "unused-ignore")]
    assert reported(text, ignore=["CS8"]) == []


def test_what_is_said_of_comments_names_the_mistake() -> None:
    text = f"{HEAD}  - relu  # cnnshape: ignore[heavy-haed, heavy-head]\n"
    unused, bad = cnnshape.check(cnnshape.load(text))
    assert (bad.name, bad.help) == ("bad-ignore", "did you mean `heavy-head`?")
    assert "`heavy-haed` is no rule" in bad.message
    assert (unused.name, unused.help) == ("unused-ignore", "remove the comment")
    assert "`heavy-head` finds nothing on line 4" in unused.message
    assert bad.at.span.column == unused.at.span.column == text.split("\n")[3].index("#") + 1


@pytest.fixture
def files(tmp_path):
    """Writes files, and gives what is reported in the last one: file, line, name."""

    def check(**texts: str) -> list[tuple[str, int, str]]:
        for name, text in texts.items():
            (tmp_path / f"{name}.yaml").write_text(text)
        diagnostics = cnnshape.check(cnnshape.load(tmp_path / f"{name}.yaml"))
        return [
            (diagnostic.path.rpartition("/")[2], diagnostic.at.span.line, diagnostic.name) for diagnostic in diagnostics
        ]

    return check


def test_a_comment_in_the_base_file_holds_for_all_that_extend_it(files) -> None:
    ignoring = f"{BASE}  # cnnshape: ignore[repeated-activation]\n"
    assert files(base=ignoring) == []
    assert files(base=ignoring, own="extends: base.yaml\n") == []
    assert files(base=ignoring, own="extends: base.yaml\n", further="extends: own.yaml\n") == []


def test_a_comment_of_the_base_file_is_not_called_unused_elsewhere(files) -> None:
    ignoring = f"{BASE.replace('  - relu', '  - tanh', 1)}  # cnnshape: ignore[heavy-head]\n"
    assert files(base=ignoring) == [("base.yaml", 7, "repeated-activation"), ("base.yaml", 7, "unused-ignore")]
    assert files(base=ignoring, own="extends: base.yaml\n") == [("base.yaml", 7, "repeated-activation")]


def test_a_comment_beside_extends_covers_what_only_this_file_brings_about(files) -> None:
    base = f"{BASE}  # cnnshape: ignore[repeated-activation]\n"
    own = "extends: base.yaml{}\nparams: {{bias: true}}\n"
    assert files(base=base, own=own.format("")) == [("base.yaml", 5, "bias-before-norm")]
    assert files(base=base, own=own.format("  # cnnshape: ignore[bias-before-norm] as published")) == []
    assert files(base=base, own="extends: base.yaml  # cnnshape: ignore[bias-before-norm]\n") == [
        ("own.yaml", 1, "unused-ignore")
    ]


def test_a_comment_beside_extends_covers_nothing_in_its_own_file(files) -> None:
    own = "extends: base.yaml  # cnnshape: ignore[unused-param]\nparams:\n  bias: 1\n"
    base = "cnnshape: 1\ninput: [8, 16, 16]\nparams: {bias: 2}\nlayers:\n  - relu\n"
    assert files(base=base, own=own) == [("own.yaml", 1, "unused-ignore"), ("own.yaml", 3, "unused-param")]
