"""Facts of every layer kind, as rows: `cases/*.yaml`, one file per family, rows under the kind's name.

A row is a layer (`args`, taken as a spec's arguments are) and its inputs (`in`). A tensor is `64x56x56`, or
`128 of 512x7x7` for 128 boxes. A good row states all facts:

- `out`, the output; `params`, `buffers` and `macs`, each none if it is missing; `flops`, null if unknown;
- `footprint`: `point`, `whole`, `unknown` or `unstated`; or per axis the fields of a window that differ from the smallest
  window, or of phases (those have an `advance`); one mapping describes all axes.

Amounts are sums of products, `6*1*5*5 + 6`, so that a reader sees where they come from.

A bad row states a part of the refusal (`refused`), its `code`, the `argument` at fault if it is one, and may state a
part of the `help`. Without `in` the argument's type refuses the value already.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from cnnshape.diagnostics.catalogue import CATALOGUE
from cnnshape.layers import BY_NAME, KINDS, Application, Coverage, Footprint, LayerProblem, Phases, Window
from tests.layers.rows import CASES, FILES, Row, amount, made, rows, tensor, tupled

NEVER_REFUSES = {
    "relu", "relu6", "selu", "gelu", "silu", "mish", "sigmoid", "hard_sigmoid", "hard_swish", "tanh", "softplus",
    "softsign", "abs", "square", "channel_avg_pool", "channel_max_pool", "identity", "flatten",
}  # fmt: skip
"""Kinds without arguments that take any tensor."""


def footprint(stated: Any, axes: int) -> Footprint:
    if isinstance(stated, str):
        return Coverage[stated.upper()]
    return tuple(map(relation, stated if isinstance(stated, list) else [stated] * axes))


def relation(stated: dict[str, Any] | None) -> Window | Phases | None:
    if stated is None:
        return None
    fields = {name: tupled(value) for name, value in stated.items()}
    return Phases(**fields) if "advance" in fields else Window(**fields)


@rows(good=True)
def test_facts(kind: str, row: Row) -> None:
    layer, inputs = made(kind, row)
    output = layer.output(inputs)
    application = Application(layer, inputs, output)
    weights = application.weights
    facts = {
        "out": output,
        "params": sum(weight.elements for weight in weights if not weight.buffer),
        "buffers": sum(weight.elements for weight in weights if weight.buffer),
        "macs": application.macs,
        "flops": application.flops,
        "footprint": layer.footprint(inputs, output),
    }
    assert facts == {
        "out": tensor(row["out"]),
        "params": amount(row.get("params", 0)),
        "buffers": amount(row.get("buffers", 0)),
        "macs": amount(row.get("macs", 0)),
        "flops": None if row["flops"] is None else amount(row["flops"]),
        "footprint": footprint(row["footprint"], len(output.shape) - 1),
    }


@rows(good=True)
def test_windows_of_the_footprint_give_the_output_size(kind: str, row: Row) -> None:
    """Compares two statements of a sliding kind."""
    layer, inputs = made(kind, row)
    output = layer.output(inputs)
    over = layer.footprint(inputs, output)
    if isinstance(over, tuple):
        for axis, size, output_size in zip(over, inputs[0].shape[1:], output.shape[1:], strict=True):
            assert not isinstance(axis, Window) or axis.output(size) == output_size


@rows(good=False)
def test_refusals(kind: str, row: Row) -> None:
    layer, inputs = made(kind, row)
    with pytest.raises(LayerProblem) as caught:
        layer.output(inputs)
    problem = caught.value
    assert row["refused"] in problem.message
    assert row.get("help", "") in (problem.help or "")
    assert (problem.name, problem.argument) == (row["code"], row.get("argument"))
    assert problem.argument in {None, *layer.arguments}
    assert problem.name in CATALOGUE
    assert "\n" not in problem.message
    assert not problem.message.endswith(".")


@rows(good=False, bound=False)
def test_refused_values(kind: str, row: Row) -> None:
    declared = BY_NAME[kind].arguments[row["argument"]]
    with pytest.raises(ValueError, match=re.escape(row["refused"])):
        declared.type.convert(tupled(row["args"][row["argument"]]))


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_every_kind_has_cases(kind: str) -> None:
    good = {"out" in row for name, row in CASES if name == kind}
    assert good == ({True} if kind in NEVER_REFUSES else {True, False})


@pytest.mark.parametrize(
    ("kind", "name"), [(kind.name, name) for kind in KINDS for name in kind.arguments], ids="-".join
)
def test_every_argument_has_a_case(kind: str, name: str) -> None:
    """A good row gives it another value than the default; or another tensor, if it names one."""
    argument = BY_NAME[kind].arguments[name]
    good = [row for named, row in CASES if named == kind and "out" in row]
    if argument.type.form == "tensor":
        assert any(isinstance(row["in"], list) for row in good)
    else:
        given = [row["args"][name] for row in good if name in row.get("args", {})]
        assert any(tupled(value) != argument.default for value in given)


def test_every_case_is_of_a_kind() -> None:
    assert {name for name, _ in CASES} == set(BY_NAME)
    assert len([name for file in FILES for name in file]) == len(KINDS)
