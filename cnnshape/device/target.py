"""The runtime that budgets are about, in a user's words. A check imports the rest of the room if there is one."""

from typing import TYPE_CHECKING

from cnnshape.diagnostics.refusal import Refusal
from cnnshape.named_tuple import NamedTuple

if TYPE_CHECKING:
    from cnnshape.device.deployment import Deployment
    from cnnshape.graph import Graph

DEVICE = "device"
"""The key of a file's `expect` with what it expects on a device."""
DEVICE_BUDGETS = {"max-sram": "sram_bytes", "max-flash": "flash_bytes"}
"""The figures of a device that can be limited, by the word of the option and the configuration."""


class Target(NamedTuple):
    """A runtime with its choices; `runtime` is empty for none, `dtype` for the type that its networks usually have."""

    runtime: str = ""
    dtype: str = ""
    in_place: tuple[str, ...] = ()
    pads: str = "same"
    kernels: str = ""

    @property
    def types(self) -> str:
        """The types of the values whose types no step states; raises Refusal for an unknown runtime."""
        from cnnshape.device.records import RUNTIMES

        if not self.runtime:
            raise Refusal("runtime", "a figure of a device needs a runtime; name one, such as `tflm`")
        if self.runtime not in RUNTIMES:
            raise Refusal("runtime", f"{self.runtime!r} is none of {', '.join(RUNTIMES)}")
        return self.dtype or RUNTIMES[self.runtime].dtype

    def check(self) -> None:
        """Raises Refusal for a word that doesn't exist, and for a choice without a runtime."""
        from cnnshape.device.deployment import check_words

        check_words(self.runtime, self.in_place, self.pads, self.kernels)
        if self.runtime:
            from cnnshape.language.dtypes import UnknownType, parse_dtypes

            try:
                parse_dtypes(self.types)
            except UnknownType as unknown:
                raise Refusal("dtype", str(unknown)) from None
        elif self.dtype:
            raise Refusal("dtype", "it is a choice of a runtime; name one, such as `tflm`")

    def deploy(self, graph: "Graph") -> "Deployment":
        """The network on the runtime. Raises Refusal for a word that doesn't exist, and without a runtime."""
        from cnnshape.device.deployment import deployment_of
        from cnnshape.report import Settings, make_report

        self.check()
        report = make_report(graph, "", Settings(dtype=self.types))
        deployment = deployment_of(graph, report, self.runtime, self.in_place, self.pads, self.kernels)
        assert deployment is not None
        return deployment
