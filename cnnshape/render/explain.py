"""Explanations as text."""

from cnnshape.layers import format_shape
from cnnshape.render.wrapping import wrapped
from cnnshape.study.explain import Explanation, Fact, SizeStep


def explanation(layer: Explanation, width: int | None = None) -> str:
    """A layer's figures with their arithmetic."""
    head = f"{layer.name}: {layer.kind}, line {layer.line} of the spec"
    return "\n".join([head, layer.meaning, "", *_facts(layer.facts, width)]) + "\n"


def size_chain(name: str, start: str, steps: tuple[SizeStep, ...], width: int | None = None) -> str:
    """The sizes through a network, one line per layer that changes them."""
    lines = [f"{name}: {start}", ""]
    names = max((len(step.name) for step in steps), default=0)
    outputs = max((len(format_shape(step.output)) for step in steps), default=0)
    for step in steps:
        equations = "; ".join(_equation(fact) for fact in step.facts) or step.kind
        lines += wrapped(f"{step.name.ljust(names)}  {format_shape(step.output).ljust(outputs)}  ", equations, width)
    return "\n".join(lines) + "\n"


def _equation(fact: Fact) -> str:
    return f"{fact.topic}: {fact.text}" + (f" ({fact.remark})" if fact.remark else "")


def _facts(facts: tuple[Fact, ...], width: int | None) -> list[str]:
    topics = max(len(fact.topic) for fact in facts)
    lines: list[str] = []
    for fact in facts:
        text = fact.text + (f"   ({fact.remark})" if fact.remark else "")
        lines += wrapped(f"{fact.topic.ljust(topics)}  ", text, width)
    return lines
