"""The network that readers make operation by operation, and texts of a source in messages."""

import pytest

from cnnshape.bridge import names
from cnnshape.bridge.building import LONGEST_QUOTE, MOST_OPERATIONS, Building, inputs_by_name, printable, quoted
from cnnshape.bridge.files import text_of_file
from cnnshape.bridge.operations import Module, NamedOutput, Ref, Weight
from tests.bridge.readers import layers_of, problem_of


def built(*inputs):
    building = Building()
    for name, shape in inputs or [("x", (3, 8, 8))]:
        building.input(name, shape)
    return building


def test_shapes_are_those_of_the_kinds():
    building = built()
    value = building.add("conv", [0], {"out": 6, "kernel": (3, 3), "stride": 2, "padding": "same"})
    assert building.shape(value) == (6, 4, 4)
    value = building.add("upsample", [value], {"like": Ref(0)})
    assert building.shape(value) == (6, 8, 8)
    network = building.network("net", "a test", [NamedOutput("out", value)])
    assert layers_of(network) == ["conv: {out: 6, kernel: 3, stride: 2, padding: same}", "upsample: {like: input}"]


def test_a_single_input_has_the_name_of_the_language():
    building = built(("some.name", (3, 8, 8)))
    building.add("relu", [0])
    assert [given.name for given in building.network("n", "o", []).inputs] == ["input"]


def test_names_of_inputs_are_made_valid_and_distinct():
    building = built(("a b", (3, 8, 8)), ("A-B", (3, 8, 8)), ("relu", (3, 8, 8)), ("9", (3, 8, 8)))
    building.add("add", [0, 1, 2, 3])
    assert [given.name for given in building.network("n", "o", []).inputs] == ["a_b", "a_b_2", "relu_2", "input_9"]


@pytest.mark.parametrize("shape", [(), (1, 2, 3, 4, 5), (0, 3), (3, -1), (10**10,)])
def test_inputs_that_can_not_be_are_problems(shape):
    assert "the input `x`" in str(problem_of(Building().input, "x", shape))


PROBLEMS = [
    ("conv", {"out": 0, "kernel": 3}, "`conv`: `out` 0 is not a whole number, 1 or more"),
    ("conv", {"out": 3, "kernel": 9}, "`conv`: a window of 9 doesn't fit height 8"),
    ("conv", {"out": 3, "kernel": (3, 3, 3)}, "`conv`: `kernel` has 3 values, but the input has 2 spatial axes"),
    ("conv", {"out": 3, "kernel": 3, "padding": "wide"}, "`conv`: `padding` wide is not"),
    ("linear", {"out": 3}, "`linear`: linear works on a flat input, but this one is 3x8x8"),
    ("leaky_relu", {"slope": 10**12}, "`leaky_relu`: `slope` 1000000000000 is not a number"),
]


@pytest.mark.parametrize(("kind", "arguments", "message"), PROBLEMS)
def test_arguments_that_do_not_fit_are_problems(kind, arguments, message):
    assert str(problem_of(built().add, kind, [0], arguments)).startswith(message)


def test_problems_name_the_place_in_the_source():
    module = Module("layers.0", "Block", 1)
    building = built()

    def in_module():
        building.add("linear", [0], {"out": 3}, modules=(module,), what="Gemm")

    def at_node():
        building.add("linear", [0], {"out": 3}, modules=(module,), what="Gemm", place="/Gemm_3")

    assert str(problem_of(in_module)).startswith("`Gemm` in `layers.0`: ")
    assert str(problem_of(at_node)).startswith("`Gemm` in `/Gemm_3`: ")


def test_the_number_of_operations_has_a_limit():
    building = built()
    for _ in range(MOST_OPERATIONS):
        building.add("relu", [0])
    assert "more than 10,000 operations" in str(problem_of(building.add, "relu", [0]))


def test_a_network_without_operations_is_a_problem():
    assert "has no operation" in str(problem_of(built().network, "n", "o", []))


def test_what_a_source_calls_itself_is_printable():
    building = built()
    building.add("relu", [0], what="Re\x1blu", weights=[Weight("w", (1,))])
    network = building.network("n\n", "o\x1b", [])
    assert (network.name, network.origin, network.operations[0].what) == ("n?", "o?", "Re?lu")


def test_quoted_words_are_short():
    assert quoted("conv") == "`conv`"
    assert quoted("a\nb") == "`a?b`"
    assert quoted("a" * 500) == f"`{'a' * LONGEST_QUOTE}...`"
    assert printable("a" * 500) == "a" * 500


def test_texts_of_files(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xef\xbb\xbfabc")
    assert text_of_file(path) == "abc"
    assert "is larger than 2 bytes" in str(problem_of(text_of_file, path, 2))
    assert "is missing" in str(problem_of(text_of_file, tmp_path / "b"))
    assert "is not a file" in str(problem_of(text_of_file, tmp_path))


def test_a_shape_without_a_name_is_that_of_the_only_input() -> None:
    assert inputs_by_name({"": (3, 8, 8)}, ["x"]) == {"x": (3, 8, 8)}
    assert inputs_by_name({"x": (3, 8, 8)}, ["x", "y"]) == {"x": (3, 8, 8)}
    problem = problem_of(inputs_by_name, {"": (3, 8, 8)}, ["x", "y"])
    assert (str(problem), problem.help) == (
        "the model has several inputs: `x`, `y`",
        "name each: `--input x=3x224x224`",
    )
    assert "has no input `z`; it has `x`" in str(problem_of(inputs_by_name, {"z": (3, 8, 8)}, ["x"]))


def test_a_free_name_of_many_is_the_next_number():
    taken = names.Taken()
    for number in range(1, 3001):
        name = names.variable("Stem conv", taken)
        assert name == ("stem_conv" if number == 1 else f"stem_conv_{number}")
        taken.add(name)
    taken.add("stem_conv_3001")
    assert names.variable("Stem conv", taken) == "stem_conv_3002"
    assert names.variable("add", taken) == "add_2"
