"""All kinds, the rare ones too, for what lists kinds or looks at the words of other frameworks."""

from cnnshape.layers.registry import BY_FOREIGN_NAME, KINDS, import_all

import_all()

__all__ = ["BY_FOREIGN_NAME", "KINDS"]
