"""The code that the page on exports shows."""

from __future__ import annotations

from typer.testing import CliRunner

from cnnshape.cli.app import app

NETWORKS = ("resnet50", "unet", "mobilenet_v3_large", "yolov3")


def code(name: str) -> str:
    """What `cnnshape export` writes for a shipped network."""
    outcome = CliRunner().invoke(app, ["export", name])
    if outcome.exit_code != 0:
        raise ValueError(outcome.output)
    return f"```python\n{outcome.stdout}```"
