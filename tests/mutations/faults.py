"""Single faults, as a person makes them: each changes one line of a good spec so that it must be refused."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple


class Fault(NamedTuple):
    """A kind of fault: `change` gives the faulty line, or None if the line can't have it."""

    name: str
    change: Callable[[str], str | None]
    diagnostics: tuple[str, ...]


class Mutant(NamedTuple):
    """A spec with one fault in it, and the 1-based line that has it."""

    text: str
    line: int


def swap(pattern: str, replacement: str) -> Callable[[str], str | None]:
    """Replaces the first match; None if there is none, in comments, and where params are declared."""

    def change(line: str) -> str | None:
        code, mark, comment = line.partition("  #")
        changed = re.sub(pattern, replacement, code, count=1)
        aside = code.lstrip().startswith(("#", "params:")) or "required" in code
        return None if changed == code or aside else changed + mark + comment

    return change


FAULTS = (
    Fault("a misspelt kind", swap(r"\bconv: (?=\S)", "cnov: "), ("unknown-kind",)),
    Fault("a misspelt kind without arguments", swap(r"- flatten$", "- flaten"), ("unknown-kind",)),
    Fault("a misspelt argument", swap(r"(conv: \{.*\b)kernel:", r"\1kernle:"), ("unknown-argument", "unknown-param")),
    Fault("a foreign kind", swap(r"\bconv: (?=\S)", "Conv2d: "), ("foreign-spelling",)),
    Fault("a foreign argument", swap(r"conv: \{out: ", "conv: {filters: "), ("foreign-spelling",)),
    Fault("a missing argument", swap(r"(conv: \{.*), kernel: \w+", r"\1"), ("missing-argument", "missing-param")),
    Fault("a kernel larger than its input", swap(r"^(?!.*(?:same|padding: \d\d))(.* conv: \{.*)\bkernel: \d+", r"\1kernel: 9999"), ("window-too-large",)),
    Fault("an odd group", swap(r"(conv: \{.*kernel: \w+)(?!.*groups)", r"\1, groups: 7919"), ("indivisible-channels",)),
    Fault("a stride of zero", swap(r"\bstride: \d+", "stride: 0"), ("bad-argument",)),
    Fault("a negative padding", swap(r"\bpadding: \d+", "padding: -1"), ("bad-argument",)),
    Fault("a word for a number", swap(r"\bkernel: \d+", "kernel: tall"), ("unknown-name", "bad-argument", "expression-value")),
    Fault("a fraction for a number", swap(r"\bkernel: \d+", "kernel: 2.5"), ("bad-argument",)),
    Fault("a misspelt name", swap(r"\bout: (?:\d+ \* )?(width|out|base)\b", r"out: \1h"), ("unknown-name", "bad-argument", "expression-value")),
    Fault("a division by zero", swap(r"\bout: (\w+)(?=[,}])", r"out: \1 // 0"), ("expression-value",)),
    Fault("an expression without its end", swap(r"\bout: (\w+)(?=[,}])", r"out: \1 *"), ("expression-syntax",)),
    Fault("a key twice", swap(r"\bkernel: (\d+)", r"kernel: \1, kernel: \1"), ("duplicate-key", "yaml-syntax")),
    Fault("a bracket left open", swap(r"\}$", ""), ("yaml-syntax",)),
    Fault("a reference to nothing", swap(r"\bfrom: \w+", "from: nowhere"), ("unknown-tensor",)),
    Fault("a flatten left out", swap(r"^  - flatten$", "  - identity"), ("wrong-rank",)),
    Fault("a block of no name", swap(r"- ([A-Z]\w+)([:\n]|$)", r"- \1x\2"), ("unknown-block",)),
    Fault("a wrong type of condition", swap(r"^( +)when: [^}]*$", r"\1when: 3"), ("bad-argument",)),
    Fault("a misspelt modifier", swap(r"^( +)when: ", r"\1wehn: "), ("unknown-key",)),
    Fault("a foreign modifier", swap(r"^( +)repeat: ", r"\1times: "), ("foreign-spelling",)),
    Fault("a misspelt section", swap(r"^layers:", "layrs:"), ("unknown-key",)),
    Fault("a misspelt control word", swap(r"- residual:", "- resdiual:"), ("unknown-kind",)),
    Fault("a shortcut of a kind", swap(r"^(  +)when: .*", r"\1shortcut: none"), ("misplaced-modifier",)),
    Fault("a colon without its space", swap(r"\bkernel: (\w)", r"kernel:\1"), ("wrong-structure", "yaml-syntax")),
    Fault("a colon left out", swap(r"- conv: \{", "- conv {"), ("unknown-kind", "yaml-syntax", "wrong-structure")),
    Fault("a quote left open", swap(r"\bout: (\w+)(?=[,}])", r'out: "\1'), ("yaml-syntax",)),
    Fault("an expression split at its comma", swap(r"\bout: (\w+)(?=[,}])", r"out: max(\1, 8)"), ("split-expression",)),
    Fault("a repeat that is no number", swap(r"\brepeat: \w+(?!\w*\()", "repeat: often"), ("unknown-name",)),
)  # fmt: skip


def mutants(text: str, fault: Fault, most: int) -> Iterator[Mutant]:
    """The spec with that fault, at up to so many lines spread over the file."""
    lines = text.split("\n")
    start = next((number for number, line in enumerate(lines) if line.startswith(("blocks:", "layers:"))), 0)
    changed = [(number, fault.change(lines[number])) for number in range(start, len(lines))]
    faulty = [(number, line) for number, line in changed if line is not None]
    for number, line in faulty[:: max(1, len(faulty) // most)][:most]:
        yield Mutant("\n".join([*lines[:number], line, *lines[number + 1 :]]), number + 1)
