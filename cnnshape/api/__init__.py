"""What a program calls: load, analyze, check, examine."""

from cnnshape.lazy import TYPE_CHECKING, names_of

if TYPE_CHECKING:
    from cnnshape.api.analyzing import analyze
    from cnnshape.api.block import block_alone
    from cnnshape.api.checking import check
    from cnnshape.api.design import Design, DesignError, design_of, design_of_bytes, load, paused_collection, seen_from
    from cnnshape.api.examination import Examination, examine, expand
    from cnnshape.api.overrides import ParamValue, options
else:
    __getattr__ = names_of(
        __name__,
        analyzing="analyze",
        block="block_alone",
        checking="check",
        design="Design DesignError design_of design_of_bytes load seen_from paused_collection",
        examination="Examination examine expand",
        overrides="ParamValue options",
    )

__all__ = [
    "Design",
    "DesignError",
    "Examination",
    "ParamValue",
    "analyze",
    "block_alone",
    "check",
    "design_of",
    "design_of_bytes",
    "examine",
    "expand",
    "load",
    "options",
    "paused_collection",
    "seen_from",
]
