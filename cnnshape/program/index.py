"""The names of a file: the declaration and the readers of each, the name at a place, and circles of blocks."""

from collections.abc import Iterable, Iterator

from cnnshape.diagnostics import Diagnostic, Label, diagnose
from cnnshape.language import Block, Column, Input, Name, Param, Reference, Value
from cnnshape.source import SourceText, Span

Reader = Value | Reference
"""A reader of a name: a value, or a reference to a tensor."""


class Declaration:
    """The declaration of a name, and everything that reads it.

    `sort` is `param`, `variable` (of a `for`), `step`, `input` or `block`. A param's own default doesn't count as a
    reader of it. `owner` is the name of the block that it belongs to; empty for the file.
    """

    __slots__ = ("name", "owner", "readers", "sort")

    def __init__(self, name: Name, sort: str, owner: str) -> None:
        self.name = name
        self.sort = sort
        self.owner = owner
        self.readers: list[Reader | Name] = []

    def uses(self) -> Iterator[Span]:
        """The places where the name is read."""
        for reader in self.readers:
            if isinstance(reader, Name):
                yield reader.span
            else:
                yield from (span for name, span in reader.uses() if name == self.name.text)


class NameScope:
    """The names that are visible at a step: those of its list of steps, and of the lists around it up to its block."""

    __slots__ = ("_declared", "_parent")

    def __init__(self, declared: dict[str, Declaration], parent: "NameScope | None" = None) -> None:
        self._declared = declared
        self._parent = parent

    def find(self, name: str) -> Declaration | None:
        """The declaration of a name; None if the name is undefined."""
        scope: NameScope | None = self
        while scope is not None:
            if name in scope._declared:
                return scope._declared[name]
            scope = scope._parent
        return None

    def names(self) -> set[str]:
        """All visible names."""
        return set(self._declared) | (self._parent.names() if self._parent else set())

    def add(self, declaration: Declaration) -> None:
        """Adds a declaration, unless the name has one already."""
        self._declared.setdefault(declaration.name.text, declaration)

    def read(self, value: Value) -> list[str]:
        """Binds the names of a value to their declarations. Returns the undefined names, sorted."""
        unknown = []
        for name in value.names:
            declaration = self.find(name)
            if declaration is not None:
                declaration.readers.append(value)
            else:
                unknown.append(name)
        return sorted(unknown)

    def refer(self, reference: Reference) -> None:
        """Binds a reference to the step, input, param or variable that it names, or to all that its expression reads."""
        whole = self.find(reference.text)
        declarations = [whole] if whole else [self.find(name) for name in reference.names]
        for declaration in declarations:
            if declaration is not None:
                declaration.readers.append(reference)


class NameIndex:
    """All declarations of a file; `check_names` fills it.

    `blocks` and `variables` are those of blocks and of the columns of a `for`. `block_uses` are the blocks that each
    block uses, and the file's layers under the name `""`, with the word of the first use.
    """

    __slots__ = ("block_uses", "blocks", "declarations", "variables")

    def __init__(self) -> None:
        self.declarations: list[Declaration] = []
        self.blocks: dict[str, Declaration] = {}
        self.variables: dict[Column, Declaration] = {}
        self.block_uses: dict[str, dict[str, Name]] = {}

    def declare(self, name: Name, sort: str, owner: str) -> Declaration:
        """A new declaration."""
        declaration = Declaration(name, sort, owner)
        self.declarations.append(declaration)
        return declaration

    def params(self, params: Iterable[Param], owner: str) -> dict[str, Declaration]:
        """The declarations of parameters by name, each read by the defaults of others."""
        listed = list(params)
        declared = {param.name.text: self.declare(param.name, "param", owner) for param in listed}
        for param in listed:
            for name in param.default.names if param.default is not None else ():
                if name in declared and param.default is not None and name != param.name.text:
                    declared[name].readers.append(param.default)
        return declared

    def define_blocks(self, blocks: Iterable[Block]) -> None:
        """Declares the blocks of the file."""
        for block in blocks:
            self.blocks.setdefault(block.name.text, self.declare(block.name, "block", ""))

    def inputs(self, inputs: Iterable[Input]) -> list[Declaration]:
        """The declarations of the file's inputs."""
        return [self.declare(given.name, "input", "") for given in inputs]

    def at(self, source: SourceText, line: int, column: int) -> Declaration | None:
        """The declaration at a place of a file, or the declaration of the name that is read there. Places count from
        1."""
        for declaration in self.declarations:
            for span in (declaration.name.span, *declaration.uses()):
                inside = span.line == line and span.column <= column < span.end_column
                if inside and span.source is source:
                    return declaration
        return None


MOST_NAMED = 12


def block_cycles(index: NameIndex) -> tuple[list[Diagnostic], set[str]]:
    """A diagnostic for each circle of blocks, and the names of all blocks on circles."""
    uses = {name: index.block_uses.get(name, {}) for name in index.blocks}
    problems = []
    circular: set[str] = set()
    for path in _cycles(uses):
        name, use = path[0], uses[path[0]][path[1]]
        message = "a block contains itself: " + " > ".join(path[:MOST_NAMED])
        related = [Label(index.blocks[name].name.span, f"`{name}` is defined here")]
        help = "write its levels out as blocks of their own, or repeat its steps with `repeat` or `for`"
        problems.append(diagnose("block-cycle", message, use.span, related=related, help=help))
        circular.update(path)
    return problems, circular


def _cycles(uses: dict[str, dict[str, Name]]) -> Iterator[list[str]]:
    """A path from a block back to it, for each circle that a walk through all blocks closes."""
    done: set[str] = set()
    for start in uses:
        path, following = [start], [iter(uses[start])]
        on_path = {start}
        while path and start not in done:
            name = next(following[-1], None)
            if name is None:
                done.add(path[-1])
                on_path.discard(path.pop())
                following.pop()
            elif name in on_path:
                yield [*path[path.index(name) :], name]
                done.add(name)
            elif name in uses and name not in done:
                path.append(name)
                on_path.add(name)
                following.append(iter(uses[name]))
