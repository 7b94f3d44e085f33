"""The pictures of random networks, and of messy ones, measured as a browser shows them."""

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from cnnshape.api import load
from cnnshape.render.picture.svg import to_svg
from cnnshape.study.picture.forms import picture_of
from cnnshape.study.picture.model import Style
from tests.laws.plain import Spec
from tests.laws.strategy import specs
from tests.pictures.measure import Judge
from tests.pictures.pictures_of import examined, picture_of_text, reported
from tests.pictures.test_plots import PLOTS

TOGETHER = 100
LONG = "1,000 layers"
HEAD = "cnnshape: 1\nname: {name}\n"
MESSY = {
    "one layer": "input: [3, 8, 8]\nlayers: [relu]\n",
    "no layer": "input: [3, 8, 8]\nlayers: []\n",
    LONG: "input: [3, 32, 32]\nlayers:\n"
    + "".join(
        f"  - conv: {{out: {3 + index % 7}, kernel: {1 + index % 2 * 2}, padding: same}}\n" for index in range(1000)
    ),
    "skips over skips": "input: [4, 16, 16]\nlayers:\n"
    + "".join(f"  - {{conv: {{out: 4, kernel: 3, padding: 1}}, name: c{index}}}\n" for index in range(12))
    + "".join(f"  - {{add: [c{11 - index}, c{index}], name: a{index}}}\n" for index in range(6))
    + "  - concat: [a0, a1, a2, a3, a4, a5, c3]\n",
    "many inputs and outputs": "input: {"
    + ", ".join(f"in{index}: [2, {8 * 2 ** (index % 3)}, 8]" for index in range(7))
    + "}\nlayers:\n"
    + "".join(f"  - {{conv: {{out: 3, kernel: 1}}, from: in{index}, name: out{index}}}\n" for index in range(7))
    + f"outputs: [{', '.join(f'out{index}' for index in range(7))}]\n",
    "nested branches": "input: [4, 32, 32]\nlayers:\n  - concat:\n"
    + "".join(
        f"      b{index}:\n        - max_pool: 2\n        - concat:\n"
        + "".join(f"            c{inner}: [{{conv: {{out: 2, kernel: 1}}}}]\n" for inner in range(index + 2))
        + "        - upsample: 2\n"
        for index in range(4)
    ),
    "a word of 100 letters": "input: [3, 8, 8]\nlayers:\n  - {relu: {}, name: " + "layer" * 20 + "}\n",
    "1-D": "input: [8, 4000]\nlayers:\n  - conv: {out: 16, kernel: 9, stride: 4}\n  - max_pool: 4\n  - flatten\n  - linear: 3\n",
    "3-D": "input: [1, 16, 64, 64]\nlayers:\n  - residual: [{conv: {out: 1, kernel: 3, padding: 1}}]\n  - max_pool: 2\n",
    "a join of thirty": "input: [2, 8, 8]\nlayers:\n"
    + "".join(f"  - {{conv: {{out: 2, kernel: 1}}, from: input, name: c{index}}}\n" for index in range(30))
    + f"  - add: [{', '.join(f'c{index}' for index in range(30))}]\n",
    "errors": "input: [3, 8, 8]\nlayers:\n  - conv: {out: 4, kernel: 3}\n  - conv: {out: 4, kernel: 9}\n  - residual: [linear: 3]\n",
}


def test_only_one_is_broken() -> None:
    reports = {name: reported(load(HEAD.format(name=name) + text)) for name, text in MESSY.items()}
    assert [name for name, report in reports.items() if report.failed] == ["errors"]


@pytest.mark.parametrize("name", MESSY)
def test_messy_networks(judge: Judge, name: str) -> None:
    svg = to_svg(picture_of_text(HEAD.format(name=f"'{name} <&>'") + MESSY[name]))
    assert judge.defects({name: svg}, pixels=name != LONG) == []


def test_volumes_of_messy_networks(judge: Judge) -> None:
    """Those of broken designs say what is wrong, where there is no map."""
    pictures = {
        name: picture_of_text(HEAD.format(name=f"'{name} <&>'") + MESSY[name]) for name in MESSY if name != LONG
    }
    svgs = {name: to_svg(picture._replace(style=Style.VOLUMES)) for name, picture in pictures.items()}
    assert judge.defects(svgs, pixels=False) == []
    assert "line 6: a window of 9" in svgs["errors"]


def test_plots_of_messy_networks(judge: Judge) -> None:
    texts = {name: HEAD.format(name=f"'{name} <&>'") + text for name, text in MESSY.items()}
    svgs = {f"{name}: {plot}": PLOTS[plot](*examined(load(texts[name]))) for name in MESSY for plot in PLOTS}
    assert judge.defects(svgs, pixels=False) == []


def random_specs() -> list[str]:
    """The texts of random designs, always the same ones."""
    texts: dict[str, None] = {}

    @hypothesis.seed(20_261_127)
    @settings(
        max_examples=TOGETHER,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(specs())
    def collect(spec: Spec) -> None:
        texts[spec.text] = None

    collect()
    assert len(texts) > TOGETHER / 2
    return list(texts)


def test_random_networks(judge: Judge) -> None:
    """Draws pictures first, as a browser measures many at once faster than one by one."""
    svgs = {text: to_svg(picture_of(reported(load(text)))) for text in random_specs()}
    assert judge.defects(svgs, pixels=False) == []


@pytest.mark.parametrize("plot", PLOTS)
def test_plots_of_random_networks(judge: Judge, plot: str) -> None:
    svgs = {text: PLOTS[plot](*examined(load(text))) for text in random_specs()}
    assert judge.defects(svgs, pixels=False) == []
