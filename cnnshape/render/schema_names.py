"""The names that files define, for a JSON Schema of these files: blocks with their params, params, and tensors."""

from collections.abc import Iterable, Iterator

from cnnshape.language import Block, Broken, Call, Loop, Param, Spec, Step
from cnnshape.named_tuple import NamedTuple
from cnnshape.source import Span


class OwnBlock(NamedTuple):
    """A block: what its comments say, its params with what they are, and those that each use sets.

    `has_main` says whether a value alone is enough: that of the first param.
    """

    doc: str
    params: dict[str, str]
    required: list[str]
    has_main: bool


class Scope(NamedTuple):
    """The steps of the files, or of the block `owner`.

    `tensors` are what their references may name, `shared` the named steps by kind or block, `outputs` what the files
    may give out.
    """

    owner: str
    tensors: tuple[str, ...]
    shared: dict[str, tuple[str, ...]]
    outputs: tuple[str, ...]

    def reference(self, definition: str) -> dict[str, str]:
        """A reference to the form of that definition in this scope."""
        return {"$ref": f"#/definitions/{self.definition(definition)}"}

    def definition(self, name: str) -> str:
        """The name of a definition in this scope."""
        return f"{name}_in_{self.owner}" if self.owner else name


NO_NAMES = Scope("", (), {}, ())
"""The steps of a file of which nobody knows the names."""


class Names(NamedTuple):
    """All names. `blocks` is None for any files, whose blocks nobody knows."""

    blocks: dict[str, OwnBlock] | None
    params: tuple[str, ...]
    scopes: tuple[Scope, ...]

    @property
    def known_blocks(self) -> dict[str, OwnBlock]:
        """The blocks that are known."""
        return self.blocks or {}


ANY_NAMES = Names(None, (), (NO_NAMES,))
"""The names of the schema for all files."""


def names_of(specs: Iterable[Spec]) -> Names:
    """The names of some files. What one file leaves open, such as a param that another one requires, is open."""
    params: dict[str, None] = {}
    blocks: dict[str, OwnBlock] = {}
    scopes = {"": NO_NAMES}
    for spec in specs:
        params |= dict.fromkeys(param.name.text for param in spec.params)
        inputs = [given.name.text for given in spec.inputs]
        scopes[""] = _wider(scopes[""], _scope("", spec.layers, inputs))
        for block in spec.blocks:
            name = block.name.text
            own = _own_block(block)
            blocks[name] = _merged(blocks[name], own) if name in blocks else own
            scope = _scope(name, block.steps, [])
            scopes[name] = _wider(scopes[name], scope) if name in scopes else scope
    return Names(blocks, tuple(params), tuple(scopes.values()))


def _own_block(block: Block) -> OwnBlock:
    required = [param.name.text for param in block.params if param.default is None]
    return OwnBlock(
        doc=" ".join(_comments(block.name.span)),
        params={param.name.text: _described(param) for param in block.params},
        required=required if block.sound else [],
        has_main=bool(block.params) and set(required) <= {block.params[0].name.text},
    )


def _merged(one: OwnBlock, other: OwnBlock) -> OwnBlock:
    required = [name for name in one.required if name in other.required]
    return OwnBlock(one.doc or other.doc, one.params | other.params, required, one.has_main or other.has_main)


def _described(param: Param) -> str:
    default = "required" if param.default is None else f"default {param.default.span.text}"
    return f"{' '.join([*_comments(param.name.span), ''])}({default})"


def _comments(at: Span) -> list[str]:
    """The comments in the lines above a name, and at the end of its line."""
    above: list[str] = []
    line = at.line - 1
    while (text := at.source.line(line).strip()).startswith("#"):
        above.insert(0, text)
        line -= 1
    _, mark, beside = at.source.line(at.line)[at.end_column - 1 :].partition(" #")
    return [text.lstrip("# ").strip() for text in (*above, *([beside] if mark else []))]


def _scope(owner: str, steps: tuple[Step, ...], inputs: list[str]) -> Scope:
    named: dict[str, None] = {}
    shared: dict[str, tuple[str, ...]] = {}
    for step in _outside_loops(steps):
        if step.modifiers.name is None:
            continue
        name = step.modifiers.name.text
        named[name] = None
        if isinstance(step, Call):
            shared[step.word.text] = (*shared.get(step.word.text, ()), name)
    return Scope(owner, ("prev", *inputs, *named), shared, tuple(named) if not owner else ())


def _outside_loops(steps: Iterable[Step]) -> Iterator[Step]:
    """The steps whose names are known after them: a round of a `for` keeps its names."""
    for step in steps:
        if isinstance(step, Broken):
            continue
        yield step
        if not isinstance(step, Loop):
            for body in step.bodies:
                yield from _outside_loops(body)


def _wider(one: Scope, other: Scope) -> Scope:
    words = dict.fromkeys([*one.shared, *other.shared])
    return Scope(
        one.owner,
        _union(one.tensors, other.tensors),
        {word: _union(one.shared.get(word, ()), other.shared.get(word, ())) for word in words},
        _union(one.outputs, other.outputs),
    )


def _union(one: Iterable[str], other: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*one, *other]))
