"""Which fixes are kept: one whose problem is gone with it, and that brings no other that stays."""

from __future__ import annotations

import pytest

import cnnshape
from cnnshape.api.design import design_of
from cnnshape.api.fixing import MOST_TRIES, Fixed, fix_text, most_tries, passing
from cnnshape.diagnostics import BY_CHOICE, BY_FIX, BY_UPDATE, Diagnostic, Fix, Replace, Severity, diagnose
from cnnshape.source import SourceText, Span

HEAD = "cnnshape: 1\ninput: [3, 32, 32]\n"


def problems(text: str) -> list[list[Diagnostic]]:
    return [cnnshape.check(design_of(SourceText("text", text)))]


def fixed(text: str, *options: str, pardoned: tuple[str, ...] = ()) -> Fixed:
    return fix_text(SourceText("text", text), problems, options or (BY_FIX,), pardoned)


def test_fixes_that_need_each_other_are_kept_together() -> None:
    """The fix of the kind alone would reveal the words below it, which were not checked before."""
    result = fixed(HEAD + "layers:\n  - Conv2d: {filters: 8, kernel_size: 3, norm: BatchNorm2d, act: rleu}   # stem\n")
    assert result.text == HEAD + "layers:\n  - conv: {out: 8, kernel: 3, norm: batch_norm, act: relu}   # stem\n"
    assert (result.number, result.problems) == (5, [])


def test_a_fix_that_brings_an_error_to_light_is_refused() -> None:
    text = HEAD + "layers:\n  - convv: 8\n"
    result = fixed(text)
    assert (result.text, result.number, [problem.name for problem in result.problems]) == (text, 0, ["unknown-kind"])


def test_a_fix_that_is_refused_keeps_no_other_from_being_made() -> None:
    result = fixed(HEAD + "layers:\n  - convv: 8\n  - max_pol: 2\n  - flaten\n")
    assert result.text == HEAD + "layers:\n  - convv: 8\n  - max_pool: 2\n  - flatten\n"
    assert (result.number, len(result.problems)) == (2, 1)


def test_a_fix_that_changes_what_is_expected_is_refused_unless_that_is_updated() -> None:
    steps = "layers:\n  - conv: {out: 8, kernel: 1}\n  - batch_norm\n"
    params = cnnshape.analyze(cnnshape.load(HEAD + steps)).totals.params
    text = f"{HEAD}{steps}expect: {{params: {params}}}\n"
    assert fixed(text).number == 0
    pardoned = fixed(text, pardoned=("expectation-missed",))
    assert pardoned.text == text.replace("kernel: 1", "kernel: 1, bias: false")
    updated = fixed(pardoned.text, BY_UPDATE)
    assert updated.text == pardoned.text.replace(str(params), str(params - 8))
    assert updated.problems == []


def test_an_option_applies_its_own_fixes_alone() -> None:
    text = HEAD + "params: {spare: 1}\nlayers: [relu]\nexpect: {params: 5}\n"
    assert fixed(text, BY_UPDATE).text == text.replace("params: 5", "params: 0")
    assert fixed(text, BY_FIX).text == text.replace("params: {spare: 1}\n", "")
    assert fixed(text, BY_FIX, BY_UPDATE).problems == []


def test_what_is_left_unused_by_a_removal_is_removed_too() -> None:
    blocks = "blocks:\n  Outer:\n    do:\n      - Inner\n  Inner:\n    do:\n      - relu\n  Used:\n    do: [relu]\n"
    result = fixed(f"{HEAD}{blocks}layers: [Used]\n")
    assert result.text == f"{HEAD}blocks:\n  Used:\n    do: [relu]\nlayers: [Used]\n"
    assert (result.number, result.problems) == (2, [])


def test_a_section_without_entries_goes() -> None:
    result = fixed(HEAD + "params:\n  spare: 1   # not any more\n\nlayers:\n  - relu\n")
    assert result.text == HEAD + "\nlayers:\n  - relu\n"


def test_a_param_that_a_use_sets_stays() -> None:
    block = "blocks: {Unit: {params: {out: 8, spare: 1}, do: [{conv: {out: out, kernel: 3}}]}}\n"
    text = f"{HEAD}{block}layers:\n  - Unit: {{out: 4, spare: 2}}\n"
    assert (fixed(text).text, fixed(text).number) == (text, 0)


def test_weights_that_are_shared_lose_their_bias_together() -> None:
    conv = "{conv: {out: 3, kernel: 3, padding: 1}, name: first}"
    shared = "{conv: {out: 3, kernel: 3, padding: 1}, share: first}"
    text = f"{HEAD}layers:\n  - {conv}\n  - batch_norm\n  - relu\n  - {shared}\n  - batch_norm\n"
    result = fixed(text)
    assert result.text == text.replace("padding: 1", "padding: 1, bias: false")
    assert result.problems == []


