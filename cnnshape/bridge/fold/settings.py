"""Norms and activations with arguments, stated once per block."""

from collections import Counter
from collections.abc import Iterator, Mapping

from cnnshape.bridge.draft import (
    DraftBlock,
    DraftCall,
    DraftJoin,
    DraftLoop,
    DraftResidual,
    DraftSetting,
    DraftStep,
    Steps,
    Value,
)
from cnnshape.bridge.fold.steps import calls_in


def with_settings(block: DraftBlock) -> DraftBlock:
    """The block with a parameter for each kind with arguments that several of its steps have: `norm: norm`."""
    counts = Counter((key, value) for call in calls_in(block.body) for key, value in _settings(call))
    params = dict(block.params)
    names: dict[tuple[str, DraftSetting], str] = {}
    for (key, value), count in counts.items():
        if count > 1 and key not in params:
            params[key] = value
            names[key, value] = key
    return block._replace(params=params, body=_named(block.body, names)) if names else block


def _settings(call: DraftCall) -> Iterator[tuple[str, DraftSetting]]:
    return ((key, value) for key, value in call.arguments.items() if isinstance(value, DraftSetting))


def _named(steps: Steps, names: Mapping[tuple[str, DraftSetting], str]) -> Steps:
    return tuple(_step(step, names) for step in steps)


def _step(step: DraftStep, names: Mapping[tuple[str, DraftSetting], str]) -> DraftStep:
    if isinstance(step, DraftCall):
        return step._replace(arguments={key: _value(key, value, names) for key, value in step.arguments.items()})
    if isinstance(step, DraftResidual):
        shortcut = _named(step.shortcut, names) if isinstance(step.shortcut, tuple) else step.shortcut
        return step._replace(body=_named(step.body, names), shortcut=shortcut)
    if isinstance(step, DraftJoin):
        return step._replace(branches={name: _named(body, names) for name, body in step.branches.items()})
    assert isinstance(step, DraftLoop)
    return step._replace(body=_named(step.body, names))


def _value(key: str, value: Value, names: Mapping[tuple[str, DraftSetting], str]) -> Value:
    return names.get((key, value), value) if isinstance(value, DraftSetting) else value
