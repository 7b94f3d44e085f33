"""`cnnshape check`"""

import os
import sys
from collections.abc import Iterable
from inspect import Parameter
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from cnnshape.api import design_of_bytes
from cnnshape.api.verdict import Checks, check_design
from cnnshape.cli.command import OptionGroup, command
from cnnshape.cli.completion import complete_rules, complete_spec
from cnnshape.cli.config import BadConfig, Config, config_for, unknown_rule_help
from cnnshape.cli.cores import on_all_cores
from cnnshape.cli.exit_codes import BAD_DESIGN, BAD_USAGE
from cnnshape.cli.files import STDIN, find_files
from cnnshape.cli.merging import merge
from cnnshape.cli.options import DesignOptions, MaxLayersOption
from cnnshape.cli.output import Output, page_for, refuse_overwriting, write
from cnnshape.cli.progress import with_progress
from cnnshape.cli.reading import missing, read_stdin, unreadable
from cnnshape.cli.unmarked import left_out
from cnnshape.diagnostics import Diagnostic, Severity, diagnose
from cnnshape.document import read_file_bytes
from cnnshape.graph import MAX_LAYERS, Options
from cnnshape.lint import Selection
from cnnshape.render.findings import FORMATS, Findings
from cnnshape.report import BUDGETS, FIGURES, parse_wanted

_FATAL = ("unreadable-file", "bad-configuration")


class Request(NamedTuple):
    """The options of the command line, without the files."""

    options: Options
    selection: Selection
    budgets: dict[str, str]


class BudgetOptions(OptionGroup):
    """One option per figure with a budget."""

    @classmethod
    def parameters(cls, *_settings: Any) -> list[Parameter]:
        """`--max-params` and so on, in the order of the figures."""
        return [_budget_parameter(budget) for budget in BUDGETS]

    def limits(self) -> dict[str, str]:
        """The budget of each figure; raises typer.BadParameter for a text that is not a number."""
        given = {budget: getattr(self, _option_name(budget)) for budget in BUDGETS}
        return {BUDGETS[budget]: _checked_limit(budget, most) for budget, most in given.items() if most is not None}


def _option_name(budget: str) -> str:
    return budget.replace("-", "_")


def _budget_parameter(budget: str) -> Parameter:
    figure = FIGURES[BUDGETS[budget]]
    help = f"Report designs with more {figure.heading} than this: `{'2MiB' if figure.unit else '26M'}`."
    option = typer.Option(None, f"--{budget}", help=help, metavar="N", show_default=False)
    return Parameter(_option_name(budget), Parameter.KEYWORD_ONLY, default=option, annotation=str | None)


def _checked_limit(budget: str, most: str) -> str:
    if parse_wanted(f"<= {most}") is None:
        raise typer.BadParameter(f"{most!r} is not a number; write 26M or 2MiB", param_hint=f"--{budget}")
    return most


class FindingsOutput(Output[Findings]):
    """The options `--format` and `--output` of a check; without a format, a workflow's log gets annotations as well."""

    @classmethod
    def parameters(cls, *_settings: Any) -> list[Parameter]:
        """`--format` without a default, and `--output`."""
        format, output = super().parameters(FORMATS, "How to print findings.  [default: full]")
        option = typer.Option(None, *format.default.param_decls, help=format.default.help, show_default=False)
        return [format.replace(default=option, annotation=format.annotation | None), output]

    @classmethod
    def from_options(cls, values: dict[str, Any], *_settings: Any) -> "FindingsOutput":
        """The output in the format that the user chose, if any."""
        return cls(FORMATS, str(values["format"] or ""), values["output"])

    def write(self, value: Findings, read: Iterable[str] = ()) -> None:
        """Writes the findings."""
        refuse_overwriting(self.path, read)
        if not self.format and "GITHUB_ACTIONS" in os.environ:
            write(FORMATS["github"].write(value, page_for()), None)
        write(FORMATS[self.format or "full"].write(value, page_for(self.path)), self.path)


