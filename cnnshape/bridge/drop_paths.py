"""Stochastic depth, whose rate grows from layer to layer: no two blocks would be equal with it."""

from cnnshape.bridge.operations import Network
from cnnshape.bridge.rewriting import without


def without_drop_paths(network: Network) -> Network:
    """The network without its `drop_path` layers if they have different rates, with a note on them.

    They do nothing at inference, and have no weights.
    """
    listed = [(value, operation) for value, operation in network.numbered() if operation.kind == "drop_path"]
    rates = [operation.arguments.get("p", 0) for _, operation in listed]
    if len(set(rates)) < 2:
        return network
    numbers = sorted(rate for rate in rates if isinstance(rate, int | float))
    note = (
        f"{len(rates)} layers of stochastic depth, with rates from {numbers[0]:.3g} to {numbers[-1]:.3g}, are left out: "
        "they do nothing at inference (`--flat` has them)"
    )
    kept = without(network, {value for value, _ in listed})
    return kept._replace(notes=(*network.notes, note))
