"""The file of a sweep's designs: how the rows of a part are written, and how those of all parts become one file."""

import shutil
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from cnnshape.diagnostics.refusal import Refusal
from cnnshape.named_tuple import NamedTuple
from cnnshape.study.sweep.columns import arrow, arrow_table, csv_header, csv_lines, wide_type
from cnnshape.study.sweep.folder import Folder
from cnnshape.study.sweep.part import Rows
from cnnshape.study.sweep.plan import Plan
from cnnshape.study.sweep.space_text import AxisText

GROUP = 2**17
"""The rows of a group in a Parquet file."""
_COMPRESSION = "zstd"


class Writer(NamedTuple):
    """How a format is written: the bytes of some rows, and the file of all parts, whose figures have these names."""

    rows: Callable[[Sequence[AxisText], Rows], bytes]
    joined: Callable[[Path, Plan, Folder, Sequence[str]], None]


def ending_of(output: Path) -> str:
    """The format that the ending of a file names; raises Refusal for another ending, or without pyarrow."""
    ending = output.suffix.lower().removeprefix(".")
    if ending not in WRITERS:
        raise Refusal(
            "output", f"{str(output)!r} has no format; its ending is one of {', '.join(f'.{one}' for one in WRITERS)}"
        )
    if ending == "parquet":
        arrow()
    return ending


def join_parts(folder: Folder, plan: Plan, figures: Sequence[str]) -> None:
    """Makes one file of all parts, in order, and removes their folder. Raises OSError."""
    partial = folder.path / f"all.{plan.rows}"
    try:
        WRITERS[plan.rows].joined(partial, plan, folder, figures)
        partial.replace(folder.output)
    except OSError:
        partial.unlink(missing_ok=True)
        raise
    folder.remove()


def _csv_rows(axes: Sequence[AxisText], rows: Rows) -> bytes:
    return csv_lines(axes, rows).encode()


def _join_csv(path: Path, plan: Plan, folder: Folder, figures: Sequence[str]) -> None:
    with path.open("wb") as file:
        file.write(csv_header(plan.axes, figures).encode())
        for number in range(plan.parts):
            with folder.rows_of(number).open("rb") as part:
                shutil.copyfileobj(part, file)


def _parquet_rows(axes: Sequence[AxisText], rows: Rows) -> bytes:
    stream = BytesIO()
    arrow().parquet.write_table(arrow_table(axes, rows), stream, compression=_COMPRESSION)
    return stream.getvalue()


def _join_parquet(path: Path, plan: Plan, folder: Folder, _: Sequence[str]) -> None:
    """Groups have as many rows as there are, and no more than `GROUP`, wherever parts begin."""
    pyarrow = arrow()
    read = pyarrow.parquet
    schema = _schema([read.read_schema(folder.rows_of(number)) for number in range(plan.parts)])
    waiting: list[Any] = []
    count = 0
    with read.ParquetWriter(path, schema, compression=_COMPRESSION) as writer:
        for number in range(plan.parts):
            table = read.read_table(folder.rows_of(number)).cast(schema)
            waiting.append(table)
            count += table.num_rows
            while count >= GROUP:
                whole = pyarrow.concat_tables(waiting).unify_dictionaries()
                writer.write_table(whole.slice(0, GROUP).combine_chunks())
                waiting, count = [whole.slice(GROUP)], count - GROUP
        if count:
            writer.write_table(pyarrow.concat_tables(waiting).unify_dictionaries().combine_chunks())


def _schema(schemas: Sequence[Any]) -> Any:
    """The columns of all parts: a figure that is beyond 64 bits in one of them is a decimal."""
    schema = schemas[0]
    for index, name in enumerate(schema.names):
        if any(other.field(name).type == wide_type() for other in schemas):
            schema = schema.set(index, schema.field(name).with_type(wide_type()))
    return schema


WRITERS = {"csv": Writer(_csv_rows, _join_csv), "parquet": Writer(_parquet_rows, _join_parquet)}
"""The formats of the file by its ending."""
