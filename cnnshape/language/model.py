"""The tree of a whole file: inputs, parameters, blocks, layers, outputs, expectations."""

from collections.abc import Iterator

from cnnshape.language.expression import Expression, Reference
from cnnshape.language.step import (
    PLAIN,
    Branch,
    Broken,
    Call,
    Column,
    Contract,
    Join,
    Loop,
    Modifiers,
    Residual,
    Step,
    Unconfirmed,
    of_scope,
    walk,
)
from cnnshape.language.values import Argument, ListValue, Name, Setting, Value
from cnnshape.named_tuple import NamedTuple
from cnnshape.source import SourceText, Span

__all__ = [
    "PLAIN",
    "Argument",
    "Block",
    "Branch",
    "Broken",
    "Call",
    "Column",
    "Contract",
    "Expectation",
    "Input",
    "Join",
    "ListValue",
    "Loop",
    "Modifiers",
    "Name",
    "Param",
    "Residual",
    "Result",
    "Setting",
    "Spec",
    "Step",
    "StepContract",
    "Unconfirmed",
    "Value",
    "Variant",
    "all_steps",
    "of_scope",
    "walk",
]


class Param:
    """A declared parameter; without a default it is required."""

    __slots__ = ("default", "name")

    def __init__(self, name: Name, default: Value | None) -> None:
        self.name = name
        self.default = default


class Block:
    """A named group of steps with parameters of its own. `sound` says whether these could be read.

    `outputs` are the names of its steps that can be read from outside.
    """

    __slots__ = ("name", "outputs", "params", "sound", "steps")

    def __init__(
        self,
        name: Name,
        params: tuple[Param, ...],
        steps: tuple[Step, ...],
        outputs: tuple[Name, ...] = (),
        sound: bool = True,
    ) -> None:
        self.name = name
        self.params = params
        self.steps = steps
        self.outputs = outputs
        self.sound = sound


class Variant:
    """A named set of parameter values."""

    __slots__ = ("name", "params")

    def __init__(self, name: Name, params: tuple[Argument, ...]) -> None:
        self.name = name
        self.params = params


class Input:
    """A tensor from outside: `shape` (channels first) for an image-like input, `boxes` for a number of regions."""

    __slots__ = ("boxes", "name", "shape", "span")

    def __init__(self, name: Name, shape: tuple[Expression, ...], boxes: Expression | None, span: Span) -> None:
        self.name = name
        self.shape = shape
        self.boxes = boxes
        self.span = span

    @property
    def values(self) -> tuple[Expression, ...]:
        """Its sizes, or its number of boxes."""
        return self.shape if self.boxes is None else (*self.shape, self.boxes)


class Expectation:
    """A line of `expect:`: a figure and the expected value, as written."""

    __slots__ = ("figure", "wanted")

    def __init__(self, figure: Name, wanted: Name | ListValue) -> None:
        self.figure = figure
        self.wanted = wanted


class StepContract:
    """A contract that a file's `expect` states for a step by its name."""

    __slots__ = ("contract", "step")

    def __init__(self, step: Reference, contract: Contract) -> None:
        self.step = step
        self.contract = contract


class Result:
    """A line of `results:`: what was measured of the trained network, as a number and as written."""

    __slots__ = ("measure", "value")

    def __init__(self, measure: Name, value: Name) -> None:
        self.measure = measure
        self.value = value

    @property
    def number(self) -> float:
        """The value."""
        return float(self.value.text)


class Spec(NamedTuple):
    """A whole file, after `extends`. It is `sound` if everything but its steps could be read.

    `repaired` are the lines that are not YAML, `comments` all comments; both include those of extended files.
    """

    source: SourceText
    name: str
    origin: str
    family: str
    year: int | None
    results: tuple[Result, ...]
    inputs: tuple[Input, ...]
    params: tuple[Param, ...]
    variants: tuple[Variant, ...]
    blocks: tuple[Block, ...]
    layers: tuple[Step, ...]
    outputs: tuple[Reference, ...]
    expectations: tuple[Expectation, ...]
    sound: bool
    repaired: tuple[Span, ...] = ()
    comments: tuple[Span, ...] = ()
    contracts: tuple[StepContract, ...] = ()


def all_steps(spec: Spec) -> Iterator[Step]:
    """All steps of the file, those of blocks first."""
    for block in spec.blocks:
        yield from walk(block.steps)
    yield from walk(spec.layers)
