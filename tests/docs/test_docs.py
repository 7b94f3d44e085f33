"""The documentation: everything that a page shows was run.

Console blocks are run by `docs/generate.py`, and a page must be what it writes. YAML blocks are designs that check
clean, or parts of one:

- `# file: NAME.yaml` in the first line writes the block to a file for the rest of the page;
- `# error: name "part"` (or `warning`) on a line states what is reported there. Nothing else may be reported,
  except by design rules;
- `<!-- wrong: name, name -->` above a block states what is reported without a mark in the block;
- `<!-- needs: torch -->` above a console block leaves it as it is where that module is missing;
- `<!-- input: [64, 56, 56]; params: {...} -->` above a list of steps makes a design of it; with `layers:` among these
  keys the block below defines blocks.
"""

from __future__ import annotations

import doctest
import json
import re
import tomllib
from collections.abc import Iterator
from contextlib import chdir
from inspect import signature
from pathlib import Path

import generate
import pytest
import yaml
from commands_page import COMMANDS
from generate import Fence, Scratch, fences

import cnnshape
from cnnshape.diagnostics import CATALOGUE, Severity
from cnnshape.document import MAX_BYTES
from cnnshape.document.cursor import MAX_DEPTH, MAX_NODES
from cnnshape.graph import MAX_ELEMENTS, MAX_LAYERS, MAX_NESTING
from cnnshape.graph.expansion import VISITS_PER_APPLICATION, VISITS_PER_LAYER
from cnnshape.language import DYNAMIC, expression, grammar
from cnnshape.language.dtypes import DTYPES
from cnnshape.language.expression import FUNCTIONS, MAX_LENGTH, MAX_LIST, MAX_LIST_DEPTH, MAX_VALUE
from cnnshape.language.expression.parser import MOST_DIGITS
from cnnshape.language.reader.extends import MAX_EXTENDS
from cnnshape.layers import KINDS
from cnnshape.layers.argument import LARGEST
from cnnshape.render.layer_csv import FIELDS
from cnnshape.report import COMPARED, FIGURES, Report, Row, Totals
from cnnshape.study.compare import Change, Comparison, Part, Side
from cnnshape.study.explain import Explanation, Fact, SizeChain, SizeStep
from cnnshape.study.memory import Memory, Step
from cnnshape.study.reconcile import Count, Reconciliation
from cnnshape.study.rf import Region, Stage, Trace
from cnnshape.study.sizes import AxisSizes, Cost, Obstacle, Sizes, SizeStudy
from cnnshape.study.sweep.result import Sweep, SweptDesign
from cnnshape.study.sweep.tally import Refused
from tests.command import run
from tests.schema.test_schema import VALIDATOR as SCHEMA
from tests.schema.test_schema import Core

PAGES = [path for path in generate.pages() if path not in generate.WHOLE]
NOTHING_TO_RUN = {"ARCHITECTURE.md", "CONTRIBUTING.md"}
RUN = {"console", "yaml", "python"}
SHOWN = {"", "text", "json", "toml", "ini"}
MARK = re.compile(r'# (?:error|warning): ([a-z0-9-]+) "((?:[^"\\]|\\.)*)"')
TOP = {"layers", "extends"}
READERS = {"json": json.loads, "toml": tomllib.loads}


def name_of(path: Path) -> str:
    return path.relative_to(generate.ROOT).as_posix()


each_page = pytest.mark.parametrize("path", PAGES, ids=name_of)


@pytest.fixture
def scratch(path: Path, tmp_path: Path) -> Scratch:
    """The page's folder, with the files that it defines."""
    files = Scratch(tmp_path)
    for fence in fences(path.read_text(encoding="utf-8")):
        if fence.file:
            files.write(fence.file, fence.text.encode())
    return files


@pytest.mark.parametrize("path", generate.pages(), ids=name_of)
def test_a_page_is_up_to_date(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == generate.page(path), "run `python docs/generate.py`"


@each_page
def test_a_page_runs_something(path: Path) -> None:
    blocks = list(fences(path.read_text(encoding="utf-8")))
    assert {fence.language for fence in blocks} <= RUN | SHOWN
    assert any(map(runs, blocks)) != (path.name in NOTHING_TO_RUN)


def runs(fence: Fence) -> bool:
    """Whether something in the block is run; the commands of a set-up are not."""
    if fence.language != "console":
        return fence.language in RUN
    commands = [line for line in fence.lines if line.startswith("$ ")]
    return any(not any(word in command for word in generate.SETUP) for command in commands)


@each_page
def test_yaml_blocks_are_what_they_say(path: Path, scratch: Scratch) -> None:
    blocks = [fence for fence in fences(path.read_text(encoding="utf-8")) if fence.language == "yaml"]
    with chdir(scratch.folder):
        problems = [f"{path.name}:{fence.line}: {problem}" for fence in blocks for problem in problems_of(fence)]
    assert not problems, "\n".join(["", *problems])


@each_page
def test_python_blocks_are_what_they_say(path: Path, scratch: Scratch) -> None:
    names: dict[str, object] = {}
    output: list[str] = []
    for fence in fences(path.read_text(encoding="utf-8")):
        if fence.language == "python" and ">>>" in fence.text:
            test = doctest.DocTestParser().get_doctest(fence.text, names, path.name, path.name, fence.line - 1)
            with chdir(scratch.folder):
                doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=output.append, clear_globs=False)
            names.update(test.globs)
        elif fence.language == "python":
            compile(fence.text, path.name, "exec")
    assert not output, "".join(output)


