"""Plans: parts that cover every design once, however many there are, and a description that tells all sweeps apart."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

np = pytest.importorskip("numpy")

import cnnshape  # noqa: E402 -- numpy is there
from cnnshape.report import Settings  # noqa: E402
from cnnshape.study.sweep.goals import Goal, read_bounds  # noqa: E402
from cnnshape.study.sweep.job import Job  # noqa: E402
from cnnshape.study.sweep.order import Order  # noqa: E402
from cnnshape.study.sweep.plan import RECHECKED, Plan, part_size  # noqa: E402
from cnnshape.study.sweep.texts import Texts, texts_of  # noqa: E402
from tests.sweeps.networks import TINY, axes  # noqa: E402

TEXTS = Texts("net.yaml", TINY, None, ())


def plan(size: int = 100, **changes: object) -> Plan:
    made = Plan(TEXTS, tuple(axes("width=1..100")), Settings(), Order(size, size), part_size(size))
    return made._replace(**changes)


@given(st.integers(1, 10**10))
def test_parts_cover_every_design_once(size: int) -> None:
    own = plan(size)
    spans = [own.span(0), own.span(own.parts // 2), own.span(own.parts - 1)]
    assert spans[0][0] == 0 and spans[-1][1] == size
    assert all(0 < stop - start <= own.per_part for start, stop in spans)
    assert own.span(own.parts // 2 - 1)[1] == spans[1][0] or own.parts == 1
    # Parts stay small enough for memory, and so few that their files are no burden.
    assert own.per_part <= 2**18
    assert own.parts <= max(64, size // 2**17)


@pytest.mark.parametrize("size", [1, 50, 100, 5000, 10**6])
def test_about_a_hundred_designs_are_analyzed_one_by_one(size: int) -> None:
    own = plan(size)
    numbers = [own.rechecked(number) for number in range(own.parts)]
    assert min(size, RECHECKED) <= sum(numbers) <= RECHECKED + 1
    assert numbers[0] >= 1


CHANGES = {
    "texts": Texts("net.yaml", TINY + "\n", None, ()),
    "axes": tuple(axes("width=1..50,52..101")),
    "settings": Settings(batch=2),
    "order": Order(100, 50, 1),
    "per_part": 64,
    "bounds": read_bounds(["params <= 5M"], ["params"]),
    "goals": (Goal("params"), Goal("macs")),
    "objective": Goal("params", large=True),
    "top": 3,
    "rows": "csv",
}


@pytest.mark.parametrize("field", Plan._fields)
def test_a_change_of_any_field_is_another_sweep(field: str) -> None:
    assert set(CHANGES) == set(Plan._fields)
    assert plan().described() != plan(**{field: CHANGES[field]}).described()


@pytest.mark.parametrize("field", Plan._fields)
def test_a_plan_can_be_sent(field: str) -> None:
    job = Job(plan(**{field: CHANGES[field]}), Path("designs.csv"))
    assert pickle.loads(pickle.dumps(job)) == job


# The texts of designs


def test_texts_make_the_design_again(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(TINY)
    (tmp_path / "middle.yaml").write_text("extends: base.yaml\nparams: {width: 6}\n")
    (tmp_path / "net.yaml").write_text("extends: middle.yaml\nparams: {kernel: 1}\n")
    design = cnnshape.load(tmp_path / "net.yaml")
    texts = pickle.loads(pickle.dumps(texts_of(design)))
    for name in ("base", "middle", "net"):
        (tmp_path / f"{name}.yaml").unlink()
    assert cnnshape.analyze(texts.design()).totals == cnnshape.analyze(TINY, params={"width": 6, "kernel": 1}).totals
    assert [path.name for path, _ in texts.files] == ["middle.yaml", "base.yaml"]


def test_the_texts_of_a_shipped_design() -> None:
    for name in ("resnet34", "convnext_small"):
        texts = texts_of(cnnshape.load(name))
        assert cnnshape.analyze(texts.design()).totals == cnnshape.analyze(name).totals


def test_a_digest_is_of_the_texts_alone() -> None:
    files = ((Path("a.yaml"), b"input"), (Path("b.yaml"), b"layers"))
    digest = TEXTS._replace(files=files).digest
    assert TEXTS._replace(files=files, name="other.yaml").digest == digest
    assert TEXTS._replace(files=((Path("c.yaml"), b"input"), files[1])).digest == digest
    others = [
        (),
        files[:1],
        files[::-1],
        ((Path("a.yaml"), b"inputlayers"),),
        ((Path("a.yaml"), b"inputl"), (Path("b.yaml"), b"ayers")),
    ]
    assert len({digest, *(TEXTS._replace(files=other).digest for other in others)}) == len(others) + 1


def test_a_base_that_is_gone_is_a_problem_of_the_design() -> None:
    texts = TEXTS._replace(text="extends: base.yaml\n")
    assert [problem.name for problem in texts.design().diagnostics] == ["bad-extends"]
