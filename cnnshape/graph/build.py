"""From a spec to its graph: parameters settled, inputs bound, steps expanded, outputs found."""

from collections.abc import Mapping
from typing import NamedTuple

from cnnshape.diagnostics import Diagnostic, Label, diagnose, did_you_mean
from cnnshape.graph.applications import MAX_ELEMENTS
from cnnshape.graph.binding import Refused, evaluate
from cnnshape.graph.draft import MAX_LAYERS, Draft, Exhausted
from cnnshape.graph.expand import Expander, taken_names
from cnnshape.graph.faults import Faults
from cnnshape.graph.layout import doubtful_inputs, with_inputs
from cnnshape.graph.model import Graph, GraphInput
from cnnshape.graph.names import unknown_names
from cnnshape.graph.references import tensor_of
from cnnshape.graph.scope import Handle, Place, Scope
from cnnshape.graph.values import Poisoned, settled
from cnnshape.graph.vocabulary import Vocabulary
from cnnshape.language import Input, Reference, Spec, Unresolved, Value, Variant, describe, shown
from cnnshape.layers import Shape, Tensor

LARGEST_SIZE = 10**9


class Options(NamedTuple):
    """What is set from outside of the file.

    `params` override parameters, by name; `inputs` override input shapes (a single number for `boxes`), by name,
    the name `""` standing for the first input.
    """

    params: Mapping[str, Value] = {}
    variant: str = ""
    inputs: Mapping[str, Shape] = {}
    max_layers: int = MAX_LAYERS


class Built(NamedTuple):
    """The graph of a spec, None where there are problems; and how many steps and params were gone through for it."""

    graph: Graph | None
    problems: list[Diagnostic]
    visits: int


def build(spec: Spec, options: Options | None = None) -> Built:
    """The graph of a spec, and all problems found."""
    options = options or Options()
    unknown = unknown_names(spec)
    vocabulary = Vocabulary(spec, unknown.undeclared, unknown.calls)
    problems = [*vocabulary.problems, *unknown.once]
    if not spec.sound or vocabulary.cyclic:
        return Built(None, problems, vocabulary.size)
    faults = Faults([*vocabulary.problems, *unknown.all])
    builder = _Builder(spec, vocabulary, faults, options)
    graph = builder.build()
    problems += with_inputs(faults.all(), builder.doubtful)
    return Built(None if problems else graph, problems, vocabulary.size + builder.visits)


def given_inputs(spec: Spec, options: Options) -> tuple[GraphInput, ...]:
    """The inputs of a sound spec, whether or not its layers fit them; none where their shapes can't be settled."""
    builder = _Builder(spec, Vocabulary(spec, {}, set()), Faults([]), options)
    inputs = builder.inputs(builder.params())
    return () if builder.failed else inputs


