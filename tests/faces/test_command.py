"""Options that belong together: stated once, and one typed value for a command."""

from typing import Annotated

import pytest
import typer

from cnnshape.cli import app
from cnnshape.cli.app import COMMANDS, Commands
from cnnshape.cli.command import REQUIRED, Argument, BadParameter, Option, OptionGroup, command
from cnnshape.cli.options import CountOptions, DesignOptions
from cnnshape.cli.output import Output, Screen
from cnnshape.render.formats import Format, Formats
from cnnshape.report import BUDGETS, Settings
from tests.command import run

SHOUT: Formats[str] = {"loud": Format.fixed(str.upper), "quiet": Format.fixed(str.lower)}


class Colour(OptionGroup):
    """Two options."""

    red: Annotated[int, Option("--red", help="Red.")] = 1
    green: Annotated[int, Option("--green", help="Green.")] = 2


Named = Annotated[str, Argument(metavar="NAME", help="What to paint.")]
Loud = Annotated[bool, Option("--loud", help="Loudly.")]


def made(**values: object) -> list[object]:
    """What a command with a group gets."""
    got: list[object] = []

    def paint(name, *, colour, loud=False):
        """Paints."""
        got.extend((name, colour.red, colour.green, loud))

    paint.__annotations__ = {"name": Named, "colour": Colour, "loud": Loud}
    command(paint).run(**values)
    return got


def test_a_group_is_its_options() -> None:
    def paint(name, loud=True, *, colour, quiet=False):
        """Paints."""

    paint.__annotations__ = {"name": Named, "loud": Loud, "colour": Colour, "quiet": Loud}
    expanded = command(paint)
    assert [parameter.name for parameter in expanded.parameters] == ["name", "loud", "red", "green", "quiet"]
    assert [parameter.default for parameter in expanded.parameters] == [REQUIRED, True, 1, 2, False]
    assert (expanded.name, expanded.help) == ("paint", "Paints.")


def test_a_command_gets_the_group_as_a_value() -> None:
    assert made(name="wall", red=5, green=6, loud=True) == ["wall", 5, 6, True]


def test_a_group_has_its_defaults() -> None:
    assert (Colour().red, Colour(green=7).green) == (1, 7)
    assert DesignOptions().for_graph().params == {}


def test_settings_come_from_the_options() -> None:
    assert CountOptions(batch=3, dtype="float16").settings(inplace_adds=True) == Settings(3, "float16", False, True)
    with pytest.raises(BadParameter, match="int3"):
        CountOptions(dtype="int3").settings()


def test_graph_options_come_from_the_options() -> None:
    options = DesignOptions(input=["3x8x8", "mask=1x8x8"], param=["width=4"], variant="tiny").for_graph(99)
    assert options.inputs == {"": (3, 8, 8), "mask": (1, 8, 8)}
    assert (list(options.params), options.variant, options.max_layers) == (["width"], "tiny", 99)


def test_formats_are_choices() -> None:
    format, output = Output.parameters(SHOUT)
    assert [str(name) for name in format.type] == list(SHOUT)
    assert (format.default, format.declared.help) == ("loud", f"How to print it: {', '.join(SHOUT)}.")
    assert output.name == "output"
    assert [parameter.name for parameter in Screen.parameters(SHOUT, "Loudness.")] == ["format"]
    assert Screen.parameters(SHOUT, "Loudness.")[0].declared.help == "Loudness."


def test_an_output_writes_in_its_format(tmp_path, capsys) -> None:
    Screen(SHOUT, "loud").write("Tree")
    assert capsys.readouterr().out == "TREE"
    Output(SHOUT, "quiet", tmp_path / "out").write("Tree")
    assert (tmp_path / "out").read_text() == "tree"
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_states_its_options(name: str) -> None:
    text = run(name, "--help").stdout
    assert f"cnnshape {name}" in text
    assert "--help" in text


DESIGN, COUNTS, OUTPUT = ("--input", "--param", "--variant"), ("--batch", "--dtype"), ("--format", "--output")
SHARED = {
    "summary": (*DESIGN, *COUNTS, *OUTPUT, "--columns", "--expand", "--max-layers"),
    "block": ("--input", "--param", *COUNTS, *OUTPUT, "--columns", "--expand"),
    "explain": (*DESIGN, *COUNTS),
    "rf": (*DESIGN, *OUTPUT),
    "memory": (*DESIGN, *COUNTS, *OUTPUT, "--expand"),
    "reconcile": (*DESIGN, *OUTPUT),
    "check": (*DESIGN, *OUTPUT, "--max-layers", *(f"--{budget}" for budget in BUDGETS)),
    "sizes": ("--param", "--variant", "--format"),
    "sweep": (*COUNTS, "--format"),
    "compare": OUTPUT,
    "list": ("--format",),
}


@pytest.mark.parametrize(("name", "options"), SHARED.items())
def test_commands_share_options(name: str, options: tuple[str, ...]) -> None:
    group = typer.main.get_command(app.app)
    assert isinstance(group, Commands)
    declared = {word: param.help for param in group.get_command(None, name).params for word in param.opts}
    assert set(options) <= set(declared)
    whole = {word: param.help for param in group.get_command(None, "summary").params for word in param.opts}
    for option in set(options) & set(whole):
        if (name, option) not in {("block", "--input"), (name, "--format")}:
            assert declared[option] == whole[option], option
