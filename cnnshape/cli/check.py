"""`cnnshape check`"""

import os
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from cnnshape.api import design_of_bytes
from cnnshape.api.verdict import Checks, check_design
from cnnshape.cli.config import BUDGETS, BadConfig, Config, config_for
from cnnshape.cli.cores import on_all_cores
from cnnshape.cli.exit_codes import BAD_DESIGN, BAD_USAGE
from cnnshape.cli.files import STDIN, find_files
from cnnshape.cli.merging import merged
from cnnshape.cli.options import (
    InputOption,
    MaxLayersOption,
    OutputOption,
    ParamOption,
    VariantOption,
    complete_spec,
    graph_options,
)
from cnnshape.cli.reading import human_text, missing, read_stdin, unreadable
from cnnshape.cli.writing import write
from cnnshape.diagnostics import Diagnostic, Severity
from cnnshape.document import read_file_bytes
from cnnshape.graph import MAX_LAYERS, Options
from cnnshape.lint import Selection
from cnnshape.render.diagnostics import closing
from cnnshape.report import parse_wanted

_FATAL = ("unreadable-file", "bad-configuration")


class Format(StrEnum):
    """How findings are printed."""

    FULL = "full"
    CONCISE = "concise"
    JSON = "json"
    GITHUB = "github"
    GITLAB = "gitlab"
    SARIF = "sarif"
    JUNIT = "junit"


class Request(NamedTuple):
    """What the command line asks for, beside the files."""

    options: Options
    selection: Selection
    budgets: dict[str, str]


def _budget(figure: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        f"--{figure}", help="The most that a design may have: `26M`, `2MiB`.", metavar="N", show_default=False
    )
    return option


def check(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATHS...",
            help="Files, folders, globs, `-` for standard input, or names of shipped architectures.",
            autocompletion=complete_spec,
            show_default=False,
        ),
    ],
    format: Annotated[
        Format | None,
        typer.Option("--format", "-f", help="How to print findings.  [default: full]", show_default=False),
    ] = None,
    output: OutputOption = None,
    select: Annotated[
        list[str] | None,
        typer.Option("--select", help="Run these rules only: names, codes, `CS7`, `all`.", metavar="RULE"),
    ] = None,
    ignore: Annotated[list[str] | None, typer.Option("--ignore", help="Leave these rules out.", metavar="RULE")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 for warnings too.")] = False,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit with 0 whatever the designs are like.")] = False,
    max_params: Annotated[str | None, _budget("max-params")] = None,
    max_macs: Annotated[str | None, _budget("max-macs")] = None,
    max_flops: Annotated[str | None, _budget("max-flops")] = None,
    max_weight_memory: Annotated[str | None, _budget("max-weight-memory")] = None,
    max_activation_memory: Annotated[str | None, _budget("max-activation-memory")] = None,
    max_peak_memory: Annotated[str | None, _budget("max-peak-memory")] = None,
    input: InputOption = None,
    param: ParamOption = None,
    variant: VariantOption = "",
    max_layers: MaxLayersOption = MAX_LAYERS,
) -> None:
    """Check designs: every error at its line, what files expect of themselves, budgets, and design rules.

    Exits with 0 where nothing is wrong (warnings don't count), 1 for errors or missed budgets (with --strict for
    warnings too), 2 for bad usage, a bad configuration, or a file that can't be read.
    """
    given = (max_params, max_macs, max_flops, max_weight_memory, max_activation_memory, max_peak_memory)
    budgets = {
        figure: _checked_budget(name, most)
        for (name, figure), most in zip(BUDGETS.items(), given, strict=True)
        if most is not None
    }
    selection = _selection(select, ignore)
    request = Request(graph_options(input, param, variant, max_layers), selection, budgets)
    files, nothing = find_files(paths)
    configs, refused = _configs(files)
    checked = _checked(configs, request)
    found = merged([*map(missing, nothing), *refused, *(each for some in checked.values() for each in some)], checked)
    _write(found, list(checked), format, output)
    fatal = any(each.name in _FATAL for each in found)
    wrong = [file for file, some in checked.items() if _is_wrong(some, strict or configs[file].strict)]
    raise typer.Exit(BAD_USAGE if fatal else BAD_DESIGN if wrong and not exit_zero else 0)


