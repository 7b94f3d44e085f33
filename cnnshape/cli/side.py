"""Sides of a comparison: `SPEC`, `SPEC@Block`, with settings: `resnet50:width=128:input=3x256x256`."""

import re
import subprocess
from pathlib import Path

from cnnshape.api import Design, block_alone, design_of_bytes
from cnnshape.cli.command import BadParameter
from cnnshape.cli.exit_codes import BAD_USAGE
from cnnshape.cli.options import checked_dtype, graph_options
from cnnshape.cli.reading import fail, graph_of, note_misfit, read_design
from cnnshape.diagnostics import diagnose
from cnnshape.graph import Options
from cnnshape.named_tuple import NamedTuple
from cnnshape.report import Report, Settings, make_report

_SETTING = r":(?=[A-Za-z_][A-Za-z0-9_]*=)"
_BLOCK = r"@([A-Z][A-Za-z0-9_]*)\Z"
_SEVERAL = re.compile(r"\^(?:@|!|-\d*)\Z")
"""The ends of git's names for several commits: all parents, and a commit without them."""
_OWN = ("input", "batch", "dtype", "variant")


class SideText(NamedTuple):
    """A side as the user wrote it: the spec, a block of it or none, and settings."""

    spec: str
    block: str
    settings: tuple[tuple[str, str], ...]

    def values(self, name: str) -> list[str]:
        """The values of all settings with a name."""
        return [value for own, value in self.settings if own == name]

    def last(self, name: str, default: str = "") -> str:
        """The value of the last setting with a name."""
        return [default, *self.values(name)][-1]

    @property
    def params(self) -> list[str]:
        """The settings of params of the spec, as `--param` takes them."""
        return [f"{name}={value}" for name, value in self.settings if name not in _OWN]


def parse_side(text: str) -> SideText:
    """The parts of a side."""
    spec, *settings = re.split(_SETTING, text)
    block = re.search(_BLOCK, spec)
    pairs = tuple((name, value) for name, _, value in (setting.partition("=") for setting in settings))
    return SideText(spec[: block.start()] if block else spec, block[1] if block else "", pairs)


def report_of(side: SideText, design: Design | None = None) -> Report:
    """The report of a side. Exits if the design has errors, raises BadParameter for a bad setting."""
    design = design or read_design(side.spec)
    options = graph_options(side.values("input"), side.params, side.last("variant"))
    design, options = block_of(side, design, options)
    settings = settings_of(side, Settings())
    graph = graph_of(design, options)
    note_misfit(design, options, graph)
    return make_report(graph, "", settings)


def block_of(side: SideText, design: Design, options: Options) -> tuple[Design, Options]:
    """The block that the side names, with its options; the whole design if it names none."""
    return block_alone(design, side.block, options.params, options.inputs) if side.block else (design, options)


def settings_of(side: SideText, default: Settings) -> Settings:
    """The settings of the counts, as the side says; raises BadParameter for a bad one."""
    text = side.last("batch", str(default.batch))
    if not (text.isascii() and text.isdigit() and 0 < int(text[:10]) <= 10**9):
        raise BadParameter(f"batch={text} is not a number from 1 to 10^9")
    return default._replace(batch=int(text), dtype=checked_dtype(side.last("dtype", default.dtype)))


def design_at(revision: str, spec: str) -> Design:
    """The design of a file in a revision of git; the files that it extends come from that revision too."""
    path = Path(spec)
    if revision.startswith("-"):
        raise BadParameter(f"{revision!r} is not a revision", param_hint="--against")
    if ".." in revision or revision.startswith("^") or _SEVERAL.search(revision):
        message = f"{revision!r} is not a single revision; name one commit, branch or tag"
        raise BadParameter(message, param_hint="--against")

    def read(wanted: Path) -> bytes:
        command = ["git", "-C", str(wanted.parent), "show", f"{revision}:./{wanted.name}"]
        try:
            done = subprocess.run(command, capture_output=True, check=False)
        except FileNotFoundError:
            raise OSError(None, "git is not installed") from None
        if done.returncode:
            reason = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
            raise OSError(None, reason.removeprefix("fatal: "))
        return done.stdout

    try:
        data = read(path)
    except OSError as error:
        fail([diagnose("unreadable-file", f"can't read it at {revision}: {error.strerror}", file=spec)], BAD_USAGE)
    return design_of_bytes(f"{revision}:{spec}", data, path, read)