@each_page
def test_data_blocks_can_be_read(path: Path) -> None:
    for fence in fences(path.read_text(encoding="utf-8")):
        if fence.language in READERS:
            READERS[fence.language](fence.text)


def problems_of(fence: Fence) -> Iterator[str]:
    """What is wrong with a YAML block, given what it says of itself."""
    data = yaml.safe_load(fence.text)
    text, before = (fence.text, 0) if isinstance(data, dict) and TOP & data.keys() else wrapped(fence)
    if not text:
        return
    reported = cnnshape.check(cnnshape.load(text))
    refused = any(diagnostic.severity is Severity.ERROR for diagnostic in reported)
    if not refused and not SCHEMA.is_valid(yaml.load(text, Core)):
        yield "the schema refuses it"
    if fence.comment.startswith("wrong: "):
        names = [diagnostic.name for diagnostic in reported]
        if names != fence.comment.removeprefix("wrong: ").split(", "):
            yield f"reports {names}"
        return
    expected = {(number, *match.groups()) for number, line in enumerate(fence.lines) for match in MARK.finditer(line)}
    for diagnostic in reported:
        line = diagnostic.at.span.line - 1 - before if diagnostic.at else 0
        fitting = {mark for mark in expected if mark[:2] == (line, diagnostic.name) and mark[2] in diagnostic.message}
        expected -= fitting
        if not fitting and not diagnostic.code.startswith("CS7"):
            yield f"line {line + 1}: {diagnostic.name} {diagnostic.message!r}"
    yield from (f"line {number + 1}: no {name} {part!r}" for number, name, part in expected)


def wrapped(fence: Fence) -> tuple[str, int]:
    """A design around a fragment, and the number of lines put before it; no text where nothing says how."""
    if not re.match(r"\w+: ", fence.comment):
        return "", 0
    head = fence.comment.split("; ")
    if any(key.startswith("layers: ") for key in head):
        lines = [*head, "blocks:", *(f"  {line}" for line in fence.lines)]
    else:
        lines = [*head, "layers:", *fence.lines]
    return "".join(f"{line}\n" for line in lines), len(head) + 1


@pytest.mark.parametrize("name", CATALOGUE)
def test_an_example_brings_about_its_own_code_alone(name: str, tmp_path: Path) -> None:
    scratch = Scratch(tmp_path)
    files, command = generate.example(name)
    for file, data in files.items():
        scratch.write(file, data)
    codes = [re.match(r"(?:error|warning)\[(CS\d+)\]", line) for line in scratch.run(command)]
    assert {match[1] for match in codes if match} == {CATALOGUE[name].code}


def test_every_example_belongs_to_a_code() -> None:
    assert {path.stem for path in generate.EXAMPLES.iterdir()} <= set(CATALOGUE)


def keys_of(data: object) -> set[str]:
    """All keys of a JSON value, except names that the spec chose."""
    if isinstance(data, list):
        return set().union(*map(keys_of, data))
    if not isinstance(data, dict):
        return set()
    chosen = {"inputs", "outputs", "output_layers", "boxes", "arguments", "rounding"}
    keys = set(data).union(*(keys_of(value) for key, value in data.items() if key not in {*chosen, *KEYED}))
    return keys.union(*(keys_of(value) for key in KEYED for value in values_of(data.get(key))))


KEYED = ("params", "receptive_fields")
"""Keys of objects that name what the spec chose, and hold values of the program."""


def values_of(data: object) -> list[object]:
    return list(data.values()) if isinstance(data, dict) else []


# One of each command that prints JSON, so that every key is there; `reconcile` has its own page.
JSON = (
    "summary resnet18",
    f"check {generate.ROOT / 'tests' / 'specs' / 'bad' / 'broadcasting.yaml'}",
    "compare resnet18 resnet34",
    "rf lenet5",
    "sizes lenet5",
    "sweep lenet5 --input 28,32 --pareto params,macs",
    "memory lenet5 --peak-flops 1T --bandwidth 1GB",
    "list --family lenet",
)


def json_keys() -> set[str]:
    return set().union(*(keys_of(json.loads(run(*command.split(), "--format", "json").stdout)) for command in JSON))


STUDIES = (Comparison, SizeChain, Trace, Region, Memory, Reconciliation)
"""Named tuples that the functions of the package return."""

