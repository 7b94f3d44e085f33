"""All counting rules, listed by hand."""

from cnnshape.study.counting import (
    conventions,
    fvcore,
    onnx_tool,
    profilers,
    ptflops,
    thop,
    torchinfo,
    torchinfo_params,
    torchlens,
    torchscan,
    torchsummary,
    variables,
    xla,
)
from cnnshape.study.counting.rule import Rule

RULES: tuple[Rule, ...] = (
    *conventions.RULES, *profilers.RULES, *ptflops.RULES, *torchinfo.RULES, *fvcore.RULES, *torchscan.RULES,
    *thop.RULES, *torchlens.RULES, *xla.RULES, *onnx_tool.RULES, *torchsummary.RULES, *torchinfo_params.RULES, *variables.RULES,
)  # fmt: skip

BY_NAME: dict[str, Rule] = {rule.name: rule for rule in RULES}
