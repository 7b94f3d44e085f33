"""`cnnshape show`"""

import os
import sys
from stat import S_ISREG
from typing import Annotated

from cnnshape.cli.command import Argument, command
from cnnshape.cli.completion import complete_shipped
from cnnshape.cli.exit_codes import BAD_USAGE
from cnnshape.cli.reading import fail, missing
from cnnshape.source import shipped_path


@command
def show(
    name: Annotated[
        str,
        Argument(
            metavar="NAME",
            help="The name of a shipped architecture.",
            completion=complete_shipped,
        ),
    ],
) -> None:
    """Print the YAML of a shipped architecture, to start from: `cnnshape show resnet50 > mine.yaml`."""
    path = shipped_path(name)
    if path is None:
        fail([missing(name)], BAD_USAGE)
    text = path.read_text(encoding="utf-8")
    sys.stdout.write(text)
    if _goes_to_a_file():
        # The design goes to a file alone.
        from cnnshape.cli.next_steps import next_steps

        sys.stdout.flush()
        sys.stderr.write(next_steps(path.stem, text))


def _goes_to_a_file() -> bool:
    try:
        return S_ISREG(os.fstat(sys.stdout.fileno()).st_mode)
    except (OSError, ValueError):
        return False
