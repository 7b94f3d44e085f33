"""Files that bring other readers down: each is answered by a diagnostic, or by a graph, and soon."""

from __future__ import annotations

import signal
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

import cnnshape
from cnnshape import Diagnostic
from cnnshape.diagnostics import Severity
from cnnshape.render.findings.fingerprint import fingerprints
from tests.command import run

SECONDS = 5.0
"""Of processor time: a busy machine must not fail a test."""
LONGER = 15.0
"""For what may use a budget up before it is refused; Python 3.11 is up to four times slower at unlucky stack depths."""

HEAD = "input: [3, 8, 8]\nlayers:\n"
SIZE = 1 << 20
LONGEST_MESSAGE = 1_000


class TooSlow(BaseException):
    """Not an Exception: nothing on the way may take it for a problem of its own."""


@contextmanager
def in_time(seconds: float) -> Iterator[None]:
    """Fails what takes longer, and ends what takes much longer: a test must not hang."""

    def stop(*_signal: object) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, 2 * seconds)
    start = time.process_time()
    with suppress(TooSlow):
        yield
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.signal(signal.SIGPROF, before)
    taken = time.process_time() - start
    if taken > seconds:
        pytest.fail(f"took {taken:.1f} s of processor time, more than {seconds} s", pytrace=False)


def problems(path: Path, data: str | bytes, seconds: float = SECONDS) -> list[Diagnostic]:
    """The errors of a file of that content, found in time."""
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    diagnostics: list[Diagnostic] = []
    with in_time(seconds):
        diagnostics = cnnshape.check(cnnshape.load(path))
    return [diagnostic for diagnostic in diagnostics if diagnostic.severity is Severity.ERROR]


def step(value: str) -> str:
    return f"{HEAD}  - conv: {{out: {value}, kernel: 1}}\n"


def spec(shape: str) -> str:
    return f"input: [{shape}, 3, 3]\nlayers: [relu]\n"


def nested_rounds(depth: int, inner: str) -> str:
    lines = []
    for level in range(depth):
        indent = "    " * level
        lines += [f"{indent}  - for: {{x{level}: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]}}", f"{indent}    do:"]
    return HEAD + "\n".join([*lines, "    " * depth + f"  - {inner}"]) + "\n"


def doubling(levels: int, leaf: str) -> str:
    blocks = [f"  B{level}: {{do: [B{level - 1}, B{level - 1}]}}" for level in range(1, levels)]
    return "\n".join(["input: [3, 8, 8]", "blocks:", f"  B0: {{do: [{leaf}]}}", *blocks, f"layers: [B{levels - 1}]\n"])


def block_chain(count: int) -> str:
    blocks = [f"  B{level}: {{do: [B{level - 1}]}}" for level in range(1, count)]
    return "\n".join(["input: [3, 8, 8]", "blocks:", "  B0: {do: [relu]}", *blocks, "layers: [relu]\n"])


def many(line: str, count: int) -> str:
    return "".join(line.format(number) for number in range(count))


def rounds(step: str, count: int = 90_000, before: str = "") -> str:
    return f"{HEAD}{before}  - for: {{k: [1]}}\n    repeat: {count}\n    do: [{step}]\n"


def in_block(params: str, use: str, do: str = "") -> str:
    return f"input: [3, 8, 8]\nblocks:\n  B:\n    params: {{{params}}}\n    do: [{do}]\nlayers:\n  - {use}\n"


def variants(step: str, first: int) -> str:
    """200 variants, `n` counting from `first`."""
    named = "".join(f"  v{number}: {{n: {first + number}}}\n" for number in range(200))
    return f"params: {{n: 1}}\nvariants:\n{named}{HEAD}  - {{relu: , repeat: n}}\n{step}"


