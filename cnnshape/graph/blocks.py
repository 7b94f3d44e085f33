"""Params of blocks: the arguments of a step, and the scope of the block's steps."""

from collections.abc import Callable, Mapping

from cnnshape.diagnostics import Label, diagnose
from cnnshape.graph.evaluation import Refused, Uncertain, Values, refuse_unresolved, settled
from cnnshape.graph.scope import UNSETTLED, Current, Scope
from cnnshape.language import Expression, Param, Value
from cnnshape.program import BlockProgram, BlockStep

Report = Callable[[Refused], None]


def param_values(block: BlockProgram, given: Mapping[str, Value]) -> dict[str, Value]:
    """The values of a block's params as the file states them: given, or by default."""
    defaults = {param.name.text: param.default for param in block.params if param.default is not None}
    return {**defaults, **given}


class BlockScopes:
    """Opens the scopes of blocks. `report` gets the problems of values; such a param is then unsettled."""

    def __init__(self, values: Values, report: Report) -> None:
        self._values = values
        self._report = report

    def open(
        self, step: BlockStep, block: BlockProgram, given: Mapping[str, Value], current: Current, scope: Scope
    ) -> Scope:
        """The scope of a block's steps: its params, given or by default."""
        inner: Scope = {}
        missing = [param for param in block.params if param.default is None and param.name.text not in given]
        if missing:
            self._report(_missing(step, block, missing[0]))
        for param in block.params:
            inner[param.name.text] = self._param(param, given.get(param.name.text), current, scope, inner)
        return inner

    def _param(self, param: Param, given: Value | None, current: Current, scope: Scope, inner: Scope) -> object:
        try:
            if given is not None:
                return self._given(param, given, current, scope)
            if param.default is not None:
                return settled(param.default, self._values.at(param.default, current, inner))
        except Refused as refused:
            self._report(refused)
        except Uncertain:
            pass
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
