"""Slips of one number in networks with joins: widths, strides, paddings, dilations, kernels, and uneven inputs.

A slip may leave a good design. Where it is an error, the error must lead to the line of the slip.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

import cnnshape
from cnnshape.diagnostics import Diagnostic

from .faults import Fault, Mutant, mutants, swap

SLIPS = (
    Fault("a width of its own", swap(r"(conv: \{out: )[^,}]+", r"\g<1>41"), ()),
    Fault("a stride added", swap(r"(conv: \{(?!.*stride)[^}]*kernel: \w+)", r"\1, stride: 2"), ()),
    Fault("a stride too few", swap(r"\bstride: 2\b", "stride: 1"), ()),
    Fault("a stride left out", swap(r"(conv: \{[^}]*), stride: \w+", r"\1"), ()),
    Fault("a padding left out", swap(r"(conv: \{[^}]*), padding: \w+", r"\1"), ()),
    Fault("a padding too large", swap(r"(conv: \{[^}]*)padding: 1\b", r"\1padding: 2"), ()),
    Fault("a padding added", swap(r"(conv: \{(?!.*padding)[^}]*kernel: 1)\b", r"\1, padding: 1"), ()),
    Fault("a dilation without padding", swap(r"(conv: \{[^}]*kernel: 3)\b", r"\1, dilation: 2"), ()),
    Fault("a kernel too large", swap(r"(conv: \{[^}]*)kernel: 3\b", r"\1kernel: 5"), ()),
    Fault("a kernel too small", swap(r"(conv: \{[^}]*)kernel: 3\b(?!.*same)", r"\1kernel: 2"), ()),
    Fault("a pool too large", swap(r"max_pool: 2\b", "max_pool: 3"), ()),
    Fault("a scale too large", swap(r"upsample: 2\b", "upsample: 4"), ()),
)  # fmt: skip
JOINS = ("residual-shape-mismatch", "join-shape-mismatch")
WRITTEN = re.compile(r"`(\w+): ([^`]+)`(?: on the (\w+))? in line (\d+)")
SIZES = re.compile(r"with an input of ([\dx]+(?: or [\dx]+)?)")


class Finding(NamedTuple):
    """What a slip led to: whether the error is alone, at the line or naming it, and whether its fix is right."""

    alone: bool
    at_line: bool
    related: bool
    fixes: int
    valid: int


def uneven(text: str) -> Iterator[Mutant]:
    """The network on an input that its halvings round."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        match = re.match(r"input: \[(\d+), (\d+), (\d+)\]", line)
        if match:
            wide = f"input: [{match[1]}, {int(match[2]) + 6}, {int(match[3]) + 13}]"
            yield Mutant("\n".join([*lines[:number], wide, *lines[number + 1 :]]), number + 1)


def slipped(text: str, most: int) -> Iterator[tuple[str, Mutant]]:
    """All slips of a network, each with its kind."""
    for slip in SLIPS:
        yield from ((slip.name, mutant) for mutant in mutants(text, slip, most))
    yield from (("an uneven input", mutant) for mutant in uneven(text))


def errors(text: str) -> list[Diagnostic]:
    problems = cnnshape.check(cnnshape.load(text), ignore=["all"])
    return [problem for problem in problems if problem.severity == "error" and problem.name != "expectation-missed"]


def examine(mutant: Mutant) -> Finding | None:
    """What a slip led to; None if no join failed."""
    problems = errors(mutant.text)
    joins = [problem for problem in problems if problem.name in JOINS]
    if not joins:
        return None
    first = joins[0]
    fixed = list(fixes(mutant.text, first))
    return Finding(
        alone=len(problems) == 1,
        at_line=first.at is not None and first.at.span.line == mutant.line,
        related=mutant.line in {label.span.line for label in first.related},
        fixes=len(fixed),
        valid=sum(not errors(text) for text in fixed),
    )


def fixes(text: str, problem: Diagnostic) -> Iterator[str]:
    """The text with each fix that the help of a problem offers."""
    help = problem.help or ""
    every = list(WRITTEN.finditer(help))
    together = help.startswith("windows lack padding")
    for group in [every] if together and every else [[match] for match in every]:
        lines = text.split("\n")
        for match in group:
            lines[int(match[4]) - 1] = rewritten(lines[int(match[4]) - 1], match[1], match[2])
        yield "\n".join(lines)
    for size in SIZES.findall(help):
        for one in size.split(" or "):
            axes = ", ".join(one.split("x"))
            yield re.sub(r"(?m)^input: \[(\d+), [^\]]*\]", rf"input: [\1, {axes}]", text)


def rewritten(line: str, argument: str, value: str) -> str:
    """A line with another value for an argument, or with that argument added."""
    changed, count = re.subn(rf"\b{argument}: (?:\[[^\]]*\]|[^,}}\]]+)", f"{argument}: {value}", line, count=1)
    if count:
        return changed
    if argument in ("out", "kernel", "scale"):
        return re.sub(r"(- \{?\w+: )(?:\{)?[\w.]+", rf"\g<1>{value}", line, count=1)
    if re.search(r"- \{?\w+: \{", line):
        return re.sub(r"(- \{?\w+: \{)", rf"\1{argument}: {value}, ", line, count=1)
    return re.sub(r"(max_pool|avg_pool): (\w+)", rf"\1: {{kernel: \2, {argument}: {value}}}", line, count=1)