BIAS = [
    ("conv: {out: 8, kernel: 1}", "conv: {out: 8, kernel: 1, bias: false}"),
    ("conv: {out: 8, kernel: 1, bias: true}", "conv: {out: 8, kernel: 1, bias: false}"),
    ("conv: {out: 8, bias: true, kernel: 1}", "conv: {out: 8, bias: false, kernel: 1}"),
    ("conv: {out: 8, kernel: 1, bias: true, norm: batch_norm}", "conv: {out: 8, kernel: 1, norm: batch_norm}"),
    ("{conv: {out: 8, kernel: 1}, repeat: 2}", None),
]


@pytest.mark.parametrize(("step", "after"), BIAS)
def test_a_bias_that_a_norm_cancels_is_left_out(step: str, after: str | None) -> None:
    """In a repeat, the first layer's bias has an effect: nothing normalizes its output."""
    end = "" if "norm:" in step else "  - batch_norm\n"
    text = f"{HEAD}layers:\n  - {step}\n{end}"
    assert fixed(text).text == (text if after is None else text.replace(step, after))


def test_a_bias_that_one_use_of_a_block_needs_stays() -> None:
    block = "blocks: {Unit: {do: [{conv: {out: 8, kernel: 1}}]}}\n"
    text = f"{HEAD}{block}layers: [Unit, batch_norm, relu, Unit, relu]\n"
    names = [problem.name for problem in problems(text)[0]]
    assert names == ["bias-before-norm"]
    assert fixed(text).number == 0


def test_a_bias_that_a_param_sets_stays() -> None:
    text = HEAD + "params: {bias: true}\nlayers:\n  - conv: {out: 8, kernel: 1, bias: bias, norm: batch_norm}\n"
    assert [problem.name for problem in problems(text)[0]] == ["bias-before-norm"]
    assert fixed(text).number == 0


IGNORES = [
    ("  # cnnshape: ignore[heavy-head] gone", ""),
    ("  # cnnshape: ignore[heavy-head, repeated-activation] why", "  # cnnshape: ignore[repeated-activation] why"),
    ("  # cnnshape: ignore[repeated-activation, heavy-head]", "  # cnnshape: ignore[repeated-activation]"),
    ("  # cnnshape: ignore[repeated-activaton]", "  # cnnshape: ignore[repeated-activation]"),
    ("  # about: cnnshape  # cnnshape: ignore[heavy-head]", "  # about: cnnshape"),
]


@pytest.mark.parametrize(("comment", "after"), IGNORES)
def test_ignores_without_effect_are_removed(comment: str, after: str) -> None:
    twice = "" if "repeated" not in after else "  - relu\n"
    text = f"{HEAD}layers:\n{twice}  - relu{comment}\n  - flatten\n"
    assert fixed(text).text == f"{HEAD}layers:\n{twice}  - relu{after}\n  - flatten\n"


def test_an_ignore_on_a_line_of_its_own_goes_with_the_line() -> None:
    text = f"{HEAD}layers:\n  # cnnshape: ignore[heavy-head] gone\n  - relu\n"
    assert fixed(text).text == f"{HEAD}layers:\n  - relu\n"


# The rules alone, on problems made up for the purpose: a text is a line of letters, and each bad one is a problem.


def made_up(bad: dict[str, tuple[str, ...]], option: str = BY_FIX, severity: Severity = Severity.ERROR):
    """A check that reports each letter of `bad`; each of its fixes writes one of the texts that `bad` gives for it."""

    def check(text: str) -> list[list[Diagnostic]]:
        source = SourceText("text", text)
        problems = []
        for column, letter in enumerate(text.rstrip("\n"), 1):
            if letter in bad:
                at = Span(source, 1, column, 1, column + 1)
                fixes = tuple(Fix((Replace(at, right),), option) for right in bad[letter])
                problems.append(diagnose("unknown-kind", letter, at, fixes=fixes, severity=severity))
        return [problems]

    return check


def result_of(text: str, check) -> tuple[str, int]:
    result = fix_text(SourceText("text", text), check, (BY_FIX,))
    return result.text, result.number


def test_fixes_are_made_all_at_once_or_one_by_one() -> None:
    assert result_of("abcab", made_up({"a": ("x",), "b": ("y",)})) == ("xycxy", 4)
    calls = []
    check = made_up(dict.fromkeys("abcdefgh", ("x",)))
    fix_text(SourceText("text", "abcdefgh"), lambda text: (calls.append(text), check(text))[1], (BY_FIX,))
    assert calls == ["abcdefgh", "xxxxxxxx"]


def test_a_chain_of_fixes_is_followed_to_its_end() -> None:
    assert result_of("a", made_up({"a": ("b",), "b": ("c",), "c": ("d",)})) == ("d", 3)


def test_a_chain_without_an_end_is_not_begun() -> None:
    assert result_of("a", made_up({"a": ("b",), "b": ()})) == ("a", 0)
    assert result_of("a", made_up({"a": ("b",), "b": ("a",)})) == ("a", 0)
    assert result_of("az", made_up({"a": ("b",), "b": ("a",), "z": ("y",)})) == ("ay", 1)


