"""Random designs: their Keras code has the params, buffers and shapes of the design, and functions compute what flat code does."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from cnnshape.export import Inexpressible
from cnnshape.export.keras import to_keras
from cnnshape.export.keras.network import Network
from cnnshape.export.keras.writing import flat_text
from tests.export.exported import source_of
from tests.export.keras_code import LAST, built, counts, expected, graph_of, output_shapes, same_weights
from tests.laws.plain import Spec
from tests.laws.strategy import specs

pytest.importorskip("keras")
np = pytest.importorskip("numpy")
some = settings(
    max_examples=max(settings().max_examples // 4, 1), suppress_health_check=list(HealthCheck), deadline=None
)


@given(specs())
@some
def test_code_is_the_design(spec: Spec) -> None:
    source = source_of(spec.text)
    graph = graph_of(source.examination)
    try:
        text = to_keras(source)
    except Inexpressible:
        return
    flat = flat_text(source, Network(graph, LAST))
    models = [built(one, "cpu") for one in dict.fromkeys([text, flat])]
    shapes = {name: LAST.shape(graph.value(value).shape) for name, value in graph.outputs.items()}
    for model in models:
        assert (counts(model.trainable_weights), counts(model.weights)) == expected(graph, LAST)
        assert output_shapes(model, graph) == shapes
    if len(models) == 2 and [one.shape for one in models[0].weights] == [one.shape for one in models[1].weights]:
        same_weights(*models)
        assert _outputs(models[0], graph) == _outputs(models[1], graph)


def _outputs(model: Any, graph: Any) -> list[list[float]]:
    """A few values of each output for one input."""
    random = np.random.default_rng(0)
    images = [random.normal(size=(1, *LAST.shape(given.tensor.shape))).astype("float32") for given in graph.inputs]
    made = model(images if len(images) > 1 else images[0])
    outputs = made.values() if isinstance(made, dict) else [made]
    return [np.round(output.detach().numpy().ravel()[:50], 3).tolist() for output in outputs]
