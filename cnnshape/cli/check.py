"""`cnnshape check`"""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cnnshape.api.verdict import Verdict
from cnnshape.cli.command import Argument, BadParameter, Option, OptionGroup, Parameter, command
from cnnshape.cli.completion import complete_rules, complete_spec
from cnnshape.cli.config import BadConfig, Config, config_for, unknown_rule_help
from cnnshape.cli.cores import on_all_cores
from cnnshape.cli.exit_codes import BAD_DESIGN, BAD_USAGE
from cnnshape.cli.files import STDIN, find_files
from cnnshape.cli.jobs import WORK_TO_FIX, WORK_TO_SHOW, Job, Request, Work, check_data, check_file, died
from cnnshape.cli.merging import merge
from cnnshape.cli.options import DesignOptions, MaxLayersOption
from cnnshape.cli.output import Output, page_for, refuse_overwriting, write
from cnnshape.cli.page import page_of
from cnnshape.cli.progress import with_progress
from cnnshape.cli.reading import missing, read_stdin
from cnnshape.cli.refusing import refusing
from cnnshape.cli.unmarked import left_out
from cnnshape.device.target import DEVICE_BUDGETS, Target
from cnnshape.diagnostics import BY_FIX, Diagnostic, Severity
from cnnshape.graph import MAX_LAYERS
from cnnshape.lint import Selection
from cnnshape.render.findings import FORMATS, SHOWING_FIXES, Findings, Fixable
from cnnshape.report import BUDGETS, FIGURES, parse_wanted
from cnnshape.source import shipped_path

if TYPE_CHECKING:
    from cnnshape.cli.fixing import Fixing

_FATAL = ("unreadable-file", "bad-configuration")


class FixOptions(OptionGroup):
    """Which fixes are applied, and whether they are only shown."""

    fix: Annotated[bool, Option("--fix", help="Fix what can be fixed, and report what remains.")] = False
    update_expect: Annotated[
        bool, Option("--update-expect", help="Replace missed figures in the file's `expect:` by the actual ones.")
    ] = False
    diff: Annotated[
        bool, Option("--diff", help="Show what --fix, or --update-expect, would change, and change nothing.")
    ] = False

    @property
    def applied_by(self) -> tuple[str, ...]:
        """The options whose fixes are applied."""
        fix = self.fix or (self.diff and not self.update_expect)
        return ("--fix",) * fix + ("--update-expect",) * self.update_expect

    def without_refused(self, finding: Diagnostic) -> Diagnostic:
        """A finding that remains, without the fixes that were not kept."""
        return finding._replace(fixes=tuple(fix for fix in finding.fixes if fix.applied_by not in self.applied_by))


class BudgetOptions(OptionGroup):
    """One option per figure with a budget."""

    @classmethod
    def parameters(cls, *_settings: Any) -> list[Parameter]:
        """`--max-params` and so on, in the order of the figures; those of a device at the end."""
        return [*map(_budget_parameter, BUDGETS), *map(_device_parameter, DEVICE_BUDGETS)]

    def limits(self) -> dict[str, str]:
        """The budget of each figure; raises BadParameter for a text that is not a number."""
        names = {**BUDGETS, **DEVICE_BUDGETS}
        given = {budget: getattr(self, _option_name(budget)) for budget in names}
        return {names[budget]: _checked_limit(budget, most) for budget, most in given.items() if most is not None}


def _option_name(budget: str) -> str:
    return budget.replace("-", "_")


def _budget_parameter(budget: str) -> Parameter:
    figure = FIGURES[BUDGETS[budget]]
    help = f"Report designs with more {figure.heading} than this: `{'2MiB' if figure.unit else '26M'}`."
    # A panel of its own, as its long names leave no room for other options' columns.
    option = Option(f"--{budget}", help=help, metavar="N", panel="Budgets")
    return Parameter(_option_name(budget), str, option, None)


def _device_parameter(budget: str) -> Parameter:
    what = {"max-sram": "SRAM", "max-flash": "flash"}[budget]
    help = f"Report designs that need more {what} on the --runtime than this: `256KiB`."
    return Parameter(_option_name(budget), str, Option(f"--{budget}", help=help, metavar="N", panel="Budgets"), None)


def _checked_limit(budget: str, most: str) -> str:
    if parse_wanted(f"<= {most}") is None:
        raise BadParameter(f"{most!r} is not a number; write 26M or 2MiB", param_hint=f"--{budget}")
    return most


