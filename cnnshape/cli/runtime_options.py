"""Options of the runtime of a device, which `memory` and `report` share."""

from typing import Annotated

from cnnshape.cli.command import Option, OptionGroup
from cnnshape.cli.refusing import refusing
from cnnshape.device.deployment import Deployment, Pads, deployment_of
from cnnshape.device.kernels import KERNELS
from cnnshape.device.lowering import IN_PLACE
from cnnshape.device.records import RUNTIMES
from cnnshape.graph import Graph
from cnnshape.report import Report


class RuntimeOptions(OptionGroup):
    """The runtime of a device, and what can be chosen of it."""

    runtime: Annotated[
        str, Option("--runtime", help=f"How a runtime holds the activations: {', '.join(RUNTIMES)}.", metavar="NAME")
    ] = ""
    in_place: Annotated[
        str,
        Option(
            "--in-place", help=f"Operations that write over their input: {', '.join(IN_PLACE)}.", metavar="NAME,..."
        ),
    ] = ""
    pads: Annotated[
        Pads,
        Option("--pads", help="Paddings: TensorFlow's (same), or copies where they differ (explicit).", metavar="WORD"),
    ] = Pads.SAME
    kernels: Annotated[
        str, Option("--kernels", help=f"Kernels whose working space counts: {', '.join(KERNELS)}.", metavar="NAME")
    ] = ""
    order: Annotated[
        bool, Option("--order", help="Also search the order of operations that needs the fewest bytes.")
    ] = False

    def deployment(self, graph: Graph, report: Report) -> Deployment | None:
        """The network on the runtime; None without one. Raises BadParameter."""
        in_place = filter(None, self.in_place.split(","))
        with refusing({}):
            return deployment_of(graph, report, self.runtime, in_place, self.pads, self.kernels, order=self.order)
