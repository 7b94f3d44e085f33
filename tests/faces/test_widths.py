"""Terminals of any width: no line is longer, no number is cut, and what is left out is named."""

from __future__ import annotations

import re
from functools import cache
from unittest.mock import patch

import pytest

from cnnshape.render.formats import Page
from tests.command import Outcome, run

NETWORKS = ["lenet5", "resnet50", "fast_rcnn", "efficientnet_b0", "r3d18"]
COMMANDS = {
    "summary": "summary {}",
    "summary of all layers": "summary {} --expand",
    "summary with all columns": "summary {} -c layer,kind,input,output,params,buffers,macs,flops,activation_bytes,rf",
    "memory": "memory {}",
    "memory of all layers": "memory {} --expand",
    "memory of a machine": "memory {} --peak-flops 4T --bandwidth 50GB",
    "rf": "rf {}",
    "explain": "explain {}",
    "compare": "compare {} lenet5",
    "compare with itself": "compare {0} {0}:batch=2",
    "reconcile": "reconcile {}",
    "check": "check {} --max-params 3 --exit-zero",
}
OTHERS = ["sweep resnet18 -p repeats=[1..2,2,2,1..3] -i 160..224:32 --pareto max:macs,params",
          "sweep mobilenet_v2 -p classes=5..20:5 -i 3x64..96:8x64 --objective macs --where macs>=30M", "list", "list --sort macs", "rule", "rule unaligned-paths", "layers", "layers conv_transpose", "sizes lenet5 --to 64",
          "sizes resnet18 --from 200 --to 260 --costs 224,256", "block resnet50 Bottleneck -p width=64 -i 256x56x56"]  # fmt: skip
RUNS = [*(command.format(network) for command in COMMANDS.values() for network in NETWORKS), *OTHERS]

TOO_LONG = {"memory efficientnet_b0 --expand", "rf efficientnet_b0", "rf r3d18", "explain efficientnet_b0"}
"""Names of layers, and the columns that a table can't do without, take more than 80 columns."""


@cache
def on_page(command: str, width: int | None, color: bool = False) -> Outcome:
    with patch("cnnshape.cli.output.page_of", lambda _: Page(width, color=color)):
        return run(*command.split())


def numbers(text: str) -> set[str]:
    return set(re.findall(r"(?<![\w.])\d{1,3}(?:,\d{3})+(?![\w.])", text))


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("command", [command for command in RUNS if command not in TOO_LONG])
def test_no_line_is_longer_than_the_terminal(command: str, width: int) -> None:
    done = on_page(command, width)
    assert (done.exit_code, done.stderr) == (0, "")
    assert [line for line in done.stdout.splitlines() if len(line) > width] == []


@pytest.mark.parametrize("command", RUNS)
def test_a_number_is_whole_or_left_out(command: str) -> None:
    whole = numbers(on_page(command, None).stdout)
    assert numbers(on_page(command, 80).stdout) <= whole


@pytest.mark.parametrize("command", RUNS)
def test_a_very_wide_terminal_gets_what_a_pipe_gets(command: str) -> None:
    piped = on_page(command, None).stdout
    wide = on_page(command, 800).stdout
    assert wide.split() == piped.split() or command.startswith("reconcile")


@pytest.mark.parametrize("command", RUNS)
def test_what_a_narrow_table_lacks_is_named(command: str) -> None:
    """A heading that a pipe gets and an 80 column terminal doesn't is listed in a note."""
    piped, narrow = on_page(command, None).stdout, on_page(command, 80).stdout
    headings = [heading(text) for text in (piped, narrow)]
    missing = set(headings[0]) - set(headings[1])
    note = " ".join(narrow.split()).partition("left out at this width, but not in a pipe: ")[2]
    assert all(word in note for word in missing) or not headings[0]


def heading(text: str) -> list[str]:
    """The headings of the first table of a text."""
    lines = text.splitlines()
    rule = next((number for number, line in enumerate(lines) if re.fullmatch(r"-{8,}", line)), 0)
    return re.split(r"\s{2,}", lines[rule - 1].strip()) if rule else []


@pytest.mark.parametrize("command", RUNS)
def test_colours_add_nothing_but_themselves(command: str) -> None:
    plain, painted = on_page(command, 80).stdout, on_page(command, 80, True).stdout
    assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == plain


@pytest.mark.parametrize("command", RUNS)
def test_no_line_ends_in_a_space(command: str) -> None:
    for width in (None, 80):
        assert [line for line in on_page(command, width).stdout.splitlines() if line != line.rstrip()] == []
