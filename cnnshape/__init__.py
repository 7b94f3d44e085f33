"""cnnshape: shapes and costs of convolutional networks from a YAML spec, without a framework.

>>> import cnnshape
>>> design = cnnshape.load("architectures/resnet50.yaml")
>>> cnnshape.analyze(design).totals.params
25557032
"""

from cnnshape.version import __version__

# Type checkers take it for true; importing `typing` would cost each start some time.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from cnnshape.api import Design, DesignError, analyze, check, load
    from cnnshape.diagnostics import Diagnostic
    from cnnshape.report import Report
else:
    _ROOMS = {
        **dict.fromkeys(("Design", "DesignError", "analyze", "check", "load"), "api"),
        "Diagnostic": "diagnostics",
        "Report": "report",
    }

    def __getattr__(name: str) -> object:
        """A public name; its room is imported when the name is first used."""
        if name not in _ROOMS:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        value = getattr(import_module(f"cnnshape.{_ROOMS[name]}"), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return __all__


__all__ = ["Design", "DesignError", "Diagnostic", "Report", "__version__", "analyze", "check", "load"]
