"""Writes what the documentation takes from the program, and says so where it is out of date.

    python docs/generate.py [PAGE...]            # writes all pages, or these
    python docs/generate.py --check [PAGE...]    # names the pages that would change, and fails if there are any

Generated are `kinds.md`, `rules.md`, `errors.md` and the pictures as a whole, the outputs of `notebook.ipynb`, the
sections between `<!-- generated: NAME -->` and `<!-- end -->`, and on every page the output below each command of a
```console block.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import chdir
from functools import partial
from importlib.util import find_spec
from inspect import cleandoc
from itertools import groupby
from os import environ
from pathlib import Path
from typing import NamedTuple

import commands_page
import device_page
import export_page
import grammar_page
import notebook_page
import winners_page
import zoo_page
from tables import table
from typer.testing import CliRunner

from cnnshape.cli.app import app
from cnnshape.diagnostics import CATALOGUE, GROUPS, Code
from cnnshape.layers import KINDS, Layer, family_of
from cnnshape.layers.definitions import definitions
from cnnshape.lint import BY_NAME as RULES
from cnnshape.render.codes import ALL_CODES, anchor_of, page_of
from cnnshape.render.reference import default_text, describe_follower
from cnnshape.render.rules import markdown_parts
from cnnshape.report import FIGURES, Figure

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
EXAMPLES = ROOT / "tests" / "docs" / "examples"

# Commands that set up an environment or run this test: they are on a page for the reader to type.
SETUP = ("-m venv", "pip install", "git clone", "-m pytest")
_SHELL_SIGNS = set("|<>;&*$")
_ENVIRONMENT = {
    "COLUMNS": "80",
    "NO_COLOR": "1",
    "FORCE_COLOR": None,
    "GITHUB_ACTIONS": None,
    "GITHUB_STEP_SUMMARY": None,
}


class Fence(NamedTuple):
    """A fenced block of a page: `line` is the 1-based number of its first line, `comment` the comment above it."""

    language: str
    line: int
    lines: tuple[str, ...]
    comment: str

    @property
    def text(self) -> str:
        """The text inside the fence."""
        return "".join(f"{line}\n" for line in self.lines)

    @property
    def file(self) -> str:
        """The name of the file that the block defines, if it does."""
        match = re.fullmatch(r"# file: ([\w./-]+)", self.lines[0]) if self.lines else None
        return match[1] if match else ""


def fences(text: str) -> Iterator[Fence]:
    """The fenced blocks of a page."""
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        if lines[number].startswith("```"):
            end = lines.index("```", number + 1)
            above = re.fullmatch(r"<!-- (.+) -->", lines[number - 1]) if number else None
            yield Fence(lines[number][3:], number + 2, tuple(lines[number + 1 : end]), above[1] if above else "")
            number = end
        number += 1


class Scratch:
    """A folder with the shipped architectures, in which a page's files are written and its commands run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.status = 0
        (folder / "architectures").symlink_to(ROOT / "architectures")

    def write(self, name: str, data: bytes) -> None:
        """Puts a file into the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def run(self, command: str) -> list[str]:
        """What the command prints, standard output and error together, without empty lines at the end."""
        if command.startswith("cnnshape ") and _SHELL_SIGNS.isdisjoint(command):
            output = self._here(shlex.split(command)[1:])
        else:
            output = self._in_shell(command)
        here = output.replace(f"{self.folder.resolve()}/", "")
        return here.rstrip("\n").split("\n") if here.strip("\n") else []

    def _here(self, arguments: list[str]) -> str:
        with chdir(self.folder):
            result = CliRunner(env=_ENVIRONMENT).invoke(app, arguments, prog_name="cnnshape", catch_exceptions=False)
        self.status = result.exit_code
        return result.output

    def _in_shell(self, command: str) -> str:
        path = f"{Path(sys.executable).parent}:{environ['PATH']}"
        variables = {**environ, **_ENVIRONMENT, "PATH": path}
        result = subprocess.run(
            ["bash", "-c", f"(exit {self.status}); {command}"],
            cwd=self.folder,
            env={name: value for name, value in variables.items() if value is not None},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.status = result.returncode
        return result.stdout


def with_outputs(text: str, scratch: Scratch) -> str:
    """A page with its files written, its commands run and what they print put below them."""
    lines = text.split("\n")
    moved = 0
    for fence in fences(text):
        if fence.file:
            scratch.write(fence.file, fence.text.encode())
        if fence.language == "console" and has_modules(fence):
            start = fence.line - 1 + moved
            ran = list(_ran(fence.lines, scratch))
            lines[start : start + len(fence.lines)] = ran
            moved += len(ran) - len(fence.lines)
    return "\n".join(lines)


def has_modules(fence: Fence) -> bool:
    """Whether the modules are installed that `<!-- needs: torch -->` above a block names."""
    needed = fence.comment.removeprefix("needs: ").split() if fence.comment.startswith("needs: ") else []
    return all(find_spec(name) for name in needed)


def _ran(lines: Iterable[str], scratch: Scratch) -> Iterator[str]:
    commands: list[tuple[str, list[str]]] = []
    for line in lines:
        if line.startswith("$ "):
            commands.append((line, []))
        else:
            commands[-1][1].append(line)
    for line, expected in commands:
        yield line
        if any(word in line for word in SETUP):
            yield from expected
            continue
        printed = scratch.run(line[2:].replace(".venv/bin/", ""))
        yield from expected if fits(expected, printed) else printed


def fits(expected: list[str], printed: list[str]) -> bool:
    """Whether an output is as expected; a line `...` matches any lines."""
    pattern = "".join(r"(?:.*\n)*" if line == "..." else re.escape(line) + r"\n" for line in expected)
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in printed)) is not None


# The vocabulary


def kinds_page() -> str:
    """`kinds.md`: every layer kind, from its own declaration."""
    families = [(family.title(), list(kinds)) for family, kinds in groupby(KINDS, family_of)]
    contents = [
        f"- {family}: " + ", ".join(f"[{kind.name}](#{kind.name})" for kind in kinds) for family, kinds in families
    ]
    parts = [_GENERATED, "# Layer kinds", _KINDS_INTRODUCTION, "\n".join(contents)]
    for family, kinds in families:
        parts += [f"## {family}", *map(_kind, kinds)]
    return "\n\n".join(parts) + "\n"


_GENERATED = "<!-- Written by docs/generate.py: change the declarations that it reads, not this page. -->"
_KINDS_INTRODUCTION = (
    "The words of `layers:`. `cnnshape layers KIND` prints the same. A bare value after a kind sets its main argument: "
    "`max_pool: 2` is `max_pool: {kernel: 2}`. Other frameworks' words are refused with the right one. How values are "
    "written: [the language](language.md#values-and-expressions). What is counted: [definitions](definitions.md)."
)


def _kind(kind: type[Layer]) -> str:
    parts = [f"### {kind.name}", cleandoc(kind.__doc__ or "")]
    if kind.arguments or kind.followers:
        parts.append(table(("argument", "values", "default", "meaning"), _arguments(kind)))
    parts.append("\n".join(f"- {figure}: {words}" for figure, words in definitions(kind).items()))
    if kind.foreign:
        parts.append("Elsewhere called: " + ", ".join(f"`{word}`" for word in kind.foreign) + ".")
    return "\n\n".join(parts)


def _arguments(kind: type[Layer]) -> Iterator[tuple[str, ...]]:
    for name, argument in kind.arguments.items():
        default = "required" if argument.required else f"`{default_text(argument)}`"
        yield f"`{name}`{' (main)' if argument.main else ''}", argument.type.expected, default, argument.doc
    for name in kind.followers:
        meaning, values = describe_follower(name)
        allowed, _, default = values.partition("; default ")
        word, _, remark = default.partition("; ")
        yield f"`{name}`", allowed, f"`{word}`", meaning + (f"; {remark}" if remark else "")


def formulas_table(figure: str) -> str:
    """The formula of a figure, of every kind that has it."""
    formulas = {kind.name: definitions(kind).get(figure) for kind in KINDS}
    rows = [(f"[`{name}`](kinds.md#{name})", words) for name, words in formulas.items() if words]
    return table(("kind", figure), rows)


def figures_table() -> str:
    """Every figure that can be expected, with the words that it has elsewhere."""
    return table(("figure", "what it is", "unit", "per layer", "budget"), map(_figure_row, FIGURES.values()))


def _figure_row(figure: Figure) -> tuple[str, ...]:
    budget = f"`{figure.budget}`" if figure.budget else ""
    return f"`{figure.name}`", figure.definition, figure.unit, "yes" if figure.of_row else "", budget


# Errors and warnings

# Examples that need more than `cnnshape check NAME.yaml` to go wrong.
_COMMANDS = {
    "unreadable-file": "cnnshape check missing.yaml",
    "failed-import": "cnnshape import model.pth",
    "inexpressible": "cnnshape export inexpressible.yaml",
    "unknown-variant": "cnnshape summary unknown-variant.yaml --variant wide",
    "expansion-budget": "cnnshape check expansion-budget.yaml --max-layers 1000",
    "budget-exceeded": "cnnshape check budget-exceeded.yaml --max-params 400",
    "weights-misfit": "cnnshape check weights-misfit.yaml --input 3x64x64",
    "stale-output": "cnnshape check stale-output.yaml --input 3x64x64",
    "unproductive-layer": "cnnshape check unproductive-layer.yaml --select unproductive-layer",
}
_ERRORS_INTRODUCTION = (
    "Everything that `cnnshape` can report. A code never changes its meaning. CS7 and CS8 are warnings, all others are "
    "errors. A diagnostic names the place of the fault and, below it, related places; `help` says "
    "how to fix it. `cnnshape rule CODE` prints the same. The examples show what is printed for the spec above them."
)
_RULES_INTRODUCTION = (
    "Warnings of `cnnshape check` about designs that are valid but probably not intended. `--select` and "
    "`--ignore` choose rules, and so does a configuration. The errors are in [errors](errors.md)."
)


class Example(NamedTuple):
    """Files that bring about a diagnostic, and the command that shows it."""

    files: dict[str, bytes]
    command: str


def example(name: str) -> Example:
    """The example of a catalogue entry: its own files, or the one in the manual page of its rule."""
    command = _COMMANDS.get(name, f"cnnshape check {name}.yaml")
    if name in RULES:
        return Example({f"{name}.yaml": markdown_parts(RULES[name]).example.encode()}, command)
    names = {f"{name}.yaml": f"{name}.yaml", "cnnshape.toml": f"{name}.toml"}
    files = {
        target: (EXAMPLES / source).read_bytes() for target, source in names.items() if (EXAMPLES / source).exists()
    }
    return Example(files, command)


def errors_page() -> str:
    """`errors.md`: every code with its meaning and an example, as it is printed."""
    groups = [(prefix, list(group)) for prefix, group in groupby(CATALOGUE.values(), lambda entry: entry.group)]
    parts = [_GENERATED, "# Errors and warnings", _ERRORS_INTRODUCTION]
    for prefix, group in groups:
        rows = [(f"[{entry.code}]({_link_to(entry)})", f"`{entry.name}`", entry.meaning) for entry in group]
        parts += [f"## {GROUPS[prefix]}", table(("code", "name", "meaning"), rows)]
        parts += [_entry(entry, entry.meaning) for entry in group if page_of(entry) == ALL_CODES]
    return "\n\n".join(parts) + "\n"


def _link_to(entry: Code) -> str:
    page = page_of(entry)
    return f"{'' if page == ALL_CODES else page}#{anchor_of(entry)}"


def rules_page() -> str:
    """`rules.md`: the manual page of every design rule."""
    parts = [_GENERATED, "# Design rules", _RULES_INTRODUCTION]
    for name, rule in RULES.items():
        said = markdown_parts(rule)
        parts += [_entry(CATALOGUE[name], said.before), said.after]
    return "\n\n".join(parts) + "\n"


def _entry(entry: Code, explanation: str) -> str:
    files, command = example(entry.name)
    with tempfile.TemporaryDirectory() as folder:
        scratch = Scratch(Path(folder))
        for name, data in files.items():
            scratch.write(name, data)
        output = "\n".join([f"$ {command}", *scratch.run(command)])
    shown = [_shown(name, data) for name, data in files.items()]
    return "\n\n".join([f"### {entry.code} {entry.name}", explanation, *shown, f"```console\n{output}\n```"])


def _shown(name: str, data: bytes) -> str:
    if not data:
        return f"`{name}` is empty."
    language = name.rpartition(".")[2]
    caption = "" if language == "yaml" else f"With `{name}`:\n\n"
    return f"{caption}```{language}\n{_printable(data)}```"


def _printable(data: bytes) -> str:
    """The text of an example, a control character as its symbol."""
    text = data.decode("utf-8", "replace")
    return re.sub(r"[\x00-\x08]", lambda match: chr(0x2400 + ord(match[0])), text)


# All pages


def picture(command: str) -> str:
    """The picture that a command prints."""
    with tempfile.TemporaryDirectory() as folder:
        return "".join(f"{line}\n" for line in Scratch(Path(folder)).run(command))


WHOLE = {
    DOCS / "kinds.md": kinds_page,
    DOCS / "rules.md": rules_page,
    DOCS / "errors.md": errors_page,
    DOCS / "architectures.svg": zoo_page.plot,
    DOCS / "accuracy.svg": partial(picture, "cnnshape list --format svg"),
    DOCS / "comparison.svg": partial(
        picture, "cnnshape compare alexnet_2012 zfnet vgg19 googlenet resnet152 --format svg"
    ),
    DOCS / "stage-shares.svg": partial(picture, "cnnshape summary vgg16 --format svg"),
    DOCS / "changes.svg": partial(picture, "cnnshape compare resnet50 resnext50_32x4d --format svg"),
    DOCS / "front.svg": partial(
        picture,
        "cnnshape sweep resnet18 -p 'repeats=[1..4, 1..4, 1..4, 1..4]' --pareto params,max:receptive_field_height -f svg",
    ),
    DOCS / "lessons" / "winners.svg": winners_page.plot,
    DOCS / "resnet50.svg": partial(picture, "cnnshape draw resnet50 -o -"),
    DOCS / "unet.svg": partial(picture, "cnnshape draw unet -o -"),
    DOCS / "yolov3.svg": partial(picture, "cnnshape draw yolov3 -o -"),
    DOCS / "alexnet-volumes.svg": partial(picture, "cnnshape draw alexnet --style volumes -o -"),
    DOCS / "memory.svg": partial(picture, "cnnshape memory resnet50 --format svg"),
    DOCS / "device.svg": partial(picture, "cnnshape memory mobilenet_v2 --runtime tflm --dtype int8 --format svg"),
    DOCS / "receptive-fields.svg": partial(picture, "cnnshape rf vgg16 --format svg"),
    DOCS / "notebook.ipynb": partial(notebook_page.executed, DOCS / "notebook.ipynb"),
}
"""Pages that are generated as a whole."""
SECTIONS = {
    "params": partial(formulas_table, "params"),
    "macs": partial(formulas_table, "MACs"),
    "flops": partial(formulas_table, "FLOPs"),
    "keys": grammar_page.keys,
    "grammar": grammar_page.notation,
    "modifiers": grammar_page.modifiers,
    "controls": grammar_page.controls,
    "figures": figures_table,
    "lengths": zoo_page.lengths,
    "architectures": zoo_page.tables,
    "winners": winners_page.winners,
    "tiny": device_page.tiny,
    "columns": commands_page.columns,
    "shared_options": commands_page.shared_options,
    **{f"export_{name}": partial(export_page.code, name) for name in export_page.NETWORKS},
    **{f"options_{name}": partial(commands_page.own_options, name) for name in commands_page.COMMANDS},
}
"""Sections of pages that are written by hand."""


def pages() -> list[Path]:
    """All pages."""
    top = [ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md")]
    return top + sorted({*DOCS.rglob("*.md"), *WHOLE})


def page(path: Path) -> str:
    """The page as it should be."""
    if path in WHOLE:
        return WHOLE[path]()
    text = path.read_text(encoding="utf-8")
    section = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
    text = section.sub(lambda match: f"{match[1]}\n{SECTIONS[match[2]]()}\n\n{match[3]}", text)
    with tempfile.TemporaryDirectory() as folder:
        return with_outputs(text, Scratch(Path(folder)))


def main(arguments: list[str]) -> int:
    """Writes the pages that changed; with `--check`, names them only."""
    checking = "--check" in arguments
    chosen = [Path(name).resolve() for name in arguments if name != "--check"]
    changed = 0
    for path in chosen or pages():
        text = page(path)
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        changed += 1
        sys.stdout.write(f"{path.relative_to(ROOT).as_posix()}: {'out of date' if checking else 'written'}\n")
        if not checking:
            path.write_text(text, encoding="utf-8")
    return 1 if checking and changed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
