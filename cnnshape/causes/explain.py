"""Explains failed joins: adds the layers that are the cause, and help that was tried, to their diagnostics."""

from cnnshape.causes.describe import cause_text, edit_text, edits_text, rounds_text, sizes_text
from cnnshape.causes.edit import Edit, fix_of, place
from cnnshape.causes.options import LIKELY, keeping_padding, stride_of
from cnnshape.causes.paths import Paths, is_scaled
from cnnshape.causes.replay import Replay
from cnnshape.causes.resizing import other_sizes
from cnnshape.causes.rounding import Rounding, find_rounding
from cnnshape.causes.search import Cause, Layers, Search, Tensors, layers_of, tried
from cnnshape.causes.trial import Trial
from cnnshape.causes.uses import Uses
from cnnshape.diagnostics import Diagnostic, Label
from cnnshape.graph import Built, Graph, Misfit, Node, Options
from cnnshape.language import Expression
from cnnshape.layers import BY_NAME, LayerProblem, format_shape
from cnnshape.program import KindStep, Program

MOST_EXPLAINED = 4
MOST_NAMED = 3
_NAMES = frozenset({"residual-shape-mismatch", "join-shape-mismatch"})


def explain_misfits(program: Program, options: Options, built: Built) -> list[Diagnostic]:
    """The problems of a build, with the causes of the joins that failed."""
    problems = list(built.problems)
    if built.graph is None:
        return problems
    for misfit in built.misfits[:MOST_EXPLAINED]:
        for index, problem in enumerate(problems):
            if problem.name in _NAMES and problem.at and place(problem.at.span) == place(misfit.at):
                trial = Trial(program, options, built.problems, problem)
                problems[index] = _Explanation(program, built.graph, misfit, trial).diagnostic()
    return problems


