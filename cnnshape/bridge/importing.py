"""From a network to the text of a spec that was compared with it."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping

from cnnshape.api import DesignError, paused_collection
from cnnshape.bridge import proof
from cnnshape.bridge.draft import Draft, Value, spec_of
from cnnshape.bridge.drop_paths import without_drop_paths
from cnnshape.bridge.flat import flat_draft
from cnnshape.bridge.fold.align import Unaligned
from cnnshape.bridge.fold.fold import Folded, Folding
from cnnshape.bridge.fold.steps import calls_in, size_of
from cnnshape.bridge.joining import with_joined_operations
from cnnshape.bridge.likes import with_outer_likes
from cnnshape.bridge.operations import ImportProblem, NamedOutput, Network, Operation
from cnnshape.bridge.same_padding import with_same_padding
from cnnshape.language import ExpressionProblem, Spec
from cnnshape.language.writer import line_count, write
from cnnshape.named_tuple import NamedTuple
from cnnshape.report import Report

MOST_NAMED = 5
"""Operations that a message names."""
TRIED_OPERATIONS = 4000
"""Operations that are folded again in search of a shorter spec: a large network is tried in fewer forms."""
MOST_WRITTEN_OUT = 250
"""Steps that all calls of a class have together, if they are tried without a block."""
LEAST_TRIALS = 3
MOST_TRIALS = 12
"""Classes that are tried in another form."""
LEAST_SAVED = 3
"""Lines that must be saved to write out a block of layers that the network itself uses: it reads better."""


class Imported(NamedTuple):
    """A spec, and what differs from the source, a sentence each."""

    text: str
    notes: tuple[str, ...]


@paused_collection()
def imported(network: Network, *, flat: bool = False, opaque: bool = False) -> Imported:
    """The spec of a network. It has blocks and loops, or with `flat` one step for each operation.

    Raises ImportProblem for an operation that no kind describes, unless `opaque` asks for such layers with the shapes
    that the source states, and for one whose shape or weights no argument gives.
    """
    if not opaque:
        _check_kinds(network)
    network = with_outer_likes(_with_distinct_outputs(network))
    if not flat:
        network = with_same_padding(with_joined_operations(without_drop_paths(network)))
    expect, notes = _expected(network)
    try:
        spec = _spec_of(flat_draft(network, expect), network)
        text = write(spec) if flat else ""
        report = proof.report_of(text) if flat else proof.report_of_spec(spec)
        problems = proof.shape_differences(network, report)
        if problems:
            raise ImportProblem(f"the spec differs from the network: {'; '.join(problems[:MOST_NAMED])}")
        text = text or _folded(network, expect, spec, report) or _proven(write(spec), report)
    except DesignError as error:
        raise ImportProblem(f"the spec of the network is wrong: {error.args[0]}") from error
    except ExpressionProblem as error:
        raise ImportProblem(f"the spec of the network is wrong: {error}") from error
    return Imported(_commented(text, notes), notes)


def _with_distinct_outputs(network: Network) -> Network:
    """The network with each output once, and a note on others with the same tensor."""
    names: dict[int, str] = {}
    notes = []
    for output in network.outputs:
        name = names.setdefault(output.value, output.name)
        if name != output.name:
            notes.append(f"the output {output.name} is the output {name}, and is listed once")
    outputs = tuple(NamedOutput(name, value) for value, name in names.items())
    return network._replace(outputs=outputs, notes=(*network.notes, *notes))


def _spec_of(draft: Draft, network: Network) -> Spec:
    """The spec of a draft, which expects the shape of each of several outputs."""
    if len(network.outputs) < 2:
        return spec_of(draft)
    shapes = {
        f"outputs.{name}": network.shape(output.value)
        for name, output in zip(draft.outputs, network.outputs, strict=True)
    }
    return spec_of(draft._replace(expect={**shapes, **draft.expect}))


def _proven(text: str, report: Report) -> str:
    """The text of a flat spec, if it gives the same report. Raises ImportProblem or DesignError if it doesn't."""
    difference = proof.differences(proof.report_of(text), report)
    if difference is not None:
        raise ImportProblem(f"the text of the spec gives other layers: {', '.join(difference.ours[:MOST_NAMED])}")
    return text


def _folded(network: Network, expect: dict[str, Value], flat: Spec, report: Report) -> str:
    """A spec with blocks that gives the same report; empty if there is none, or none with fewer lines than the flat one."""
    try:
        text = _proven_fold(Folding(network, expect), flat, report)
    except Unaligned:
        # Steps of the network itself read what no name reaches.
        return ""
    return text if text and _is_shorter(text, flat) else ""


def _is_shorter(text: str, flat: Spec) -> bool:
    """Whether a text has fewer lines than a flat spec, which has at least one for each step."""
    lines = text.count("\n")
    return lines <= len(flat.layers) or lines < write(flat).count("\n")


def _proven_fold(folding: Folding, flat: Spec, report: Report) -> str:
    """The text of the shortest folded spec that gives the same report; empty if there is none.

    A class whose block gives another one is dissolved: its layers are written where it is used.
    """
    # Nearly all blocks are right, and so the last spec alone is compared. If it differs, all before it are compared too.
    text = _shortest(folding, flat, lambda _: None)
    if not text or _difference(text, report) is None:
        return text
    return _shortest(folding, flat, lambda spec: _difference(write(spec), report))


_Judge = Callable[[Spec], proof.Difference | None]
"""How a spec differs from the network; None if it doesn't."""


