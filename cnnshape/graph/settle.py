"""Settles the values of the file's params and the shapes of its inputs, before the first step."""

from collections.abc import Mapping

from cnnshape.arithmetic import is_whole, truncate
from cnnshape.diagnostics import Diagnostic, Label, diagnose, did_you_mean, misspelt
from cnnshape.graph.applications import MAX_ELEMENTS
from cnnshape.graph.draft import MAX_LAYERS
from cnnshape.graph.evaluation import Refused, evaluate, settled
from cnnshape.graph.faults import Faults, Origin
from cnnshape.graph.guess import ANY, Axis, Guess, exact
from cnnshape.graph.input_option import InputOption, wrong_rank
from cnnshape.graph.scope import UNSETTLED, Scope, Uncertain
from cnnshape.language import Input, Spec, Unresolved, Value, Variant, describe, shown
from cnnshape.layers import Shape, Tensor
from cnnshape.named_tuple import NamedTuple
from cnnshape.program import Program, settings_of
from cnnshape.source import Span

LARGEST_SIZE = 10**9


class Options(NamedTuple):
    """The options that are set outside the file.

    `params` override parameters, by name; `inputs` override input shapes (a single number for `boxes`), by name,
    where the name `""` means the first input. `inputs_name` is what diagnostics call the place of these shapes.
    """

    params: Mapping[str, Value] = {}
    variant: str = ""
    inputs: Mapping[str, Shape] = {}
    max_layers: int = MAX_LAYERS
    inputs_name: str = "inputs"


