"""Help for a step that names a param, a variable or a tensor, where a kind is wanted.

Only designs with problems import this module.
"""

from cnnshape.language import Block, Loop, Spec, Step, walk

_PARAM = (
    "a step names a kind, not a param: write `- {{relu, when: {0} == relu}}` for each kind that it may hold; "
    "`conv`, `conv_transpose` and `linear` take it as `act: {0}`"
)
_TENSOR = "`{0}` is the output of a step: the next step takes it by `from: {0}`"


def value_help(word: str, place: Block | Spec) -> str | None:
    """Help for the step, if a block or a file calls something else by its word."""
    steps = place.steps if isinstance(place, Block) else place.layers
    values = {param.name.text for param in place.params} | _variables(steps)
    if word in values:
        return _PARAM.format(word)
    inputs = () if isinstance(place, Block) else place.inputs
    tensors = {name.text for step in walk(steps) for name in step.given_names} | {given.name.text for given in inputs}
    return _TENSOR.format(word) if word in tensors else None


def _variables(steps: tuple[Step, ...]) -> set[str]:
    """The variables of all loops among the steps."""
    return {column.name.text for step in walk(steps) if isinstance(step, Loop) for column in step.columns}
