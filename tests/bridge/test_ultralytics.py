"""A model file of Ultralytics is recognized wherever a spec is expected."""

import shlex

import pytest

import cnnshape
from cnnshape.bridge.torch.resolving import argument_of
from tests.command import run

FILE = """\
# YOLOv8
nc: 80
scales:
  n: [0.33, 0.25, 1024]
backbone:
  - [-1, 1, Conv, [64, 3, 2]]
  - [-1, 3, C2f, [128, True]]
head:
  - [-1, 1, nn.Upsample, [None, 2, "nearest"]]
  - [[-1, 0], 1, Concat, [1]]
  - [[0, 2], 1, Detect, [nc]]
"""
COMMAND = "cnnshape import ultralytics.nn.tasks:DetectionModel --arg \"cfg='{}'\" --input 3x640x640"


@pytest.mark.parametrize("command", ["check", "summary", "explain", "rf", "memory", "sizes"])
def test_the_message_says_how_to_import_it(tmp_path, command):
    path = tmp_path / "yolo.yaml"
    path.write_text(FILE)
    result = run(command, str(path))
    output = result.stdout + result.stderr
    assert "a model file of Ultralytics, not a spec" in output
    assert COMMAND.format(path) in output
    assert output.count("error[") == 1


@pytest.mark.parametrize("key", ["backbone", "head"])
def test_one_of_its_parts_is_enough(key):
    text = f"{key}:\n  - [-1, 1, Conv, [64, 3, 2]]\n"
    (problem,) = cnnshape.check(cnnshape.load(text, name="yolov5s.yaml"))
    assert "Ultralytics" in problem.message
    assert problem.help is not None and COMMAND.format("yolov5s.yaml") in problem.help


@pytest.mark.parametrize(
    "text",
    [
        "backbone:\n  - [-1, 1, Conv]\n",
        "backbone:\n  - conv: {out: 3, kernel: 3}\n",
        "backbone: []\n",
        "backbone: resnet50\n",
        "layers:\n  - [-1, 1, Conv, [64, 3, 2]]\n",
    ],
)
def test_other_files_are_not_taken_for_one(text):
    problems = cnnshape.check(cnnshape.load(text, name="other.yaml"))
    assert problems and not any("Ultralytics" in problem.message for problem in problems)


def test_a_name_with_control_characters_is_not_shown_raw():
    (problem,) = cnnshape.check(cnnshape.load("head:\n  - [-1, 1, Conv, [64]]\n", name="a\x1b[31m.yaml"))
    assert problem.help is not None and problem.help.isprintable()


def test_the_command_is_one_that_import_reads():
    (problem,) = cnnshape.check(cnnshape.load("head:\n  - [-1, 1, Conv, [64]]\n", name="my/yolo.yaml"))
    words = shlex.split(problem.help.split("`")[1])
    assert argument_of(words[words.index("--arg") + 1]) == ("cfg", "my/yolo.yaml")


@pytest.mark.parametrize("name", ["a b.yaml", "it's.yaml", "$HOME.yaml", "`x`.yaml"])
def test_a_name_that_a_shell_reads_otherwise_is_left_out(name):
    (problem,) = cnnshape.check(cnnshape.load("head:\n  - [-1, 1, Conv, [64]]\n", name=name))
    assert COMMAND.format("FILE.yaml") in problem.help
