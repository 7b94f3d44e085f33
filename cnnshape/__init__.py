"""cnnshape: shapes and costs of convolutional networks from a YAML spec, without a framework.

>>> import cnnshape
>>> design = cnnshape.load("architectures/resnet50.yaml")
>>> cnnshape.analyze(design).totals.params
25557032
"""

from cnnshape.lazy import TYPE_CHECKING, names_of
from cnnshape.version import __version__

if TYPE_CHECKING:
    from cnnshape.api import Design, DesignError, analyze, check, load
    from cnnshape.diagnostics import Diagnostic
    from cnnshape.report import Report
else:
    __getattr__ = names_of(
        __name__, api="Design DesignError analyze check load", diagnostics="Diagnostic", report="Report"
    )


__all__ = ["Design", "DesignError", "Diagnostic", "Report", "__version__", "analyze", "check", "load"]


def __dir__() -> list[str]:
    return __all__
