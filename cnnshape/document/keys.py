"""Checks the keys of mappings: plain words, each defined once."""

from cnnshape.diagnostics import Diagnostic, Label, diagnose
from cnnshape.document.fault import Unsupported, shortened
from cnnshape.document.node import Entry, Mapping, Node, Scalar

_LONGEST_KEY = 40


def check_key(node: Node) -> Scalar:
    """The node as a key; raises if it can't be one."""
    if not isinstance(node, Scalar):
        raise Unsupported(_not_a_word(node))
    if node.empty:
        raise Unsupported(diagnose("bad-key", "a key is empty", node.span, help="write a word before the colon"))
    if node.text == "<<" and node.plain:
        from cnnshape.document.features import refuse

        refuse("a merge key (`<<`)", node.span, "use `extends`, or a block with params")
    return node


def _not_a_word(node: Node) -> Diagnostic:
    noun = "mapping" if isinstance(node, Mapping) else "list"
    help = "quote a text that starts with a bracket"
    if isinstance(node, Mapping) and len(node.entries) == 1:
        help = f"write the name without braces: `{shortened(node.entries[0].key.text, _LONGEST_KEY)}`"
    return diagnose("bad-key", f"a {noun} can't be a key", node.span, help=help)


def add_entry(
    problems: list[Diagnostic], entries: list[Entry], keys: dict[str, Scalar], key: Scalar, value: Node
) -> None:
    """Adds an entry to a mapping. A duplicate key is reported and keeps its first value."""
    first = keys.setdefault(key.text, key)
    if first is key or _is_leftover(key, value):
        entries.append(Entry(key, value))
        return
    message = f"the key `{shortened(key.text, _LONGEST_KEY)}` is defined twice"
    related = [Label(first.span, "first defined here")]
    problems.append(diagnose("duplicate-key", message, key.span, label="defined again", related=related))


def _is_leftover(key: Scalar, value: Node) -> bool:
    """Whether a key is the rest of an expression after a comma, such as `3)`. It may occur twice."""
    return isinstance(value, Scalar) and value.empty and key.text.count(")") > key.text.count("(")
