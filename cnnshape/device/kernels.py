"""Working space of convolutions in the kernels of TFLite Micro, for int8 values.

The sizes are those of arm_convolve_wrapper_s8_get_buffer_size and its like in CMSIS-NN, and of TFLite Micro's reference
TRANSPOSE_CONV, which accumulates in int32. Its reference CONV_2D and FULLY_CONNECTED unpack int4 weights into the arena
(tensorflow/lite/micro/kernels/conv_common.cc, fully_connected.cc).
"""

from collections.abc import Callable
from math import prod

from cnnshape.arithmetic import ceil_div
from cnnshape.device.runtime import Kernels
from cnnshape.layers import Application
from cnnshape.layers.convolution import Conv, ConvTranspose, Linear

_ACCUMULATOR = 4
"""Bytes of an int32."""
_COLUMNS = 4
"""The columns of the input matrix that a kernel gathers at once."""
_MVE_PADDED = 124
"""Channels that CMSIS-NN's vector kernel gathers for a depthwise convolution."""


def is_depthwise(application: Application) -> bool:
    """Whether a layer is a convolution with a filter for each channel."""
    layer, channels = application.layer, application.inputs[0].shape[0]
    return isinstance(layer, Conv) and layer.groups == channels == application.output.shape[0] and channels > 1


def _taps(application: Application) -> tuple[int, ...]:
    """The kernel's size on each axis."""
    layer = application.layer
    windows = layer.windows(application.inputs[0].shape[1:]) if isinstance(layer, Conv) else ()
    return tuple(window.kernel for window in windows)


def reference(application: Application) -> int:
    """The scratch of TFLite Micro's reference kernels."""
    return application.output.elements * _ACCUMULATOR if isinstance(application.layer, ConvTranspose) else 0


def cmsis_dsp(application: Application) -> int:
    """The scratch of CMSIS-NN on a core with DSP instructions (Cortex-M4, M7)."""
    return _cmsis(application, 4, _dsp_depthwise)


def cmsis_mve(application: Application) -> int:
    """The scratch of CMSIS-NN on a core with vector instructions (Cortex-M55)."""
    return _cmsis(application, 16, lambda depthwise: _COLUMNS * _MVE_PADDED * prod(_taps(depthwise)))


def _cmsis(application: Application, multiple: int, depthwise: Callable[[Application], int]) -> int:
    if not isinstance(application.layer, Conv):
        return reference(application)
    if is_depthwise(application):
        return depthwise(application)
    taps = prod(_taps(application))
    gathered = taps * application.inputs[0].shape[0] // application.layer.groups
    return 0 if taps == 1 else _COLUMNS * ceil_div(gathered, multiple) * multiple


def _dsp_depthwise(application: Application) -> int:
    layer = application.layer
    windows = layer.windows(application.inputs[0].shape[1:]) if isinstance(layer, Conv) else ()
    special = all(window.kernel == 3 and max(window.before, window.after) <= 1 for window in windows)
    return 0 if special else 2 * application.inputs[0].shape[0] * prod(_taps(application))


def unpacked(application: Application) -> int:
    """The bytes of int4 weights that the reference kernels unpack to int8 before they run."""
    is_known = isinstance(application.layer, Conv | Linear)
    weights = application.weights if is_known else ()
    return sum(weight.elements for weight in weights if not weight.buffer and not weight.is_bias)


_RUNS = frozenset({("float32", "float32"), ("int8", "int8")})
KERNELS = {
    "reference": Kernels("reference kernels", reference, _RUNS | {("int8", "int4")}, unpacked),
    "cmsis-dsp": Kernels("CMSIS-NN with DSP instructions", cmsis_dsp, _RUNS),
    "cmsis-mve": Kernels("CMSIS-NN with vector instructions", cmsis_mve, _RUNS),
}
