"""Help for steps that are not what the grammar expects: what the author most likely meant."""

from functools import cache

from cnnshape.diagnostics import SLIP, nearest
from cnnshape.document import Entry, Mapping, Node, Scalar, Sequence
from cnnshape.language import grammar
from cnnshape.language.model import Name
from cnnshape.language.reader.problems import shown

TENSORS = frozenset({"inputs", "tensors", "values", "operands", "xs"})
"""Other frameworks' words for the tensors of a join."""


def names_in(node: Node) -> tuple[Name, ...]:
    """The names that a step defines even though it failed to parse, so that their uses are not reported."""
    if isinstance(node, Sequence):
        return tuple(name for item in node.items for name in names_in(item))
    names: list[Name] = []
    for key, value in node.entries if isinstance(node, Mapping) else ():
        if not isinstance(value, Scalar):
            names += names_in(value)
        elif key.text == "name" or meant_key(key.text) == "name":
            names.append(Name(value.text, value.span))
    return tuple(names)


def foreign_key(word: str) -> str | None:
    """The key of a step that another tool's word means."""
    return _foreign_keys().get(word)


@cache
def _foreign_keys() -> dict[str, str]:
    return grammar.foreign_words(grammar.STEP)


def meant_key(word: str, *more: str) -> str | None:
    """The key of a step, or the word in `more`, that another tool's word or a misspelt word means."""
    if word[:1].isupper():
        return None
    known = (*grammar.MODIFIERS, *(key for key in grammar.COMPANIONS if key not in grammar.OWN_KINDS), *more)
    # `type` resembles `dtype`, but holds a kind in other tools.
    return foreign_key(word) or (None if word in grammar.KIND_WORDS else nearest(word, known, SLIP))


def as_steps(node: Node) -> str:
    """Help for a value that should be a list of steps."""
    if not isinstance(node, Mapping) or not node.entries:
        return "every step is a list item: `- relu`"
    text = shown(node.span.text.strip())
    if text.startswith("{"):
        return f"write a list in square brackets: `[{text}]`"
    return f"every item starts with a dash: `- {text}`"


def one_input(node: Node) -> str | None:
    """Help for a `from` with several names."""
    if not isinstance(node, Sequence):
        return None
    names = ", ".join(shown(item.text) for item in node.items if isinstance(item, Scalar))
    return f"a step has one input: join the tensors before it, by `- concat: [{names}]` or `- add: [{names}]`"


def one_head(heads: list[Entry]) -> str:
    """Help for a step with several keys that could be its kind."""
    first, *others = heads
    word = shown(first.key.text)
    if first.key.text in grammar.KIND_WORDS and isinstance(first.value, Scalar):
        return f"the kind is the key: `- {shown(first.value.text)}: {{{_arguments(others)}}}`"
    if _is_empty(first) and not any(map(_is_empty, others)):
        written = f"`- {word}: {{{_arguments(others)}}}`"
        return f"indent the arguments further than `{word}`, or in braces: {written}"
    axis = next((other.key.text for other in others if other.key.text in ("axis", "dim")), None)
    if axis and first.key.text in grammar.JOINS:
        return f"`{first.key.text}` works on the channels; remove `{axis}`"
    return "one kind or block per step; is a step's `- ` missing, or an argument outside its braces?"


def _is_empty(entry: Entry) -> bool:
    return isinstance(entry.value, Scalar) and entry.value.empty


def _arguments(entries: list[Entry]) -> str:
    return ", ".join(
        f"{shown(key.text)}: {shown(value.text) if isinstance(value, Scalar) else '...'}" for key, value in entries[:4]
    )


def plain_names(node: Node) -> list[str]:
    """The names in a list of nothing but names; empty for any other node."""
    items = node.items if isinstance(node, Sequence) else ()
    names = [shown(item.text) for item in items if isinstance(item, Scalar) and not item.empty]
    return names if len(names) == len(items) else []
