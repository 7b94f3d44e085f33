"""What the page on devices takes from the program: the memory of MLPerf Tiny's networks."""

from __future__ import annotations

from tables import table

from cnnshape.api import examine, load
from cnnshape.device.deployment import Deployment, deployment_of
from cnnshape.graph import Options
from cnnshape.render.wrapping import count
from cnnshape.report import Settings

NETWORKS = {
    "ds_cnn": "keyword spotting",
    "mobilenet_v1_vww": "visual wake words",
    "resnet8": "image classification",
    "fc_autoencoder": "anomaly detection",
}


def deployment(name: str) -> Deployment:
    """A shipped network with int8 values on TFLite Micro."""
    examined = examine(load(name), Options())
    deployed = examined.graph and deployment_of(examined.graph, examined.report(Settings(dtype="int8")), "tflm")
    if deployed is None:
        raise ValueError(f"{name} has no graph")
    return deployed


def tiny() -> str:
    """A row for each network of MLPerf Tiny."""
    return table(("network", "task", "arena", "flash", "operations"), map(_row, NETWORKS))


def _row(name: str) -> tuple[str, ...]:
    deployed = deployment(name)
    operations = len(deployed.lowered.operations)
    return f"`{name}`", NETWORKS[name], count(deployed.arena_bytes), count(deployed.flash_bytes), str(operations)
