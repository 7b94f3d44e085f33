"""Words of other frameworks without a single counterpart in the language, and what to write instead.

A kind or an argument with a counterpart declares its foreign words itself; these tables hold the rest. Words are
compared bare: `DepthwiseConv2D` is `depthwiseconv`.
Only designs with problems import this module.
"""

from cnnshape.language import KIND_WORDS
from cnnshape.layers import bare

FOLLOWERS = {
    "activation": "act", "activationfn": "act", "activationlayer": "act", "activationfunction": "act", "actlayer": "act",
    "actcfg": "act", "actfn": "act", "actfunc": "act", "nonlinearity": "act",
    "normcfg": "norm", "normlayer": "norm", "normalization": "norm", "normfn": "norm", "normtype": "norm",
    "normalizerfn": "norm", "batchnormalize": "norm: batch_norm", "batchnorm": "norm: batch_norm",
    "batchnormalization": "norm: batch_norm", "usebn": "norm: batch_norm", "usebatchnorm": "norm: batch_norm",
    "withbn": "norm: batch_norm", "bn": "norm: batch_norm",
}  # fmt: skip

_NO_FIGURE = "it changes neither shapes nor counts; remove it"
_DATA_FORMAT = "shapes are channels first everywhere; remove it"
_AXIS = "it works on the channels; remove it"
AXIS_WORDS = ("axis", "dim", "axes", "keepdim", "keepdims")
_GLOBAL = "it takes all spatial axes, and keeps the channels; over the channels it is `channel_{which}_pool`; remove it"
_CUT = "it takes channels: remove it, or write `- crop: [[before, after], ...]` to cut cells off the other axes"
_STOP = "write `stop`, the channel after the last one: `start` and the number of channels together"
OF_SLICE = {**dict.fromkeys(AXIS_WORDS, _CUT), **dict.fromkeys(("size", "length", "channels", "out"), _STOP)}
"""Help for the arguments with which other frameworks take a part of a tensor."""
GLOBAL_AXES = {f"global_{which}_pool": _GLOBAL.format(which=which) for which in ("avg", "max")}
"""Help for the axes of a pool that has none to choose."""
_TWO_NUMBERS = "write a list of one number per axis: `{argument}: [height, width]`"
ARGUMENTS = {
    "dataformat": _DATA_FORMAT, "dimordering": _DATA_FORMAT, "channelslast": _DATA_FORMAT, "layout": _DATA_FORMAT,
    **dict.fromkeys(("axis", "dim"), _AXIS), "startdim": "all axes become one; remove it", "enddim": "all axes become one; remove it",
    "paddingmode": "put `- pad: {padding: 1, mode: reflect}` before it, and no padding into it",
    "depthmultiplier": "write `groups: in_channels`, and the channels of the output as `out`",
    "depthwise": "write `groups: in_channels`", "separable": "write `groups: in_channels`",
    "globalpooling": "write `- global_avg_pool` or `- global_max_pool`",
    "pool": "write `- max_pool: 2` or `- avg_pool: 2`",
    "pooling": "write `- max_pool: 2` or `- avg_pool: 2`",
    "trainable": "write `frozen: true` next to the kind", "requiresgrad": "write `frozen: true` next to the kind",
    "keepprob": "`p` is the share that is dropped: 1 - keep_prob",
    "nobias": "write `bias: false`", "withoutbias": "write `bias: false`",
    "inputshape": "the input is declared once, at the top: `input: [3, 224, 224]`",
    "batchinputshape": "the input is declared once, at the top: `input: [3, 224, 224]`",
    "numparameters": "write `per_channel: true` for a slope per channel",
    "repeats": "write `repeat: 2` next to the kind", "times": "write `repeat: 2` next to the kind",
    "num": "write `repeat: 2` next to the kind", "numlayers": "write `repeat: 2` next to the kind",
    "layers": "write `repeat: 2` next to the kind",
    "returnsequences": "every step is kept; `- crop: [[in_length - 1, 0]]` after it keeps the last one",
    "returnstate": "every step is kept; `- crop: [[in_length - 1, 0]]` after it keeps the last one",
    "resetafter": "write `biases: 1` for `reset_after=False`", "batchfirst": "shapes have no batch; remove it",
    "projsize": "the state is not projected here; `opaque` states the figures of such a layer",
    "inputs": "write `from: NAME` next to the kind", "input": "write `from: NAME` next to the kind",
    "bottom": "write `from: NAME` next to the kind", "id": "write `name: NAME` next to the kind",
    "top": "write `name: NAME` next to the kind",
    **{f"{argument}{side}": _TWO_NUMBERS.format(argument=argument) for argument in ("kernel", "stride") for side in "hw"},
    **dict.fromkeys(("padh", "padw"), _TWO_NUMBERS.format(argument="padding")),
    **dict.fromkeys((
        "kernelinitializer", "biasinitializer", "gammainitializer", "betainitializer", "weightfiller", "biasfiller",
        "kernelregularizer", "biasregularizer", "activityregularizer", "kernelconstraint", "biasconstraint", "init",
        "initcfg", "weightdecay", "lrmult", "device", "inplace", "antialias", "fused",
        "synchronized", "renorm", "noiseshape", "seed", "returnindices", "recomputescalefactor", "coordinatetransformationmode",
        "convcfg", "usecudnn", "cudnnoff", "engine", "workspace", "training", "approximate",
    ), _NO_FIGURE),
}  # fmt: skip
SUPERFLUOUS = frozenset({_NO_FIGURE})
"""The help for arguments that can be removed for any value."""

