"""`cnnshape schema`"""

import sys


def schema() -> None:
    """Print a JSON Schema of specs (draft-07), for completion, hover texts and error marks in editors."""
    from cnnshape.render.schema import to_schema

    sys.stdout.write(to_schema())
