"""Params of blocks: what a step gives to its block, and what the block's steps see of it."""

from cnnshape.diagnostics import Label, diagnose
from cnnshape.graph.binding import Refused
from cnnshape.graph.scope import Scope
from cnnshape.graph.values import Values, refuse_unresolved, settled
from cnnshape.language import Block, Call, Expression, Value
from cnnshape.source import Span


def given_params(call: Call, block: Block, first: bool) -> dict[str, Value]:
    """The arguments that a step gives to its block, by param."""
    given = {argument.name.text: argument.value for argument in call.arguments}
    if call.main is not None and block.params:
        given[block.params[0].name.text] = call.main
    if first:
        given.update({argument.name.text: argument.value for argument in call.modifiers.first})
    return given


def param_places(block: Block, given: dict[str, Value]) -> dict[str, Span]:
    """Where the values of a block's params stand."""
    defaults = {param.name.text: param.default.span for param in block.params if param.default is not None}
    return {**defaults, **{name: value.span for name, value in given.items()}}


def block_scope(
    call: Call, block: Block, given: dict[str, Value], values: Values, current: int | None, scope: Scope
) -> Scope:
    """What the steps of a block see: its params, given or by default; raises Refused."""
    inner: Scope = {}
    for param in block.params:
        text = param.name.text
        if text in given:
            argument = given[text]
            value = values.at(argument, current, scope)
            if value == text and isinstance(argument, Expression):
                # `width: width` means a variable, never a word of that name
                refuse_unresolved(argument, value, scope)
            inner[text] = settled(argument, value)
        elif param.default is not None:
            inner[text] = settled(param.default, values.at(param.default, current, inner))
        else:
            message = f"`{block.name.text}` needs `{text}`"
            related = [Label(param.name.span, "required here")]
            needed = ", ".join(f"{each.name.text}: ..." for each in block.params if each.default is None)
            help = f"write `{block.name.text}: {{{needed}}}`"
            raise Refused(diagnose("missing-param", message, call.word.span, related=related, help=help))
    return inner