# What a page has to name, by the place in the program that defines it.
VOCABULARY = {
    "language.md": {
        "keys of a file": grammar.FILE,
        "modifiers": grammar.MODIFIERS,
        "functions": FUNCTIONS,
        "reserved names": grammar.RESERVED,
        "sizes in scope": DYNAMIC,
        "figures": FIGURES,
    },
    "definitions.md": {
        "types": DTYPES,
        "kinds of shortcut": ("identity", "projection", "parameter-free"),
        "views": [kind.name for kind in KINDS if kind.view],
        "element-wise joins": [kind.name for kind in KINDS if kind.combines],
        "kinds with weights": [kind.name for kind in KINDS if kind.parameters],
    },
    "json.md": {"keys": json_keys(), "columns of CSV": FIELDS},
    "commands.md": {"figures of a condition": [figure.name for figure in COMPARED]},
    "python.md": {
        "names": cnnshape.__all__,
        "report": Report._fields,
        "row": Row._fields,
        "totals": Totals._fields,
        "diagnostic": cnnshape.Diagnostic._fields,
        "analyze": signature(cnnshape.analyze).parameters,
        "check": signature(cnnshape.check).parameters,
        "design": cnnshape.Design.__slots__,
        "diagnostics": cnnshape.Diagnostics.__slots__,
        **{
            name: signature(getattr(cnnshape, name)).parameters
            for name in ("compare", "explain", "receptive_field", "sizes", "sweep", "memory", "reconcile")
        },
        **{
            f"fields of {kind.__name__}": kind._fields
            for kind in (
                *STUDIES,
                Change,
                Part,
                Side,
                Explanation,
                SizeStep,
                Fact,
                Stage,
                Step,
                Count,
                Sizes,
                Obstacle,
                Cost,
            )
        },
        "a study of sizes": (*SizeStudy.__slots__, *AxisSizes.__slots__),
        "a sweep": [name for name in Sweep.__slots__ if not name.startswith("_")],
        "designs of a sweep": (*SweptDesign._fields, *Refused._fields, "least", "largest", "quantile", "histogram"),
    },
}


@pytest.mark.parametrize(
    ("page", "what"), [(page, what) for page, needed in VOCABULARY.items() for what in needed], ids=str
)
def test_a_page_names_everything(page: str, what: str) -> None:
    prose = (generate.DOCS / page).read_text(encoding="utf-8")
    code = set(re.findall(r"[\w.-]+|[^\w\s`|]+", " ".join(re.findall(r"`([^`\n]+)`", prose))))
    assert set(VOCABULARY[page][what]) <= code


def test_every_command_has_a_section_with_its_options() -> None:
    text = (generate.DOCS / "commands.md").read_text(encoding="utf-8")
    sections = dict(part.split("\n", 1) for part in text.split("\n## ")[1:])
    assert [name for name in sections if name in COMMANDS] == list(COMMANDS)
    for name, params in COMMANDS.items():
        assert (f"<!-- generated: options_{name} -->" in sections[name]) == bool(params), name


LIMITS = {
    "bytes of a file": MAX_BYTES,
    "depth of nested lists and mappings": MAX_DEPTH,
    "values in a file": MAX_NODES,
    "characters of an expression": MAX_LENGTH,
    "depth of an expression": expression.MAX_DEPTH,
    "numbers in expressions": MAX_VALUE,
    "numbers of arguments, sizes of inputs": LARGEST,
    "layers of an expanded design": MAX_LAYERS,
    "layers that all differ, in shapes or in arguments": MAX_LAYERS * VISITS_PER_LAYER // VISITS_PER_APPLICATION,
    "depth of nested blocks and rounds": MAX_NESTING,
    "values of a list, with those of the lists in it": MAX_LIST,
    "depth of lists in lists": MAX_LIST_DEPTH,
    "values of one tensor": MAX_ELEMENTS,
    "spatial axes": grammar.MAX_RANK,
    "files that extend each other, after the first": MAX_EXTENDS,
    "characters of a name": grammar.MAX_NAME,
    "characters of a number": MOST_DIGITS,
}


def table_of(page: str, heading: str) -> dict[str, str]:
    """The rows of the first table below a heading."""
    text = (generate.DOCS / page).read_text(encoding="utf-8").partition(f"## {heading}\n")[2]
    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", text.partition("\n## ")[0], re.MULTILINE)
    return dict(rows[2:])


def test_limits_are_those_of_the_program() -> None:
    stated = table_of("language.md", "Limits")
    assert stated.keys() == LIMITS.keys()
    for limit, value in LIMITS.items():
        assert f"{value:,}" in re.findall(r"[\d,]+", stated[limit]), limit


def test_bits_of_types_are_those_of_the_program() -> None:
    rows = table_of("definitions.md", "Weight bytes").items()
    assert {name: int(size) for names, size in rows for name in re.findall(r"`(\w+)`", names)} == DTYPES


LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", generate.pages(), ids=name_of)
def test_links_lead_somewhere(path: Path) -> None:
    prose = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    for link in LINK.findall(prose):
        if "://" in link:
            continue
        file, _, anchor = link.partition("#")
        target = path.parent / file if file else path
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link
