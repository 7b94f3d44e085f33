"""Norms and activations with arguments, stated once per block."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from cnnshape.bridge.draft import (
    Draft,
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
from cnnshape.bridge.fold.steps import calls_in, walk_steps

LEAST_SHARED = 5
"""Steps of the network with the same norm or activation that make it a parameter of the file."""


def with_settings(block: DraftBlock) -> DraftBlock:
    """The block with a parameter for each kind with arguments that several of its steps have: `norm: norm`."""
    params, body = _shared(block.body, 2, block.params)
    return block._replace(params={**block.params, **params}, body=body)


def with_file_settings(draft: Draft) -> Draft:
    """The spec with a parameter for each kind with arguments that many steps of the network have."""
    listed = list(walk_steps(draft.layers))
    columns = [name for step in listed if isinstance(step, DraftLoop) for name in step.columns]
    params, layers = _shared(draft.layers, LEAST_SHARED, [*columns, *[step.marks.name for step in listed]])
    return draft._replace(params={**draft.params, **params}, layers=layers)


def _shared(steps: Steps, least: int, taken: Collection[str]) -> tuple[dict[str, Value], Steps]:
    """Parameters for the norms and activations that so many steps have, and the steps with the names of these."""
    counts = Counter((key, value) for call in calls_in(steps) for key, value in _settings(call))
    params: dict[str, Value] = {}
    names: dict[tuple[str, DraftSetting], str] = {}
    for (key, value), count in counts.items():
        if count >= least and key not in params and key not in taken:
            params[key] = value
            names[key, value] = key
    return params, _named(steps, names) if names else steps


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
