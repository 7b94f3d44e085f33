"""The result of a sweep. Only its tables need numpy."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cnnshape.lazy import Data, brief
from cnnshape.named_tuple import NamedTuple
from cnnshape.study.sweep.choices import choice, column_of, options_text

if TYPE_CHECKING:
    import pyarrow
    from numpy.typing import NDArray

    from cnnshape.study.sweep.part import Rows
    from cnnshape.study.sweep.plan import Plan
    from cnnshape.study.sweep.spread import Spread
    from cnnshape.study.sweep.tally import Refused, Tally


class SweptDesign(NamedTuple):
    """A design of a sweep: its `number` in the space, the text of the value of each axis, its figures, and the `options` with
    which other commands build it: `-p width=16`.

    On a front, `designs` is the number of designs with the same figures of all goals, of which this is the first.
    """

    number: int
    values: Mapping[str, str]
    figures: Mapping[str, int]
    options: str
    designs: int = 1


class Listed(NamedTuple):
    """The designs that a sweep lists, and for how many designs of the same place on the front each is listed."""

    rows: "Rows | None"
    designs: tuple[int, ...]


class Sweep(Data):
    """The designs of a space: how many fit together and keep all bounds, how their figures are distributed, which are on the
    front, and why others are refused.

    `space` is the number of designs of the space, `evaluated` how many of them were, `kept` how many are left. `spreads`
    are those of the figures of the kept ones, `refused` the others' errors, `slow` how many were evaluated one by one, by the reason. `listed` are the designs on the front, in the order of their figures;
    without goals, the best ones. Iteration gives all kept designs, `table` their columns.
    """

    __slots__ = (
        "_rows",
        "_some",
        "evaluated",
        "kept",
        "listed",
        "name",
        "plan",
        "refused",
        "slow",
        "space",
        "spec",
        "spreads",
    )

    def __init__(self, name: str, spec: str, plan: "Plan", tally: "Tally", listed: Listed, rows: "Rows | None") -> None:
        self.name = name
        self.spec = spec
        self.plan = plan
        self.space = plan.order.total
        self.evaluated = tally.designs
        self.kept = tally.kept
        self.refused: tuple[Refused, ...] = tally.refused
        self.spreads: Mapping[str, Spread] = tally.spreads
        self.slow: Mapping[str, int] = tally.slow
        self.listed = tuple(self._designs(listed.rows, listed.designs)) if listed.rows is not None else ()
        self._some = tally.some
        self._rows = rows

    def __repr__(self) -> str:
        return f"<Sweep {brief(self.name, 60)}: {self.kept:,} of {self.evaluated:,} designs kept>"

    def __len__(self) -> int:
        return self.kept

    def __iter__(self) -> Iterator[SweptDesign]:
        yield from self._designs(self._kept_rows())

    @property
    def some(self) -> list[tuple[int, ...]]:
        """The figures of the goals, for some of the kept designs, chosen at random."""
        signs = [-1 if goal.large else 1 for goal in self.plan.goals]
        rows = [] if self._some is None else self._some.costs[:, 1:].tolist()
        return [tuple(sign * cost for sign, cost in zip(signs, row, strict=True)) for row in rows]

    def table(self) -> "dict[str, NDArray[Any]]":
        """The kept designs as numpy arrays by the names of columns: `design`, each axis, each figure."""
        from cnnshape.study.sweep.columns import arrays

        return arrays(self.plan.axes, self._kept_rows())

    def to_arrow(self) -> "pyarrow.Table":
        """The kept designs as a table of Arrow. Raises ValueError without pyarrow."""
        from cnnshape.study.sweep.columns import arrow_table

        return arrow_table(self.plan.axes, self._kept_rows())

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns of the axes."""
        return tuple(map(column_of, self.plan.axes))

    def _kept_rows(self) -> "Rows":
        """The rows of the kept designs. Raises ValueError if they are in a file."""
        if self._rows is None:
            raise ValueError("the designs are in the file of the sweep's output")
        return self._rows

    def _designs(self, rows: "Rows", counts: tuple[int, ...] = ()) -> Iterator[SweptDesign]:
        axes = self.plan.axes
        columns = [values.tolist() for values in rows.figures.values()]
        for place, index in enumerate(rows.indices.tolist()):
            figures = {name: column[place] for name, column in zip(rows.figures, columns, strict=True)}
            values = dict(zip(self.columns, choice(axes, index), strict=True))
            yield SweptDesign(index, values, figures, options_text(axes, index), counts[place] if counts else 1)
