"""`analyze` of the Python API."""

from collections.abc import Mapping

from cnnshape.api.design import Design, DesignError, DesignLike, loaded, paused_collection
from cnnshape.api.examination import examine
from cnnshape.api.overrides import InputShapes, ParamValue, options, settings_of
from cnnshape.graph import Options
from cnnshape.report import Report, Settings


def analyze(
    design: DesignLike,
    *,
    params: Mapping[str, ParamValue] | None = None,
    variant: str = "",
    input: InputShapes | None = None,
    inputs: InputShapes | None = None,
    batch: int = 1,
    dtype: str = "float32",
    inplace_activations: bool = False,
    inplace_adds: bool = False,
    main_fields: bool = False,
    fold_norms: bool = False,
    max_layers: int | None = None,
    partial: bool = False,
) -> Report:
    """The report of a design, with the options of `cnnshape summary`.

    `design` is a design, or what `load` reads: a path, a text, the name of a shipped architecture. `params` are values
    of its params by name, `variant` is one that it declares. `input` overrides input shapes, channels first and without
    the batch: one shape for the first input, `(3, 256, 256)` or `"3x256x256"`, or a mapping by name; `inputs` is another
    word for it. Raises DesignError if the design has errors, ValueError for an invalid batch or dtype.

    With `main_fields`, the report has the receptive fields along the main path too (`main_field`), past gates that see
    the whole input, as in squeeze-excite.

    With `fold_norms`, the report is that of the network whose batch norms are folded into the layers before them, as
    runtimes fold them; `folded_norms` says what became of each norm.

    With `partial`, the report of a design with errors is that of everything that could be built, and is not
    `complete`: what has an error is missing, and all that depends on it. DesignError is raised only if no input
    has a shape.
    """
    settings = settings_of(
        batch,
        dtype,
        inplace_activations=inplace_activations,
        inplace_adds=inplace_adds,
        main_fields=main_fields,
        fold_norms=fold_norms,
    )
    with paused_collection():
        chosen = options(params, variant, input or inputs, max_layers)
        return _report(loaded(design), chosen, settings, partial=partial)


def _report(design: Design, chosen: Options, settings: Settings, *, partial: bool) -> Report:
    """The report with these settings. Everything else that was made for it is free when this returns."""
    examination = examine(design, chosen)
    if examination.graph is None or (examination.problems and not partial):
        raise DesignError(examination.problems)
    return examination.report(settings)
