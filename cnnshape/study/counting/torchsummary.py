"""torchsummary: memory from the outputs of all modules, those that contain others too."""

from __future__ import annotations

from cnnshape.graph import Group
from cnnshape.report import Report
from cnnshape.study.counting.case import Case
from cnnshape.study.counting.rule import Cost, Costs, Mark, Part, Quantity, Rule, Table, Tally, by_kind, each

_OUTPUT = Cost("2 x 4 bytes per output value", lambda case: 8 * case.values)
_MODULE: Costs = (_OUTPUT,)

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
    return tuple(
        tally._replace(parts=(*tally.parts, Part("blocks", _OUTPUT.words, _OUTPUT.amount(Case(row)) * times)))
        if times and tally.mark is None
        else tally
        for row, tally, times in zip(report.rows, _modules(report), blocks, strict=True)
    )


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
