"""Sides of a comparison: `SPEC`, `SPEC@Block`, with settings: `resnet50:width=128:input=3x256x256`."""

import re
from collections.abc import Sequence

from cnnshape.api import Design, block_alone
from cnnshape.cli.command import BadParameter
from cnnshape.cli.options import checked_dtype, graph_options
from cnnshape.cli.reading import SETTINGS, graph_of, note_input, read_design
from cnnshape.graph import Options
from cnnshape.named_tuple import NamedTuple
from cnnshape.report import Report, Settings, make_report

_SETTING = r":(?=[A-Za-z_][A-Za-z0-9_]*=)"
_BLOCK = r"@([A-Z][A-Za-z0-9_]*)\Z"


class SideText(NamedTuple):
    """A side as the user wrote it: the spec, a block of it or none, and settings."""

    spec: str
    block: str
    settings: tuple[tuple[str, str], ...]

    @property
    def suffix(self) -> str:
        """The block and the settings, as they follow the spec."""
        block = f"@{self.block}" if self.block else ""
        return block + "".join(f":{name}={value}" for name, value in self.settings)

    def values(self, name: str) -> list[str]:
        """The values of all settings with a name."""
        return [value for own, value in self.settings if own == name]

    def last(self, name: str, default: str) -> str:
        """The value of the last setting with a name."""
        return [default, *self.values(name)][-1]


def parse_side(text: str) -> SideText:
    """The parts of a side."""
    spec, *settings = re.split(_SETTING, text)
    block = re.search(_BLOCK, spec)
    pairs = tuple((name, value) for name, _, value in (setting.partition("=") for setting in settings))
    return SideText(spec[: block.start()] if block else spec, block[1] if block else "", pairs)


def report_of(side: SideText) -> Report:
    """The report of a side. Exits if the design has errors, raises BadParameter for a bad setting."""
    design, options = designed(side, read_design(side.spec))
    graph = graph_of(design, options)
    note_input(design, options, graph)
    return make_report(graph, "", settings_of(side))


def designed(
    side: SideText, design: Design, inputs: Sequence[str] = (), params: Sequence[str] = (), variant: str = ""
) -> tuple[Design, Options]:
    """The design of a side, which is a block alone if it names one, with its options.

    What the side sets goes before the `inputs`, `params` and `variant` of the command.
    """
    own = [f"{name}={value}" for name, value in side.settings if name not in SETTINGS]
    options = graph_options([*inputs, *side.values("input")], [*params, *own], side.last("variant", variant))
    return block_alone(design, side.block, options.params, options.inputs) if side.block else (design, options)


def settings_of(side: SideText, given: Settings | None = None) -> Settings:
    """The settings of a side's counts, which go before those given. Raises BadParameter for a bad one."""
    default = given or Settings()
    text = side.last("batch", str(default.batch))
    if not (text.isascii() and text.isdigit() and 0 < int(text[:10]) <= 10**9):
        raise BadParameter(f"batch={text} is not a number from 1 to 10^9")
    return default._replace(batch=int(text), dtype=checked_dtype(side.last("dtype", default.dtype)))
