"""The code of networks of every kind, kept to be read. `python -m tests.export.test_goldens` writes it again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cnnshape.export import TARGETS, Request, Source, TargetName
from tests.export.exported import network

FOLDER = Path(__file__).parent / "code"
HEADER = "Exported by cnnshape from {} (sha256 0000000000000000)"
TORCH = [
    "alexnet", "attention_unet", "bisenet_v2", "cbam_resnet18", "centernet_resnet18", "convnext_tiny", "crnn",
    "cyclegan_generator", "dcgan_generator", "deeplabv3plus_resnet50", "densenet121", "dla34", "ds_cnn", "edsr_baseline",
    "efficientnet_b0", "fast_rcnn", "ghostnet", "googlenet", "inception_v3", "lenet5", "m5", "mask_rcnn_resnet50_fpn",
    "mcunet_in1", "mobilenet_v2", "mobilenet_v3_large", "nfnet_f0", "nonlocal_resnet50", "preresnet164", "pspnet50",
    "regnet_y_400mf", "repvgg_a0", "resnet18", "resnet50", "se_resnet50", "shufflenet_v2_x1_0",
    "slowfast_r50", "squeezenet1_1", "unet", "unet_plus_plus", "vgg16", "vnet", "wide_resnet50_2", "xception",
    "yolov3", "yolov5s", "yolov8n",
]  # fmt: skip
KERAS = [
    "convnext_tiny", "densenet121", "efficientnet_b0", "googlenet", "lenet5", "mobilenet_v2", "mobilenet_v3_large",
    "resnet50", "shufflenet_v2_x1_0", "unet", "vnet", "wavenet", "xception", "yolov3",
]  # fmt: skip
FILES = {
    **{FOLDER / "torch" / f"{name}.py": (TargetName.TORCH, name) for name in TORCH},
    **{FOLDER / "keras" / f"{name}.py": (TargetName.KERAS, name) for name in KERAS},
}


def code_of(target: TargetName, name: str) -> str:
    """The code of a shipped network, with a header that no version and no other edit of the spec changes."""
    source = Source(network(name).examination, HEADER.format(f"{name}.yaml"))
    written = TARGETS[target].write(source, Request()).content
    assert isinstance(written, str)
    return written


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_code_is_what_was_read(path: Path) -> None:
    target, name = FILES[path]
    assert path.read_text(encoding="utf-8") == code_of(target, name), "run `python -m tests.export.test_goldens`"


def test_no_file_is_left_over() -> None:
    assert set(FOLDER.glob("*/*.py")) == set(FILES)


def test_ruff_changes_nothing() -> None:
    ruff = [sys.executable, "-m", "ruff"]
    formatted = [*ruff, "format", "--isolated", "--line-length", "120", "--diff", str(FOLDER)]
    assert subprocess.run(formatted, capture_output=True, text=True).returncode == 0
    checked = [*ruff, "check", "--isolated", "--line-length", "120", "--select", "E,F,I,UP,W", str(FOLDER)]
    done = subprocess.run(checked, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


if __name__ == "__main__":
    for path, (target, name) in FILES.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code_of(target, name), encoding="utf-8")
