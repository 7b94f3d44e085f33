"""Why shapes don't meet: the layer that is the cause, and edits of the file that were tried.

A join or an expectation that fails is traced back to the layers that made its tensors. Edits of their arguments
are first computed on the shapes alone. An edit that makes the shapes fit is then tried on the whole program. It is
offered only if it removes the problem and adds no other. Nothing here runs for a design without such a problem.
"""

from cnnshape.causes.explain import explain_misfits
from cnnshape.causes.outputs import explain_outputs

__all__ = ["explain_misfits", "explain_outputs"]