class TargetOptions(OptionGroup):
    """The runtime that budgets of a device are about."""

    runtime: Annotated[
        str, Option("--runtime", help="The runtime of the device: `tflm`, `fused` or `as-is`.", metavar="NAME")
    ] = ""
    dtype: Annotated[
        str, Option("--dtype", help="Type of weights and activations on the device; int8 for `tflm`.", metavar="TYPE")
    ] = ""
    in_place: Annotated[
        str, Option("--in-place", help="Operations that write over their input: `depthwise,add`.", metavar="NAME,...")
    ] = ""
    pads: Annotated[
        str, Option("--pads", help="Paddings: TensorFlow's (same), or copies (explicit).", metavar="WORD")
    ] = "same"
    kernels: Annotated[
        str, Option("--kernels", help="Kernels whose working space counts: `cmsis-mve`.", metavar="NAME")
    ] = ""

    def target(self) -> Target:
        """The runtime with its choices; raises BadParameter for a word that doesn't exist."""
        in_place = tuple(filter(None, self.in_place.split(",")))
        target = Target(self.runtime, self.dtype, in_place, self.pads, self.kernels)
        if target != Target():
            with refusing({}):
                target.check()
        return target


class FindingsOutput(Output[Findings]):
    """The options `--format` and `--output` of a check; without a format, a workflow's log gets annotations as well."""

    @classmethod
    def parameters(cls, *_settings: Any) -> list[Parameter]:
        """`--format` without a default, and `--output`."""
        format, output = super().parameters(FORMATS, "How to print findings: {formats}; by default full.")
        return [format._replace(default=None), output]

    @classmethod
    def from_options(cls, values: dict[str, Any], *_settings: Any) -> "FindingsOutput":
        """The output in the format that the user chose, if any."""
        return cls(FORMATS, str(values["format"] or ""), values["output"])

    @property
    def counts_fixes(self) -> bool:
        """Whether the text says how many problems have a fix."""
        return self.format in ("", "full")

    def write(self, value: Findings, read: Iterable[str] = ()) -> None:
        """Writes the findings."""
        refuse_overwriting(self.path, read)
        if not self.format and "GITHUB_ACTIONS" in os.environ:
            write(FORMATS["github"].write(value, page_for()), None)
        write(FORMATS[self.format or "full"].write(value, page_for(self.path)), self.path)

    def write_fixed(self, value: Findings, fixing: "Fixing", read: Iterable[str], *, diff: bool) -> None:
        """Writes the fixed files and what remains, or only shows the fixes.

        The text of standard input goes to standard output, and then the findings to standard error.
        """
        refuse_overwriting(self.path, read)
        if diff:
            write(fixing.diff(), self.path)
            sys.stderr.write(fixing.described())
            return
        fixing.write()
        if not fixing.reads_stdin or self.path is not None:
            self.write(value, read)
        if fixing.reads_stdin:
            fixing.print_stdin()
            if self.path is None:
                sys.stderr.write(FORMATS[self.format or "full"].write(value, page_of(sys.stderr)))


@command
def check(
    paths: Annotated[
        list[str] | None,
        Argument(
            metavar="PATHS...",
            help="Files, folders, globs, `-` for standard input, or names of shipped architectures; without any, the "
            "current folder.",
            completion=complete_spec,
        ),
    ] = None,
    *,
    output: FindingsOutput,
    select: Annotated[
        list[str] | None,
        Option(
            "--select",
            help="Run these rules only: names, codes, `CS7`, `all`.",
            metavar="RULE",
            completion=complete_rules,
        ),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        Option("--ignore", help="Leave these rules out.", metavar="RULE", completion=complete_rules),
    ] = None,
    strict: Annotated[bool, Option("--strict", help="Exit with 1 for warnings too.")] = False,
    exit_zero: Annotated[bool, Option("--exit-zero", help="Exit with 0 even if there are findings.")] = False,
    fixes: FixOptions,
    budgets: BudgetOptions,
    device: TargetOptions,
    design: DesignOptions,
    max_layers: MaxLayersOption = MAX_LAYERS,
) -> None:
    """Check designs: every error at its line, what files expect of themselves, budgets, and design rules.

    Exit codes:
    0: nothing is wrong, or there are only warnings.
    1: an error or a missed budget; with --strict also a warning.
    2: bad usage, a bad configuration, or a file that can't be read.
    --fix and --update-expect exit with the code of what remains, --diff also with 1 if there is a difference.
    """
    limits, target = budgets.limits(), device.target()
    selection = _selection(select, ignore)
    tries_fixes = output.format in SHOWING_FIXES and not fixes.applied_by
    request = Request(design.for_graph(max_layers), selection, limits, tries_fixes, target)
    matched = find_files(paths or ["."])
    files, doubtful = matched.files, matched.doubtful
    configs, refused = _configs(files)
    _refuse_without_runtime(limits, target, configs)
    jobs = _jobs(configs, request)
    verdicts = _verdicts(jobs)
    fixing = _fixed(jobs, verdicts, fixes.applied_by, paths or [], WORK_TO_FIX) if fixes.applied_by else None
    checked = {file: verdict.problems for file, verdict in verdicts.items()}
    checked |= fixing.findings if fixing else {}
    if fixing:
        checked = {file: [fixes.without_refused(finding) for finding in own] for file, own in checked.items()}
    checked |= {file: [finding] for file, finding in doubtful.items()}
    diagnostics = [finding for findings in checked.values() for finding in findings]
    findings = merge([*map(missing, matched.unmatched), *refused, *diagnostics], checked)
    names = tuple("<stdin>" if file == STDIN else file for file in checked)
    if len(matched.unmarked) > len(doubtful):
        sys.stderr.write(left_out(len(matched.unmarked) - len(doubtful)))
    result = Findings(tuple(findings), names)
    if fixing is None:
        fixable = _fixable(jobs, verdicts, paths or []) if output.counts_fixes else Fixable()
        output.write(result._replace(fixable=fixable), files)
    else:
        output.write_fixed(result._replace(fixed=fixing.count), fixing, files, diff=fixes.diff)
    is_fatal = any(finding.name in _FATAL for finding in findings)
    failed = [
        file for file, own in checked.items() if _fails(own, strict or (file in configs and configs[file].strict))
    ]
    differs = fixing is not None and fixes.diff and bool(fixing.changed)
    sys.exit(BAD_USAGE if is_fatal else BAD_DESIGN if (failed or differs) and not exit_zero else 0)


