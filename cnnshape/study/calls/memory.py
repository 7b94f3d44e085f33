"""`cnnshape.memory`"""

from collections.abc import Iterable
from typing import Literal, overload

from cnnshape.api import DesignLike, InputShapes, settings_of
from cnnshape.device.deployment import Deployment, deployment_of
from cnnshape.report import make_report
from cnnshape.study.calls.opened import Params, opened
from cnnshape.study.memory import Memory, device_of, study_memory
from cnnshape.study.training import Training, training_of


@overload
def memory(
    design: DesignLike,
    *,
    params: Params | None = None,
    variant: str = "",
    input: InputShapes | None = None,
    batch: int = 1,
    dtype: str = "float32",
    inplace_activations: bool = False,
    inplace_adds: bool = False,
    peak_flops: int | float | str | None = None,
    bandwidth: int | float | str | None = None,
    training: Literal[""] = "",
    runtime: Literal[""] = "",
    in_place: Iterable[str] = (),
    pads: str = "same",
    kernels: str = "",
    order: bool = False,
) -> Memory: ...


@overload
def memory(
    design: DesignLike,
    *,
    params: Params | None = None,
    variant: str = "",
    input: InputShapes | None = None,
    batch: int = 1,
    dtype: str = "float32",
    inplace_activations: bool = False,
    inplace_adds: bool = False,
    peak_flops: int | float | str | None = None,
    bandwidth: int | float | str | None = None,
    training: str = "",
    runtime: str,
    in_place: Iterable[str] = (),
    pads: str = "same",
    kernels: str = "",
    order: bool = False,
) -> Memory | Deployment: ...


@overload
def memory(
    design: DesignLike,
    *,
    params: Params | None = None,
    variant: str = "",
    input: InputShapes | None = None,
    batch: int = 1,
    dtype: str = "float32",
    training: str,
) -> Memory | Training: ...


def memory(
    design: DesignLike,
    *,
    params: Params | None = None,
    variant: str = "",
    input: InputShapes | None = None,
    batch: int = 1,
    dtype: str = "float32",
    inplace_activations: bool = False,
    inplace_adds: bool = False,
    peak_flops: int | float | str | None = None,
    bandwidth: int | float | str | None = None,
    training: str = "",
    runtime: str = "",
    in_place: Iterable[str] = (),
    pads: str = "same",
    kernels: str = "",
    order: bool = False,
) -> Memory | Deployment | Training:
    """The activations alive over time, the peak, and FLOPs per byte moved; with a `runtime`, the memory of a device.

    The options are those of `cnnshape memory`. With `peak_flops` (FLOPs per second: `"4T"`, `4e12`) and `bandwidth`
    (bytes per second: `"50GB"`) each step has a lower bound on its time on an ideal machine. `runtime` is `"tflm"`,
    `"fused"` or `"as-is"`; `in_place` (`["add"]`), `pads` (`"explicit"`) and `kernels` (`"cmsis-mve"`) are choices of it. With
    `training`, `"sgd"`, `"momentum"` or `"adam"`, it is what a step of training holds. With `order`, another order of the
    runtime's operations is searched. The others are as in `analyze`. Raises DesignError if the design has errors, ValueError
    for an invalid option.
    """
    settings = settings_of(batch, dtype, inplace_activations=inplace_activations, inplace_adds=inplace_adds)
    device = device_of(_text(peak_flops), _text(bandwidth))
    graph = opened(design, params, variant, input).graph
    report = make_report(graph, "", settings)
    words = [in_place] if isinstance(in_place, str) else in_place
    deployment = deployment_of(graph, report, runtime, words, pads, kernels, order=order)
    trained = training_of(graph, report, training, deployment)
    return trained or deployment or study_memory(graph, report, device)


def _text(number: int | float | str | None) -> str | None:
    return f"{number:.0f}" if isinstance(number, float) else None if number is None else str(number)
