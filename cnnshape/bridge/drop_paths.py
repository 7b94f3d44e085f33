"""Stochastic depth, whose rate grows from layer to layer: no two blocks would be equal with it."""

from cnnshape.bridge.operations import Argument, Network, Operation, Ref


def without_drop_paths(network: Network) -> Network:
    """The network without its `drop_path` layers if they have different rates, with a note on them.

    They do nothing at inference, and have no weights.
    """
    rates = [operation.arguments.get("p", 0) for operation in network.operations if operation.kind == "drop_path"]
    if len(set(rates)) < 2:
        return network
    replaced: dict[int, int] = {index: index for index in range(len(network.inputs))}
    kept: list[Operation] = []
    for value, operation in network.numbered():
        inputs = tuple(replaced[source] for source in operation.inputs)
        if operation.kind == "drop_path":
            replaced[value] = inputs[0]
            continue
        arguments = {name: _moved(argument, replaced) for name, argument in operation.arguments.items()}
        replaced[value] = len(network.inputs) + len(kept)
        kept.append(operation._replace(inputs=inputs, arguments=arguments))
    outputs = tuple(output._replace(value=replaced[output.value]) for output in network.outputs)
    numbers = sorted(rate for rate in rates if isinstance(rate, int | float))
    note = (
        f"{len(rates)} layers of stochastic depth, with rates from {numbers[0]:.3g} to {numbers[-1]:.3g}, are left out: "
        "they do nothing at inference (`--flat` has them)"
    )
    return network._replace(operations=tuple(kept), outputs=outputs, notes=(*network.notes, note))


def _moved(argument: Argument, replaced: dict[int, int]) -> Argument:
    return Ref(replaced[argument.value]) if isinstance(argument, Ref) else argument
