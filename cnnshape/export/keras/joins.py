"""Joins, attention and recurrent layers as Keras says them."""

from cnnshape.export.keras.site import Line, Say, Site
from cnnshape.export.keras.text import Applied, Code, Group, call, flat, listed


def _all(site: Site) -> Group:
    count = site.same(lambda one: len(one.inputs))
    return listed(f"{{{place}}}" for place in range(count))


def join(word: str) -> Say:
    """A layer that joins tensors."""

    def say(site: Site) -> list[Line]:
        return [_joined(site, f"layers.{word}()")]

    return say


def _joined(site: Site, layer: str) -> Line:
    return Line(call(layer, _all(site)))


def concat(site: Site) -> list[Line]:
    """Along the channels."""
    flat = site.layout.channels_last or site.rank == 0
    return [_joined(site, f"layers.Concatenate({'' if flat else 'axis=1'})")]


def subtract(site: Site) -> list[Line]:
    """The first minus the others."""
    return [Line(" - ".join(flat(item) for _, item in _all(site).items))]


def attention(site: Site) -> list[Line]:
    """The softmax of query times key, times value."""
    heads = [] if site.text("heads") == "1" else [site.text("heads")]
    return [Line(call("attention", "{0}", "{1}", "{2}", *heads), helpers=("attention",))]


def recurrent(word: str) -> Say:
    """A layer along a sequence, whose steps are Keras' first axis."""

    def say(site: Site) -> list[Line]:
        lines = [_recurrent(site, word)] * site.value("layers")
        if site.layout.channels_last:
            return lines
        turned = site.made("Permute", "(2, 1)")
        return [turned, *lines, turned]

    return say


def _recurrent(site: Site, word: str) -> Line:
    biases = site.value("biases")
    named: dict[str, Code] = {"return_sequences": "True"}
    if biases == 0:
        named["use_bias"] = "False"
    helpers: tuple[str, ...] = ()
    inner = call(f"layers.{word}", site.text("out"), **named)
    if word == "LSTM" and biases == 2:
        inner = call("layers.RNN", call("TwoBiasCell", site.text("out")), **named)
        helpers = ("TwoBiasCell",)
    if word == "GRU" and biases == 1:
        inner = call("layers.GRU", site.text("out"), reset_after="False", **named)
    if site.value("bidirectional"):
        line = site.owner("Bidirectional", inner)
    else:
        frozen = (("trainable", "False"),) if site.frozen else ()
        line = Line(Applied(inner._replace(items=(*inner.items, *frozen)), "{0}"), owns=True)
    return line._replace(helpers=helpers)
