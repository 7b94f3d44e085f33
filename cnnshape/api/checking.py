"""`check` of the Python API."""

from collections.abc import Mapping, Sequence

from cnnshape.api.design import Design
from cnnshape.api.overrides import ParamValue, options
from cnnshape.diagnostics import Diagnostic
from cnnshape.layers import Shape


def check(
    design: Design,
    *,
    params: Mapping[str, ParamValue] | None = None,
    variant: str = "",
    inputs: Mapping[str, Shape] | Shape | None = None,
    max_layers: int | None = None,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    budgets: Mapping[str, str] | None = None,
) -> list[Diagnostic]:
    """The errors and warnings of a design, sorted by place.

    Errors, missed expectations and budgets have severity `error`, the findings of design rules `warning`.
    `select` and `ignore` take names or codes of rules, `budgets` the most of a figure (`{"macs": "4.2G"}`).
    The file's `expect` is checked unless parameters, a variant or inputs are given. Without a `variant`, the errors of
    all variants are reported too.
    """
    # Programs that only analyze don't import the rules.
    from cnnshape.api.verdict import Checks, check_design
    from cnnshape.lint import Selection

    chosen = options(params, variant, inputs, max_layers)
    return check_design(design, chosen, Checks(Selection(tuple(select), tuple(ignore)), budgets or {}))
