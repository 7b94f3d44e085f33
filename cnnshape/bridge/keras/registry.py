"""Which handler reads which class of layer."""

from collections.abc import Callable, Mapping

from cnnshape.bridge.keras import joins, layers, norms, shapes
from cnnshape.bridge.keras.layers import Handler

RANKS = (1, 2, 3)


def _ranked(word: str, handler: Callable[[int], Handler]) -> dict[str, Handler]:
    """The handlers of a class for each number of spatial axes; `{}` in the word takes its place."""
    return {word.format(f"{rank}D"): handler(rank) for rank in RANKS}


HANDLERS: Mapping[str, Handler] = {
    **_ranked("Conv{}", layers.conv),
    **_ranked("DepthwiseConv{}", layers.depthwise),
    **_ranked("SeparableConv{}", layers.separable),
    **_ranked("Conv{}Transpose", layers.conv_transpose),
    **_ranked("MaxPooling{}", lambda rank: layers.pool("max_pool", rank)),
    **_ranked("AveragePooling{}", lambda rank: layers.pool("avg_pool", rank)),
    **_ranked("GlobalAveragePooling{}", lambda rank: layers.global_pool("global_avg_pool", rank)),
    **_ranked("GlobalMaxPooling{}", lambda rank: layers.global_pool("global_max_pool", rank)),
    **_ranked("ZeroPadding{}", lambda rank: layers.around("pad", "padding", "padding", rank)),
    **_ranked("Cropping{}", lambda rank: layers.around("crop", "cut", "cropping", rank)),
    **_ranked("UpSampling{}", layers.up_sampling),
    **_ranked("SpatialDropout{}", lambda rank: layers.dropout),
    "Dense": layers.dense,
    "BatchNormalization": norms.batch_norm,
    "SyncBatchNormalization": norms.batch_norm,
    "LayerNormalization": norms.layer_norm,
    "GroupNormalization": norms.group_norm,
    "Normalization": norms.normalization,
    "Rescaling": joins.rescaling,
    "Resizing": layers.resizing,
    "Activation": lambda call: layers.activate(call, call.config.word("activation", "linear")),
    "ReLU": layers.relu,
    "LeakyReLU": layers.leaky_relu,
    "PReLU": layers.prelu,
    "ELU": layers.simple("elu", alpha=("alpha", 1.0)),
    "Softmax": layers.softmax,
    "Flatten": shapes.flatten,
    "Reshape": shapes.reshape,
    "Permute": shapes.permute,
    "Concatenate": shapes.concatenate,
    "Add": joins.join("add"),
    "Subtract": joins.join("subtract"),
    "Multiply": joins.join("multiply"),
    "Average": joins.join("average"),
    "Maximum": joins.join("maximum"),
    "Dropout": layers.dropout,
    **dict.fromkeys(("InputLayer", "Identity", "ActivityRegularization", "Masking"), layers.nothing),
    **dict.fromkeys(
        (
            "GaussianNoise", "GaussianDropout", "AlphaDropout", "RandomFlip", "RandomRotation", "RandomZoom", "RandomTranslation",
            "RandomContrast", "RandomBrightness", "RandomErasing", "RandomGrayscale", "RandomHue", "RandomSaturation",
            "RandomSharpness", "RandomShear", "RandomPosterization", "RandomGaussianBlur", "RandomColorJitter",
        ),
        layers.random,
    ),
}  # fmt: skip
OPERATIONS: Mapping[str, Handler] = {
    "Add": joins.join("add"),
    "Subtract": joins.join("subtract"),
    "Multiply": joins.join("multiply"),
    "Divide": joins.join("divide"),
    "TrueDivide": joins.join("divide"),
    "Maximum": joins.join("maximum"),
    "Relu": layers.simple("relu"),
    "Relu6": layers.simple("relu6"),
    "Sigmoid": layers.simple("sigmoid"),
    "Silu": layers.simple("silu"),
    "Gelu": layers.simple("gelu"),
    "Tanh": layers.simple("tanh"),
    "Square": layers.simple("square"),
    "Absolute": layers.simple("abs"),
}
"""Operations on tensors, such as `x + y` in the code of a model."""
OWN: Mapping[tuple[str, str], Handler] = {
    ("convnext", "LayerScale"): joins.layer_scale,
    ("inception_resnet_v2", "CustomScaleLayer"): joins.scaled_sum,
}
"""Classes that `keras.applications` defines for one network, by the module there."""
MODELS = frozenset(("Functional", "Model", "Sequential"))


def handler_of(module: str, word: str) -> Handler | None:
    """The handler of a class; None for one that isn't Keras' own, or that no kind describes."""
    parts = module.split(".")
    if "applications" in parts:
        return OWN.get((parts[-1], word))
    if ".ops" in module:
        return OPERATIONS.get(word)
    return HANDLERS.get(word) if parts[0] in ("keras", "tensorflow", "tf_keras", "") else None
