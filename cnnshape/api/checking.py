"""`check` of the Python API."""

from collections.abc import Mapping, Sequence

from cnnshape.api.design import DesignLike, loaded
from cnnshape.api.overrides import InputShapes, ParamValue, options
from cnnshape.diagnostics import Diagnostics


def check(
    design: DesignLike,
    *,
    params: Mapping[str, ParamValue] | None = None,
    variant: str = "",
    input: InputShapes | None = None,
    inputs: InputShapes | None = None,
    max_layers: int | None = None,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    budgets: Mapping[str, str] | None = None,
    runtime: str = "",
    dtype: str = "",
    in_place: Sequence[str] = (),
    pads: str = "same",
    kernels: str = "",
) -> Diagnostics:
    """The errors and warnings of a design, sorted by place. A list, which a notebook shows as `cnnshape check` does.

    `design` is a design or what `load` reads; `params`, `variant` and `input` change it as in `analyze`.
    Errors, missed expectations and budgets have severity `error`, the findings of design rules `warning`.
    `select` and `ignore` take names or codes of rules, `budgets` the most of a figure (`{"macs": "4.2G"}`).
    With a `runtime` (`"tflm"`), budgets may be those of a device: `{"sram_bytes": "256KiB", "flash_bytes": "1MiB"}`.
    `dtype`, `in_place`, `pads` and `kernels` are choices of it; by default its networks have int8 values for `tflm`, and
    float32 for others. Raises ValueError for a word that doesn't exist.
    The file's `expect` is checked unless parameters, a variant or inputs are given. Without a `variant`, the errors of
    all variants are reported too.
    """
    # Programs that only analyze don't import the rules.
    from cnnshape.api.verdict import Checks, check_design
    from cnnshape.device.target import Target
    from cnnshape.lint import Selection

    design = loaded(design)
    chosen = options(params, variant, input or inputs, max_layers)
    target = Target(runtime, dtype, tuple(in_place), pads, kernels)
    target.check()
    problems = check_design(design, chosen, Checks(Selection(tuple(select), tuple(ignore)), budgets or {}, target))
    return Diagnostics(problems, (design.source.name,))