class Settled:
    """Evaluates params and inputs, and reports their problems. `failed` says whether there are any.

    `places` are where the shapes of the inputs are written: in the file, or in an option.
    """

    def __init__(self, program: Program, options: Options, faults: Faults) -> None:
        self._spec = spec = program.spec
        self._options = options
        self._faults = faults
        self.failed = False
        own, problems = settings_of(options.params.values())
        self._plans = {**program.settings, **own} if own else program.settings
        for problem in problems:
            self._fault(problem)
        self.params = self._params()
        self._check_names()
        self.places: list[Span] = []
        self.inputs: list[Tensor | Guess] = [
            self._input(given, first=index == 0) for index, given in enumerate(spec.inputs)
        ]

    def _fault(self, diagnostic: Diagnostic, origin: Origin | None = None) -> None:
        self.failed = True
        self._faults.add(diagnostic, [], origin)

    # Parameters: options override a variant, which overrides the file

    def _params(self) -> Scope:
        """The values of all parameters. The scope of each has the parameters before it."""
        chosen = {**self._variant(), **self._overrides()}
        scope: Scope = {}
        for param in self._spec.params:
            name = param.name.text
            value = chosen.get(name, param.default)
            scope[name] = UNSETTLED if value is None else self._param(name, value, scope)
        return scope

    def _param(self, name: str, value: Value, scope: Scope) -> object:
        self._faults.params[name] = value
        try:
            return settled(value, evaluate(value, scope, None, self._plans))
        except Refused as refused:
            self._fault(refused.diagnostic, refused.origin)
        except Uncertain:
            pass
        return UNSETTLED

    def _variant(self) -> dict[str, Value]:
        declared = {param.name.text for param in self._spec.params}
        for variant in self._spec.variants:
            self._check_variant(variant, declared)
        name = self._options.variant
        if not name:
            return {}
        known = {variant.name.text: variant for variant in self._spec.variants}
        if name in known:
            return {setting.text: setting.value for setting in known[name].params}
        self._fault(unknown_variant(self._spec, name))
        return {}

    def _check_variant(self, variant: Variant, declared: set[str]) -> None:
        for setting in variant.params:
            if setting.text not in declared:
                message = f"the variant `{variant.name.text}` sets `{shown(setting.text)}`, which is not a param"
                help = did_you_mean(setting.text, declared)
                fixes = misspelt(setting.text, declared, setting.span)
                self._fault(diagnose("unknown-param", message, setting.span, help=help, fixes=fixes))

    def _overrides(self) -> dict[str, Value]:
        declared = {param.name.text for param in self._spec.params}
        for name in self._options.params:
            if name not in declared:
                self._fault(unknown_param(self._spec, name))
        return dict(self._options.params)

    # Inputs

    def _check_names(self) -> None:
        names = [given.name.text for given in self._spec.inputs]
        for name in self._options.inputs:
            if name and name not in names:
                self._fault(unknown_input(self._spec, name))

    def _input(self, given: Input, *, first: bool) -> Tensor | Guess:
        """The tensor of an input, from the file or from an option."""
        option = self._option(given, first=first)
        self.places.append(option.at if option else given.span)
        if option is not None and given.boxes is None and len(option.shape) != len(given.values) and given.values:
            self._fault(wrong_rank(given, option, self._size(given, given.values[0])))
            option = None
        sizes = list(option.shape) if option else [self._size(given, size) for size in given.values]
        if given.boxes is not None:
            return self._boxes(given, sizes)
        known = tuple([size for size in sizes if size is not None])
        if len(known) < len(sizes):
            return Guess([tuple([_axis(size) for size in sizes])])
        tensor = Tensor(known)
        if tensor.elements > MAX_ELEMENTS:
            message = f"the input `{given.name.text}` is larger than any memory"
            self._fault(diagnose("size-limit", message, self.places[-1]))
            return Guess([tuple(map(exact, known))])
        return tensor

    def _option(self, given: Input, *, first: bool) -> InputOption | None:
        """The shape that an option gives an input; None if the file's own shape applies."""
        for name in (given.name.text, *([""] if first else [])):
            if name in self._options.inputs:
                return InputOption(name, self._options.inputs[name], self._options.inputs_name)
        return None

    def _boxes(self, given: Input, sizes: list[int | None] | list[int]) -> Tensor | Guess:
        """A number of regions, each of four coordinates."""
        if len(sizes) != 1:
            message = f"`{given.name.text}` is a number of boxes, got a shape of {len(sizes)} sizes"
            help = f"write `--input {given.name.text}=128`"
            self._fault(diagnose("bad-input", message, given.span, help=help))
        count = sizes[0]
        return Guess([(exact(4),)]) if count is None or len(sizes) != 1 else Tensor((4,), count)

    def _size(self, given: Input, value: Value) -> int | None:
        """One size of an input; None if it can't be evaluated."""
        try:
            size = evaluate(value, self.params)
        except Refused as refused:
            self._fault(refused.diagnostic, value)
            return None
        except Uncertain:
            return None
        if is_whole(size) and 1 <= size <= LARGEST_SIZE:
            return truncate(size)
        message = f"a size of `{given.name.text}` is a whole number from 1 to 10^9, got {describe(size)}"
        unknown = f"write a number, or declare `{size}` under `params:`" if isinstance(size, Unresolved) else None
        self._fault(diagnose("bad-input", message, value.span, help=unknown), value)
        return None


def _axis(size: int | None) -> Axis:
    return ANY if size is None else exact(size)


def unknown_variant(spec: Spec, name: str) -> Diagnostic:
    """The problem of an option with a variant that the file doesn't have."""
    help = did_you_mean(name, {variant.name.text for variant in spec.variants}) or "the file declares no variants"
    message = f"no variant is called `{shown(name)}`"
    return diagnose("unknown-variant", message, file=spec.source.name, help=help)


def unknown_param(spec: Spec, name: str) -> Diagnostic:
    """The problem of an option with a param that the file doesn't have."""
    help = did_you_mean(name, {param.name.text for param in spec.params}) or "the file declares no params"
    return diagnose("unknown-param", f"`{shown(name)}` is not a param of this file", file=spec.source.name, help=help)


def unknown_input(spec: Spec, name: str) -> Diagnostic:
    """The problem of an option with an input that the file doesn't have."""
    help = did_you_mean(name, [given.name.text for given in spec.inputs])
    return diagnose("bad-input", f"no input is called `{shown(name)}`", file=spec.source.name, help=help)


def check_input_names(spec: Spec, params: Scope, faults: Faults) -> None:
    """Reports inputs with the name of a param."""
    places = {param.name.text: param.name.span for param in spec.params}
    for given in spec.inputs:
        name = given.name.text
        if name in params:
            message = f"`{name}` is a param already"
            related = [Label(places[name], "the param")]
            faults.add(diagnose("duplicate-name", message, given.name.span, related=related), [])