DOUBLED = ", ".join(f"y{level}: [y{level - 1}, y{level - 1}]" for level in range(1, 60))
# What the file is, its content, and the name of the one error; None if there is none.
BYTES = [
    ("a megabyte of [", "[" * SIZE, "limit-exceeded"),
    ("a megabyte of {", "{" * SIZE, "limit-exceeded"),
    ("a megabyte of - ", "- " * (SIZE // 2), "limit-exceeded"),
    ("a megabyte of ? ", "? " * (SIZE // 2), "limit-exceeded"),
    ("nested beyond the depth", HEAD + "  - conv: " + "[" * 70 + "]" * 70, "limit-exceeded"),
    ("brackets without an end", HEAD + "  - conv: " + "[" * 900_000, "limit-exceeded"),
    ("a bracket too few", HEAD + "  - conv: " + "[" * 60 + "]" * 59, "yaml-syntax"),
    ("larger than the limit", b"#" * (SIZE + 1), "limit-exceeded"),
    ("as large as the limit", b"#" * SIZE, "empty-file"),
    ("100,001 values", "x: [" + "a," * 100_001 + "]\n", "limit-exceeded"),
    ("an alias bomb", "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: [*c,*c]\n", "yaml-feature"),
    ("an alias of itself", "a: &a [*a]\n", "yaml-feature"),
    ("an alias of nothing", "a: *b\n", "yaml-feature"),
    ("an anchor", HEAD + "  - &x relu\n", "yaml-feature"),
    ("an anchor of a key", "&x input: [3, 8, 8]\nlayers: [relu]\n", "yaml-feature"),
    ("a tag that names code", "!!python/object/apply:os.system ['true']\n", "yaml-feature"),
    ("a tag of YAML's own", HEAD + "  - !!str relu\n", "yaml-feature"),
    ("a tag directive", "%TAG ! tag:example.com,2000:\n---\n" + HEAD + "  - !x relu\n", "yaml-feature"),
    ("a merge key", "<<: {input: [3, 8, 8]}\nlayers: [relu]\n", "yaml-feature"),
    ("a quoted merge key is a key", '"<<": {}\n' + spec("3"), "unknown-key"),
    ("two documents", "a: 1\n---\nb: 1\n", "yaml-feature"),
    ("two empty documents", "---\n---\n", "yaml-feature"),
    ("NUL", b"a: \0b\n", "control-character"),
    ("a bell", b"name: a\x07b\n", "control-character"),
    ("a delete", b"name: a\x7fb\n", "control-character"),
    ("a C1 control", "name: a\x9bb\n", "control-character"),
    ("a byte that is not UTF-8", b"name: \xff\xfe\n", "not-utf8"),
    ("half a character", b"name: \xc3", "not-utf8"),
    ("a surrogate in UTF-8", b"name: \xed\xa0\x80\n", "not-utf8"),
    ("UTF-16 with a mark", "input: [3]".encode("utf-16"), "not-utf8"),
    ("UTF-32 with a mark", "input: [3]".encode("utf-32"), "not-utf8"),
    ("UTF-16 without a mark", "input: [3]".encode("utf-16-le"), "control-character"),
    ("UTF-16, big end first", "input: [3]".encode("utf-16-be"), "control-character"),
    ("a byte order mark", b"\xef\xbb\xbf" + spec("3").encode(), None),
    ("duplicate keys", "name: a\nname: b\n" + HEAD + "  - relu\n", "duplicate-key"),
    ("a list as a key", "[a, b]: 1\n", "bad-key"),
    ("a mapping as a key", "{a: b}: 1\n", "bad-key"),
    ("a complex key", "? [a]\n: 1\n", "bad-key"),
    ("nothing as a key", "? \n: 1\n", "bad-key"),
    ("null as a key", "null: 1\n", "bad-key"),
    ("a tab for indentation", "input: [3, 4, 4]\nlayers:\n\t- relu\n", "yaml-syntax"),
    ("a tab between words", HEAD + "  - conv:\t{out: 3, kernel: 1}\n", None),
    ("carriage returns", (HEAD + "  - relu\n").replace("\n", "\r"), None),
    ("carriage returns and line feeds", (HEAD + "  - relu\n").replace("\n", "\r\n"), None),
    ("next-line characters", (HEAD + "  - relu\n").replace("\n", "\x85"), None),
    ("line separators", (HEAD + "  - relu\n").replace("\n", "\u2028"), None),
    ("an empty file", b"", "empty-file"),
    ("blank lines", "\n\n  \n", "empty-file"),
    ("comments alone", "# a\n# b\n", "empty-file"),
    ("a document start alone", "---\n", "empty-file"),
    ("null alone", "~\n", "empty-file"),
    ("a list", "- a\n", "wrong-structure"),
    ("a word", "hello\n", "wrong-structure"),
    ("an empty mapping", "{}\n", "missing-key"),
    ("a very long line", step("1" * 900_000), "expression-syntax"),
    ("a very long word", HEAD + "  - " + "a" * 900_000 + "\n", "unknown-kind"),
    ("a very long name", "name: " + "a" * 900_000 + "\n" + HEAD + "  - relu\n", None),
    ("a very long quoted key", "? '" + "a" * 900_000 + "'\n: 1\n" + spec("3"), "unknown-key"),
    ("escapes in a name", 'name: "\\e[31m"\n' + HEAD + "  - relu\n", "bad-name"),
    ("escapes in a kind", HEAD + '  - "\\e[31mrelu"\n', "unknown-kind"),
    ("markup in a kind", HEAD + '  - "[bold]relu[/bold]"\n', "unknown-kind"),
    ("markup in the name", 'name: "[bold]x[/]"\n' + HEAD + "  - relu\n", None),
    ("the right-to-left mark in a name", f"name: a{chr(0x202E)}b\n" + HEAD + "  - relu\n", "bad-name"),
]

# YAML 1.1 has surprises for these, and Python for the long ones.
SCALARS = [
    ("1e3", None),
    ("010", None),
    ("8.0", None),
    ("2 * 4", None),
    ("2001-99-99", None),  # 1803: minus signs
    ("0x10", "expression-syntax"),
    ("0o10", "expression-syntax"),
    ("1__000", "expression-syntax"),
    ("1:30", "expression-syntax"),
    (".inf", "expression-syntax"),
    (".nan", "expression-syntax"),
    ("+1", "expression-syntax"),
    ("nan", "bad-input"),
    ("no", "bad-input"),
    ("1e999", "expression-value"),
    ("-1e999", "expression-value"),
    ("9" * 30, "expression-value"),
    ("9" * 5000, "expression-syntax"),
    ("1000000000000", "bad-input"),
    ("1 / 0", "expression-value"),
    ("0 / 0", "expression-value"),
    ("1 % 0.0", "expression-value"),
    ("1 / 1e-320", "expression-value"),
    ("999999999999 * 999999999999", "expression-value"),
    ("\u0663", "expression-syntax"),
    ("\uff13", "expression-syntax"),
    ("\u00b2", "expression-syntax"),
]

EXPRESSIONS = [
    ("100,000 minus signs", "-" * 100_000 + "1", "expression-syntax"),
    ("100,000 digits", "1" * 100_000, "expression-syntax"),
    ("100,000 sums", "1+" * 50_000 + "1", "expression-syntax"),
    ("brackets 1,000 deep", "'" + "(" * 1000 + "1" + ")" * 1000 + "'", "expression-syntax"),
    ("brackets 60 deep", "'" + "(" * 60 + "1" + ")" * 60 + "'", "expression-syntax"),
    ("60 minus signs", "-" * 60 + "1", "expression-syntax"),
    ("13 choices", "1 if true else " * 13 + "1", None),
    ("100 sums", "+".join(["1"] * 100), None),
    ("code", "\"__import__('os')\"", "expression-syntax"),
    ("an attribute", "'in_channels.__class__'", "expression-value"),
    ("a lambda", "'(lambda: 0)()'", "expression-syntax"),
    ("an f-string", "\"f'{1}'\"", "expression-syntax"),
]

EXPANSIONS = [
    ("10^12 rounds that never are", HEAD + "  - relu:\n    repeat: 1000000000000\n    when: false\n", None),
    ("10^12 rounds", HEAD + "  - relu:\n    repeat: 1000000000000\n", "expansion-budget"),
    ("10^12 named rounds", HEAD + "  - {relu: , repeat: 1000000000000, name: x}\n", "expansion-budget"),
    ("10^12 residuals", HEAD + "  - {residual: [], repeat: 1000000000000}\n", "expansion-budget"),
    ("10^12 joins that double", HEAD + "  - {concat: [prev, prev], repeat: 1000000000000}\n", "size-limit"),
    ("joins beyond what can be printed", HEAD + "  - {concat: [prev, prev], repeat: 16000}\n", "size-limit"),
    ("10^12 failing rounds", HEAD + "  - {conv: {out: 0, kernel: 1}, repeat: 1000000000000}\n", "bad-argument"),
    ("four times ten times ten", nested_rounds(4, "{relu: , repeat: 11}"), "expansion-budget"),
    ("ten to the eighth", nested_rounds(8, "relu"), "expansion-budget"),
    ("ten to the eighth, of nothing", nested_rounds(8, "{relu: , when: false}"), "expansion-budget"),
    ("2^30 layers", doubling(30, "relu"), "expansion-budget"),
    ("2^30 blocks of nothing", doubling(30, ""), "expansion-budget"),
    ("2^60 blocks", doubling(60, "relu"), "expansion-budget"),
    (
        "10^12 empty blocks",
        "input: [3, 8, 8]\nblocks: {E: {do: []}}\nlayers:\n  - {E: , repeat: 1000000000000}\n",
        "expansion-budget",
    ),
    ("an empty list of 90,000", HEAD + "  - for: {x: [" + "1," * 90_000 + "]}\n    do: []\n", None),
    ("a chain of blocks", block_chain(12_000), None),
    ("20,000 references", HEAD + "  - concat: [" + ", ".join(["prev"] * 20_000) + "]\n", None),
    ("lists of lists, doubled 59 times", f"params: {{y0: 1, {DOUBLED}}}\n" + spec("3"), "limit-exceeded"),
    ("lists of lists in a block", in_block(f"y0: 1, {DOUBLED}", "B", "relu"), "limit-exceeded"),
    (
        "lists of lists from block to block",
        "input: [3, 8, 8]\nblocks:\n"
        + "".join(f"  B{level}: {{params: {{x: 1}}, do: [B{level + 1}: [[x, x]]]}}\n" for level in range(40))
        + "  B40: {params: {x: 1}, do: [relu]}\nlayers: [B0]\n",
        "limit-exceeded",
    ),
    (
        "lists 20,000 levels deep",
        "params:\n  p0: 1\n" + "".join(f"  p{level}: [p{level - 1}]\n" for level in range(1, 20_000)) + spec("3"),
        "limit-exceeded",
    ),
    ("a list of 80,000 in rounds", in_block("w: [" + "1," * 80_000 + "]", "{B: , repeat: 90000}"), "limit-exceeded"),
    ("a name in rounds without one", rounds("{relu: , name: a}", 50_000), None),
    ("a name in residuals without one", HEAD + "  - {residual: [{relu: , name: a}], repeat: 25000}\n", None),
    (
        "names that labels pass by in rounds",
        in_block(
            "k: 1",
            "{B: , repeat: 5000}",
            "{for: {x: [1]}, when: false, do: [" + many("{{relu: , name: relu_{}}}, ", 9_000) + "]}, relu, relu",
        ),
        None,
    ),
    (
        "a reference to nothing, near 280 names, in rounds",
        rounds("{relu: , from: abcdefghijkl}", 30_000, many("  - {{relu: , name: abcdefghijk{}}}\n", 280)),
        "unknown-tensor",
    ),
    ("joins of 50,000 in rounds", rounds("{add: [" + "prev, " * 50_000 + "]}"), "expansion-budget"),
    ("branches in rounds", rounds("{add: {" + many("a{}: [], ", 30_000) + "}}"), "expansion-budget"),
    ("40,000 params in rounds", in_block(many("p{}: 1, ", 40_000), "{B: , repeat: 90000}"), "expansion-budget"),
    ("24,000 columns in rounds", rounds("{for: {" + many("k{}: [1], ", 24_000) + "}, do: []}"), "expansion-budget"),
    (
        "18,000 names around rounds",
        rounds("relu", before=many("  - {{relu: , name: a{}}}\n", 18_000)),
        "expansion-budget",
    ),
    (
        "weights of 40,000 layers, shared 9,000 times",
        in_block("k: 1", "{B: , name: a}\n" + "  - {relu: , share: a}\n" * 9_000, "{relu: , repeat: 40000}"),
        None,
    ),
    ("shapes of 10^27", "input: [1000000000, 1000000000, 1000000000]\nlayers: [relu]\n", "size-limit"),
    ("a kernel of 10^9", HEAD + "  - conv: {out: 3, kernel: 1000000000, padding: same}\n", "size-limit"),
    ("an output of 10^18", HEAD + "  - adaptive_avg_pool: 1000000000\n", "size-limit"),
    ("a factor of 10^9", HEAD + "  - pixel_shuffle: 1000000000\n", "indivisible-channels"),
    ("a scale next to nothing", HEAD + "  - upsample: 1e-320\n", "bad-argument"),
    ("a scale of 10^9", HEAD + "  - upsample: 1e9\n", "size-limit"),
]

# Many faults, or much of one thing: what is quadratic shows here.
CROWDS = [
    ("words that are no kinds", HEAD + many("  - word{}\n", 20_000)),
    ("keys that are none", spec("3") + many("key{}: 1\n", 30_000)),
    ("arguments that are none", HEAD + "  - conv: {" + many("a{}: 1, ", 30_000) + "}\n"),
    ("names that nothing has", HEAD + many("  - conv: {{out: n{}, kernel: 1}}\n", 8_000)),
    (
        "names that nothing has, among params",
        "params:\n" + many("  p{}: 1\n", 8_000) + HEAD + many("  - conv: {{out: n{}, kernel: 1}}\n", 8_000),
    ),
    (
        "tensors that do not exist",
        HEAD + many("  - {{relu: , name: a{}}}\n", 8_000) + many("  - add: [prev, b{}]\n", 8_000),
    ),
    (
        "outputs that do not exist",
        "outputs: [" + many("o{}, ", 30_000) + "]\n" + HEAD + many("  - {{relu: , name: a{}}}\n", 9_000),
    ),
    (
        "faults in one block",
        HEAD.replace("layers", "blocks: {B: {do: [{conv: {out: 0, kernel: 1}}]}}\nlayers")
        + "  - {B: , from: input}\n" * 15_000,
    ),
    ("duplicate keys", "name: a\n" * 90_000),
    ("duplicate names", HEAD + "  - {relu: , name: a}\n" * 20_000),
    ("variants", "variants:\n" + many("  v{}: {{}}\n", 20_000) + HEAD + "  - relu\n"),
    (
        "variants of a large design",
        "params: {n: 1}\nvariants:\n" + many("  v{0}: {{n: {0}}}\n", 5_000) + HEAD + "  - {relu: , repeat: n}\n",
    ),
    ("variants that fail late", variants("  - {conv: {out: 1, kernel: 50}, when: n != 1}\n", 90_000)),
    ("variants beyond the budget", variants("", 1_000_000)),
    ("variants that skip their steps", variants("  - {identity: , when: n == 0}\n" * 12_000, 1)),
    ("params that nothing reads", "params:\n" + many("  p{}: 1\n", 30_000) + spec("3")),
    ("sizes in rounds", rounds("{reshape: [3, 8, 8" + ", k" * 900 + "], from: input}")),
    (
        "joins of 40,000 that don't fit, in rounds",
        rounds("{add: [" + "prev, " * 40_000 + "a], from: input}", before="  - {conv: {out: 4, kernel: 1}, name: a}\n"),
    ),
    (
        "columns that differ, in rounds",
        rounds("{for: {" + many("k{}: [1], ", 8_000) + "x: [1, 2]}, do: [], from: input}"),
    ),
    ("calls cut in two", "params: {a: [" + "f(1," * 90_000 + "1]}\n" + spec("3")),
    (
        "outputs expected that are none",
        "outputs: ["
        + many("a{}, ", 9_000)
        + "]\nexpect: {outputs: {"
        + many("b{}: [1], ", 9_000)
        + "}}\n"
        + HEAD
        + many("  - {{relu: , name: a{}}}\n", 9_000),
    ),
    (
        "receptive fields of layers that are none",
        "expect: {receptive_field: {" + many("b{}: 1, ", 20_000) + "}}\n" + HEAD + "  - {relu: , repeat: 90000}\n",
    ),
    ("names in one comment", "# cnnshape: ignore[" + "a," * 450_000 + "]\n" + HEAD + "  - relu\n"),
    ("comments that ignore nothing", "# cnnshape: ignore[heavy-head]\n" * 30_000 + HEAD + "  - relu\n"),
    ("expectations", HEAD + "  - relu\nexpect:\n" + many("  e{}: 1\n", 30_000)),
]


def named(rows: list[tuple]) -> list:
    return [pytest.param(*row[1:], id=row[0]) for row in rows]


def only(diagnostics: list[Diagnostic]) -> str | None:
    """The one name of all errors; None if there are none."""
    names = {diagnostic.name for diagnostic in diagnostics}
    assert len(names) < 2, diagnostics
    return next(iter(names), None)


@pytest.mark.parametrize(("data", "name"), named(BYTES))
def test_a_hostile_file(tmp_path: Path, data: str | bytes, name: str | None) -> None:
    assert only(problems(tmp_path / "spec.yaml", data)) == name


@pytest.mark.parametrize(("text", "name"), SCALARS, ids=[row[0][:20] for row in SCALARS])
def test_a_hostile_scalar(tmp_path: Path, text: str, name: str | None) -> None:
    assert only(problems(tmp_path / "spec.yaml", spec(text))) == name


@pytest.mark.parametrize(("text", "name"), named(EXPRESSIONS))
def test_a_hostile_expression(tmp_path: Path, text: str, name: str | None) -> None:
    assert only(problems(tmp_path / "spec.yaml", step(text))) == name


@pytest.mark.parametrize(("text", "name"), named(EXPANSIONS))
def test_a_hostile_expansion(tmp_path: Path, text: str, name: str | None) -> None:
    assert only(problems(tmp_path / "spec.yaml", text, LONGER)) == name


@pytest.mark.parametrize("text", named(CROWDS))
def test_a_crowd(tmp_path: Path, text: str) -> None:
    assert len(text) <= SIZE
    errors = problems(tmp_path / "spec.yaml", text, LONGER)
    assert all(len(error.message) < LONGEST_MESSAGE for error in errors)


# Many faults whose fixes `check` tries, to say how many there are.
FIXABLE = [
    ("sound fixes", HEAD + "  - conv: {out: 3, kernel: 1, bias: true, norm: batch_norm}\n" * 3_000, "fixes 3,000"),
    ("fixes that reveal another fault", HEAD + many("  - convv{}: 3\n", 15_000), "may fix some"),
    (
        "fixes of a costly design",
        HEAD + "  - convv: {out: 3, kernel: 1}\n  - {relu: , repeat: 90000}\n",
        "may fix some",
    ),
    ("fixes of many words", HEAD + "  - Conv2d: {filters: 3, kernel_size: 3, padding: 1}\n" * 9_000, ""),
]


@pytest.mark.parametrize(("text", "said"), named(FIXABLE))
@pytest.mark.parametrize("form", ["full", "json"])
def test_a_crowd_of_fixes(tmp_path: Path, text: str, said: str, form: str) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(text)
    outcome = None
    with in_time(LONGER):
        outcome = run("check", str(path), "--format", form)
    assert outcome is not None
    assert said in outcome.stdout or form == "json"
    assert path.read_text() == text


def test_findings_on_one_line_do_not_copy_it(tmp_path: Path) -> None:
    text = " {input: [3, 8, 8], layers: [" + many("word{}, ", 5_000) + "]}\n"
    errors = problems(tmp_path / "spec.yaml", text, LONGER)
    tracemalloc.start()
    assert len(set(fingerprints(errors))) == 5_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < len(errors) * len(text) / 10


def test_what_is_said_of_a_hostile_file_is_printable(tmp_path: Path) -> None:
    for _, data, _ in BYTES:
        for diagnostic in problems(tmp_path / "spec.yaml", data):
            texts = (
                diagnostic.message,
                diagnostic.help or "",
                *diagnostic.notes,
                *(label.text for label in diagnostic.related),
            )
            assert all(text.isprintable() for text in texts)
            assert len(diagnostic.message) < 400


@pytest.mark.parametrize(
    ("data", "line", "column"),
    [
        ("a: 1\nb: \x07\n", 2, 4),
        ("a: 1\r\nb: \x07\r\n", 2, 4),
        ("a: 1\rb: \x07\r", 2, 4),
        ("a: 1\x85b: \x07\n", 2, 4),
        ("# \u2028\U0001f600\x07\n", 2, 2),
    ],
)
def test_where_a_control_character_stands(tmp_path: Path, data: str, line: int, column: int) -> None:
    (diagnostic,) = problems(tmp_path / "spec.yaml", data)
    assert diagnostic.at is not None
    assert (diagnostic.at.span.line, diagnostic.at.span.column) == (line, column)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a: 1\nb: \xff\n", "byte 0xff on line 2 is not UTF-8 text"),
        (b"a: 1\r\nb: 2\r\nc: \xe4\r\n", "byte 0xe4 on line 3 is not UTF-8 text"),
        (b"a: 1\rb: \xe4\r", "byte 0xe4 on line 2 is not UTF-8 text"),
        ("a: 1".encode("utf-16"), "the file is UTF-16"),
        ("a: 1".encode("utf-32"), "the file is UTF-32"),
    ],
)
def test_what_is_said_of_bytes_that_are_no_text(tmp_path: Path, data: bytes, message: str) -> None:
    (diagnostic,) = problems(tmp_path / "spec.yaml", data)
    assert message in diagnostic.message
    assert "UTF-8" in (diagnostic.help or "")


def test_a_file_that_cannot_be_read_raises(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        cnnshape.load(tmp_path / "nowhere.yaml")
    with pytest.raises(IsADirectoryError):
        cnnshape.load(tmp_path)
    with pytest.raises(OSError, match="not a regular file"):
        cnnshape.load(Path("/dev/zero"))


def test_the_text_that_follows_an_unclosed_bracket_is_not_blamed(tmp_path: Path) -> None:
    (diagnostic,) = problems(tmp_path / "spec.yaml", "input: [3, 8, 8]\nlayers:\n  - conv: {out: 3\n")
    assert diagnostic.name == "yaml-syntax"
    assert diagnostic.at is not None
    assert diagnostic.at.span.line <= 3