class _Builder:
    def __init__(self, spec: Spec, vocabulary: Vocabulary, faults: Faults, options: Options) -> None:
        self.spec = spec
        self.vocabulary = vocabulary
        self.faults = faults
        self.options = options
        self.doubtful: list[Label] = []
        self.failed = False
        self.unsettled: set[str] = set()
        self.visits = 0

    def build(self) -> Graph | None:
        scope = self.params()
        inputs = self.inputs(scope)
        if self.failed or not inputs:
            return None
        for index, given in enumerate(inputs):
            if given.name in scope:
                at = self.spec.inputs[index].name.span
                related = [Label(self.vocabulary.params[given.name], "the param")]
                self.fault(diagnose("duplicate-name", f"`{given.name}` is a param already", at, related=related))
            scope[given.name] = Handle(index, at=self.spec.inputs[index].name.span)
        self.doubtful = doubtful_inputs(self.spec, inputs)
        draft = Draft([given.tensor for given in inputs], self.options.max_layers)
        expander = Expander(self.vocabulary, self.faults, draft)
        place = Place(taken=taken_names(self.spec.layers, [given.name for given in inputs]))
        try:
            last = expander.steps(self.spec.layers, 0, scope, place)
        except Exhausted as exhausted:
            self.fault(exhausted.diagnostic)
            return None
        finally:
            self.visits = expander.visits
        outputs = self.outputs(last, scope)
        draft.root.end = len(draft.nodes)
        return Graph(self.spec.name, inputs, tuple(draft.nodes), outputs, draft.root)

    def fault(self, diagnostic: Diagnostic) -> None:
        self.failed = True
        self.faults.add(diagnostic, [])

    # Parameters: the file's, under a variant's, under those from outside

    def params(self) -> Scope:
        """The values of all parameters, each worked out with those before it in scope."""
        chosen = {**self.variant(), **self.overrides()}
        scope: Scope = {}
        for param in self.spec.params:
            value = chosen.get(param.name.text, param.default)
            if value is None:
                continue
            self.faults.params[param.name.text] = value.span
            try:
                scope[param.name.text] = settled(value, self.evaluated(value, scope))
            except Refused as refused:
                self.unsettled.add(param.name.text)
                self.fault(refused.diagnostic)
            except Poisoned:
                self.unsettled.add(param.name.text)
        return scope

    def evaluated(self, value: Value, scope: Scope) -> object:
        """A value of the top level; raises Refused, or Poisoned where it needs a param that has no value."""
        if not self.unsettled.isdisjoint(value.names):
            raise Poisoned
        return evaluate(value, scope)

    def variant(self) -> dict[str, Value]:
        declared = {param.name.text for param in self.spec.params}
        for variant in self.spec.variants:
            self.check_variant(variant, declared)
        name = self.options.variant
        if not name:
            return {}
        known = {variant.name.text: variant for variant in self.spec.variants}
        if name in known:
            return {setting.name.text: setting.value for setting in known[name].params}
        help = did_you_mean(name, known) or "the file declares no variants"
        message = f"no variant is called `{shown(name)}`"
        self.fault(diagnose("unknown-variant", message, file=self.spec.source.name, help=help))
        return {}

    def check_variant(self, variant: Variant, declared: set[str]) -> None:
        for setting in variant.params:
            if setting.name.text not in declared:
                message = f"the variant `{variant.name.text}` sets `{shown(setting.name.text)}`, which is no param"
                help = did_you_mean(setting.name.text, declared)
                self.fault(diagnose("unknown-param", message, setting.name.span, help=help))

    def overrides(self) -> dict[str, Value]:
        declared = {param.name.text for param in self.spec.params}
        for name in self.options.params:
            if name not in declared:
                help = did_you_mean(name, declared) or "the file declares no params"
                message = f"`{shown(name)}` is not a param of this file"
                self.fault(diagnose("unknown-param", message, file=self.spec.source.name, help=help))
        return dict(self.options.params)

    # Inputs and outputs

    def inputs(self, scope: Scope) -> tuple[GraphInput, ...]:
        """The inputs with their shapes, as the file states them or as they are overridden."""
        names = [given.name.text for given in self.spec.inputs]
        for name in self.options.inputs:
            if name and name not in names:
                help = did_you_mean(name, names)
                message = f"no input is called `{shown(name)}`"
                self.fault(diagnose("bad-input", message, file=self.spec.source.name, help=help))
        found = [self.input(given, scope, first=index == 0) for index, given in enumerate(self.spec.inputs)]
        return tuple(GraphInput(name, tensor) for name, tensor in found)

    def input(self, given: Input, scope: Scope, *, first: bool) -> tuple[str, Tensor]:
        override = self.options.inputs.get(given.name.text)
        if override is None and first:
            override = self.options.inputs.get("")
        if override is not None:
            shape = override
        elif given.boxes is not None:
            shape = (self.size(given, given.boxes, scope),)
        else:
            shape = tuple(self.size(given, size, scope) for size in given.shape)
        if given.boxes is not None:
            if len(shape) != 1:
                message = f"`{given.name.text}` is a number of boxes, got a shape of {len(shape)} sizes"
                help = f"write `--input {given.name.text}=128`"
                self.fault(diagnose("bad-input", message, given.span, help=help))
            return given.name.text, Tensor((4,), shape[0])
        tensor = Tensor(shape)
        if tensor.elements > MAX_ELEMENTS:
            self.fault(diagnose("size-limit", f"the input `{given.name.text}` is larger than any memory", given.span))
        return given.name.text, tensor

    def size(self, given: Input, value: Value, scope: Scope) -> int:
        try:
            found = self.evaluated(value, scope)
        except Refused as refused:
            self.fault(refused.diagnostic)
            return 1
        except Poisoned:
            return 1
        whole = isinstance(found, int | float) and not isinstance(found, bool) and found == int(found)
        if whole and isinstance(found, int | float) and 1 <= found <= LARGEST_SIZE:
            return int(found)
        message = f"a size of `{given.name.text}` is a whole number from 1 to 10^9, got {describe(found)}"
        unknown = f"write a number, or declare `{found}` under `params:`" if isinstance(found, Unresolved) else None
        self.fault(diagnose("bad-input", message, value.span, help=unknown))
        return 1

    def outputs(self, last: int | None, scope: Scope) -> dict[str, int]:
        """The tensors that the network gives: those that the file names, or the last one."""
        if not self.spec.outputs:
            return {"output": last} if last is not None else {}
        found = {}
        for name in self.spec.outputs:
            index = self.output(name, last, scope)
            if index is not None:
                found[name.text] = index
        return found

    def output(self, name: Reference, last: int | None, scope: Scope) -> int | None:
        """The index of an output; None for one whose step is skipped: the network doesn't have it then."""
        if name.text == "prev":
            return last
        try:
            handle = tensor_of(name, scope, self.vocabulary)
            return None if handle.skipped else handle.index
        except Refused as refused:
            self.fault(refused.diagnostic)
            return None