def _selection(select: list[str] | None, ignore: list[str] | None) -> Selection:
    split = [tuple(word for text in texts or () for word in text.split(",") if word) for texts in (select, ignore)]
    selection = Selection(*split)
    unknown = selection.unknown()
    if unknown:
        raise typer.BadParameter(f"there is no rule {unknown[0]!r}; `cnnshape rule` lists all rules")
    return selection


def _checked_budget(name: str, most: str) -> str:
    if parse_wanted(f"<= {most}") is None:
        raise typer.BadParameter(f"{most!r} is no number; write 26M or 2MiB", param_hint=f"--{name}")
    return most


def _configs(files: list[str]) -> tuple[dict[str, Config], list[Diagnostic]]:
    """The configuration of each file that has a sound one, and what is wrong with others."""
    configs, refused = {}, []
    for file in files:
        try:
            configs[file] = config_for(Path(file))
        except BadConfig as bad:
            refused.append(bad.diagnostic)
    return configs, refused


def _checked(configs: dict[str, Config], request: Request) -> dict[str, list[Diagnostic]]:
    """The findings of each file, in order; on all cores, but for standard input, which this process alone has."""
    jobs = [(file, config, request) for file, config in configs.items()]
    results = map(check_file, jobs) if STDIN in configs else on_all_cores(check_file, jobs)
    return dict(zip(configs, _with_progress(results, len(jobs)), strict=True))


def _with_progress(results: Iterator[list[Diagnostic]], count: int) -> Iterator[list[Diagnostic]]:
    """The results, with a counter on a terminal from the first second on."""
    from time import monotonic

    start = shown = monotonic()
    terminal = sys.stderr.isatty()
    for number, result in enumerate(results, 1):
        yield result
        now = monotonic()
        if terminal and now - start > 1 and now - shown > 0.1:
            shown = now
            sys.stderr.write(f"\r{number} of {count} designs")
            sys.stderr.flush()
    if shown != start:
        sys.stderr.write("\r\x1b[K")


def check_file(job: tuple[str, Config, Request]) -> list[Diagnostic]:
    """The findings of one file."""
    file, config, request = job
    path = None if file == STDIN else Path(file)
    try:
        data = read_stdin() if path is None else read_file_bytes(path)
    except OSError as error:
        return [unreadable(file, error)]
    design = design_of_bytes("<stdin>" if path is None else file, data, path)
    ignore = (*request.selection.ignore, *config.ignored_in(path or Path()))
    selection = Selection(request.selection.select or config.select, ignore)
    return check_design(design, request.options, Checks(selection, {**dict(config.budgets), **request.budgets}))


def _write(found: list[Diagnostic], files: list[str], format: Format | None, output: Path | None) -> None:
    """Writes the findings; where no format is asked for, a workflow's log gets annotations as well."""
    if format is None and "GITHUB_ACTIONS" in os.environ:
        write(_text(found, files, Format.GITHUB, False), None)
    write(_text(found, files, format or Format.FULL, output is None), output)


def _text(found: list[Diagnostic], files: list[str], format: Format, terminal: bool) -> str:
    if format is Format.FULL and terminal:
        return human_text(found, sys.stdout) + _closing(found, len(files))
    from cnnshape.render.findings import FORMATS, Findings

    checked = tuple("<stdin>" if file == STDIN else file for file in files)
    text = FORMATS[format](Findings(tuple(found), checked))
    return text + _closing(found, len(files)) if format is Format.FULL else text


def _closing(found: list[Diagnostic], count: int) -> str:
    designs = f"{count} design{'' if count == 1 else 's'}"
    if not found:
        return f"{designs} checked, nothing wrong\n"
    return f"{closing(found)} in {designs}\n" if count else f"{closing(found)}\n"


def _is_wrong(found: list[Diagnostic], strict: bool) -> bool:
    return any(strict or each.severity is Severity.ERROR for each in found)
