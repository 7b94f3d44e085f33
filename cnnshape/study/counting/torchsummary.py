"""torchsummary: memory from the outputs of all modules, those that contain others too."""

from cnnshape.graph import Group
from cnnshape.report import Report
from cnnshape.study.counting.case import Case
from cnnshape.study.counting.costs import GRADIENTS, OUTPUT
from cnnshape.study.counting.rule import Cost, Costs, Mark, Quantity, Rule, Table, Tally, by_kind, each

_MODULE: Costs = (OUTPUT, GRADIENTS)
_BLOCK = Cost("4 bytes per output value", lambda case: 4 * case.values, "blocks", shared=True)

_TABLE: Table = {
    **each("conv conv_transpose linear", _MODULE),
    **each("max_pool avg_pool adaptive_avg_pool adaptive_max_pool global_avg_pool global_max_pool", _MODULE),
    **each("batch_norm layer_norm group_norm instance_norm local_response_norm", _MODULE),
    **each("relu relu6 leaky_relu prelu elu selu gelu silu mish sigmoid hard_sigmoid hard_swish tanh", _MODULE),
    **each("softplus softmax dropout identity pad upsample pixel_shuffle pixel_unshuffle", _MODULE),
    **each("flatten reshape crop split slice subsample pad_channels channel_shuffle add concat multiply", ()),
    **each("layer_scale drop_path roi_pool roi_align", Mark.UNKNOWN),
}
_modules = by_kind(_TABLE)


def _count(report: Report) -> tuple[Tally, ...]:
    """A block is a module of its own: its output counts again, with its last layer."""
    blocks = [0] * len(report.rows)
    _add_blocks(report.groups, blocks)
    tallies = zip(report.rows, _modules(report), blocks, strict=True)
    return tuple(_with_blocks(tally, Case(row), ending) for row, tally, ending in tallies)


def _with_blocks(tally: Tally, last: Case, ending: int) -> Tally:
    if tally.mark is not None:
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
        "torchsummary",
        "torchsummary",
        "1.5.1",
        Quantity.ACTIVATION_BYTES,
        "forward/backward pass",
        "Outputs of all modules, blocks once more than their last layer, twice (once for gradients); joins and "
        "flatten are no modules. Printed in MB of 2^20 bytes.",
        _count,
        frozenset(_TABLE),
    ),
)
