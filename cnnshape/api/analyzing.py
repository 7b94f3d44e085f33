"""`analyze` of the Python API."""

from collections.abc import Mapping

from cnnshape.api.design import Design, DesignError, paused_collection
from cnnshape.api.examination import examine
from cnnshape.api.overrides import ParamValue, options
from cnnshape.graph import Options
from cnnshape.layers import Shape
from cnnshape.report import DTYPES, Report, Settings


def analyze(
    design: Design,
    *,
    params: Mapping[str, ParamValue] | None = None,
    variant: str = "",
    inputs: Mapping[str, Shape] | Shape | None = None,
    batch: int = 1,
    dtype: str = "float32",
    inplace_activations: bool = False,
    inplace_adds: bool = False,
    main_fields: bool = False,
    max_layers: int | None = None,
    partial: bool = False,
) -> Report:
    """The report of a design.

    `inputs` overrides input shapes, channels first and without the batch: one shape for the first input, or a mapping
    by name. Raises DesignError if the design has errors, ValueError for an invalid batch or dtype.

    With `main_fields`, the report has the receptive fields along the main path too (`main_field`), past gates that see
    the whole input, as in squeeze-excite.

    With `partial`, the report of a design with errors is that of everything that could be built, and is not
    `complete`: what has an error is missing, and all that depends on it. DesignError is raised only if no input
    has a shape.
    """
    if batch < 1 or batch > 10**9:
        raise ValueError(f"batch must be from 1 to 10^9, got {batch}")
    if dtype not in DTYPES:
        raise ValueError(f"dtype must be one of {', '.join(DTYPES)}, got {dtype!r}")
    settings = Settings(batch, dtype, inplace_activations, inplace_adds, main_fields=main_fields)
    with paused_collection():
        return _report(design, options(params, variant, inputs, max_layers), settings, partial=partial)


def _report(design: Design, chosen: Options, settings: Settings, *, partial: bool) -> Report:
    """The report with these settings. Everything else that was made for it is free when this returns."""
    examination = examine(design, chosen)
    if examination.graph is None or (examination.problems and not partial):
        raise DesignError(examination.problems)
    return examination.report(settings)
