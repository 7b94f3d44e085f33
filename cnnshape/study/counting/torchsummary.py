"""torchsummary: memory from the outputs of all modules, blocks included."""

from cnnshape.graph import Group
from cnnshape.layers import (
    Activation,
    Join,
    Layer,
    MatrixProduct,
    Normalization,
    Pooling,
    Resize,
)
from cnnshape.study.counting.case import Case, Cases
from cnnshape.study.counting.costs import GRADIENTS, OUTPUT, by_axes
from cnnshape.study.counting.rule import Cost, Costs, Mark, Quantity, Rule, Table, Tally, alike

_MODULE: Costs = (OUTPUT, GRADIENTS)
_BLOCK = Cost("4 bytes per output value", lambda case: 4 * case.values, "blocks", shared=True)

_TABLE = Table(
    families={
        Layer: Mark.UNKNOWN,
        MatrixProduct: _MODULE,
        Pooling: _MODULE,
        Normalization: _MODULE,
        Activation: _MODULE,
        Resize: _MODULE,
        Join: (),
    },
    kinds={
        **alike("dropout identity pad pixel_shuffle pixel_unshuffle glu", _MODULE),
        **alike("flatten reshape crop split slice subsample pad_channels channel_shuffle", ()),
        **alike("channel_avg_pool channel_max_pool abs square rescale", ()),
        **alike("softmax log_softmax", by_axes(_MODULE, ())),
    },
)


def _tallies(cases: Cases) -> tuple[Tally, ...]:
    """A block is a module of its own: its output counts again, with its last layer."""
    rows = cases.report.rows
    blocks = [0] * len(rows)
    _add_blocks(cases.report.groups, blocks)
    known: dict[tuple[Tally, int], Tally] = {}
    keys = tuple(zip(_TABLE.tallies(cases), blocks, strict=True))
    for key, row in zip(keys, rows, strict=True):
        if key not in known:
            known[key] = _with_blocks(*key, Case(row))
    return tuple([known[key] for key in keys])


def _with_blocks(tally: Tally, ending: int, last: Case) -> Tally:
    if tally.mark is not None or not ending:
        return tally
    return Tally((*tally.parts, *(cost.part(last) for cost in (_BLOCK, GRADIENTS) for _ in range(ending))))


def _add_blocks(group: Group, blocks: list[int]) -> None:
    for child in group.children:
        # Blocks are CamelCase; the rounds of a loop are a Sequential, which torchsummary leaves out.
        if child.word[:1].isupper() and child.end > child.start:
            blocks[child.end - 1] += 1
        _add_blocks(child, blocks)


RULES = (
    Rule(
        name="torchsummary",
        tool="torchsummary",
        version="1.5.1",
        quantity=Quantity.ACTIVATION_BYTES,
        figure="forward/backward pass",
        doc="Outputs of all modules, blocks once more than their last layer, twice (once for gradients); joins and "
        "flatten are no modules. Printed in MB of 2^20 bytes.",
        tallies=_tallies,
        by_kind=True,
    ),
)