def _refuse_without_runtime(limits: dict[str, str], target: Target, configs: dict[str, Config]) -> None:
    """Raises BadParameter for a budget of a device without a runtime that it is about."""
    budget = next((budget for budget, figure in DEVICE_BUDGETS.items() if figure in limits), "")
    if budget and not target.runtime and not all(config.target.runtime for config in configs.values()):
        raise BadParameter("it is about a runtime; name one: `--runtime tflm`", param_hint=f"--{budget}")


def _selection(select: list[str] | None, ignore: list[str] | None) -> Selection:
    split = [tuple(word for text in texts or () for word in text.split(",") if word) for texts in (select, ignore)]
    selection = Selection(*split)
    unknown = selection.unknown()
    if unknown:
        raise BadParameter(f"there is no rule {unknown[0]!r}; {unknown_rule_help(unknown[0])}")
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


def _jobs(configs: dict[str, Config], request: Request) -> dict[str, Job]:
    """The work for each file. Standard input is read here, as it can be read once only."""
    return {file: Job(file, config, request, _stdin() if file == STDIN else None) for file, config in configs.items()}


def _stdin() -> bytes | None:
    try:
        return read_stdin()
    except OSError:
        return None


def _verdicts(jobs: dict[str, Job]) -> dict[str, Verdict]:
    """The findings of each file, in order. Uses all cores, unless standard input is one of the files."""
    work = list(jobs.values())
    results = map(check_file, work) if STDIN in jobs else on_all_cores(check_file, work, died)
    return dict(zip(jobs, with_progress(results, len(work), "designs"), strict=True))


def _fixed(
    jobs: dict[str, Job],
    verdicts: dict[str, Verdict],
    applied_by: tuple[str, ...],
    paths: list[str],
    work: Work,
) -> "Fixing":
    """The files with their fixes, within an amount of work.

    A shipped architecture that is named is not a file of the user, and keeps its text.
    """
    # Most runs fix nothing.
    from cnnshape.api.fixing import most_tries
    from cnnshape.cli.fixing import Fixing

    shipped = [str(shipped_path(name)) for name in paths if not os.path.lexists(name)]
    left = work.together

    def most(files: Iterable[str]) -> int:
        nonlocal left
        cost = sum(verdicts[file].cost for file in files)
        tries = most_tries(min(work.of_file, left), cost)
        # Most files are checked once as they are, and once with all fixes.
        left -= min(2 * cost, left)
        return tries

    fixing = Fixing(
        given={file: job.data for file, job in jobs.items()},
        check=lambda file, data, read: check_data(jobs[file], data, read).problems,
        kept=shipped,
        most=most,
    )
    fixing.fix({file: verdict.problems for file, verdict in verdicts.items()}, applied_by)
    return fixing


def _fixable(jobs: dict[str, Job], verdicts: dict[str, Verdict], paths: list[str]) -> Fixable:
    """How many problems `--fix` would fix: it is tried, as not every fix is kept."""
    findings = [finding for verdict in verdicts.values() for finding in verdict.problems]
    if not any(fix.applied_by == BY_FIX for finding in findings for fix in finding.fixes):
        return Fixable()
    fixing = _fixed(jobs, verdicts, (BY_FIX,), paths, WORK_TO_SHOW)
    return Fixable(fixing.count, fixing.complete)


def _fails(findings: list[Diagnostic], strict: bool) -> bool:
    return any(strict or finding.severity is Severity.ERROR for finding in findings)
