"""Activations and dropout as Keras says them."""

from cnnshape.export.keras.site import Line, Say, Site, operation
from cnnshape.export.keras.text import Code, literal


def activation(word: str) -> Say:
    """A function that Keras knows by a word."""

    def say(site: Site) -> list[Line]:
        return [site.made("Activation", f'"{word}"')]

    return say


def relu(site: Site) -> list[Line]:
    """max(x, 0)"""
    return [site.made("ReLU")]


def relu6(site: Site) -> list[Line]:
    """min(max(x, 0), 6)"""
    return [site.made("ReLU", max_value="6.0")]


def leaky_relu(site: Site) -> list[Line]:
    """The slope is 0.3 in Keras by default."""
    return [site.made("LeakyReLU", negative_slope=site.text("slope"))]


def prelu(site: Site) -> list[Line]:
    """The slope is learned from 0.25 on as in PyTorch, where Keras begins with 0. Keras has one per position by default."""
    shared = (site.layout.space if site.value("per_channel") else site.layout.whole)(site.rank)
    named: dict[str, Code] = {"shared_axes": str(list(shared))} if shared else {}
    start = "keras.initializers.Constant(0.25)"
    return [site.owner("PReLU", alpha_initializer=start, **named)]


def elu(site: Site) -> list[Line]:
    """alpha * (exp(x) - 1) below 0"""
    return [site.made("ELU", *([] if site.text("alpha") == "1.0" else [f"alpha={site.text('alpha')}"]))]


def function(word: str) -> Say:
    """A function of `keras.ops`."""

    def say(_site: Site) -> list[Line]:
        return [operation(word)]

    return say


def celu(site: Site) -> list[Line]:
    """A smooth elu."""
    return [operation("celu", alpha=site.text("alpha"))]


def hard_tanh(site: Site) -> list[Line]:
    """Two bounds."""
    return [operation("clip", site.text("min"), site.text("max"))]


def glu(site: Site) -> list[Line]:
    """Half of the channels gates the other half."""
    return [operation("glu", axis=literal(site.layout.axis))]


def _axes(site: Site) -> tuple[int, ...]:
    return site.layout.axes(site.value("axes"), site.rank) if site.rank else (-1,)


def softmax(site: Site) -> list[Line]:
    """Over the channels of a position, or the space of a channel."""
    axes = _axes(site)
    named: dict[str, Code] = {"axis": literal(axes[0]) if len(axes) == 1 else str(list(axes))}
    return [site.made("Softmax") if axes == (-1,) else site.made("Softmax", **named)]


def log_softmax(site: Site) -> list[Line]:
    """The logarithm of the softmax."""
    axes = _axes(site)
    if len(axes) == 1:
        return [operation("log_softmax", axis=literal(axes[0]))]
    return [Line(f"{{0}} - ops.logsumexp({{0}}, axis={literal(axes)}, keepdims=True)")]


def dropout(site: Site) -> list[Line]:
    """Zeroes values in training."""
    return [site.made("Dropout", site.text("p"))]


def drop_path(site: Site) -> list[Line]:
    """Drops samples: one draw for all values of each."""
    ones = tuple("1" for _ in range(site.rank + 1))
    return [site.made("Dropout", site.text("p"), noise_shape=f"(None, {', '.join(ones)})")]


def identity(_site: Site) -> list[Line]:
    """Nothing."""
    return []
