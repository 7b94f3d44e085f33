"""`cnnshape import`"""

import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Annotated

from cnnshape.bridge.importing import imported
from cnnshape.bridge.operations import ImportProblem, UsageProblem
from cnnshape.bridge.sources import network_of_source
from cnnshape.cli.command import Argument, Option, command
from cnnshape.cli.exit_codes import BAD_DESIGN, BAD_USAGE
from cnnshape.cli.options import OutputOption, read_input
from cnnshape.cli.output import refuse_overwriting, write
from cnnshape.cli.reading import fail
from cnnshape.diagnostics import diagnose


@command
def import_(
    source: Annotated[
        str,
        Argument(
            metavar="SOURCE",
            help="A PyTorch module as `package.module:name` or `net.py:Net`, or a file: `.onnx`, `.cfg`, `.keras`, `.json`.",
        ),
    ],
    *,
    input: Annotated[
        list[str] | None,
        Option(
            "--input",
            "-i",
            help="Input shape, channels first, without the batch: `3x224x224`, or `name=3x224x224`.",
            metavar="CxHxW",
        ),
    ] = None,
    arg: Annotated[
        list[str] | None,
        Option(
            "--arg",
            help="An argument of the function or class: `num_classes=10`, a Python literal.",
            metavar="NAME=VALUE",
        ),
    ] = None,
    flat: Annotated[bool, Option("--flat", help="One step per operation: no blocks, no loops.")] = False,
    opaque: Annotated[
        bool, Option("--opaque", help="Take operations that no kind describes as layers with stated figures.")
    ] = False,
    output: OutputOption = None,
) -> None:
    """Write the spec of a network that you have: a PyTorch module, or an ONNX, Darknet or Keras file.

    The spec is compared with the network: every shape, and the number of params. What differs is listed on standard
    error. Only a Python module that you name is run; files are read as data, and weights are not read.
    """
    refuse_overwriting(output, [source])
    shapes = list(map(read_input, input or ()))
    # As `python` does for a script: modules beside the user can be named.
    sys.path.insert(0, str(Path.cwd()))
    try:
        # The spec goes to standard output, without what the module prints.
        with redirect_stdout(sys.stderr):
            network = network_of_source(source, shapes, arg or [])
        spec = imported(network, flat=flat, opaque=opaque)
    except ImportProblem as problem:
        code = BAD_USAGE if isinstance(problem, UsageProblem) else BAD_DESIGN
        fail([diagnose("failed-import", problem.message, file=source, help=problem.help)], code)
    write(spec.text, output)
    for note in spec.notes:
        sys.stderr.write(f"note: {note}\n")
