"""Shell completion: files, shipped names, and the words of the spec that the command line already names."""

import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnnshape.api import Design
    from cnnshape.graph import Group

_ENDINGS = (".yaml", ".yml")


def complete_spec(incomplete: str) -> list[str]:
    """YAML files and folders that start like this, then shipped architectures."""
    from cnnshape.source import shipped_names

    return [*_files(incomplete), *_starting(incomplete, shipped_names())]


def complete_shipped(incomplete: str) -> list[str]:
    """Shipped architectures that start like this."""
    from cnnshape.source import shipped_names

    return _starting(incomplete, shipped_names())


def complete_side(incomplete: str) -> list[str]:
    """Sides of a comparison: specs, and after `@` the blocks of one."""
    spec, at, block = incomplete.partition("@")
    if not at:
        return complete_spec(incomplete)
    return [f"{spec}@{name}" for name in _starting(block, _block_names(_design(spec)))]


def complete_layer(ctx: Any, incomplete: str) -> list[str]:
    """Stages, blocks and layers of the spec: those at the top, and those inside the group that is typed."""
    from cnnshape.api import expand
    from cnnshape.graph import Options

    design = _design(_argument(ctx, "spec", 0))
    graph = expand(design, Options())[0] if design else None
    if graph is None:
        return []
    names = [node.name for node in graph.nodes]
    return _starting(incomplete, _offered(graph.root, names, incomplete))


def _offered(root: "Group", names: list[str], typed: str) -> Iterator[str]:
    """The parts of a group, and of each group inside it whose name is typed in full."""
    position = root.start
    for group in root.children:
        yield from names[position : group.start]
        yield group.label
        if typed.startswith(group.label):
            yield from _offered(group, names, typed)
        position = group.end
    yield from names[position : root.end]


def complete_block(ctx: Any, incomplete: str) -> list[str]:
    """Blocks of the spec."""
    return _starting(incomplete, _block_names(_design(_argument(ctx, "spec", 0))))


def complete_param(ctx: Any, incomplete: str) -> list[str]:
    """Params of the spec, or of the block that the command line names, with an equals sign."""
    design = _design(_argument(ctx, "spec", 0))
    if design is None or design.spec is None:
        return []
    blocks = {block.name.text: block.params for block in design.spec.blocks}
    params = blocks.get(_argument(ctx, "name", 1), design.spec.params)
    return _starting(incomplete, [f"{param.name.text}=" for param in params])


def complete_variant(ctx: Any, incomplete: str) -> list[str]:
    """Variants of the spec."""
    design = _design(_argument(ctx, "spec", 0))
    variants = design.spec.variants if design and design.spec else ()
    return _starting(incomplete, [variant.name.text for variant in variants])


def complete_columns(incomplete: str) -> list[str]:
    """Columns of a summary; after a comma, those that aren't named yet."""
    from cnnshape.render.layer_table import COLUMNS

    return _listed(incomplete, COLUMNS)


def complete_figure(incomplete: str) -> list[str]:
    """Figures of layers."""
    from cnnshape.render.layer_table import FIGURE_COLUMNS

    return _starting(incomplete, FIGURE_COLUMNS)


def complete_dtype(incomplete: str) -> list[str]:
    """Types of values, after the last `weights=`, and the parts of values that may have a type."""
    from cnnshape.language.dtypes import DTYPES, PARTS

    done, equals, word = incomplete.rpartition("=")
    if equals and "," not in word:
        return [f"{done}={dtype}" for dtype in _starting(word, DTYPES)]
    before, comma, part = incomplete.rpartition(",")
    parts = [f"{before}{comma}{name}=" for name in _starting(part, PARTS)]
    return parts if comma else [*_starting(incomplete, DTYPES), *parts]


def complete_code(incomplete: str) -> list[str]:
    """Errors and design rules by name, or by code if a code is typed."""
    from cnnshape.diagnostics import CATALOGUE

    codes = incomplete.startswith("CS")
    return _starting(incomplete, [entry.code if codes else entry.name for entry in CATALOGUE.values()])


def complete_rules(incomplete: str) -> list[str]:
    """Design rules, after a comma too."""
    from cnnshape.lint import RULES

    last = incomplete.rpartition(",")[2]
    return _listed(incomplete, [rule.code if last.startswith("CS") else rule.name for rule in RULES])


def complete_tool(incomplete: str) -> list[str]:
    """Tools whose counts are known."""
    from cnnshape.study.counting.registry import BY_NAME

    return _starting(incomplete, BY_NAME)


def _argument(ctx: Any, name: str, position: int) -> str:
    """An argument of the command line; after an option without a value, its arguments have no names yet."""
    given = ctx.params.get(name) or "".join(ctx.args[position : position + 1])
    return given if isinstance(given, str) else ""


def _listed(incomplete: str, words: Iterable[str]) -> list[str]:
    """Words that continue a list with commas."""
    before, comma, last = incomplete.rpartition(",")
    used = {word.strip() for word in before.split(",")}
    return [f"{before}{comma}{word}" for word in _starting(last.lstrip(), words) if word not in used]


def _starting(incomplete: str, words: Iterable[str]) -> list[str]:
    return [word for word in words if word.startswith(incomplete)]


def _block_names(design: "Design | None") -> list[str]:
    return [block.name.text for block in design.spec.blocks] if design and design.spec else []


def _files(incomplete: str) -> list[str]:
    """The YAML files and the folders that a path may become."""
    folder, name = os.path.split(incomplete)
    try:
        entries = sorted(os.scandir(folder or "."), key=lambda entry: entry.name)
    except OSError:
        return []
    shown = [entry for entry in entries if entry.name.startswith(name) and entry.name.startswith(".") <= bool(name)]
    paths = [os.path.join(folder, entry.name) + "/" * entry.is_dir() for entry in shown]  # noqa: PTH118 -- as typed
    return [path for path in paths if path.endswith(("/", *_ENDINGS))]


def _design(spec: str) -> "Design | None":
    """The design that a spec names, quietly: None if there is none."""
    from pathlib import Path

    from cnnshape.api import design_of_bytes
    from cnnshape.document import read_file_bytes
    from cnnshape.source import shipped_path

    if spec in ("", "-"):
        return None
    path = Path(spec)
    try:
        path = path if path.exists() else shipped_path(spec) or path
        return design_of_bytes(str(path), read_file_bytes(path), path)
    except (OSError, ValueError):
        return None
