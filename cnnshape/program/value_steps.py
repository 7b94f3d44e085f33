"""Help for a step that names a param, a variable or a tensor, where a kind is wanted.

Only designs with problems import this module.
"""

from cnnshape.language import Block, Loop, Spec, Step, walk

_PARAM = (
    "a step names a kind, not a param: write `- {{relu, when: {0} == relu}}` for each kind that it may hold; "
    "`conv`, `conv_transpose` and `linear` take it as `act: {0}`"
)
_TENSOR = "`{0}` is the output of a step: the next step takes it by `from: {0}`"


class Values:
    """The names of a block or a file that are no kinds: params and variables, and tensors."""

    def __init__(self, place: Block | Spec) -> None:
        self.place = place
        steps = place.steps if isinstance(place, Block) else place.layers
        inputs = () if isinstance(place, Block) else place.inputs
        self._params = {param.name.text for param in place.params} | _variables(steps)
        self._tensors = {name.text for step in walk(steps) for name in step.given_names}
        self._tensors.update([given.name.text for given in inputs])

    def help(self, word: str) -> str | None:
        """Help for a step that has one of the names as its word."""
        if word in self._params:
            return _PARAM.format(word)
        return _TENSOR.format(word) if word in self._tensors else None


def _variables(steps: tuple[Step, ...]) -> set[str]:
    """The variables of all loops among the steps."""
    return {column.name.text for step in walk(steps) if isinstance(step, Loop) for column in step.columns}
