"""The neutral list that readers of other formats make: operations in the words of the language, in the order they run.

A reader knows its own format. It names kinds and arguments of the language, gives shapes channels first and without the
batch, and says which modules an operation ran in. It leaves nothing out: what has no kind is an `opaque` operation.
"""

from collections.abc import Iterator, Mapping

from cnnshape.named_tuple import NamedTuple

Shape = tuple[int, ...]


class Ref(NamedTuple):
    """A value of the network as an argument, such as `like` of an upsample."""

    value: int


Argument = int | float | bool | str | Ref | tuple["Argument", ...]


class Module(NamedTuple):
    """A call of a module: its dotted path in the network, its class, and a number that no other call has.

    `container` is true for a class that only calls others in order, such as `Sequential`.
    """

    path: str
    type: str
    call: int
    container: bool = False

    @property
    def attribute(self) -> str:
        """The last part of the path: the attribute or index that holds the module."""
        return self.path.rpartition(".")[2]


class Weight(NamedTuple):
    """A tensor of the source by its name. Operations that name the same weight share it.

    `learned` is false for a buffer. Training leaves a `frozen` one as it is.
    """

    name: str
    shape: Shape
    learned: bool = True
    frozen: bool = False

    @property
    def elements(self) -> int:
        """The number of values."""
        product = 1
        for size in self.shape:
            product *= size
        return product


class Operation(NamedTuple):
    """One operation. Values are numbered: the inputs of the network first, then the output of each operation.

    `kind` and `arguments` are words of the language; arguments with the default value may be left out. `inputs` are
    the numbers of the values that it reads. `modules` are the calls that it ran in, outermost first. `what` is the
    source's name of the operation, for messages.
    """

    kind: str
    arguments: Mapping[str, Argument]
    inputs: tuple[int, ...]
    shape: Shape
    modules: tuple[Module, ...] = ()
    weights: tuple[Weight, ...] = ()
    what: str = ""

    @property
    def path(self) -> str:
        """The path of the innermost module; empty outside of modules."""
        return self.modules[-1].path if self.modules else ""

    @property
    def frozen(self) -> bool:
        """Whether training leaves all its learned weights as they are."""
        learned = [weight for weight in self.weights if weight.learned]
        return bool(learned) and all(weight.frozen for weight in learned)

    @property
    def is_opaque(self) -> bool:
        """Whether no kind describes it."""
        return self.kind == "opaque"


class NamedInput(NamedTuple):
    """An input of the network."""

    name: str
    shape: Shape


class NamedOutput(NamedTuple):
    """An output of the network: its name in the source, and its value."""

    name: str
    value: int


class Network(NamedTuple):
    """A network as its source has it.

    `origin` says where it comes from. `params` are the learned values that the source counts; None if it doesn't say.
    `unused` are the weights that no operation uses, such as those of auxiliary heads. `notes` are what the reader
    changed or could not see, a sentence each.
    """

    name: str
    origin: str
    inputs: tuple[NamedInput, ...]
    operations: tuple[Operation, ...]
    outputs: tuple[NamedOutput, ...]
    params: int | None = None
    unused: tuple[Weight, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def running_params(self) -> int | None:
        """The learned values of the operations that run; None if the source doesn't count its own."""
        return None if self.params is None else self.params - self.unused_params

    @property
    def unused_params(self) -> int:
        """The learned values that no operation uses."""
        return sum(weight.elements for weight in self.unused if weight.learned)

    def operation(self, value: int) -> Operation | None:
        """The operation that gives a value; None for an input."""
        index = value - len(self.inputs)
        return self.operations[index] if index >= 0 else None

    def shape(self, value: int) -> Shape:
        """The shape of a value."""
        operation = self.operation(value)
        return self.inputs[value].shape if operation is None else operation.shape

    def numbered(self) -> Iterator[tuple[int, Operation]]:
        """The operations with the numbers of their values."""
        return enumerate(self.operations, len(self.inputs))


class ImportProblem(Exception):
    """A source that can't be read or has no spec: a sentence, and one that says what to do instead."""

    def __init__(self, message: str, help: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.help = help


class UsageProblem(ImportProblem):
    """A source, a name, an option or a value that does not exist."""
