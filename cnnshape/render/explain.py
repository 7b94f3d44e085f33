"""Explanations as text."""

from cnnshape.layers import format_shape
from cnnshape.render.contract import to_contract
from cnnshape.render.formats import Page
from cnnshape.render.html import block, paragraphs, title
from cnnshape.render.table import Column, Table
from cnnshape.render.table.html import html_table
from cnnshape.render.wrapping import BOLD, NAME, paint, painted
from cnnshape.study.explain import Explanation, Fact, SizeChain, SizeStep


def explanation(layer: Explanation, page: Page) -> str:
    """A layer's figures with their arithmetic."""
    head = paint(_head(layer), BOLD if page.color else "")
    return "\n".join([head, layer.meaning, "", *_facts(layer.facts, page)]) + "\n"


def size_chain(chain: SizeChain, page: Page) -> str:
    """The sizes through a network, one line per layer that changes them."""
    steps = chain.steps
    lines = [paint(_chain_head(chain), BOLD if page.color else ""), ""]
    names = max((len(step.name) for step in steps), default=0)
    outputs = max((len(format_shape(step.output)) for step in steps), default=0)
    for step in steps:
        equations = "; ".join(_equation(fact) for fact in step.facts) or step.kind
        head = f"{step.name.ljust(names)}  {format_shape(step.output).ljust(outputs)}  "
        lines += painted(head, equations, page.width, NAME if page.color else "")
    return "\n".join(lines) + "\n"


def _chain_head(chain: SizeChain) -> str:
    """`ResNet-50: input 3x224x224`"""
    return f"{chain.name}: input {', '.join(map(format_shape, chain.inputs))}"


def _head(explained: Explanation) -> str:
    """`stem.conv: conv, line 9 of the spec`"""
    return f"{explained.name}: {explained.kind}, line {explained.line} of the spec"


def _equation(fact: Fact) -> str:
    return f"{fact.topic}: {fact.text}" + (f" ({fact.remark})" if fact.remark else "")


def _facts(facts: tuple[Fact, ...], page: Page) -> list[str]:
    topics = max(len(fact.topic) for fact in facts)
    lines: list[str] = []
    for fact in facts:
        text = fact.text + (f"   ({fact.remark})" if fact.remark else "")
        lines += painted(f"{fact.topic.ljust(topics)}  ", text, page.width, NAME if page.color else "")
    return lines


def facts_table(explained: Explanation) -> Table:
    """The figures of a layer: a row per fact."""
    columns = (Column("topic", "figure"), Column("text", "value"), Column("remark"))
    return Table(columns, [(fact.topic, fact.text, fact.remark) for fact in explained.facts])


def steps_table(chain: SizeChain) -> Table:
    """The sizes through a network: a row per layer that changes them."""
    columns = (Column("name", "layer"), Column("kind"), Column("output", text=format_shape), Column("sizes"))
    rows = [(step.name, step.kind, step.output, "; ".join(map(_equation, step.facts))) for step in chain.steps]
    return Table(columns, rows)


def explanation_html(explained: Explanation) -> str:
    """The explanation as a notebook shows it."""
    return block(title(_head(explained)), paragraphs([explained.meaning]), html_table(facts_table(explained)))


def chain_html(chain: SizeChain) -> str:
    """The sizes as a notebook shows them."""
    return block(title(_chain_head(chain)), html_table(steps_table(chain)))


def explanation_json(explained: Explanation) -> str:
    """The explanation as JSON."""
    return to_contract({**explained._asdict(), "facts": [fact._asdict() for fact in explained.facts]})


def chain_json(chain: SizeChain) -> str:
    """The sizes as JSON."""
    inputs = [list(shape) for shape in chain.inputs]
    return to_contract({"name": chain.name, "inputs": inputs, "steps": list(map(_step_data, chain.steps))})


def _step_data(step: SizeStep) -> dict[str, object]:
    facts = [fact._asdict() for fact in step.facts]
    return {"name": step.name, "kind": step.kind, "output": list(step.output), "sizes": facts}
