"""The runtimes that are known, one record each."""

from cnnshape.device.kernels import KERNELS
from cnnshape.device.runtime import Before, Measured, Planner, Runtime

_FUSING = frozenset({"conv", "linear", "add", "multiply", "max_pool", "avg_pool"})

AS_IS = Runtime(
    name="as-is",
    title="each layer writes a tensor of its own",
    measured=(Measured("float32", below=34.1),),
)
FUSED = Runtime(
    name="fused",
    title="norms in the weights, activations in the layer before",
    folds_norms=True,
    fuses=None,
    fuses_into=_FUSING | {"conv_transpose"},
    free=frozenset({"dropout"}),
    measured=(
        Measured("int8"),
        Measured("int8", in_place=frozenset({"depthwise"})),
        Measured("float32", in_place=frozenset({"add"})),
    ),
)
TFLM = Runtime(
    name="tflm",
    title="TFLite Micro with its reference kernels",
    folds_norms=True,
    fuses=frozenset({"relu", "relu6"}),
    fuses_into=_FUSING,
    free=frozenset({"dropout"}),
    lowers={"silu": Before("LOGISTIC", again=True), "batch_norm": Before("MUL")},
    pads=True,
    words={
        "conv": "CONV_2D", "conv_transpose": "TRANSPOSE_CONV", "linear": "FULLY_CONNECTED", "add": "ADD",
        "multiply": "MUL", "subtract": "SUB", "maximum": "MAXIMUM", "concat": "CONCATENATION",
        "max_pool": "MAX_POOL_2D", "avg_pool": "AVERAGE_POOL_2D", "global_avg_pool": "MEAN",
        "global_max_pool": "REDUCE_MAX", "relu": "RELU", "relu6": "RELU6", "leaky_relu": "LEAKY_RELU",
        "prelu": "PRELU", "elu": "ELU", "tanh": "TANH", "sigmoid": "LOGISTIC", "silu": "MUL",
        "hard_swish": "HARD_SWISH", "softmax": "SOFTMAX", "batch_norm": "ADD", "upsample": "RESIZE", "pad": "PAD",
    },
    kernels=KERNELS,
    planner=Planner.GREEDY_BY_SIZE,
    alignment=16,
    dtype="int8",
    measured=(Measured("int8", "reference"), Measured("float32", "reference"), Measured("int8", "cmsis-mve")),
)  # fmt: skip
RUNTIMES = {runtime.name: runtime for runtime in (AS_IS, FUSED, TFLM)}
