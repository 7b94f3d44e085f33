"""Modules around a module, and modules that hide what they compute."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from cnnshape.bridge.operations import ImportProblem


def unwrapped(module: Any) -> Any:
    """The module inside of those that compile it or spread it over devices."""
    parallel = (torch.nn.DataParallel, torch.nn.parallel.DistributedDataParallel)
    while True:
        inner = module.module if isinstance(module, parallel) else getattr(module, "_orig_mod", None)
        if not isinstance(inner, torch.nn.Module):
            return module
        module = inner


def check_visible(module: Any) -> None:
    """Raises ImportProblem for a module whose functions or weights can't be seen."""
    for path, part in module.named_modules():
        where = path or "the module"
        if isinstance(part, torch.jit.ScriptModule):
            raise ImportProblem(
                f"{where} is compiled TorchScript, which can't be read",
                "import the Python module before `torch.jit.script`",
            )
        if any(base.__module__.startswith("torch.export.") for base in type(part).__mro__):
            raise ImportProblem(
                f"{where} is an exported program, which may take one number of samples only",
                "import the module before `torch.export`",
            )
        if ".quantized." in type(part).__module__:
            raise ImportProblem(
                f"{where} is quantized: its weights are packed, and have no shapes", "import the network before that"
            )


@contextmanager
def not_compiled() -> Iterator[None]:
    """Runs functions under `torch.compile` as they are written, from PyTorch 2.6 on."""
    if not hasattr(torch.compiler, "set_stance"):
        yield
        return
    with torch.compiler.set_stance("force_eager"):
        yield