class _Explanation:
    def __init__(self, program: Program, graph: Graph, misfit: Misfit, trial: Trial) -> None:
        self.program = program
        self.graph = graph
        self.misfit = misfit
        self.trial = trial
        self.problem = trial.problem
        self.replay = Replay(graph, misfit.inputs)
        self.shapes = [graph.value(value).shape for value in misfit.inputs]
        self.paths = Paths(self.replay, misfit)

    def diagnostic(self) -> Diagnostic:
        """The problem with its cause; unchanged if no cause could be found."""
        if len(set(map(len, self.shapes))) > 1:
            return self.problem
        if resized := self._resized():
            return resized
        layers = layers_of(self.program, self.replay)
        channels = {shape[0] for shape in self.shapes}
        causes = Search(layers, Uses(self.program, self.replay), channels, self._meets, self.paths.rank).causes()
        likely = tried([cause for cause in causes if cause.rank <= LIKELY], self.trial)
        if not likely and (rounding := self._rounding()):
            return self._rounded(rounding)
        solved = likely
        if not likely or likely[0].edit.argument == "stride":
            solved = tried([*likely, *[cause for cause in causes if cause.rank > LIKELY]], self.trial)
        if solved:
            return self._with_causes(solved)
        return self._with_suspects(layers, causes)

    def _meets(self, tensors: Tensors) -> bool:
        """Whether the tensors can be joined. Those of a residual may not broadcast."""
        joined = tuple([tensors[value] for value in self.misfit.inputs])
        try:
            BY_NAME[self.misfit.word]().output(joined)
        except LayerProblem:
            return False
        return True

    # Inputs

    def _resized(self) -> Diagnostic | None:
        """The problem if only some inputs have a requested size, and the others need one too; None if that is not it."""
        more = other_sizes(self.program.spec, self.trial.options)
        if not more or not self.trial.solves(inputs={**self.trial.options.inputs, **more}):
            return None
        own = self.program.spec.source
        labels = [
            Label(given.at, "keeps its size" if given.name in more else "the requested size")
            for given in self.graph.inputs
            if given.name in more or given.at.source is not own
        ]
        sizes = " ".join(f"--input {name}={format_shape(shape)}" for name, shape in more.items())
        others = "the other input needs a size" if len(more) == 1 else "the other inputs need sizes"
        return self._described(labels, f"{others} too: add `{sizes}`")

    # What rounds

    def _rounding(self) -> Rounding | None:
        """The layers that round on the way to the join, and input sizes that were tried."""
        if len({shape[1:] for shape in self.shapes}) == 1:
            return None
        rounding = find_rounding(Replay(self.graph, self.misfit.inputs))
        if rounding is None:
            return None
        rounding.sizes = [size for size in rounding.sizes if self.trial.solves(inputs={"": size})]
        return rounding if rounding.sizes else None

    def _rounded(self, rounding: Rounding) -> Diagnostic:
        labels = [Label(node.at, rounds_text(node)) for node in _distinct(rounding.nodes)]
        shape = self.graph.inputs[0].tensor.shape
        labels.append(Label(self.program.spec.inputs[0].span, f"the input is {format_shape(shape)}"))
        sizes = " or ".join(format_shape(size[1:]) for size in rounding.sizes)
        help = f"halving rounded the size, and doubling doesn't restore it; with an input of {sizes} nothing on these paths rounds"
        return self._described(labels, help)

    # Edits

    def _with_causes(self, causes: list[Cause]) -> Diagnostic:
        labels = [Label(cause.edit.at, cause_text(cause)) for cause in causes]
        best = [cause for cause in causes if cause.rank == causes[0].rank][:2]
        fixes = () if self._whole_ratio() else tuple(fix_of([cause.edit]) for cause in best)
        return self._described(labels, self._help(best))._replace(fixes=fixes)

    def _help(self, best: list[Cause]) -> str | None:
        """The help: the edits that were tried. A projection or scale that may be missing comes first."""
        if self._whole_ratio():
            return self.problem.help
        fix = f"write {edits_text([cause.edit for cause in best])}"
        if self.paths.lacks_projection and not self._inner_channels(best[0]):
            return f"{self.problem.help}; or {fix}"
        if not self.paths.is_residual and self._equal_sizes():
            return f"{self.problem.help}; or {fix}"
        if len(best) == 1 and self.paths.is_residual:
            fix += f"; both paths then end with {format_shape(best[0].result)}"
        return "; ".join(part for part in (self._inner_channels(best[0]), fix) if part)

    def _equal_sizes(self) -> bool:
        return len({shape[1:] for shape in self.shapes}) == 1

    def _whole_ratio(self) -> bool:
        """Whether one scale brings all paths of a join to one size. The help then offers the scale and no edit."""
        return not self.paths.is_residual and not self._equal_sizes() and is_scaled(*self.shapes[:2])

    def _inner_channels(self, cause: Cause) -> str:
        """Help for an `in_channels` that was probably meant as the channels of the whole residual."""
        step = cause.edit.step
        value = step.plan.values.get("out") if isinstance(step, KindStep) and step.plan else None
        own = cause.node.application.inputs[0].shape[0]
        if cause.edit.argument != "out" or not isinstance(value, Expression) or "in_channels" not in value.names:
            return ""
        if self.misfit.entering is None or own == (outer := self.graph.value(self.misfit.entering).shape[0]):
            return ""
        line = cause.edit.at.line
        return f"`in_channels` in line {line} is {own}, what enters that step, not the residual's {outer}"

    # Where no single edit helps

    def _with_suspects(self, layers: list[Layers], causes: list[Cause]) -> Diagnostic:
        """The problem if no single edit helps: with windows that lack padding, or layers that may be at fault."""
        exclusive = self.replay.exclusive()
        groups = [group for group in layers if exclusive.intersection(group.values)]
        edits = sorted((edit for group in groups if (edit := _padded(group))), key=lambda edit: edit.at.line)
        if edits and self.trial.solves(edits):
            labels = [Label(edit.at, "lacks padding") for edit in edits]
            every = " and ".join(edit_text(edit) for edit in edits)
            help = f"windows lack padding: write {every}"
            return self._described(labels, help)._replace(fixes=(fix_of(edits),))
        labels = [Label(cause.edit.at, cause_text(cause)) for cause in causes[:MOST_NAMED]]
        nodes = [group.node for group in groups if _resizes(group.node)]
        labels = labels or [Label(node.at, sizes_text(node)) for node in _distinct(nodes)]
        return self._described(labels, self.problem.help)

    def _described(self, labels: list[Label], help: str | None) -> Diagnostic:
        """The problem with the places of its cause, each once."""
        known = {place(label.span) for label in self.problem.related}
        added = {place(label.span): label for label in labels if place(label.span) not in known}
        return self.problem._replace(related=(*added.values(), *self.problem.related), help=help)


def _padded(layers: Layers) -> Edit | None:
    """The edit with which the windows of a step keep the size of their input; None if they do, or if they stride."""
    application = layers.node.application
    padding = keeping_padding(application)
    if padding is None or stride_of(application) > 1 or not _resizes(layers.node):
        return None
    return Edit(layers.step, "padding", padding)


def _resizes(node: Node) -> bool:
    application = node.application
    return application.inputs[0].shape[1:] != application.output.shape[1:]


def _distinct(nodes: list[Node]) -> list[Node]:
    """The last nodes of different steps, the nearest to the join first."""
    return list({place(node.at): node for node in reversed(nodes)}.values())[:MOST_NAMED]
