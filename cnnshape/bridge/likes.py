"""Chooses the tensor that an `upsample` takes its size from, among those that have the same size at every input size."""

from collections import defaultdict

from cnnshape.bridge.operations import Network, Operation, Ref


def with_outer_likes(network: Network) -> Network:
    """The network with `like` naming a tensor that is read in many places, rather than one inside of a block.

    A source states a size, not the tensor that it was read from. Layers that keep the size of what enters give tensors
    of the same size at every input size: any of them may be named.
    """
    if not any(isinstance(operation.arguments.get("like"), Ref) for operation in network.operations):
        return network
    choice = _Choice(network)
    operations = tuple(
        operation._replace(arguments={**operation.arguments, "like": Ref(choice.best(like.value, value))})
        if isinstance(like := operation.arguments.get("like"), Ref)
        else operation
        for value, operation in network.numbered()
    )
    return network._replace(operations=operations)


class _Choice:
    """Tensors by the first one of their size, and who reads them."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.first: dict[int, int] = {value: value for value in range(len(network.inputs))}
        self.alike: dict[int, list[int]] = defaultdict(list)
        self.readers: dict[int, list[Operation]] = defaultdict(list)
        for value in self.first:
            self.alike[value].append(value)
        for value, operation in network.numbered():
            for source in operation.inputs:
                self.readers[source].append(operation)
            kept = next((source for source in operation.inputs if self._keeps_size(operation, source)), None)
            self.first[value] = value if kept is None else self.first[kept]
            self.alike[self.first[value]].append(value)

    def _keeps_size(self, operation: Operation, source: int) -> bool:
        """Whether the output has the size of the input for every input: equal sizes, and a step of one cell."""
        space = operation.shape[1:]
        stride = operation.arguments.get("stride", operation.arguments.get("kernel", 1))
        steps = stride if isinstance(stride, tuple) else (stride,)
        sized = operation.kind.startswith(
            ("adaptive", "global", "upsample", "reshape", "flatten", "pad", "crop", "opaque")
        )
        return bool(space) and space == self.network.shape(source)[1:] and set(steps) == {1} and not sized

    def best(self, value: int, reader: int) -> int:
        """The tensor of that size to name: an input, or the one that is inside of fewest calls and read most often."""
        known = [candidate for candidate in self.alike[self.first[value]] if candidate < reader]
        return min(known, key=lambda candidate: (self._depth(candidate), -len(self.readers[candidate]), -candidate))

    def _depth(self, value: int) -> int:
        """The number of calls that nothing outside reads the tensor of; -1 for an input."""
        operation = self.network.operation(value)
        if operation is None:
            return -1
        calls = [
            module.call
            for module in operation.modules
            if all(module.call in [outer.call for outer in reader.modules] for reader in self.readers[value])
        ]
        return len(calls)
