"""Shorthand equals the steps that it abbreviates: copies, rounds and blocks."""

from __future__ import annotations

import pytest
from hypothesis import given

import cnnshape
from cnnshape.report import Report

from .plain import Spec, written_out
from .strategy import specs
from .wiring import wired


def reported(spec: Spec) -> Report:
    return cnnshape.analyze(cnnshape.load(spec.text))


def facts(report: Report) -> list[tuple[object, ...]]:
    """All facts of a row except names and lines."""
    return [
        (
            row.application.layer,
            row.inputs,
            row.output,
            row.params,
            row.buffers,
            row.macs,
            row.flops,
            row.activation_bytes,
            row.receptive_field,
            row.undefined,
            row.follows,
            row.shortcut,
        )
        for row in report.rows
    ]


@pytest.mark.parametrize("shorthand", ["repeat", "for", "block"])
@given(spec=specs())
def test_shorthand_equals_what_it_stands_for(shorthand, spec):
    short, long = reported(spec), reported(written_out(spec, shorthand))
    assert facts(short) == facts(long)
    assert short.totals == long.totals
    assert short.peak.bytes == long.peak.bytes
    assert list(short.outputs.values()) == list(long.outputs.values())


@given(specs())
def test_rows_are_the_layers_that_the_steps_ask_for(spec):
    """A second reading of the same steps, which counts positions of windows, gives the same layers and shapes."""
    network, report = wired(spec), reported(spec)
    assert [(row.kind, row.output) for row in report.rows] == [(node.kind, node.shape) for node in network.nodes]
    assert [row.inputs for row in report.rows] == [
        tuple(network.shape(value) for value in node.inputs) for node in network.nodes
    ]
    assert list(report.outputs.values()) == [network.shape(value) for value in network.outputs]
