"""The rows of `cases/*.yaml`; test_cases.py says how a row is read."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import Any

import pytest
import yaml

from cnnshape.layers import BY_NAME, Argument, Layer, Tensor

Row = dict[str, Any]

FILES = [yaml.safe_load(path.read_text("utf-8")) for path in sorted((Path(__file__).parent / "cases").glob("*.yaml"))]
CASES: list[tuple[str, Row]] = [(kind, row) for file in FILES for kind, rows in file.items() for row in rows]


def rows(*, good: bool, bound: bool = True) -> pytest.MarkDecorator:
    """Parametrizes over the good rows, the bad ones, or (not `bound`) those that an argument's type refuses."""
    chosen = [(kind, row) for kind, row in CASES if ("out" in row) == good and ("in" in row) == bound]
    return pytest.mark.parametrize(
        ("kind", "row"), chosen, ids=[f"{kind}-{row.get('args', '')}-{row.get('in', '')}" for kind, row in chosen]
    )


def amount(text: Any) -> int:
    """The value of a sum of products."""
    return sum(prod(map(int, term.split("*"))) for term in str(text).split("+"))


def tensor(text: Any) -> Tensor:
    boxes, _, shape = str(text).rpartition(" of ")
    return Tensor(tuple(map(amount, shape.split("x"))), int(boxes or 1))


def tensors(stated: Any) -> tuple[Tensor, ...]:
    return tuple(map(tensor, stated if isinstance(stated, list) else [stated]))


def tupled(value: Any) -> Any:
    """Lists as the graph gives them."""
    return tuple(map(tupled, value)) if isinstance(value, list) else value


def arguments(kind: str, row: Row, inputs: tuple[Tensor, ...]) -> dict[str, Any]:
    """The converted arguments of a row; one that names a tensor gets the last input."""
    declared = BY_NAME[kind].arguments
    given = {name: declared[name].type.convert(tupled(value)) for name, value in row.get("args", {}).items()}
    return given | tensors_given(declared, inputs)


def tensors_given(declared: Mapping[str, Argument], inputs: tuple[Tensor, ...]) -> dict[str, Tensor]:
    """The tensors among the arguments: one that may be left out is given if there is an input for it."""
    named = {name: argument for name, argument in declared.items() if argument.type.form == "tensor"}
    return {name: inputs[-1] for name, argument in named.items() if argument.required or len(inputs) > 1}


def made(kind: str, row: Row) -> tuple[Layer, tuple[Tensor, ...]]:
    """The layer of a row, and its inputs."""
    inputs = tensors(row["in"])
    return BY_NAME[kind](**arguments(kind, row, inputs)), inputs
