"""What a program calls: load, analyze, check, examine."""

from cnnshape.lazy import TYPE_CHECKING, names_of

if TYPE_CHECKING:
    from cnnshape.api.analyzing import analyze
    from cnnshape.api.block import block_alone
    from cnnshape.api.checking import check
    from cnnshape.api.design import (
        Design,
        DesignError,
        DesignLike,
        design_of,
        design_of_bytes,
        load,
        loaded,
        paused_collection,
        seen_from,
    )
    from cnnshape.api.examination import Examination, examine, expand
    from cnnshape.api.overrides import InputShapes, ParamValue, options, settings_of, written
else:
    __getattr__ = names_of(
        __name__,
        analyzing="analyze",
        block="block_alone",
        checking="check",
        design="Design DesignError DesignLike design_of design_of_bytes load loaded seen_from paused_collection",
        examination="Examination examine expand",
        overrides="InputShapes ParamValue options settings_of written",
    )

__all__ = [
    "Design",
    "DesignError",
    "DesignLike",
    "Examination",
    "InputShapes",
    "ParamValue",
    "analyze",
    "block_alone",
    "check",
    "design_of",
    "design_of_bytes",
    "examine",
    "expand",
    "load",
    "loaded",
    "options",
    "paused_collection",
    "seen_from",
    "settings_of",
    "written",
]
