"""A block on its own: a design whose layers are one use of it."""

from collections.abc import Mapping

from cnnshape.api.design import Design
from cnnshape.diagnostics import diagnose, did_you_mean
from cnnshape.graph import Options
from cnnshape.language import Argument, Call, Expression, Input, Modifiers, Name, Value, compile_expression
from cnnshape.layers import Shape
from cnnshape.source import Span


def block_alone(
    design: Design, name: str, params: Mapping[str, Value], inputs: Mapping[str, Shape]
) -> tuple[Design, Options]:
    """The design of one block with these parameters, and the options that give it its inputs.

    The input named `""` enters the block; an input that has a parameter's name is the tensor which that parameter
    carries, and one that a value of a parameter reads is part of it. A block that the design doesn't define, or a missing input, is a problem of the new design.
    """
    spec = design.spec
    if spec is None:
        return design, Options()
    blocks = {block.name.text: block for block in spec.blocks}
    block = blocks.get(name)
    if block is None:
        help = did_you_mean(name, blocks) or "the file defines no blocks"
        problem = diagnose("unknown-block", f"no block is called `{name}`", file=design.source.name, help=help)
        return Design(design.source, None, [*design.diagnostics, problem]), Options()
    at = block.name.span
    tensors = {given: shape for given, shape in inputs.items() if given}
    if "" not in inputs:
        message = f"`{name}` alone needs an input shape"
        problem = diagnose("bad-input", message, file=design.source.name, help="give it: `--input 64x56x56`")
        return Design(design.source, None, [*design.diagnostics, problem]), Options()
    arguments = [Argument(param, value.span, value) for param, value in params.items()]
    items = {name for value in params.values() for name in value.names}
    arguments += [Argument(given, at, _reference(given, at)) for given in tensors if given not in items]
    entering = Input(Name("input", at), (), None, at)
    alone = spec._replace(
        name=f"{spec.name} {name}",
        inputs=(entering, *(Input(Name(given, at), (), None, at) for given in tensors)),
        layers=(Call(Name(name, at), tuple(arguments), None, Modifiers(), at),),
        outputs=(),
        expectations=(),
        contracts=(),
    )
    return Design(design.source, alone, design.diagnostics), Options(inputs={**tensors, "input": inputs[""]})


def _reference(name: str, at: Span) -> Expression:
    return compile_expression(name, at)
