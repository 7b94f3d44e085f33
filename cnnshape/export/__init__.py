"""From a checked design to the code or file of another framework."""

from cnnshape.lazy import TYPE_CHECKING, names_of

if TYPE_CHECKING:
    from cnnshape.export.settings import Weights
    from cnnshape.export.source import Inexpressible, Source, digest_of, header_of, recorded_digest
    from cnnshape.export.targets import (
        TARGETS,
        WITHOUT_STRUCTURE,
        WITHOUT_TYPES,
        DataFormat,
        Request,
        Target,
        TargetName,
        Written,
    )
else:
    __getattr__ = names_of(
        __name__,
        settings="Weights",
        source="Inexpressible Source digest_of header_of recorded_digest",
        targets="TARGETS WITHOUT_STRUCTURE WITHOUT_TYPES DataFormat Request Target TargetName Written",
    )

__all__ = [
    "TARGETS",
    "WITHOUT_STRUCTURE",
    "WITHOUT_TYPES",
    "DataFormat",
    "Inexpressible",
    "Request",
    "Source",
    "Target",
    "TargetName",
    "Weights",
    "Written",
    "digest_of",
    "header_of",
    "recorded_digest",
]
