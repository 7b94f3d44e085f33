"""Sides of a comparison: `SPEC`, `SPEC@Block`, with settings: `resnet50:width=128:input=3x256x256`."""

import re

from cnnshape.api import Design, block_alone
from cnnshape.cli.command import BadParameter
from cnnshape.cli.options import checked_dtype, graph_options
from cnnshape.cli.reading import SETTINGS, graph_of, note_misfit, read_design
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
    note_misfit(design, options, graph)
    return make_report(graph, "", settings_of(side))


def designed(side: SideText, design: Design) -> tuple[Design, Options]:
    """The design of a side, which is a block alone if it names one, with its options."""
    params = [f"{name}={value}" for name, value in side.settings if name not in SETTINGS]
    options = graph_options(side.values("input"), params, "".join(side.values("variant")[-1:]))
    return block_alone(design, side.block, options.params, options.inputs) if side.block else (design, options)


def settings_of(side: SideText) -> Settings:
    """The settings of a side's counts. Raises BadParameter for a bad one."""
    return Settings(_batch(side), checked_dtype(*side.values("dtype")[-1:] or ["float32"]))


def _batch(side: SideText) -> int:
    text = (side.values("batch") or ["1"])[-1]
    if not (text.isascii() and text.isdigit() and 0 < int(text[:10]) <= 10**9):
        raise BadParameter(f"batch={text} is not a number from 1 to 10^9")
    return int(text)
