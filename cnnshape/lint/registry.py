"""All rules, listed by hand. A test compares the list with the files that exist."""

from cnnshape.lint.rule import Rule
from cnnshape.lint.rules import (
    bias_before_norm,
    dropped_input,
    even_kernel_same,
    heavy_head,
    input_layout,
    oversized_window,
    repeated_activation,
    repeated_norm,
    repeated_operand,
    skipped_input,
    unaligned_paths,
    unproductive_layer,
    unused_block,
    unused_output,
    unused_param,
    unused_variable,
    wide_bottleneck,
)

RULES: tuple[Rule, ...] = (
    dropped_input.RULE,
    skipped_input.RULE,
    bias_before_norm.RULE,
    even_kernel_same.RULE,
    heavy_head.RULE,
    unproductive_layer.RULE,
    unaligned_paths.RULE,
    wide_bottleneck.RULE,
    repeated_activation.RULE,
    repeated_norm.RULE,
    unused_block.RULE,
    unused_param.RULE,
    unused_variable.RULE,
    unused_output.RULE,
    input_layout.RULE,
    repeated_operand.RULE,
    oversized_window.RULE,
)
BY_NAME: dict[str, Rule] = {rule.name: rule for rule in RULES}
