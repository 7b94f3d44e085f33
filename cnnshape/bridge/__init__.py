"""Other formats: readers make one neutral list of operations, which becomes a short spec that was compared with it."""

from cnnshape.lazy import TYPE_CHECKING, names_of

if TYPE_CHECKING:
    from cnnshape.bridge.importing import Imported, imported
    from cnnshape.bridge.operations import ImportProblem, Network
    from cnnshape.bridge.torch import from_torch
else:
    __getattr__ = names_of(
        __name__, importing="Imported imported", operations="ImportProblem Network", torch="from_torch"
    )

__all__ = ["ImportProblem", "Imported", "Network", "from_torch", "imported"]
