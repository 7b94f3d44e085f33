"""Params of blocks: the arguments of a step, and the scope of the block's steps."""

from collections.abc import Mapping

from cnnshape.diagnostics import Label, diagnose
from cnnshape.graph.evaluation import Refused, Values, refuse_unresolved, settled
from cnnshape.graph.scope import UNSETTLED, Current, Handle, Scope, Uncertain
from cnnshape.language import Expression, Param, Value, grammar
from cnnshape.program import BlockProgram, BlockStep


def param_values(block: BlockProgram, given: Mapping[str, Value]) -> dict[str, Value]:
    """The values of a block's params as the file states them: given, or by default."""
    defaults = {param.name.text: param.default for param in block.params if param.default is not None}
    return {**defaults, **given}


class BlockScopes:
    """Opens the scopes of blocks."""

    def __init__(self, values: Values) -> None:
        self._values = values

    def open(
        self, step: BlockStep, block: BlockProgram, given: Mapping[str, Value], current: Current, scope: Scope
    ) -> tuple[Scope, list[Refused]]:
        """The scope of a block's steps: its params, given or by default. One that is refused is unsettled."""
        inner: Scope = {}
        refused: list[Refused] = []
        missing = [param for param in block.params if param.default is None and param.name.text not in given]
        if missing:
            refused.append(_missing(step, block, missing[0]))
        for param in block.params:
            try:
                inner[param.name.text] = self._param(param, given.get(param.name.text), current, scope, inner)
            except (Refused, Uncertain) as problem:
                inner[param.name.text] = UNSETTLED
                if isinstance(problem, Refused):
                    refused.append(problem.with_traceback(None))
        return inner, refused

    def _param(self, param: Param, given: Value | None, current: Current, scope: Scope, inner: Scope) -> object:
        """The value of a param; raises Refused, or Uncertain."""
        if given is not None:
            return self._given(param, given, current, scope)
        if param.default is not None:
            seen = {**inner, grammar.ENTERING: Handle(current)} if grammar.ENTERING in param.default.names else inner
            return settled(param.default, self._values.at(param.default, current, seen))
        return UNSETTLED

    def _given(self, param: Param, given: Value, current: Current, scope: Scope) -> object:
        value = self._values.at(given, current, scope)
        if value == param.name.text and isinstance(given, Expression):
            # `width: width` means a variable, never a word
            refuse_unresolved(given, value, scope)
        return settled(given, value)


def _missing(step: BlockStep, block: BlockProgram, param: Param) -> Refused:
    message = f"`{block.name.text}` needs `{param.name.text}`"
    related = [Label(param.name.span, "required here")]
    needed = ", ".join(f"{other.name.text}: ..." for other in block.params if other.default is None)
    help = f"write `{block.name.text}: {{{needed}}}`"
    return Refused(diagnose("missing-param", message, step.word.span, related=related, help=help))
