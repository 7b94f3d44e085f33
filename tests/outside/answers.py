"""What each rule answers for the outside kinds, on 960 values of 8x12x10: a count, `-` unsupported, `?` unknown.

The figures of PyTorch's tools are measured by tests/oracles/test_peers.py where the tools are installed.
"""

from __future__ import annotations

SHAPE = (8, 12, 10)
STEPS = {
    "log_sigmoid": "log_sigmoid",
    "unit_norm": "unit_norm",
    "lp_pool": "lp_pool: 2",
    "adaptive_lp_pool": "adaptive_lp_pool: 5",
    "global_lp_pool": "global_lp_pool",
    "flip": "flip",
    "noise_dropout": "noise_dropout",
    "channel_scale": "channel_scale",
    "sharpen": "sharpen: 2",
    "maximum_with": "maximum_with: input",
    "pointwise": "pointwise: {out: 6, bias: false}",
    "roi_mean": "roi_mean: {size: 7, boxes: rois}",
}
_TABLE = """
                  logs  unit  lp    adapt global flip  noise scale sharp max   point roi
conv-linear       0     0     0     0     0      0     0     0     0     0     5760  0
conv              0     0     0     0     0      0     0     0     0     0     5760  0
torch             0     0     0     0     0      0     0     0     0     0     11520 0
calflops          0     0     ?     ?     ?      0     0     0     ?     0     ?     ?
calflops-macs     0     0     0     0     0      0     0     0     0     0     ?     ?
deepspeed         0     0     ?     ?     ?      0     0     0     ?     0     ?     ?
deepspeed-meta    0     0     ?     ?     ?      0     0     0     ?     0     ?     ?
ptflops           0     0     ?     ?     ?      0     0     0     ?     0     ?     ?
ptflops-modules   0     0     0     0     0      0     0     0     0     0     0     ?
ptflops-aten      0     0     0     0     0      0     0     0     0     0     5760  ?
torchinfo         0     8     0     0     0      0     0     ?     0     0     48    0
torchinfo-memory  0     7680  0     0     0      0     0     ?     0     0     5760  0
fvcore            -     -     -     ?     ?      -     -     -     ?     -     5760  ?
torchscan         -     -     -     -     -      0     -     -     -     0     -     ?
torchscan-flops   -     -     -     -     -      0     -     -     -     0     -     ?
thop              0     0     0     0     0      0     0     0     0     0     0     ?
ultralytics-thop  0     ?     0     0     0      0     0     0     ?     0     ?     ?
torchlens         ?     ?     ?     ?     ?      0     ?     ?     ?     960   ?     ?
xla               ?     ?     ?     ?     ?      ?     ?     ?     ?     ?     ?     ?
onnx-tool         ?     ?     ?     ?     ?      ?     0     ?     ?     960   ?     ?
onnx-tool-params  0     8     0     0     0      0     0     16    0     0     48    0
torchsummary      7680  7680  1920  1600  64     ?     ?     ?     30720 0     5760  ?
keras             0     8     0     0     0      0     0     16    0     0     48    0
flax-params       0     8     0     0     0      0     0     16    0     0     48    0
"""
ANSWERS = {
    rule: dict(zip(STEPS, answers, strict=True)) for rule, *answers in map(str.split, _TABLE.strip().splitlines()[1:])
}


def spec_of(kind: str) -> str:
    """A design of that kind alone."""
    sizes = ", ".join(map(str, SHAPE))
    given = f"{{image: [{sizes}], rois: {{boxes: 3}}}}" if kind == "roi_mean" else f"[{sizes}]"
    return f"cnnshape: 1\nname: {kind}\ninput: {given}\nlayers:\n  - {STEPS[kind]}\n"