@command
def check(
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATHS...",
            help="Files, folders, globs, `-` for standard input, or names of shipped architectures; without any, the "
            "current folder.",
            autocompletion=complete_spec,
            show_default=False,
        ),
    ] = None,
    *,
    output: FindingsOutput,
    select: Annotated[
        list[str] | None,
        typer.Option(
            "--select",
            help="Run these rules only: names, codes, `CS7`, `all`.",
            metavar="RULE",
            autocompletion=complete_rules,
        ),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option("--ignore", help="Leave these rules out.", metavar="RULE", autocompletion=complete_rules),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 for warnings too.")] = False,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit with 0 even if there are findings.")] = False,
    budgets: BudgetOptions,
    design: DesignOptions,
    max_layers: MaxLayersOption = MAX_LAYERS,
) -> None:
    """Check designs: every error at its line, what files expect of themselves, budgets, and design rules.

    Exit codes:
    0: nothing is wrong, or there are warnings alone.
    1: an error or a missed budget; with --strict also a warning.
    2: bad usage, a bad configuration, or a file that can't be read.
    """
    limits = budgets.limits()
    selection = _selection(select, ignore)
    request = Request(design.for_graph(max_layers), selection, limits)
    matched = find_files(paths or ["."])
    files, doubtful = matched.files, matched.doubtful
    configs, refused = _configs(files)
    checked = {**_checked(configs, request), **{file: [finding] for file, finding in doubtful.items()}}
    diagnostics = [finding for findings in checked.values() for finding in findings]
    findings = merge([*map(missing, matched.unmatched), *refused, *diagnostics], checked)
    names = tuple("<stdin>" if file == STDIN else file for file in checked)
    if len(matched.unmarked) > len(doubtful):
        sys.stderr.write(left_out(len(matched.unmarked) - len(doubtful)))
    output.write(Findings(tuple(findings), names), files)
    is_fatal = any(finding.name in _FATAL for finding in findings)
    failed = [
        file for file, own in checked.items() if _fails(own, strict or (file in configs and configs[file].strict))
    ]
    raise typer.Exit(BAD_USAGE if is_fatal else BAD_DESIGN if failed and not exit_zero else 0)


def _selection(select: list[str] | None, ignore: list[str] | None) -> Selection:
    split = [tuple(word for text in texts or () for word in text.split(",") if word) for texts in (select, ignore)]
    selection = Selection(*split)
    unknown = selection.unknown()
    if unknown:
        raise typer.BadParameter(f"there is no rule {unknown[0]!r}; {unknown_rule_help(unknown[0])}")
    return selection


def _configs(files: list[str]) -> tuple[dict[str, Config], list[Diagnostic]]:
    """The configuration of each file that has a valid one, and the diagnostics of the others."""
    configs: dict[str, Config] = {}
    refused: list[Diagnostic] = []
    for file in files:
        try:
            configs[file] = config_for(Path(file))
        except BadConfig as bad:
            refused += bad.diagnostics
    return configs, refused


def _checked(configs: dict[str, Config], request: Request) -> dict[str, list[Diagnostic]]:
    """The findings of each file, in order. Uses all cores, unless standard input is one of the files."""
    jobs = [(file, config, request) for file, config in configs.items()]
    results = map(check_file, jobs) if STDIN in configs else on_all_cores(check_file, jobs, _died)
    return dict(zip(configs, with_progress(results, len(jobs), "designs"), strict=True))


def _died(job: tuple[str, Config, Request]) -> list[Diagnostic]:
    """The finding of a file whose process died."""
    help = "the system ended it, as it does when memory runs out; `cnnshape check` on this file alone shows more"
    return [diagnose("unreadable-file", "the process that checked it died", file=job[0], help=help)]


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


def _fails(findings: list[Diagnostic], strict: bool) -> bool:
    return any(strict or finding.severity is Severity.ERROR for finding in findings)
