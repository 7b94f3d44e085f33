"""`cnnshape export`"""

import sys
from keyword import iskeyword
from pathlib import Path
from typing import Annotated

from cnnshape.api.examination import examine
from cnnshape.cli.command import BadParameter, Option, OptionGroup, command
from cnnshape.cli.exit_codes import BAD_DESIGN
from cnnshape.cli.options import DesignOptions, OutputOption, SpecArgument
from cnnshape.cli.output import refuse_overwriting, write, write_bytes
from cnnshape.cli.reading import fail, read_design
from cnnshape.cli.whole_numbers import whole_number
from cnnshape.export import (
    TARGETS,
    DataFormat,
    Inexpressible,
    Request,
    Source,
    TargetName,
    Weights,
    digest_of,
    header_of,
    recorded_digest,
)

MOST_SEED = 2**32 - 1


class TargetOptions(OptionGroup):
    """The options that only some targets have."""

    class_name: Annotated[str | None, Option("--class", help="What the network is called in code.", metavar="NAME")] = (
        None
    )
    data_format: Annotated[
        DataFormat | None,
        Option("--data-format", help=f"Where tensors have their channels: {', '.join(DataFormat)}.", metavar="FORMAT"),
    ] = None
    weights: Annotated[
        Weights | None,
        Option("--weights", help=f"What an ONNX file holds: {', '.join(Weights)} weights.", metavar="WEIGHTS"),
    ] = None
    seed: Annotated[
        int | None,
        whole_number("--seed", help="Which random weights: a whole number, {range}.", least=0, most=MOST_SEED),
    ] = None
    functions: Annotated[bool, Option("--functions", help="Keep blocks as functions of an ONNX file.")] = False

    def request(self, name: TargetName) -> Request:
        """The settings of the export; raises BadParameter for one that the target doesn't have, and for a bad name."""
        if self.class_name is not None and (not self.class_name.isidentifier() or iskeyword(self.class_name)):
            raise BadParameter(f"{self.class_name!r} is not a name in Python; write `ResNet50`", param_hint="--class")
        if self.seed is not None and self.weights not in (None, Weights.RANDOM):
            raise BadParameter(f"`--weights {self.weights}` leaves nothing to a seed; remove it", param_hint="--seed")
        request = Request(
            class_name=self.class_name,
            data_format=self.data_format,
            weights=self.weights,
            seed=self.seed,
            functions=self.functions or None,
        )
        for setting, value in request._asdict().items():
            if value is not None and setting not in TARGETS[name].settings:
                raise BadParameter(f"{name} has no such setting", param_hint=_WORDS[setting])
        return request


_WORDS = {
    "class_name": "--class",
    "data_format": "--data-format",
    "weights": "--weights",
    "seed": "--seed",
    "functions": "--functions",
}
"""The options of settings."""


@command
def export(
    spec: SpecArgument,
    *,
    design: DesignOptions,
    to: Annotated[
        TargetName | None,
        Option("--to", help=f"The framework: {', '.join(TARGETS)}.", metavar="TARGET"),
    ] = None,
    settings: TargetOptions,
    output: OutputOption = None,
    force: Annotated[bool, Option("--force", help="Write over a file that exists.")] = False,
    check: Annotated[
        Path | None,
        Option("--check", help="Write nothing; exit with 1 if FILE is older than the spec.", metavar="FILE"),
    ] = None,
) -> None:
    """Write the network as code that trains: a PyTorch module with a class for each block, Keras functions, or an ONNX file.

    Params stay arguments of the code, at the values of the spec.

    A file says from which state of the spec it comes. With --check, give the options that it was written with.
    """
    name = to or _target_of(output or check)
    request = settings.request(name)
    examined = examine(read_design(spec), design.for_graph())
    if examined.problems:
        fail(examined.problems)
    digest = digest_of(examined, _settings_text(name, request))
    if check is not None:
        _check(check, digest, spec)
        return
    refuse_overwriting(output, [spec])
    if output is not None and output.exists() and not force:
        raise BadParameter(f"{output} exists; --force writes over it", param_hint="--output")
    try:
        written = TARGETS[name].written(
            Source(examined, header_of("standard input" if spec == "-" else Path(spec).name, digest)), request
        )
    except Inexpressible as error:
        fail(error.diagnostics)
    content = written.content
    if isinstance(content, str):
        write(content, output)
    elif output is None and sys.stdout.isatty():
        raise BadParameter("the file is binary; name it: -o net.onnx", param_hint="--output")
    else:
        write_bytes(content, output)
    for note in written.notes:
        sys.stderr.write(f"note: {note}\n")


def _settings_text(name: TargetName, request: Request) -> str:
    """The target and the settings that the user gave: a setting that a later version adds changes no digest."""
    given = [f"{setting}={value}" for setting, value in request._asdict().items() if value is not None]
    return " ".join([name, *given])


def _target_of(path: Path | None) -> TargetName:
    """The target that a file's ending means; the first one for an ending of several targets or of none."""
    ending = path.suffix.lower() if path else ""
    return next((name for name, target in TARGETS.items() if target.ending == ending), next(iter(TARGETS)))


def _check(path: Path, digest: str, spec: str) -> None:
    """Exits with 1 if an exported file is stale. Raises BadParameter for a file that isn't an exported one."""
    try:
        recorded = recorded_digest(path.read_bytes())
    except OSError as error:
        raise BadParameter(f"can't read {path}: {error.strerror}", param_hint="--check") from None
    if recorded is None:
        raise BadParameter(f"{path} is not a file that `cnnshape export` wrote", param_hint="--check")
    if recorded != digest:
        sys.stderr.write(
            f"{path} is stale: it comes from another state of {spec}, or from other options (sha256 {recorded}, now "
            f"{digest}); export it again with --force\n"
        )
        sys.exit(BAD_DESIGN)
    sys.stdout.write(f"{path} is up to date with {spec}\n")
