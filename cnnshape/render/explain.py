"""Explanations as text."""

from cnnshape.layers import format_shape
from cnnshape.render.formats import Page
from cnnshape.render.wrapping import BOLD, NAME, paint, painted
from cnnshape.study.explain import Explanation, Fact, SizeStep


def explanation(layer: Explanation, page: Page) -> str:
    """A layer's figures with their arithmetic."""
    head = f"{layer.name}: {layer.kind}, line {layer.line} of the spec"
    head = paint(head, BOLD if page.color else "")
    return "\n".join([head, layer.meaning, "", *_facts(layer.facts, page)]) + "\n"


def size_chain(name: str, start: str, steps: tuple[SizeStep, ...], page: Page) -> str:
    """The sizes through a network, one line per layer that changes them."""
    lines = [paint(f"{name}: {start}", BOLD if page.color else ""), ""]
    names = max((len(step.name) for step in steps), default=0)
    outputs = max((len(format_shape(step.output)) for step in steps), default=0)
    for step in steps:
        equations = "; ".join(_equation(fact) for fact in step.facts) or step.kind
        head = f"{step.name.ljust(names)}  {format_shape(step.output).ljust(outputs)}  "
        lines += painted(head, equations, page.width, NAME if page.color else "")
    return "\n".join(lines) + "\n"


def _equation(fact: Fact) -> str:
    return f"{fact.topic}: {fact.text}" + (f" ({fact.remark})" if fact.remark else "")


def _facts(facts: tuple[Fact, ...], page: Page) -> list[str]:
    topics = max(len(fact.topic) for fact in facts)
    lines: list[str] = []
    for fact in facts:
        text = fact.text + (f"   ({fact.remark})" if fact.remark else "")
        lines += painted(f"{fact.topic.ljust(topics)}  ", text, page.width, NAME if page.color else "")
    return lines
