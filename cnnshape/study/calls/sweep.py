"""`cnnshape.sweep`"""

from collections.abc import Iterable, Mapping
from os import PathLike
from pathlib import Path

from cnnshape.api import DesignLike, ParamValue, loaded, settings_of, written
from cnnshape.layers import Shape, format_shape
from cnnshape.study.sweep.result import Sweep
from cnnshape.study.sweep.runner import runner
from cnnshape.study.sweep.space_text import AxisText, input_axis, param_axis, variant_axis
from cnnshape.study.sweep.wanted import Wanted

Values = str | ParamValue | Iterable[ParamValue]
"""The values of a param: as text, `16..128:8`, or one by one."""
Shapes = str | Shape | Iterable[str | int | Shape]
"""The shapes of an input: as text, `96..224:32`, one shape, or several shapes and sizes."""


def sweep(
    design: DesignLike,
    space: Mapping[str, Values] | None = None,
    *,
    input: Shapes | Mapping[str, Shapes] | None = None,
    variant: str | Iterable[str] = "",
    where: str | Iterable[str] = (),
    pareto: str | Iterable[str] = (),
    objective: str = "",
    top: int | None = None,
    sample: int | str | None = None,
    seed: int = 0,
    batch: int = 1,
    dtype: str = "float32",
    output: str | PathLike[str] | None = None,
    resume: bool = False,
    jobs: int | None = None,
    scheduler: str = "",
) -> Sweep:
    """All designs of a space: which keep bounds, how their figures are distributed, which are the best.

    `space` has the values of params: `{"width": range(16, 129, 8), "act": ["relu", "silu"], "repeats": "[1..4, 1..6]"}`; a
    text means what it means after `-p`. `input` has shapes, or sizes for all axes of space: `range(96, 225, 32)`; `variant` has
    names. The other options are those of `cnnshape sweep`. The result has the columns of all kept designs, unless they go into the
    file `output`. Raises DesignError if the design has errors, a param is unknown or a value can't be read, ValueError for
    an invalid option and for a lost cluster, OSError for a file that can't be written.
    """
    loaded_design = loaded(design)
    axes = [_param(name, values) for name, values in (space or {}).items()]
    names = variant if isinstance(variant, str) else ",".join(variant)
    axes += [variant_axis(names)] if names else []
    shapes = input if isinstance(input, Mapping) else {} if input is None else {"": input}
    axes += [_input(name, given) for name, given in shapes.items()]
    wanted = Wanted(
        where=(where,) if isinstance(where, str) else tuple(where),
        pareto=pareto if isinstance(pareto, str) else ",".join(pareto),
        objective=objective,
        top=top,
        sample=sample,
        seed=seed,
        output=None if output is None else Path(output),
        resume=resume,
        jobs=jobs,
        scheduler=scheduler,
    )
    spec = design if isinstance(design, str) and "\n" not in design else ""
    return runner()(loaded_design, axes, settings_of(batch, dtype), wanted, spec=spec, arrays=True).run()


def _param(name: str, values: Values) -> AxisText:
    if isinstance(values, str):
        return param_axis(f"{name}={values}")
    several = [values] if isinstance(values, int | float | dict) else values
    return param_axis(f"{name}={','.join(map(written, several))}")


def _input(name: str, shapes: Shapes) -> AxisText:
    before = f"{name}=" if name else ""
    if isinstance(shapes, str):
        return input_axis(before + shapes)
    if isinstance(shapes, tuple) and all(isinstance(size, int) for size in shapes):
        return input_axis(before + format_shape(shapes))
    texts = [
        shape if isinstance(shape, str) else str(shape) if isinstance(shape, int) else format_shape(shape)
        for shape in shapes
    ]
    return input_axis(before + ",".join(texts))