def _shortest(folding: Folding, flat: Spec, judge: _Judge) -> str:
    """The text of the shortest folded spec that the judge admits; empty if there is none."""
    dissolved: list[str] = []
    while True:
        folded = folding.draft(dissolved)
        spec = _spec_of(folded.draft, folding.network)
        if not folded.classes and not _is_shorter(write(spec), flat):
            return ""
        difference = judge(spec)
        if difference is None:
            return write(_shorter(folding, judge, _Choice(folded, spec, line_count(spec), tuple(dissolved), ())))
        if not folded.classes:
            return ""
        dissolved.append(_at_fault(folded.classes, difference))


class _Choice(NamedTuple):
    """A folded spec, and the classes that are dissolved or become several blocks in it."""

    folded: Folded
    spec: Spec
    lines: int
    dissolved: tuple[str, ...]
    split: tuple[str, ...]


def _shorter(folding: Folding, judge: _Judge, best: _Choice) -> Spec:
    """The spec where a class has several blocks, or none, if it has fewer lines then."""
    tried: set[str] = set()
    trials = min(max(LEAST_TRIALS, TRIED_OPERATIONS // len(folding.network.operations)), MOST_TRIALS)
    while True:
        names = [name for name in (*best.folded.misfits, *_small_first(best.folded)) if name not in tried]
        if not names or len(tried) >= trials:
            return best.spec
        name = names[0]
        tried.add(name)
        misfit = name in best.folded.misfits
        dissolved = best.dissolved if misfit else (*best.dissolved, name)
        split = (*best.split, name) if misfit else best.split
        folded = folding.draft(dissolved, split)
        spec = _spec_of(folded.draft, folding.network)
        lines = line_count(spec)
        if best.lines - lines < (1 if misfit else _least_saved(best, name, folding.units)):
            continue
        if judge(spec) is None:
            best = _Choice(folded, spec, lines, dissolved, split)


def _least_saved(best: _Choice, name: str, units: Collection[str]) -> int:
    """The lines that must be saved to write out a class. One that the source doesn't name says less."""
    if name.partition("/")[0] in units:
        return 1
    used = any(call.word == best.folded.classes[name] for call in calls_in(best.folded.draft.layers))
    return LEAST_SAVED if used and not _uses_others(best.folded, name) else 1


def _uses_others(folded: Folded, name: str) -> bool:
    """Whether the block of a class uses other blocks."""
    body = next(block.body for block in folded.draft.blocks if block.name == folded.classes[name])
    return not {call.word for call in calls_in(body)}.isdisjoint(folded.classes.values())


def _small_first(folded: Folded) -> list[str]:
    """The classes of the blocks. Those whose layers take few lines come first."""
    steps = [step for block in folded.draft.blocks for step in calls_in(block.body)]
    uses = Counter(call.word for call in (*steps, *calls_in(folded.draft.layers)))
    lines = {block.name: size_of(block.body) for block in folded.draft.blocks}
    short = [name for name, title in folded.classes.items() if folded.calls[name] * lines[title] <= MOST_WRITTEN_OUT]
    costs = {name: (uses[folded.classes[name]] - 1) * lines[folded.classes[name]] for name in short}
    return sorted(short, key=lambda name: (costs[name], not _uses_others(folded, name)))


def _difference(text: str, report: Report) -> proof.Difference | None:
    """How the report of a spec differs; None if it doesn't."""
    try:
        return proof.differences(proof.report_of(text), report)
    except DesignError:
        return proof.Difference((), ())


def _at_fault(classes: Mapping[str, str], difference: proof.Difference) -> str:
    """The class in whose block the first difference is; else the one that uses the others."""
    for layer in difference.ours:
        words = {part.partition("_")[0] for part in layer.split(".")}
        for name, title in classes.items():
            if title in words:
                return name
    return list(classes)[-1]


def _check_kinds(network: Network) -> None:
    unknown = [operation for operation in network.operations if operation.is_opaque]
    if not unknown:
        return
    firsts: dict[str, Operation] = {}
    for operation in unknown:
        firsts.setdefault(operation.what, operation)
    counts = Counter(operation.what for operation in unknown)
    listed = [f"{what} ({counts[what]}x, first in {_described(firsts[what])})" for what in list(counts)[:MOST_NAMED]]
    more = f", and {len(counts) - MOST_NAMED} more" if len(counts) > MOST_NAMED else ""
    message = f"no kind describes {', '.join(listed)}{more}"
    raise ImportProblem(message, "`--opaque` takes them as layers with the shapes and params that the source states")


def _described(operation: Operation) -> str:
    """The place of an operation, and the weights that it works with: they tell a learned map from a sum of tensors."""
    weights = [f"`{weight.name}` of {'x'.join(map(str, weight.shape)) or 1}" for weight in operation.weights]
    named = f", with {' and '.join(weights[:2])}" if weights else ""
    return f"{operation.path or 'the network'}{named}"


def _expected(network: Network) -> tuple[dict[str, Value], tuple[str, ...]]:
    """The figures of the source that the spec must have, and the notes on what it leaves out."""
    expect: dict[str, Value] = {}
    if len(network.outputs) == 1:
        expect["output"] = network.shape(network.outputs[0].value)
    notes = list(network.notes)
    unused = network.unused_params
    if network.running_params is not None:
        expect["params"] = network.running_params
    if unused:
        modules = sorted({weight.name.partition(".")[0] for weight in network.unused if weight.learned})
        named = ", ".join(modules[:MOST_NAMED])
        notes.append(f"{unused:,} of {network.params:,} params are in modules that did not run: {named}")
    return expect, tuple(notes)


def _commented(text: str, notes: tuple[str, ...]) -> str:
    """The text with the notes as comments below its first line."""
    first, _, rest = text.partition("\n")
    return "\n".join((first, *[f"# {note}" for note in notes], rest))