def test_a_fix_that_leaves_its_problem_is_refused() -> None:
    assert result_of("a", made_up({"a": ("a",)})) == ("a", 0)
    assert result_of("a", made_up({"a": ("xa",)})) == ("a", 0)


def test_a_fix_that_doubles_its_problem_is_refused() -> None:
    assert result_of("ab", made_up({"a": ("bb",), "b": ()})) == ("ab", 0)


def test_choices_are_not_applied() -> None:
    assert result_of("a", made_up({"a": ("x", "y")}, BY_CHOICE)) == ("a", 0)


def test_the_first_of_several_fixes_is_applied() -> None:
    assert result_of("a", made_up({"a": ("x", "y")})) == ("x", 1)


def test_new_warnings_count_where_warnings_were_looked_for() -> None:
    bad = {"a": ("w",), "w": ()}
    assert result_of("a", made_up(bad, severity=Severity.WARNING)) == ("a", 0)

    def check(text: str) -> list[list[Diagnostic]]:
        errors = made_up({"a": ("w",)})(text)[0]
        return [errors or made_up({"w": ()}, severity=Severity.WARNING)(text)[0]]

    assert result_of("a", check) == ("w", 1)


def test_problems_of_a_file_that_extends_this_one_count() -> None:
    own = made_up({"a": ("x",), "b": ("y",)})

    def check(text: str) -> list[list[Diagnostic]]:
        return [*own(text), *made_up({"x": ()})(text)]

    assert result_of("ab", check) == ("ay", 1)


def test_fixes_of_other_files_are_left_alone() -> None:
    base = SourceText("base", "a")
    at = Span(base, 1, 1, 1, 2)
    problem = diagnose("unknown-kind", "a", at, fixes=(Fix((Replace(at, "x"),)),))
    check = lambda _: [[problem]]  # noqa: E731
    assert result_of("own", check) == ("own", 0)
    assert passing(SourceText("own", "own"), [problem], check) == [problem]


def test_the_number_of_tries_is_bounded() -> None:
    calls = []
    check = made_up({"a": ("b",), "b": ()})

    def counted(text: str) -> list[list[Diagnostic]]:
        calls.append(text)
        return check(text)

    assert result_of("a" * 500, counted) == ("a" * 500, 0)
    assert len(calls) <= MOST_TRIES + 1


def test_any_number_of_sound_fixes_is_one_text() -> None:
    calls = []
    check = made_up({"a": ("x",)})
    result = fix_text(SourceText("text", "a" * 3_000), lambda text: (calls.append(text), check(text))[1], (BY_FIX,))
    assert (result.text, result.number, result.complete) == ("x" * 3_000, 3_000, True)
    assert len(calls) == 2


def test_a_try_too_few_leaves_the_rest_unfixed_and_says_so() -> None:
    """One bad fix of eight: all eight, four, then one half after the other until it is alone."""
    check = made_up({"a": ("x",), "b": ("bb",)})
    results = [fix_text(SourceText("text", "aaaabaaa"), check, (BY_FIX,), most=most) for most in range(10)]
    assert [result.number for result in results] == [0, 0, 4, 4, 4, 4, 7, 7, 7, 7]
    assert [result.complete for result in results] == [False] * 6 + [True] * 4


@pytest.mark.parametrize(("work", "cost", "most"), [(100, 40, 2), (100, 101, 0), (100, 0, 100), (10**6, 1, MOST_TRIES)])
def test_a_text_that_costs_much_is_checked_seldom(work: int, cost: int, most: int) -> None:
    assert most_tries(work, cost) == most


@pytest.mark.parametrize("cut", [0, 1, 2, 3])
def test_a_message_that_changes_on_a_line_that_moves_is_no_new_problem(cut: int) -> None:
    """The fix of the first line takes lines away, so that the problem of the last one is found above it."""

    def check(text: str) -> list[list[Diagnostic]]:
        source = SourceText("text", text)
        last = len(source.lines)
        at = Span(source, last, 1, last, 2)
        bad = [diagnose("unknown-kind", f"seen from {last}", at)]
        if text.startswith("a"):
            whole = Span(source, 1, 1, 1 + cut, 2)
            bad.append(diagnose("unknown-kind", "a", whole, fixes=(Fix((Replace(whole, "x"),)),)))
        return [bad]

    text = "a\n" * 4 + "z"
    assert fix_text(SourceText("text", text), check, (BY_FIX,)).text == "x\n" + "a\n" * (3 - cut) + "z"


def test_only_fixes_that_stand_alone_are_shown() -> None:
    check = made_up({"a": ("b", "x"), "b": (), "c": ("a", "y", "c")})
    (problems_of,) = check("ac")
    kept = passing(SourceText("text", "ac"), problems_of, check)
    assert [[edit.text for fix in problem.fixes for edit in fix.edits] for problem in kept] == [["x"], ["y"]]
    assert [problem._replace(fixes=()) for problem in kept] == [problem._replace(fixes=()) for problem in problems_of]
