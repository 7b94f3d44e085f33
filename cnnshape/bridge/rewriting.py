"""Leaves operations out of a network."""

from collections.abc import Collection, Mapping

from cnnshape.bridge.flat import refs
from cnnshape.bridge.operations import Argument, Network, Operation, Ref


def without(network: Network, gone: Collection[int], changed: Mapping[int, Operation] | None = None) -> Network:
    """The network without the operations that give these values: what read one reads the first input of it.

    `changed` has other operations for some of the values that stay.
    """
    replaced: dict[int, int] = {index: index for index in range(len(network.inputs))}
    kept: list[Operation] = []
    for value, operation in network.numbered():
        operation = (changed or {}).get(value, operation)
        inputs = tuple(replaced[source] for source in operation.inputs)
        if value in gone:
            replaced[value] = inputs[0]
            continue
        arguments = {name: _moved(argument, replaced) for name, argument in operation.arguments.items()}
        replaced[value] = len(network.inputs) + len(kept)
        kept.append(operation._replace(inputs=inputs, arguments=arguments))
    outputs = tuple(output._replace(value=replaced[output.value]) for output in network.outputs)
    return network._replace(operations=tuple(kept), outputs=outputs)


def _moved(argument: Argument, replaced: Mapping[int, int]) -> Argument:
    return Ref(replaced[argument.value]) if isinstance(argument, Ref) else argument


def lone_readers(network: Network) -> Mapping[int, int]:
    """The one operation that reads a value, by that value. Outputs and values with several readers have none."""
    readers: dict[int, list[int]] = {}
    for value, operation in network.numbered():
        for source in {*operation.inputs, *(ref.value for ref in refs(operation.arguments))}:
            readers.setdefault(source, []).append(value)
    outputs = {output.value for output in network.outputs}
    return {source: users[0] for source, users in readers.items() if len(users) == 1 and source not in outputs}
