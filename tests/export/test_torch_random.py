"""Random designs: their code runs on the meta device, and has the params, buffers and shapes of the design."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from cnnshape.export import Inexpressible
from cnnshape.export.torch import structured_torch, to_flat_torch
from cnnshape.export.torch.proof import same_network
from tests.export.exported import counts_of, expected, inputs_of, made, shapes_of, source_of
from tests.laws.plain import Spec
from tests.laws.strategy import specs

torch = pytest.importorskip("torch")
some = settings(max_examples=max(settings().max_examples // 2, 1), suppress_health_check=list(HealthCheck), deadline=None)


@given(specs())
@some
def test_code_has_the_counts_and_shapes_of_its_design(spec: Spec) -> None:
    source = source_of(spec.text)
    try:
        flat = to_flat_torch(source)
    except Inexpressible:
        return
    structured = structured_torch(source)
    counts, shapes = expected(source.examination, batch=2)
    for text in [flat] if structured is None else [flat, structured]:
        module = made(text)
        assert counts_of(module) == counts
        assert shapes_of(module, inputs_of(source.examination, batch=2)) == shapes
    assert structured is None or same_network(structured, flat, "Net")
