"""A network as a list of steps without blocks: one step for each operation."""

from collections.abc import Mapping, Sequence

from cnnshape.bridge import names
from cnnshape.bridge.draft import FROZEN, Draft, DraftCall, DraftJoin, DraftStep, Marks, Value
from cnnshape.bridge.operations import Argument, Network, Operation, Ref
from cnnshape.layers import BY_NAME


def is_join(kind: str) -> bool:
    """Whether a kind reads several tensors by reference: `add`, `concat`."""
    return BY_NAME[kind].joins


def needs_names(network: Network) -> list[int]:
    """The values that a step reads other than as the output of the step before it, and the outputs, in order."""
    needed = [output.value for output in network.outputs] if _states_outputs(network) else []
    needed += owners(network).values()
    previous = 0
    for value, operation in network.numbered():
        needed += [ref.value for ref in refs(operation.arguments)]
        if is_join(operation.kind) or not (BY_NAME[operation.kind].by_name or operation.inputs[:1] == (previous,)):
            needed += operation.inputs
        previous = value
    return sorted(set(needed))


def refs(arguments: Mapping[str, Argument]) -> list[Ref]:
    """The values that arguments name."""
    return [argument for argument in arguments.values() if isinstance(argument, Ref)]


def complete(operation: Operation) -> dict[str, Argument | None]:
    """All arguments of an operation in the order of its kind, also those with their default, in their short form.

    Raises ValueError for an argument that the kind doesn't have.
    """
    declared = BY_NAME[operation.kind].arguments
    unknown = set(operation.arguments) - set(declared)
    if unknown:
        raise ValueError(f"{operation.kind} has no argument {sorted(unknown)}")
    values = {
        name: short(operation.arguments[name], argument.type.form) if name in operation.arguments else argument.default
        for name, argument in declared.items()
    }
    if "stride" in values and declared["stride"].default is None and values["stride"] == values.get("kernel"):
        values["stride"] = None
    return values


def stated(operation: Operation) -> dict[str, Argument]:
    """The arguments of an operation that differ from their defaults."""
    declared = BY_NAME[operation.kind].arguments
    return {
        name: value
        for name, value in complete(operation).items()
        if value is not None and not same(value, declared[name].default)
    }


def same(one: object, other: object) -> bool:
    """Whether two values of arguments are equal; `true` is not 1."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def are_same(values: Sequence[object]) -> bool:
    """Whether all of at least one value are equal; `true` is not 1."""
    first = values[0]
    if values.count(first) < len(values):
        return False
    return first not in (0, 1) or len({isinstance(value, bool) for value in values}) == 1


_PER_AXIS = frozenset(("per_axis", "factors", "padding"))
"""Forms of arguments where one value means the same as a list of it."""


def short(value: Argument, form: str) -> Argument:
    """One value in place of a list of equal ones, and of a pair of equal ones on each axis."""
    if not isinstance(value, tuple) or form not in _PER_AXIS:
        return value
    # `[[0, 1], [0, 1]]` stays: in short it would be the list `[0, 1]`, one size per axis.
    if all(isinstance(item, tuple) and len(set(item)) == 1 for item in value):
        value = tuple(item[0] for item in value if isinstance(item, tuple))
    equal = len(set(value)) == 1 and not isinstance(value[0], tuple)
    return value[0] if equal else value


def step_names(network: Network) -> dict[int, str]:
    """A name for each value that needs one: that of its module, or of its kind."""
    taken = names.Taken()
    chosen: dict[int, str] = {}
    outputs = {output.value: output.name for output in network.outputs}
    for value in needs_names(network):
        operation = network.operation(value)
        if operation is None:
            wanted = network.inputs[value].name
        else:
            wanted = outputs.get(value) or f"{operation.path} {operation.kind}"
        chosen[value] = names.variable(wanted, taken, "step") if operation else wanted
        taken.add(chosen[value])
    return chosen


def flat_draft(network: Network, expect: Mapping[str, Value]) -> Draft:
    """The spec with a step for each operation, in the order they run."""
    chosen = step_names(network)
    owner_of = owners(network)
    steps = []
    previous = 0
    for value, operation in network.numbered():
        name = chosen.get(value, "")
        source = "" if operation.inputs[:1] == (previous,) else _source(operation, chosen)
        marks = Marks(name=name, source=source, share=chosen[owner_of[value]] if value in owner_of else "")
        steps.append(step_of(operation, chosen, marks))
        previous = value
    return Draft(
        names.title(network.name),
        network.origin,
        {given.name: given.shape for given in network.inputs},
        (),
        tuple(steps),
        tuple(chosen[output.value] for output in network.outputs) if _states_outputs(network) else (),
        expect=expect,
    )


def _states_outputs(network: Network) -> bool:
    """Whether the outputs are others than the last step's."""
    last = len(network.inputs) + len(network.operations) - 1
    return [output.value for output in network.outputs] != [last]


def _source(operation: Operation, chosen: Mapping[int, str]) -> str:
    kind = BY_NAME[operation.kind]
    return chosen[operation.inputs[0]] if operation.inputs and not (kind.joins or kind.by_name) else ""


def owners(network: Network) -> dict[int, int]:
    """For each value whose operation uses the weights of an earlier one: the value of that one."""
    first: dict[str, int] = {}
    shared: dict[int, int] = {}
    for value, operation in network.numbered():
        for weight in operation.weights:
            owner = first.setdefault(weight.name, value)
            if owner != value:
                shared[value] = owner
    return shared


def step_of(operation: Operation, chosen: Mapping[int, str], marks: Marks) -> DraftStep:
    """The step of an operation. `chosen` are the names of the values that it refers to."""
    arguments = {name: value_of(argument, chosen) for name, argument in stated(operation).items()}
    if operation.frozen:
        arguments[FROZEN] = True
    if is_join(operation.kind):
        operands = tuple(chosen[value] for value in operation.inputs)
        return DraftJoin(operation.kind, {}, operands, str(arguments.get("broadcast", "")), marks)
    return DraftCall(operation.kind, arguments, marks, BY_NAME[operation.kind].main or "")


def value_of(argument: Argument, chosen: Mapping[int, str]) -> Value:
    """An argument as a spec has it: references by name."""
    if isinstance(argument, Ref):
        return chosen[argument.value]
    if isinstance(argument, tuple):
        return tuple(value_of(item, chosen) for item in argument)
    return argument
