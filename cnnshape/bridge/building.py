"""Makes a network operation by operation: shapes are those that the language's own kinds give."""

from collections.abc import Iterable, Mapping, Sequence

from cnnshape.bridge import names
from cnnshape.bridge.operations import (
    Argument,
    ImportProblem,
    Module,
    NamedInput,
    NamedOutput,
    Network,
    Operation,
    Ref,
    Shape,
    UsageProblem,
    Weight,
)
from cnnshape.language.grammar import ENTERING
from cnnshape.layers import BY_NAME, LARGEST, Layer, LayerProblem, Tensor

LONGEST_QUOTE = 80
"""Characters of a source's own words in a message."""
LONGEST_NAME = 1_000
MOST_OPERATIONS = 10_000


def printable(text: str, longest: int = LONGEST_NAME) -> str:
    """Words of a source that messages and specs can have: printable, and not too long."""
    shown = "".join(character if character.isprintable() else "?" for character in text[:longest])
    return f"{shown}..." if len(text) > longest else shown


def quoted(text: str) -> str:
    """Words of a source for a message."""
    return f"`{printable(text, LONGEST_QUOTE)}`"


def inputs_by_name(given: Mapping[str, Shape], names: Sequence[str]) -> Mapping[str, Shape]:
    """The shapes that a user gives, by the names of a model's inputs. A shape without a name is that of the only input.

    Raises ImportProblem for a name that the model doesn't have, and for a shape without one if it has several inputs.
    """
    listed = ", ".join(map(quoted, names))
    if "" in given and len(names) > 1:
        raise UsageProblem(f"the model has several inputs: {listed}", f"name each: `--input {names[0]}=3x224x224`")
    named = {name or next(iter(names), ""): shape for name, shape in given.items()}
    unknown = set(named) - set(names)
    if unknown:
        raise UsageProblem(f"the model has no input {quoted(min(unknown))}; it has {listed}")
    return named


class Building:
    """The operations that a reader has made so far. All inputs come before the first operation."""

    def __init__(self) -> None:
        self._inputs: list[NamedInput] = []
        self._operations: list[Operation] = []
        self._shapes: list[Shape] = []
        self._layers: dict[object, Layer] = {}

    def input(self, name: str, shape: Sequence[int]) -> int:
        """Adds an input of a shape without the batch, channels first. Raises ImportProblem for sizes that can't be."""
        if not 1 <= len(shape) <= MOST_AXES:
            raise ImportProblem(
                f"the input {quoted(name)} has {len(shape)} axes besides the batch: 1 to {MOST_AXES} can be"
            )
        if any(not 1 <= size <= LARGEST for size in shape):
            sizes = "x".join(map(str, shape))
            raise ImportProblem(f"the input {quoted(name)} has a size that can't be: {sizes[:LONGEST_QUOTE]}")
        self._inputs.append(NamedInput(name, tuple(shape)))
        self._shapes.append(tuple(shape))
        return len(self._shapes) - 1

    def shape(self, value: int) -> Shape:
        """The shape of a value."""
        return self._shapes[value]

    def add(
        self,
        kind: str,
        inputs: Sequence[int],
        arguments: Mapping[str, Argument] | None = None,
        *,
        weights: Iterable[Weight] = (),
        modules: tuple[Module, ...] = (),
        what: str = "",
        place: str = "",
    ) -> int:
        """Adds an operation and returns its value. Raises ImportProblem if the kind can't work on its inputs.

        `place` is the source's name of the operation, for messages; the path of the module by default.
        """
        if len(self._operations) >= MOST_OPERATIONS:
            raise ImportProblem(f"the network has more than {MOST_OPERATIONS:,} operations")
        arguments = arguments or {}
        sources = [argument.value for argument in arguments.values() if isinstance(argument, Ref)]
        sources = sources if BY_NAME[kind].by_name else [*inputs, *sources]
        where = place or (modules[-1].path if modules else "")
        try:
            layer = self._layer(kind, arguments)
            shape = layer.output(tuple(Tensor(self._shapes[source]) for source in sources)).shape
        except (LayerProblem, ValueError) as error:
            named = f"{quoted(what or kind)} in {quoted(where)}" if where else quoted(what or kind)
            raise ImportProblem(f"{named}: {error}") from error
        self._operations.append(
            Operation(kind, arguments, tuple(inputs), shape, modules, tuple(weights), printable(what))
        )
        self._shapes.append(shape)
        return len(self._shapes) - 1

    def _layer(self, kind: str, arguments: Mapping[str, Argument]) -> Layer:
        """The layer with its arguments; raises ValueError for a value that an argument doesn't take."""
        key = (kind, tuple(arguments.items()))
        if key not in self._layers:
            self._layers[key] = BY_NAME[kind](
                **dict(_converted(kind, name, given) for name, given in arguments.items())
            )
        return self._layers[key]

    def network(
        self,
        name: str,
        origin: str,
        outputs: Iterable[NamedOutput],
        *,
        params: int | None = None,
        unused: Iterable[Weight] = (),
        notes: Iterable[str] = (),
    ) -> Network:
        """The network of all operations. Raises ImportProblem if there are none."""
        if not self._operations:
            raise ImportProblem("the network has no operation")
        parts = self._named_inputs(), tuple(self._operations), tuple(outputs)
        return Network(printable(name), printable(origin), *parts, params, tuple(unused), tuple(notes))

    def _named_inputs(self) -> tuple[NamedInput, ...]:
        """The inputs with names that a spec can have. A single one needs none of its own."""
        if len(self._inputs) == 1:
            return (self._inputs[0]._replace(name=ENTERING),)
        taken: list[str] = []
        for given in self._inputs:
            taken.append(names.variable(given.name, taken, ENTERING))
        return tuple(given._replace(name=name) for given, name in zip(self._inputs, taken, strict=True))


MOST_AXES = 4
"""Axes of a tensor: the channels, and at most three of space."""


def _converted(kind: str, name: str, given: Argument) -> tuple[str, object]:
    if isinstance(given, Ref):
        return name, "value"
    try:
        return name, BY_NAME[kind].arguments[name].type.convert(given)
    except ValueError as error:
        raise ValueError(f"`{name}` {_shown(given)} is not {error}") from error


def _shown(given: Argument) -> str:
    return str(given)[:LONGEST_QUOTE]
