"""The wire format of protocol buffers."""

import struct

import pytest

from cnnshape.bridge.onnx.wire import LENGTH, MOST_FIELDS, VARINT, Wire
from tests.bridge.onnx_files import data, real, varint, whole
from tests.bridge.readers import problem_of


def fields(content):
    return list(Wire(content).fields(0, len(content)))


@pytest.mark.parametrize("number", [0, 1, 127, 128, 300, 2**31, 2**32, 2**63 - 1])
def test_whole_numbers(number):
    content = whole(3, number)
    ((tag, kind, value, _),) = fields(content)
    assert (tag, kind, value) == (3, VARINT, number)
    assert Wire(content).number((3, VARINT, value, 0)) == number


@pytest.mark.parametrize("number", [-1, -128, -(2**31), -(2**63)])
def test_negative_numbers_have_all_bits(number):
    content = whole(3, number)
    assert Wire(content).number(fields(content)[0]) == number


@pytest.mark.parametrize("tag", [1, 15, 16, 2047, 2**28])
def test_tags_of_any_size(tag):
    assert fields(whole(tag, 5))[0][0] == tag


def test_a_message_is_a_span():
    content = data(1, "ab") + data(2, whole(1, 7))
    first, second = fields(content)
    assert first[:2] == (1, LENGTH)
    assert Wire(content).text(first) == "ab"
    assert list(Wire(content).fields(second[2], second[3])) == [(1, VARINT, 7, 0)]


def test_real_numbers():
    content = real(2, 0.5)
    assert Wire(content).real(fields(content)[0]) == 0.5
    packed = data(7, struct.pack("<3f", 1, 2, 3))
    assert Wire(packed).reals(fields(packed)[0], 3) == [1, 2, 3]
    double = data(10, struct.pack("<2d", 1, 2))
    assert Wire(double).reals(fields(double)[0], 3, "d") == [1, 2]


def test_packed_and_single_numbers():
    packed = data(8, varint(1) + varint(300) + varint(-2))
    assert Wire(packed).numbers(fields(packed)[0], 3) == [1, 300, -2]
    assert Wire(whole(8, 4)).numbers(fields(whole(8, 4))[0], 3) == [4]


def test_lists_have_a_limit():
    packed = data(8, varint(1) * 5)
    assert "more than 4 numbers" in str(problem_of(Wire(packed).numbers, fields(packed)[0], 4))
    reals = data(7, struct.pack("<5f", *range(5)))
    assert "more than 4 numbers" in str(problem_of(Wire(reals).reals, fields(reals)[0], 4))


def test_what_has_another_type_is_damage():
    number, text = fields(whole(1, 4))[0], fields(data(1, "abc"))[0]
    wire = Wire(data(1, "abc"))
    for read, field in ((wire.text, number), (wire.number, text), (wire.real, text)):
        assert "the file is damaged" in str(problem_of(read, field))
    assert "have another size" in str(problem_of(wire.reals, text, 9))


def test_a_text_that_is_not_utf_8_is_replaced():
    content = data(1, b"a\xffb")
    assert Wire(content).text(fields(content)[0]) == "a\ufffdb"


def test_the_fields_of_a_file_have_a_limit():
    content = whole(1, 1) * (MOST_FIELDS + 1)
    assert "fields besides its weights" in str(problem_of(fields, content))
