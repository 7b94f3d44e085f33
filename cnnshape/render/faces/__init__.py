"""The faces of values: what `str`, a notebook, `to_dict` and `to_pandas` give. `cnnshape/__init__` names this room."""

from importlib import import_module

from cnnshape.render.faces.face import Face

_MODULES = {
    "Report": "report",
    "Design": "design",
    "Diagnostic": "diagnostics",
    "Diagnostics": "diagnostics",
    "Picture": "picture",
}
"""The module of each class's face; `studies` has the others. It is imported when a value is first shown."""


def face_of(kind: type) -> Face:
    """The face of a class, or of the parent that has one."""
    names = [parent.__name__ for parent in kind.__mro__]
    module = next((_MODULES[name] for name in names if name in _MODULES), "studies")
    faces: dict[str, Face] = import_module(f"{__name__}.{module}").FACES
    return next(faces[name] for name in names if name in faces)
