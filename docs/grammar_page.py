"""The sections of `language.md` that come from the declarations of the grammar."""

from __future__ import annotations

from collections.abc import Mapping

from tables import table

from cnnshape.language import grammar
from cnnshape.language.grammar import Key

_WIDTH = 118
_SECTIONS = {
    "family": "family-and-year",
    "year": "family-and-year",
    "results": "results",
    "input": "inputs-and-outputs",
    "outputs": "inputs-and-outputs",
    "params": "parameters-and-variants",
    "variants": "parameters-and-variants",
    "blocks": "blocks",
    "layers": "steps",
    "expect": "expect",
    "extends": "extends",
    "name": "names-and-references",
    "from": "names-and-references",
    "when": "when",
    "repeat": "repeat",
    "first": "repeat",
    "share": "sharing-and-freezing-weights",
    "frozen": "sharing-and-freezing-weights",
    "dtype": "types-of-values",
    "for": "for",
    "residual": "residual-connections",
    "add": "joins",
    "concat": "joins",
    "multiply": "joins",
    "subtract": "joins",
    "average": "joins",
    "maximum": "joins",
}
"""The section of the page that explains a key."""


def keys() -> str:
    """The keys of a file."""
    linked = {**_SECTIONS, "name": ""}
    return table(("key", "what it holds", "for example"), [_row(key, linked) for key in grammar.FILE.values()])


def modifiers() -> str:
    """The keys next to the kind, block or control word of a step."""
    rows = [(*_row(key, _SECTIONS)[:2], _owner(key), f"`{key.example}`") for key in grammar.MODIFIERS.values()]
    return table(("key", "what it does", "on", "for example"), rows)


def controls() -> str:
    """The control words, each with what goes next to it."""
    rows = []
    for key in grammar.CONTROLS.values():
        companions = [f"`{word}`{'' if needed else ' (optional)'}" for word, needed in key.companions.items()]
        rows.append((*_row(key, _SECTIONS)[:2], ", ".join(companions), f"`{key.example}`"))
    return table(("key", "what it holds", "next to it", "for example"), rows)


def notation() -> str:
    """The grammar, a line per part."""
    file = [f"{name}: {grammar.VERSION}" if name == "cnnshape" else name for name in grammar.FILE]
    collections = {name: [key.form.notation] for name, key in grammar.FILE.items() if key.form.collection}
    calls = "{kind | Block: arguments, modifier: ..., ...}"
    modifiers = [f"{name}: {key.form.notation}" for name, key in grammar.MODIFIERS.items()]
    parts = {
        **collections,
        "steps": ["[step, ...]"],
        "step": ["kind", "Block", calls, *_controls()],
        "arguments": ["value", "{argument: value, ...}"],
        "norm, act": ["kind", "none", "{kind: arguments}"],
        "modifier": modifiers,
        "reference": ["expression that gives a tensor, or a list of tensors"],
        "value": ["expression", "[value, ...]", "{kind: arguments}"],
    }
    lines = [_line("file", file, "·"), *(_line(name, choices, "|") for name, choices in parts.items())]
    return "\n".join(["```text", *lines, "```"])


def _controls() -> list[str]:
    """The forms of steps that control words make; those with the same form share a line."""
    words: dict[str, list[str]] = {}
    for name, key in grammar.CONTROLS.items():
        companions = [f"{word}: {grammar.COMPANIONS[word].form.notation}" for word in key.companions]
        words.setdefault(", ".join([key.form.notation, *companions]), []).append(name)
    return [f"{{{' | '.join(names)}: {form}, modifier: ...}}" for form, names in words.items()]


def _line(name: str, choices: list[str], sign: str) -> str:
    """One part, wrapped between its choices."""
    lines = [f"{name:<9} = {choices[0]}"]
    for choice in choices[1:]:
        if len(lines[-1]) + len(choice) + 3 > _WIDTH:
            lines.append(f"{'':9} {sign} {choice}")
        else:
            lines[-1] += f" {sign} {choice}"
    return "\n".join(lines)


def _row(key: Key, sections: Mapping[str, str]) -> tuple[str, str, str]:
    section = sections.get(key.name)
    name = f"[`{key.name}`](#{section})" if section else f"`{key.name}`"
    return name, key.doc, f"`{key.example}`"


def _owner(key: Key) -> str:
    if key.name == "first":
        return "a kind or block with `repeat`"
    return "a kind or block" if key.name in grammar.NOT_ON_CONTROLS else "every step"