_NO_SCALE = "`affine: shift` learns a shift and no scale, `affine: false` neither"
_NO_SHIFT = "`affine: scale` learns a scale and no shift, `affine: false` neither"
HALVES = {"scale": _NO_SCALE, "center": _NO_SHIFT, "bias": _NO_SHIFT}
"""Words for one of the two things that a normalization learns."""

_DEPTHWISE = "write `- conv: {out: in_channels, kernel: 3, groups: in_channels}`"
_SEPARABLE = f"{_DEPTHWISE}, then `- conv: {{out: 64, kernel: 1}}`"
_CONV_BLOCK = "write `- conv: {out: 64, kernel: 3, padding: 1, norm: batch_norm, act: relu}`"
_ORDER = "the steps of a list follow each other already; a block under `blocks:` gives some of them a name"
_INPUT = "the input is declared at the top: `input: [3, 224, 224]`"
_OF_A_PARAM = "a param can name it as an argument of the layer before: `act: act`"
_NO_CNN = "the language has the layers of convolutional networks; `cnnshape layers` lists them; `opaque` states the output of any other"
_FROM_OUTSIDE = "a layer has its own weights; any other tensor is an input: `input: {a: [3, 224, 224], b: [64]}`"
_PRODUCT = "`attention` has the matrix products of `query`, `key` and `value`; `multiply` joins value by value"
_SCALED_NORM = "write `- rms_norm`, which has the same shape and params"
_ATTENTION = (
    "steps such as `- {conv: {out: 64, kernel: 1}, from: x, name: q}` give query, key and value; then write "
    "`- attention: {query: q, key: k, value: v}`"
)
_JOINS = "tensors are joined by `add`, `multiply` and `concat`, or by `subtract`, `average` and `maximum`"
_LIKE = "define it under `blocks:`; `cnnshape show {name}` has one to copy"
KINDS = {
    **dict.fromkeys(("depthwiseconv", "depthwiseconvolution", "dwconv", "convdw", "depthwise"), _DEPTHWISE),
    **dict.fromkeys(("separableconv", "depthwiseseparableconv", "sepconv", "dsconv"), _SEPARABLE),
    **dict.fromkeys(("pointwiseconv", "pwconv", "convpw", "pointwise", "conv1x1"), "write `- conv: {out: 64, kernel: 1}`"),
    **dict.fromkeys(("groupconv", "groupedconv"), "write `- conv: {out: 64, kernel: 3, groups: 2}`"),
    **dict.fromkeys(("dilatedconv", "atrousconv"), "write `- conv: {out: 64, kernel: 3, dilation: 2}`"),
    "conv3x3": "write `- conv: {out: 64, kernel: 3, padding: 1}`",
    **dict.fromkeys((
        "convmodule", "convbnrelu", "convbnact", "convbn", "convbnactivation", "convnormactivation", "convbnlayer", "cbr",
        "cbl", "cba", "basicconv", "convnormact", "convbnsilu", "convbnleaky", "convblock",
    ), _CONV_BLOCK),
    **dict.fromkeys(("activation", "activationlayer", "act", "nonlinearity"), f"write the function as a step: `- relu`; {_OF_A_PARAM}"),
    **dict.fromkeys(("norm", "normalization"), "write the function as a step: `- batch_norm`"),
    **dict.fromkeys(map(bare, KIND_WORDS), "the kind is the key: `- conv: {out: 64, kernel: 3}`"),
    **dict.fromkeys((
        "rescaling", "resizing", "randomflip", "randomcrop", "randomrotation", "normalize", "totensor", "augment",
        "preprocessing",
    ), "preprocessing is not part of the network; leave it out"),
    **dict.fromkeys(("sequential", "modulelist", "stack", "do", "chain"), _ORDER),
    **dict.fromkeys(("input", "inputlayer", "inputs", "placeholder", "data", "imagedata"), _INPUT),
    **dict.fromkeys(("output", "outputs"), "the outputs are declared at the top: `outputs: [NAME, ...]`"),
    **dict.fromkeys((
        "rnn", "simplernn", "convlstm", "embedding", "transformer", "transformerencoder", "permute", "transpose", "lambda", "timedistributed",
        "maxout",
    ), _NO_CNN),
    **dict.fromkeys((
        "multiheadattention", "multiheadselfattention", "mha", "mhsa", "selfattention", "nonlocalblock", "nonlocalattn",
    ), _ATTENTION),
    **dict.fromkeys(("matmul", "bmm", "einsum", "dot"), _PRODUCT),
    "bilstm": "write `- lstm: {out: 64, bidirectional: true}`", "bigru": "write `- gru: {out: 64, bidirectional: true}`",
    "l2norm": _SCALED_NORM, "scalednorm": _SCALED_NORM,
    **dict.fromkeys(("scaledstdconv", "scaledstdconvsame", "wsconv"), "write `- conv: {out: 64, kernel: 3, gain: true}`"),
    **dict.fromkeys(("spectralnorm", "weightnorm", "weightstandardization"), "it changes how weights are trained, and no shape; remove it"),
    "unpooling": "write `- max_unpool: {kernel: 2, pool: NAME}`, with the name of the pool that it undoes",
    **dict.fromkeys(("deformconv", "deformableconv", "dcn", "dcnv"), "write `opaque: {output: ..., params: ..., macs: ...}`; its offsets come from a `conv` of their own"),
    **dict.fromkeys(("swiglu", "geglu"), "`multiply` joins a branch with one that ends with its gate, such as `silu` or `sigmoid`"),
    **dict.fromkeys(("sqrt", "exp", "log", "pow", "sign", "neg", "sin"), "write `- relu`, which has the same shape"),
    **dict.fromkeys(("constant", "parameter", "weight", "weights", "variable", "buffer"), _FROM_OUTSIDE),
    **dict.fromkeys((
        "min", "minimum", "merge", "join", "combine", "fuse", "fusion", "union", "div", "divide", "elementwise",
    ), _JOINS),
    **dict.fromkeys(("squeezeexcitation", "squeezeexcite", "se", "seblock", "selayer", "semodule"), _LIKE.format(name="se_resnet50")),
    **dict.fromkeys(("bottleneck", "resnetblock", "resblock", "residualblock"), _LIKE.format(name="resnet50")),
    "basicblock": _LIKE.format(name="resnet18"),
    **dict.fromkeys(("invertedresidual", "invertedbottleneck"), _LIKE.format(name="mobilenet_v2")),
    **dict.fromkeys(("mbconv", "mbconvblock"), _LIKE.format(name="efficientnet_b0")),
    "fusedmbconv": _LIKE.format(name="efficientnet_v2_s"),
    **dict.fromkeys(("denseblock", "denselayer", "transition", "transitionlayer"), _LIKE.format(name="densenet121")),
    **dict.fromkeys(("inception", "inceptionblock", "inceptionmodule"), _LIKE.format(name="googlenet")),
    **dict.fromkeys(("fire", "firemodule"), _LIKE.format(name="squeezenet1_0")),
    **dict.fromkeys(("aspp", "deeplabhead"), _LIKE.format(name="deeplabv3_resnet50")),
    **dict.fromkeys(("fpn", "featurepyramidnetwork"), _LIKE.format(name="retinanet_resnet50_fpn")),
    **dict.fromkeys(("convnextblock", "cnblock"), _LIKE.format(name="convnext_tiny")),
    **dict.fromkeys(("doubleconv", "up", "down"), _LIKE.format(name="unet")),
}  # fmt: skip
