"""`cnnshape summary`"""

from typing import TYPE_CHECKING, Annotated

from cnnshape.cli.command import BadParameter, Option, command
from cnnshape.cli.completion import complete_columns, complete_figure, complete_tool
from cnnshape.cli.options import CountOptions, DesignOptions, MaxLayersOption, SpecArgument
from cnnshape.cli.output import Output
from cnnshape.cli.reading import note_input, read_graph
from cnnshape.cli.whole_numbers import whole_number
from cnnshape.diagnostics import did_you_mean
from cnnshape.graph import MAX_LAYERS
from cnnshape.render.layer_table import COLUMNS, DEFAULT, FIGURE_COLUMNS
from cnnshape.render.summary import FORMATS, Ranking, Summary
from cnnshape.report import make_report

if TYPE_CHECKING:
    from cnnshape.study.counting.rule import Rule

_COLUMNS_HELP = f"Columns, by comma: {', '.join(COLUMNS)}."
# With spaces, so that `--help` can wrap it.
DEFAULT_COLUMNS = ", ".join(DEFAULT)
ColumnsOption = Annotated[
    str, Option("--columns", "-c", help=_COLUMNS_HELP, metavar="NAMES", completion=complete_columns)
]
ExpandOption = Annotated[bool, Option("--expand", "-e", help="One line per layer, nothing folded.")]

_UNSORTED = ("csv", "json", "svg")
"""The formats that are no tables of chosen columns."""


@command
def summary(
    spec: SpecArgument,
    *,
    design: DesignOptions,
    counts: CountOptions,
    columns: ColumnsOption = DEFAULT_COLUMNS,
    expand: ExpandOption = False,
    depth: Annotated[
        int | None,
        whole_number("--depth", "-d", help="Open stages and blocks to this depth, {range}; 0 closes all.", least=0),
    ] = None,
    sort: Annotated[
        str | None,
        Option(
            "--sort",
            help="List steps by this figure, the largest first; with --depth, stages and blocks.",
            metavar="FIGURE",
            completion=complete_figure,
        ),
    ] = None,
    top: Annotated[
        int | None, whole_number("--top", help="List so many steps, {range}; by MACs without --sort.", least=1)
    ] = None,
    output: Annotated[Output[Summary], FORMATS],
    inplace_activations: Annotated[
        bool, Option("--inplace-activations", help="Peak memory: activations overwrite their input.")
    ] = False,
    inplace_adds: Annotated[
        bool, Option("--inplace-adds", help="Peak memory: joins overwrite their first input.")
    ] = False,
    fold_norms: Annotated[
        bool, Option("--fold-norms", help="Fold batch norms into the layers before them, as runtimes do.")
    ] = False,
    max_layers: MaxLayersOption = MAX_LAYERS,
    tool: Annotated[
        str | None,
        Option(
            "--count",
            help="Also what another tool counts: `fvcore`; `cnnshape reconcile` has all.",
            metavar="TOOL",
            completion=complete_tool,
        ),
    ] = None,
) -> None:
    """Print every layer's shape, parameters, MACs and receptive field, and the totals.

    params: learned weights, without buffers (running statistics); a weight used twice counts once.
    MACs: multiply-accumulates of convolutions and other matrix products, without bias.
    FLOPs: 2 x MACs, and bias, normalization, activation, pooling and joins by the formulas of `cnnshape layers`.
    weights: params in bytes of --dtype. activations: bytes of all layers' outputs.
    peak memory: the most bytes of activations alive at once, in the order of the layers.
    RF: input cells per axis that one output cell depends on; `all` after a global pool or a linear layer.
    """
    ranking = _ranking(sort, top, output.format)
    names = _ranking_columns(ranking) if ranking and columns == DEFAULT_COLUMNS else checked_columns(columns)
    rule = _checked_count(tool, counts.batch, output.format)
    settings = counts.settings(
        inplace_activations=inplace_activations,
        inplace_adds=inplace_adds,
        main_fields=needs_main_fields(names, output.format),
        fold_norms=fold_norms,
    )
    options = design.for_graph(max_layers)
    loaded, graph = read_graph(spec, options)
    note_input(loaded, options, graph)
    report = make_report(graph, loaded.spec.origin if loaded.spec else "", settings)
    output.write(Summary(report, names, expand=expand, depth=depth, ranking=ranking, rule=rule), [spec])


def _ranking(by: str | None, top: int | None, format: str) -> Ranking | None:
    """The order that the options ask for; raises BadParameter for an unknown figure."""
    if by is None and top is None:
        return None
    option = "--sort" if by is not None else "--top"
    if format in _UNSORTED:
        raise BadParameter("tables can be sorted; CSV, JSON and SVG have the layers in their order", param_hint=option)
    by = "macs" if by is None else by
    if by not in FIGURE_COLUMNS:
        help = did_you_mean(by, FIGURE_COLUMNS)
        raise BadParameter(f"{by!r} is not a figure of a layer; {help}", param_hint=option)
    return Ranking(by, top)


def _ranking_columns(ranking: Ranking) -> list[str]:
    """The columns of a ranking unless the user chooses them: the figure and its share."""
    return ["layer", "kind", "output", ranking.by, "share"]


def _checked_count(tool: str | None, batch: int, format: str) -> "Rule | None":
    if tool is None:
        return None
    if batch != 1 or format in _UNSORTED:
        message = "a tool's count is a column of tables, of one sample; `cnnshape reconcile` has CSV and JSON"
        raise BadParameter(message, param_hint="--count")
    return checked_rule(tool, "--count")


def checked_rule(name: str, option: str) -> "Rule":
    """The rule of a name; raises BadParameter if there is none."""
    from cnnshape.study.counting.registry import BY_NAME as RULES

    if name in RULES:
        return RULES[name]
    help = did_you_mean(name, RULES) or f"known: {', '.join(RULES)}"
    raise BadParameter(f"no tool is called {name!r}; {help}", param_hint=option)


def needs_main_fields(columns: list[str], format: str) -> bool:
    """Whether an output shows the receptive fields of the main path: where a column asks for them, and in all data."""
    return "rf_main" in columns or format in ("csv", "json")


def checked_columns(columns: str) -> list[str]:
    """The names of columns; raises BadParameter for an unknown one."""
    names = [name.strip() for name in columns.split(",") if name.strip()]
    unknown = [name for name in names if name not in COLUMNS]
    if unknown or not names:
        help = (did_you_mean(unknown[0], COLUMNS) if unknown else None) or f"known: {', '.join(COLUMNS)}"
        message = f"{unknown[0] if unknown else columns!r} is not a column; {help}"
        raise BadParameter(message, param_hint="--columns")
    return names
