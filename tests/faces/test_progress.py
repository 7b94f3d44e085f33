"""The counter of long work: on a terminal's standard error alone, from the first second on, and gone at the end."""

from __future__ import annotations

from io import StringIO
from types import SimpleNamespace

import pytest

from cnnshape.cli import progress
from cnnshape.cli.progress import PATIENCE, PAUSE, Progress, with_progress
from tests import command


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    """Moves by a step each time that it is read."""

    def __init__(self, step: float) -> None:
        self.now = 0.0
        self.step = step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    stream = Terminal()
    monkeypatch.setattr(progress, "sys", SimpleNamespace(stderr=stream))
    return stream


def test_long_work_is_counted_and_the_counter_removed(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "monotonic", Clock(PATIENCE))
    with Progress(3000, "designs") as counter:
        for _ in range(3):
            counter.step()
    shown = terminal.getvalue()
    assert shown.split("\r")[1] == "1 of 3,000 designs\x1b[K"
    assert shown.split("\r")[-2] == "3 of 3,000 designs\x1b[K"
    assert shown.endswith("\r\x1b[K")


def test_short_work_shows_nothing(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "monotonic", Clock(PATIENCE / 1000))
    assert list(with_progress(range(100), 100, "designs")) == list(range(100))
    assert terminal.getvalue() == ""


def test_the_counter_does_not_flicker(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "monotonic", Clock(PAUSE / 10))
    list(with_progress(range(400), 400, "designs"))
    assert 1 < terminal.getvalue().count(" of 400 designs") < 100


def test_a_pipe_gets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = StringIO()
    monkeypatch.setattr(progress, "sys", SimpleNamespace(stderr=stream))
    monkeypatch.setattr(progress, "monotonic", Clock(PATIENCE))
    assert list(with_progress("abc", 3, "designs")) == ["a", "b", "c"]
    assert stream.getvalue() == ""


def test_a_failure_removes_the_counter_too(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "monotonic", Clock(PATIENCE))
    with pytest.raises(ZeroDivisionError):
        list(with_progress((1 // (2 - number) for number in range(3)), 3, "sizes"))
    assert terminal.getvalue().endswith("\r\x1b[K")


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["sizes", "lenet5", "--to", "40"], "of 40 sizes"),
        (["sweep", "lenet5", "-p", "classes=1..300"], "of 300 designs, "),
        (["list", "--family", "lenet"], "of 1 architectures"),
        (["check", "lenet5", "resnet18"], "of 2 designs"),
    ],
)
def test_these_commands_count(arguments: list[str], what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    quiet = command.run(*arguments)
    monkeypatch.setattr(progress, "monotonic", Clock(PATIENCE))
    monkeypatch.setattr(Progress, "__enter__", lambda self: setattr(self, "_terminal", True) or self)
    counted = command.run(*arguments)
    assert what in counted.stderr
    assert counted.stdout == quiet.stdout
    assert what not in quiet.stderr
