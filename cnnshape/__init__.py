"""cnnshape: shapes and costs of convolutional networks from a YAML spec, without a framework.

>>> import cnnshape
>>> design = cnnshape.load("architectures/resnet50.yaml")
>>> cnnshape.analyze(design).totals.params
25557032
"""

from cnnshape.api import Design, DesignError, analyze, check, load
from cnnshape.diagnostics import Diagnostic
from cnnshape.report import Report
from cnnshape.version import __version__

__all__ = ["Design", "DesignError", "Diagnostic", "Report", "__version__", "analyze", "check", "load"]
