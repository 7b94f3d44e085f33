"""Nothing that a design is made of waits for the garbage collector: what is no longer needed is freed at once."""

import gc

import pytest

import cnnshape
from cnnshape.graph import Node
from cnnshape.source import shipped_folder

ARCHITECTURES = shipped_folder()


@pytest.mark.parametrize("name", ["lenet5", "resnet18", "densenet121", "mobilenet_v3_small", "unet", "squeezenet1_0"])
@pytest.mark.parametrize("work", [cnnshape.analyze, cnnshape.check])
def test_a_sound_design_leaves_no_garbage(name, work):
    path = ARCHITECTURES / f"{name}.yaml"
    work(cnnshape.load(path))
    gc.collect()
    gc.disable()
    try:
        work(cnnshape.load(path))
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_the_collector_is_left_as_it_was():
    design = cnnshape.load(ARCHITECTURES / "lenet5.yaml")
    for enabled in (True, False):
        (gc.enable if enabled else gc.disable)()
        try:
            cnnshape.analyze(design)
            assert gc.isenabled() is enabled
            with pytest.raises(cnnshape.DesignError):
                cnnshape.analyze(cnnshape.load("cnnshape: 1\ninput: [3, 8, 8]\nlayers: [conv: {out: 3, kernel: 99}]\n"))
            assert gc.isenabled() is enabled
        finally:
            gc.enable()


def nodes():
    return sum(type(tracked) is Node for tracked in gc.get_objects())


@pytest.mark.parametrize("name", ["resnet18", "densenet121"])
def test_the_graph_is_free_before_the_collector_continues(name, monkeypatch):
    design = cnnshape.load(ARCHITECTURES / f"{name}.yaml")
    gc.collect()
    # Other tests may keep graphs of their own.
    before = nodes()
    alive = []

    def count(enable=gc.enable):
        alive.append(nodes() - before)
        enable()

    monkeypatch.setattr(gc, "enable", count)
    report = cnnshape.analyze(design)
    assert alive == [0]
    assert len(report.rows) > 0


MOST_OBJECTS = 30
"""What the collector goes through for each distinct layer. Python versions differ by one or two."""


def test_a_layer_is_few_objects_for_the_collector():
    steps = [f"  - conv: {{out: {out}, kernel: 1, bias: false}}\n" for out in range(300, 1300)]
    text = f"cnnshape: 1\ninput: [8, 32, 32]\nlayers:\n{''.join(steps)}"
    cnnshape.analyze(cnnshape.load(ARCHITECTURES / "lenet5.yaml"))
    gc.collect()
    gc.disable()
    try:
        before = len(gc.get_objects())
        design = cnnshape.load(text)
        report = cnnshape.analyze(design)
        per_layer = (len(gc.get_objects()) - before) / len(steps)
    finally:
        gc.enable()
    assert len(report.rows) == len(steps)
    assert len(report.rows) < per_layer * len(steps) < MOST_OBJECTS * len(steps)


def test_steps_without_modifiers_share_one_object():
    design = cnnshape.load("cnnshape: 1\ninput: [3, 8, 8]\nlayers: [relu, {conv: {out: 3, kernel: 1}}, {tanh: }]\n")
    assert len({id(step.modifiers) for step in design.spec.layers}) == 1
    named = cnnshape.load("cnnshape: 1\ninput: [3, 8, 8]\nlayers: [relu, {relu: , name: a}, {relu: , name: b}]\n")
    assert len({id(step.modifiers) for step in named.spec.layers}) == len(named.spec.layers)
