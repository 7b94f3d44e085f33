"""cnnshape: shapes and costs of convolutional networks from a YAML spec, without a framework.

>>> import cnnshape
>>> design = cnnshape.load("resnet50")
>>> cnnshape.analyze(design).totals.params
25557032
"""

from cnnshape.lazy import TYPE_CHECKING, Shown, names_of
from cnnshape.version import __version__

# This package is above all rooms: it gives their values the faces that `render` writes.
Shown.faces = "cnnshape.render.faces"

if TYPE_CHECKING:
    from cnnshape.api import Design, DesignError, analyze, check, load
    from cnnshape.device.deployment import Deployment
    from cnnshape.diagnostics import Diagnostic, Diagnostics
    from cnnshape.report import Report
    from cnnshape.study.calls.compare import compare
    from cnnshape.study.calls.draw import draw
    from cnnshape.study.calls.explain import explain
    from cnnshape.study.calls.memory import memory
    from cnnshape.study.calls.receptive_field import receptive_field, rf
    from cnnshape.study.calls.reconcile import reconcile
    from cnnshape.study.calls.sizes import sizes
    from cnnshape.study.calls.sweep import sweep
    from cnnshape.study.compare import Comparison
    from cnnshape.study.explain import Explanation, SizeChain
    from cnnshape.study.memory import Memory
    from cnnshape.study.picture.model import Picture
    from cnnshape.study.reconcile import Reconciliation
    from cnnshape.study.rf import Region, Trace
    from cnnshape.study.sizes import SizeStudy
    from cnnshape.study.sweep.result import Sweep
    from cnnshape.study.training import Training
else:
    __getattr__ = names_of(
        __name__,
        **{
            "api": "Design DesignError analyze check load",
            "diagnostics": "Diagnostic Diagnostics",
            "report": "Report",
            "study.compare": "Comparison",
            "study.explain": "Explanation SizeChain",
            "device.deployment": "Deployment",
            "study.training": "Training",
            "study.memory": "Memory",
            "study.picture.model": "Picture",
            "study.reconcile": "Reconciliation",
            "study.rf": "Region Trace",
            "study.sizes": "SizeStudy",
            "study.sweep.result": "Sweep",
            "study.calls.receptive_field": "receptive_field rf",
            **{
                f"study.calls.{name}": name
                for name in ("compare", "draw", "explain", "memory", "reconcile", "sizes", "sweep")
            },
        },
    )


__all__ = [
    "Comparison",
    "Deployment",
    "Design",
    "DesignError",
    "Diagnostic",
    "Diagnostics",
    "Explanation",
    "Memory",
    "Picture",
    "Reconciliation",
    "Region",
    "Report",
    "SizeChain",
    "SizeStudy",
    "Sweep",
    "Trace",
    "Training",
    "__version__",
    "analyze",
    "check",
    "compare",
    "draw",
    "explain",
    "load",
    "memory",
    "receptive_field",
    "reconcile",
    "rf",
    "sizes",
    "sweep",
]


def __dir__() -> list[str]:
    return __all__
