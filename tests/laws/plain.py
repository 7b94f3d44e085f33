"""Specs as plain data: what a YAML file holds, its text, and the same network with its shorthand written out.

A step is a word, or a mapping of one word to arguments, modifiers after it, exactly as it stands in a file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

JOINS = ("concat", "add", "multiply")

Step = str | dict[str, Any]


class Spec(NamedTuple):
    """A file: its input shape, blocks, params, steps and outputs."""

    input: list[int]
    layers: list[Step]
    blocks: dict[str, dict[str, Any]]
    params: dict[str, Any]
    outputs: list[str]

    @property
    def text(self) -> str:
        """The file's text: a line per step of `layers`."""
        lines = ["cnnshape: 1", f"input: {flow(self.input)}"]
        if self.params:
            lines.append(f"params: {flow(self.params)}")
        if self.blocks:
            lines += ["blocks:", *(f"  {name}: {flow(block)}" for name, block in self.blocks.items())]
        lines += ["layers:", *(f"  - {flow(step)}" for step in self.layers)]
        if self.outputs:
            lines.append(f"outputs: {flow(self.outputs)}")
        return "\n".join(lines) + "\n"


def flow(value: Any) -> str:
    """A value in YAML's flow style."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    return str(value)


def word(step: Step) -> str:
    """The kind, block or control word of a step."""
    return step if isinstance(step, str) else next(iter(step))


def body(step: Step) -> Any:
    """The value of the word: its arguments or steps."""
    return {} if isinstance(step, str) else step[word(step)]


def modifiers(step: Step) -> dict[str, Any]:
    """The keys next to the word."""
    return {} if isinstance(step, str) else {key: value for key, value in step.items() if key != word(step)}


def mapping(step: Step) -> dict[str, Any]:
    """The step as a mapping, which a modifier can be added to."""
    return {step: {}} if isinstance(step, str) else step


def step_lists(step: Step) -> list[list[Step]]:
    """The lists of steps inside of a step: branches, rounds, a shortcut."""
    if isinstance(step, str):
        return []
    inner = body(step)
    lists = [inner] if word(step) == "residual" else []
    if word(step) in JOINS and isinstance(inner, dict):
        lists += inner.values()
    return lists + [
        beside for key, beside in modifiers(step).items() if key in ("do", "shortcut") and isinstance(beside, list)
    ]


def all_steps(steps: list[Step]) -> Iterator[Step]:
    """Every step, and those inside of it."""
    for step in steps:
        yield step
        for inner in step_lists(step):
            yield from all_steps(inner)


def is_block(name: str) -> bool:
    """Blocks are CamelCase, kinds are not."""
    return name[0].isupper()


def substituted(value: Any, scope: dict[str, Any]) -> Any:
    """The value with the names of a scope replaced by their values."""
    if isinstance(value, str):
        return scope.get(value, value)
    if isinstance(value, list):
        return [substituted(part, scope) for part in value]
    if isinstance(value, dict):
        return {key: part if key == "name" else substituted(part, scope) for key, part in value.items()}
    return value


class Writer:
    """Writes out one kind of shorthand: `repeat`, `for` or `block`; what it names keeps its references."""

    def __init__(self, spec: Spec, shorthand: str) -> None:
        self.spec = spec
        self.shorthand = shorthand
        self.renamed: dict[str, str] = {}

    def written(self) -> Spec:
        """The same network without that shorthand."""
        layers = self.steps(self.spec.layers)
        blocks = {name: {**block, "do": self.steps(block["do"])} for name, block in self.spec.blocks.items()}
        if self.shorthand == "block":
            blocks = {}
        written = self.spec._replace(layers=layers, blocks=blocks)
        return written._replace(
            layers=substituted(layers, self.renamed), outputs=substituted(written.outputs, self.renamed)
        )

    def steps(self, steps: list[Step]) -> list[Step]:
        return [written for step in steps for written in self.step(step)]

    def step(self, step: Step) -> list[Step]:
        if self.shorthand == "repeat" and "repeat" in modifiers(step):
            return self.copies(step)
        step = self.inside(step)
        if self.shorthand == "for" and word(step) == "for":
            return self.rounds(step)
        if self.shorthand == "block" and is_block(word(step)):
            return self.opened(step)
        return [step]

    def inside(self, step: Step) -> Step:
        """The step with the steps inside of it written out."""
        if isinstance(step, str):
            return step
        kind, inner = word(step), body(step)
        copy = dict(step)
        if kind == "residual":
            copy[kind] = self.steps(inner)
        elif kind in JOINS and isinstance(inner, dict):
            copy[kind] = {name: self.steps(branch) for name, branch in inner.items()}
        for key in ("do", "shortcut"):
            if isinstance(copy.get(key), list):
                copy[key] = self.steps(copy[key])
        return copy

    def copies(self, step: Step) -> list[Step]:
        beside = modifiers(step)
        count, first, name = beside.pop("repeat"), beside.pop("first", {}), beside.pop("name", None)
        kind, arguments = word(step), body(step)
        copies: list[Step] = []
        for index in range(count):
            given = {**arguments, **first} if index == 0 and first else arguments
            copies.append({kind: given, **beside})
            beside.pop("from", None)
        return [written for named in self.numbered(copies, name) for written in self.step(named)]

    def numbered(self, steps: list[Step], name: str | None) -> list[Step]:
        """The steps, each with a name of its own where all together had one."""
        if name is None:
            return steps
        for index in range(len(steps)):
            self.renamed[f"{name}.{index}"] = f"{name}_{index}"
        self.renamed[name] = f"{name}_{len(steps) - 1}"
        return [{**mapping(step), "name": f"{name}_{index}"} for index, step in enumerate(steps)]

    def rounds(self, step: Step) -> list[Step]:
        columns = substituted(body(step), self.spec.params)
        count = len(next(iter(columns.values())))
        rounds = [
            substituted(modifiers(step)["do"], {name: column[index] for name, column in columns.items()})
            for index in range(count)
        ]
        name = modifiers(step).get("name")
        last = self.numbered([steps[-1] for steps in rounds], name)
        return [inner for steps, end in zip(rounds, last, strict=True) for inner in [*steps[:-1], end]]

    def opened(self, step: Step) -> list[Step]:
        block = self.spec.blocks[word(step)]
        beside = modifiers(step)
        scope = {**block["params"], **body(step)}
        steps = self.steps(substituted(block["do"], scope))
        if "from" in beside:
            steps[0] = {**mapping(steps[0]), "from": beside["from"]}
        if "name" in beside:
            steps[-1] = {**mapping(steps[-1]), "name": beside["name"]}
        return steps


def written_out(spec: Spec, shorthand: str) -> Spec:
    """The same network with all `repeat`s written out; or with these, all `for`s or all `block`s."""
    if shorthand != "repeat":
        spec = Writer(spec, "repeat").written()
    return Writer(spec, shorthand).written()
