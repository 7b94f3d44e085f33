"""A pool whose window is larger than its padded input, which only `ceil` allows.

Without `ceil` this is an error: the output would be empty. With it one window remains that hangs over the end of the
input, and the pool does what a global pool does. Most often the input is smaller than the design was made for, or the
kernel is a typing error.

Example:

    cnnshape: 1
    input: [16, 4, 4]
    layers:
      - max_pool: {kernel: 8, ceil: true}       # warning: oversized-window

Instead: a kernel that fits, or a global pool.

    cnnshape: 1
    input: [16, 4, 4]
    layers:
      - global_max_pool

Published networks that trip it: none of those that are shipped.
"""

from collections.abc import Iterator

from cnnshape.diagnostics import Diagnostic
from cnnshape.graph import Node
from cnnshape.layers import Window, format_shape
from cnnshape.lint.rule import Rule, Subject, warn, warned
from cnnshape.lint.sliding import Sliding


def _check(subject: Subject) -> Iterator[Diagnostic]:
    over = {application: window for application, slide in subject.sliding.items() if (window := _oversized(slide))}

    def warning(node: Node) -> Diagnostic:
        sizes = format_shape(subject.sliding[node.application].sizes)
        return warn(
            "oversized-window",
            f"a window of {over[node.application].kernel} is larger than its input of {sizes}",
            node.at,
            label="`ceil` keeps one window, which hangs over the end",
            help="use a smaller kernel, or a global pool",
        )

    return warned(subject.nodes_of(over), warning)


def _oversized(slide: Sliding) -> Window | None:
    """The first window that is larger than its padded input."""
    pairs = zip(slide.windows, slide.sizes, strict=True)
    return next((window for window, size in pairs if window.extent > size + window.before + window.after), None)


RULE = Rule("oversized-window", __doc__ or "", _check)
