"""The library: a design loaded, analyzed and checked. Nothing is printed here."""

from collections.abc import Callable, Mapping
from os import PathLike
from pathlib import Path

from cnnshape.diagnostics import Diagnostic, Label, Severity, diagnose
from cnnshape.document import Mapping as Node
from cnnshape.document import decode, read_document, read_file_bytes
from cnnshape.graph import Graph, Options, build
from cnnshape.language import Spec, Value, read_spec, read_value, without_consequences
from cnnshape.layers import Shape
from cnnshape.report import DTYPES, Report, Settings, make_report
from cnnshape.source import SourceText

_LARGEST = 10**12
ParamValue = int | float | bool | str | list["ParamValue"] | tuple["ParamValue", ...]


class DesignError(Exception):
    """A design that can't be analyzed; `diagnostics` say why."""

    __module__ = "cnnshape"

    def __init__(self, diagnostics: list[Diagnostic]) -> None:
        errors = [found for found in diagnostics if found.severity is Severity.ERROR]
        first = errors[0]
        place = f"{first.path}:{first.at.span.line}:{first.at.span.column}: " if first.at else f"{first.path}: "
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        super().__init__(f"{place}{first.message}{more}")
        self.diagnostics = diagnostics

    def __reduce__(self) -> tuple[type, tuple[list[Diagnostic]]]:
        return type(self), (self.diagnostics,)


class Design:
    """A spec that was read, with the problems of reading it. `spec` is None where nothing could be made of it."""

    __slots__ = ("diagnostics", "name", "source", "spec")

    def __init__(self, source: SourceText, spec: Spec | None, diagnostics: list[Diagnostic]) -> None:
        self.source = source
        self.spec = spec
        self.diagnostics = diagnostics
        self.name = spec.name if spec else source.name

    def __repr__(self) -> str:
        return f"Design({self.name!r})"


def load(spec: str | PathLike[str], *, name: str = "") -> Design:
    """Reads a spec: a path, or a text with a line break in it.

    `name` is what diagnostics call a text. What is wrong in the spec is found in the design's `diagnostics`; a file
    that can't be opened raises OSError.
    """
    if isinstance(spec, str) and "\n" in spec:
        return design_of(SourceText(name or "<text>", spec))
    path = Path(spec)
    return design_of_bytes(name or str(spec), read_file_bytes(path), path)


def design_of_bytes(
    name: str, data: bytes, path: Path | None = None, read: Callable[[Path], bytes] = read_file_bytes
) -> Design:
    """The design of a file's bytes; `read` reads the files that it extends."""
    text = decode(name, data)
    if isinstance(text, str):
        return design_of(SourceText(name, text, path), read)
    return Design(SourceText(name, "", path), None, [text])


def design_of(source: SourceText, read: Callable[[Path], bytes] = read_file_bytes) -> Design:
    """The design of a text; `read` reads the files that it extends."""
    spec, diagnostics = read_spec(source, read)
    return Design(source, spec, seen_from(source, diagnostics))


def seen_from(source: SourceText, found: list[Diagnostic]) -> list[Diagnostic]:
    """The diagnostics; one that stands in a file which this one extends names the line that brings it in."""
    if not any(_elsewhere(source, each) for each in found):
        return found
    root = read_document(source).root
    extends = root.get("extends") if isinstance(root, Node) else None
    if extends is None:
        return found
    here = Label(extends.value.span, "extended here")
    return [each._replace(related=(*each.related, here)) if _elsewhere(source, each) else each for each in found]


def _elsewhere(source: SourceText, diagnostic: Diagnostic) -> bool:
    """Whether it stands in another file; the text of an option is none."""
    if diagnostic.at is None:
        return diagnostic.file != source.name
    return diagnostic.at.span.source is not source and diagnostic.at.span.source.path is not None


def analyze(
    design: Design,
    *,
    params: Mapping[str, ParamValue] | None = None,
    variant: str = "",
    inputs: Mapping[str, Shape] | Shape | None = None,
    batch: int = 1,
    dtype: str = "float32",
    inplace_activations: bool = False,
    inplace_adds: bool = False,
    max_layers: int | None = None,
) -> Report:
    """The report of a design.

    `inputs` overrides input shapes, channels first and without the batch: one shape for the first input, or a mapping
    by name. Raises DesignError where the design has errors, ValueError for a batch or dtype that makes no sense.
    """
    if batch < 1 or batch > 10**9:
        raise ValueError(f"batch must be from 1 to 10^9, got {batch}")
    if dtype not in DTYPES:
        raise ValueError(f"dtype must be one of {', '.join(DTYPES)}, got {dtype!r}")
    graph, diagnostics = expand(design, options(params, variant, inputs, max_layers))
    if graph is None or design.spec is None:
        raise DesignError(diagnostics)
    settings = Settings(batch, dtype, inplace_activations, inplace_adds)
    return make_report(graph, design.spec.origin, settings)


def expand(design: Design, chosen: Options) -> tuple[Graph | None, list[Diagnostic]]:
    """The graph of a design and all its problems, sorted by place; no graph where there are errors."""
    if design.spec is None:
        return None, design.diagnostics
    graph, found, _ = build(design.spec, chosen)
    found = without_consequences(found, design.spec.repaired)
    diagnostics = sorted(design.diagnostics + seen_from(design.source, found), key=lambda each: each.place)
    return (None if diagnostics else graph), diagnostics


def options(
    params: Mapping[str, ParamValue] | None,
    variant: str,
    inputs: Mapping[str, Shape] | Shape | None,
    max_layers: int | None,
) -> Options:
    """Arguments of the API as options of the graph; raises DesignError for a parameter that is no value."""
    values = {name: _param(name, value) for name, value in (params or {}).items()}
    shapes = inputs if isinstance(inputs, Mapping) else {"": inputs} if inputs else {}
    sound = {name: tuple(shape) for name, shape in shapes.items()}
    for name, shape in sound.items():
        if not 1 <= len(shape) <= 4 or any(type(size) is not int or not 1 <= size <= 10**9 for size in shape):
            message = f"the input{f' `{name}`' if name else ''} is 1 to 4 whole numbers from 1 to 10^9, got {shape}"
            raise DesignError([diagnose("bad-input", message, file="inputs")])
    chosen = Options(values, variant, sound)
    return chosen if max_layers is None else chosen._replace(max_layers=max_layers)


def _param(name: str, value: ParamValue) -> Value:
    read, problems = read_value(SourceText(f"param {name}", _written(value)))
    if read is None or problems:
        raise DesignError(problems)
    return read


def _written(value: ParamValue) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_written, value))}]"
    if isinstance(value, int) and abs(value) > _LARGEST:
        raise DesignError([diagnose("expression-value", "a number beyond 10^12", file="params")])
    return str(value)
