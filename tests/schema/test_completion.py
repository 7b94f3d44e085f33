"""What yaml-language-server offers: `check` refuses none of it where it is offered, and offers lack nothing that fits.

Each offer is inserted with a plausible value, and the text is checked, on several inputs: it is fine if it fits one.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

import cnnshape
from cnnshape.diagnostics import Severity
from cnnshape.language import grammar
from cnnshape.layers import BY_NAME, Argument, Layer
from cnnshape.render.schema_kinds import STEP_KINDS, needed
from cnnshape.report import FIGURES
from tests.schema.conftest import OWN, OWN_FILE, PLAIN
from tests.schema.server import Offer, Server

pytestmark = pytest.mark.skipif("CI" not in os.environ, reason="installs packages: runs where CI is set")

INPUTS = ("[32, 8, 8]", "[32]", "{input: [32, 8, 8], rois: {boxes: 3}}", "[4, 32, 32]")
CONV = "  - {conv: {out: 32, kernel: 1}, name: twin}\n"
HEAD = "cnnshape: 1\ninput: %s\nblocks: {Unit: {params: {n: 1}, do: [relu]}}\nlayers:\n"
START = "  - {identity: , name: start}\n"
HEADS = {*(kind.name for kind in STEP_KINDS), *grammar.CONTROLS}
ANYWHERE = set(grammar.MODIFIERS) - set(grammar.NOT_ON_CONTROLS)
CALL = set(grammar.MODIFIERS) - {"first"}
CONV_REST = {*BY_NAME["conv"].arguments, *BY_NAME["conv"].followers} - {"out", "kernel"}
CONTROL_VALUES = {
    "for": "{n: [1, 2]}",
    "residual": "[relu]",
    "add": "[start, prev]",
    "concat": "[start, prev]",
    **dict.fromkeys(("multiply", "subtract", "average", "maximum"), "{a: [], b: []}"),
}
ROI_KINDS = ("roi_pool", "roi_align")
MODIFIER_VALUES = {
    "name": "own", "from": "start", "when": "true", "repeat": "2", "first": "{}", "share": "twin", "frozen": "true", "dtype": "int8",
    "do": "[relu]", "shortcut": "none", "crop": "center", "expect": "{output: [32, any, any]}", "broadcast": "channels",
}  # fmt: skip


def plausible(argument: Argument) -> str:
    """A value that an argument takes."""
    form = argument.type
    if form.words and form.form == "word":
        return form.words[0]
    if argument is BY_NAME["opaque"].arguments["what"]:
        return "unknown_layer"
    if form.form == "tensor" and not any(argument in BY_NAME[name].arguments.values() for name in ROI_KINDS):
        return "start"
    values = {"bool": "true", "tensor": "rois", "shape": "[2048]", "factors": "2", "float": "0.5", "padding": "0"}
    return values.get(form.form, str(max(int(form.least), 0)))


def minimal(name: str) -> str:
    """The required arguments of a kind; the first of those of which it takes one."""
    kind = BY_NAME[name]
    if name == "rescale":
        return "{scale: 2}"  # One of its arguments, or both.
    given = ", ".join(f"{name}: {plausible(kind.arguments[name])}" for name in needed(kind))
    return f"{{{given}}}"


def key_value(label: str, arguments: dict[str, Argument]) -> str:
    """A plausible value for a key that is offered."""
    if label in arguments:
        return plausible(arguments[label])
    if label in ("norm", "act"):
        return {"norm": "batch_norm", "act": "relu"}[label]
    values = {**MODIFIER_VALUES, **CONTROL_VALUES}
    return values[label] if label in values else minimal(label)


ELSEWHERE = (
    "wrong-rank",
    "join-shape-mismatch",
    "residual-shape-mismatch",
    "ambiguous-step",
    "missing-key",
    "contract-missed",
)
"""Errors of a design whose shapes don't meet, or of a step that lacks its kind or its `do` so far. The offer is in its place.
A `broadcast` that equal shapes don't need is such an error too."""


def refused(text: str) -> list[str]:
    """The errors of a text on the input that it fits best."""
    texts = [text % given if "%s" in text else text for given in INPUTS]
    refusals = [
        [
            problem.message
            for problem in cnnshape.check(cnnshape.load(text))
            if problem.severity is Severity.ERROR
            and problem.name not in ELSEWHERE
            and "isn't needed" not in problem.message
        ]
        for text in texts
    ]
    return min(refusals, key=len)


def inserted(text: str, offer: Offer, value: str) -> str:
    """The text with an offer in it. `for` needs its `do`."""
    text = re.sub(r"\w*\|", "|", text)
    comma = ", " if text.partition("|")[2].startswith("}") else f"\n{' ' * indent(text)}"
    more = f"{comma}do: [relu]" if offer.label == "for" else ""
    return text.replace("|", f"{offer.label}: {value}{more}")


def indent(text: str) -> int:
    """The column of the `|`, where a `- ` before it counts as two spaces."""
    return len(text.partition("|")[0].rpartition("\n")[2])


STEPS = {
    "a fresh step": ("  - |\n", HEADS | ANYWHERE),
    "a fresh step in braces": ("  - {|}\n", HEADS | ANYWHERE),
    "the start of a word in braces": ("  - {re|}\n", HEADS | ANYWHERE),
    "a step with a name": ("  - name: x\n    |\n", (HEADS | ANYWHERE) - {"name"}),
    "beside a kind": (CONV + "  - conv: {out: 32, kernel: 1}\n    |\n", CALL),
    "beside a kind without arguments": ("  - {relu: , name: twin}\n  - relu: {}\n    |\n", CALL),
    "beside a kind that repeats": (CONV + "  - conv: {out: 32, kernel: 1}\n    repeat: 2\n    |\n", (CALL | {"first"}) - {"repeat"}),
    "beside a kind, the first letter": (CONV + "  - {conv: {out: 32, kernel: 1}, f|}\n", CALL),
    "beside a block": ("  - {Unit: 3, name: twin}\n  - Unit: 3\n    |\n", CALL),
    "beside for": ("  - for: {n: [1]}\n    do: [relu]\n    |\n", ANYWHERE),
    "beside for without do": ("  - for: {n: [1]}\n    |\n", ANYWHERE | {"do"}),
    "beside a residual": ("  - residual: [relu]\n    |\n", ANYWHERE | {"shortcut"}),
    "beside a residual that repeats": ("  - residual: [relu]\n    repeat: 2\n    |\n", (ANYWHERE | {"shortcut"}) - {"repeat"}),
    "beside an add": ("  - add: [start, prev]\n    |\n", ANYWHERE | {"broadcast", "crop"}),
    "beside a concat": ("  - concat: {a: [], b: []}\n    |\n", ANYWHERE | {"crop"}),
    "beside a crop": ("  - {crop: 0, name: twin}\n  - crop: 1\n    |\n", CALL),
    "in a residual": ("  - residual:\n      - |\n", HEADS | ANYWHERE),
    "in a residual in brackets": ("  - residual: [{|}]\n", HEADS | ANYWHERE),
    "in a shortcut": ("  - residual: [relu]\n    shortcut:\n      - |\n", HEADS | ANYWHERE),
    "in a branch": ("  - add:\n      a:\n        - |\n      b: []\n", HEADS | ANYWHERE),
    "in a branch in braces": ("  - add: {a: [{|}], b: []}\n", HEADS | ANYWHERE),
    "in a loop": ("  - for: {n: [1]}\n    do:\n      - |\n", HEADS | ANYWHERE),
    "a shortcut": ("  - residual: [relu]\n    shortcut: |\n", {"identity", "none"}),
    "a crop": ("  - add: [start, prev]\n    crop: |\n", {"center"}),
}  # fmt: skip


def errors_of(text: str, offer: Offer, arguments: dict[str, Argument]) -> list[str]:
    """The errors of a text with an offer in it."""
    if not offer.is_key:
        return refused(text.replace("|", offer.label))
    values = {key_value(offer.label, arguments), *([minimal("crop")] if offer.label == "crop" else [])}
    return min((refused(inserted(text, offer, value)) for value in sorted(values)), key=len)


def assert_accepted(server: Server, text: str, wanted: set[str], arguments: dict[str, Argument]) -> None:
    """The offers at the `|` are those labels, and `check` refuses none."""
    offers = server.offers(text.replace("%s", INPUTS[0]))
    assert {offer.label for offer in offers} == wanted, text
    wrong = {offer.label: errors_of(text, offer, arguments) for offer in offers}
    assert {label: errors for label, errors in wrong.items() if errors} == {}, text


@pytest.mark.parametrize(("step", "wanted"), STEPS.values(), ids=STEPS)
def test_what_fits_a_step_is_offered(server: Server, step: str, wanted: set[str]) -> None:
    assert_accepted(server, HEAD + START + step, wanted, {})


@pytest.mark.parametrize("step", ["- conv|", "- {relu|}"])
def test_a_word_that_starts_another_one_is_completed(server: Server, step: str) -> None:
    assert HEADS - {"conv"} <= set(server.completions(f"{HEAD % INPUTS[0]}  {step}\n"))


FLOW = {
    "beside a kind, the first letter": ("  - {conv: {out: 32, kernel: 1}, f|}\n", CALL),
    "beside a block, the first letter": ("  - {Unit: 3, n|}\n", CALL),
    "beside a join, the first letter": ("  - {add: [start, prev], b|}\n", ANYWHERE | {"broadcast", "crop"}),
    "after a name, the first letter": ("  - {name: x, c|}\n", (HEADS | ANYWHERE) - {"name"}),
    "arguments, the first letter": ("  - {conv: {out: 32, kernel: 1, st|}}\n", CONV_REST),
    "a list, the first letter": ("  - residual: [re|]\n", HEADS | ANYWHERE),
    "a branch, the first letter": ("  - add: {a: [relu, re|], b: []}\n", HEADS | ANYWHERE),
    "a list of steps in a loop, the first letter": ("  - {for: {n: [1]}, do: [c|]}\n", HEADS | ANYWHERE),
}


@pytest.mark.parametrize(("step", "wanted"), FLOW.values(), ids=FLOW)
def test_in_brackets_and_braces_keys_are_offered_from_the_first_letter_on(
    server: Server, step: str, wanted: set[str]
) -> None:
    labels = set(server.completions(HEAD % INPUTS[0] + START + CONV + step))
    assert labels - {"share"} == wanted - {"share"}


AFTER_A_COMMA = "l: [{color: red, side: left, |}]\n"
AT_A_VALUE = ("l: [{color: red|, side: left}]\n", "l: [{color: red, side: le|}]\n")


@pytest.mark.parametrize("name", PLAIN)
def test_no_schema_offers_keys_without_a_letter_and_at_two_values_the_words_of_each(server: Server, name: str) -> None:
    """Why `{conv: 3, |}` offers nothing in ours, but `{conv: 3, n|}` does.

    Between a comma and the brace, the server offers nothing if any schema that the mapping matches has `properties`. Only
    they hold values by their keys. The text is the same mapping wherever the cursor is, so no condition tells a key from
    a value. Without `properties`, the words of a value are those of all values, or there are none.
    """
    has_keys = server.completions(AFTER_A_COMMA, name) == ["n"]
    values = [server.completions(text, name) for text in AT_A_VALUE]
    assert has_keys == (not name.startswith("properties"))
    assert (values == [["red", "rose"], ["left", "right"]]) == (not has_keys)
    assert server.completions(AFTER_A_COMMA.replace("|", "n|"), name) == ["n"]


@pytest.mark.parametrize("step", ["  - |\n", "  - residual:\n      - |\n", "  - name: x\n    |\n", "  - {|}\n"])
def test_what_is_inserted_is_no_value_that_check_refuses(server: Server, step: str) -> None:
    """A kind that has no arguments stands alone; after the word of any other, there is room for them."""
    texts = {offer.label: offer.text for offer in server.offers(f"{HEAD % INPUTS[0]}{START}{step}") if offer.is_key}
    for kind in STEP_KINDS:
        text = texts[kind.name]
        assert text == kind.name or text.startswith(f"{kind.name}:")
        assert kind.name not in re.findall(r"\w+", text.partition(":")[2])
    if step.strip() == "- |":
        alone = {kind.name for kind in STEP_KINDS if not kind.arguments and not kind.followers}
        assert {kind.name for kind in STEP_KINDS if texts[kind.name] == kind.name} == alone


TYPED = (
    "- %s|",
    "- {%s|}",
    "- {name: x, %s|}",
    "- residual: [%s|]",
    "- residual: [relu, {%s|}]",
    "- add: {a: [%s|], b: []}",
)


@pytest.mark.parametrize("letter", ["r", "g", "so", "c"])
@pytest.mark.parametrize("step", TYPED)
def test_a_word_that_is_begun_is_completed_within_its_line(server: Server, step: str, letter: str) -> None:
    """In brackets and braces too: what is inserted is the word, with a place for each required argument, and no value."""
    offers = [offer for offer in server.offers(f"{HEAD % INPUTS[0]}  {step % letter}\n") if offer.label in HEADS]
    assert {offer.label for offer in offers} == HEADS
    assert len(offers) == len(HEADS)
    places = {kind.name: [f"{name}: " for name in needed(kind)] for kind in STEP_KINDS}
    for offer in offers:
        wanted = f" {{{', '.join(places[offer.label])}}}" if places.get(offer.label) else " "
        assert re.sub(r"\$\d", "", offer.text) in (offer.label, f"{offer.label}:{wanted}")


@pytest.mark.parametrize("kind", [kind for kind in STEP_KINDS if kind.arguments], ids=lambda kind: kind.name)
def test_no_value_is_inserted_for_an_argument(server: Server, kind: type[Layer]) -> None:
    offers = server.offers(f"{HEAD % INPUTS[0]}  - {kind.name}: {{|}}\n")
    assert [offer.text for offer in offers] == [f"{offer.label}: " for offer in offers]


@pytest.mark.parametrize("word", [*grammar.CONTROLS, *(kind.name for kind in STEP_KINDS if not kind.required)])
def test_every_modifier_that_check_admits_is_offered(server: Server, word: str) -> None:
    """And no other: `check` decides, for each modifier and companion beside each word."""
    value = CONTROL_VALUES.get(word) or minimal(word)
    more = ", do: [relu]" if word == "for" else ""
    admitted = {
        name
        for name in grammar.STEP
        if name != word and not (name == "do" and more)
        if not refused(f"{HEAD}{START}  - {{{word}: {value}{more}, {name}: {MODIFIER_VALUES[name]}}}\n")
    }
    text = f"{HEAD}{START}  - {word}: {value}\n{'    do: [relu]' + chr(10) if more else ''}    |\n"
    labels = set(server.completions(text.replace("%s", INPUTS[0])))
    assert labels | {"share"} == admitted | {"share"}
    assert ("share" in labels) == (word not in grammar.CONTROLS)


# Arguments


@pytest.mark.parametrize("kind", STEP_KINDS, ids=lambda kind: kind.name)
def test_what_fits_a_kind_is_offered(server: Server, kind: type[Layer]) -> None:
    every = {*kind.arguments, *kind.followers}
    given = "\n".join(f"      {name}: {plausible(kind.arguments[name])}" for name in needed(kind))
    rest = every - set(needed(kind)) - (set(kind.one_of) if kind.one_of else set())
    if given and rest:
        assert_accepted(server, f"{HEAD}{START}  - {kind.name}:\n{given}\n      |\n", rest, kind.arguments)
    if every:
        assert set(server.completions(f"{HEAD % INPUTS[0]}  - {kind.name}: {{|}}\n")) == every
        first = f"{HEAD}{START}  - {{{kind.name}: {minimal(kind.name)}, repeat: 1, first: {{|}}}}\n"
        assert_accepted(server, first, every - set(kind.one_of), kind.arguments)


VALUES = [
    pytest.param(kind, name, id=f"{kind.name}-{name}")
    for kind in STEP_KINDS
    for name, argument in kind.arguments.items()
    if argument.type.words or argument.type.form == "bool"
]


@pytest.mark.parametrize(("kind", "name"), VALUES)
def test_the_words_of_an_argument_are_offered(server: Server, kind: type[Layer], name: str) -> None:
    form = kind.arguments[name].type
    given = "".join(
        f"{argument}: {plausible(kind.arguments[argument])}, " for argument in needed(kind) if argument != name
    )
    wanted = {*form.words, *(("true", "false") if form.form == "bool" else ())}
    assert_accepted(server, f"{HEAD}{START}  - {kind.name}: {{{given}{name}: |}}\n", wanted, {})


@pytest.mark.parametrize("role", ["norm", "act"])
def test_what_follows_a_layer_is_offered(server: Server, role: str) -> None:
    usual = {kind.name for kind in STEP_KINDS if (kind.normalizes if role == "norm" else kind.activation)}
    following = {kind.name for kind in STEP_KINDS if role in kind.follows}
    conv = HEAD + START + f"  - conv: {{out: 32, kernel: 1, {role}: |}}\n"
    assert_accepted(server, conv, usual | {"none"}, {})
    mapping = HEAD + START + f"  - conv: {{out: 32, kernel: 1, {role}: {{|}}}}\n"
    assert_accepted(server, mapping, following, {})
    inner = HEAD + START + f"  - conv: {{out: 32, kernel: 1, {role}: {{opaque: {{|}}}}}}\n"
    assert set(server.completions(inner.replace("%s", INPUTS[0]))) == set(BY_NAME["opaque"].arguments)


# Files


FILE_VALUES = {
    "cnnshape": "1", "name": "a net", "source": "a book", "family": "nets", "year": "2015", "results": "{top-1: 76.13}", "extends": "base.yaml",
    "input": "[32, 8, 8]", "params": "{width: 8}", "variants": "{}", "blocks": "{Unit: {do: [relu]}}",
    "layers": "[{relu: , name: last_relu}]", "outputs": "[last_relu]", "expect": "{layers: 1}",
}  # fmt: skip
WHOLE = "input: [32, 8, 8]\nlayers: [{relu: , name: last_relu}]\n"
FILES = {
    "nothing": ("|\n", set(grammar.FILE)),
    "layers": (f"{WHOLE}|\n", set(grammar.FILE) - {"extends", "input", "layers"}),
    "extends": ("extends: base.yaml\n|\n", set(grammar.EXTENDING_KEYS) - {"extends"}),
    "a block": (f"blocks: {{Unit: {{|}}}}\n{WHOLE}", set(grammar.BLOCK)),
    "blocks": (f"blocks: {{|}}\n{WHOLE}", set()),
    "params": (f"params: {{|}}\n{WHOLE}", set()),
    "variants": (f"variants: {{|}}\n{WHOLE}", set()),
    "a param of a block": (f"blocks: {{Unit: {{params: {{out: |}}, do: [relu]}}}}\n{WHOLE}", {"required", "true", "false"}),
    "expect": (f"expect: {{|}}\n{WHOLE}", {*FIGURES, "output", "outputs", "steps", "receptive_field", "device"}),
    "an input": ("input: {a: {|}}\n", {"boxes"}),
    "the columns of a loop": (f"{HEAD % INPUTS[0]}  - for: {{|}}\n    do: []\n", set()),
    "the branches of a join": (f"{HEAD % INPUTS[0]}  - add: {{|}}\n", set()),
}  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), FILES.values(), ids=FILES)
def test_what_fits_a_file_is_offered(server: Server, text: str, wanted: set[str]) -> None:
    assert set(server.completions(text)) == wanted


@pytest.mark.parametrize("name", ["layers", "extends"])
def test_check_accepts_every_key_that_is_offered(tmp_path: Path, name: str) -> None:
    text, wanted = FILES[name]
    (tmp_path / "base.yaml").write_text(WHOLE + "params: {width: 4}\n")
    for key in wanted:
        path = tmp_path / "own.yaml"
        path.write_text(text.replace("|", f"{key}: {FILE_VALUES[key]}"))
        refusals = [problem for problem in cnnshape.check(cnnshape.load(path)) if problem.severity is Severity.ERROR]
        assert refusals == [], key


# The names of a file


OWN_STEPS = {
    "a fresh step": ("  - |\n", HEADS | ANYWHERE | {"Unit", "Plain"}),
    "a fresh step in braces": ("  - {|}\n", HEADS | ANYWHERE | {"Unit", "Plain"}),
    "in a branch": ("  - add: {a: [{|}], b: []}\n", HEADS | ANYWHERE | {"Unit", "Plain"}),
    "beside a block": ("  - Unit: 8\n    |\n", CALL),
    "beside a block that repeats": ("  - Unit: 8\n    repeat: 2\n    |\n", (CALL | {"first"}) - {"repeat"}),
    "the params of a block": ("  - Unit: {|}\n", {"out", "stride"}),
    "the rest of the params": ("  - Unit:\n      out: 3\n      |\n", {"stride"}),
    "first": ("  - {Unit: 8, repeat: 2, first: {|}}\n", {"out", "stride"}),
    "from": ("  - {relu: , from: |}\n", {"prev", "input", "stem", "last_conv"}),
    "from in a residual": ("  - residual: [{relu: , from: |}]\n", {"prev", "input", "stem", "last_conv"}),
    "a join": ("  - add: [|]\n", {"prev", "input", "stem", "last_conv"}),
    "a join in lines": ("  - add:\n      - |\n", {"prev", "input", "stem", "last_conv"}),
    "share of a block": ("  - {Unit: 8, share: |}\n", {"stem"}),
    "share of a kind": ("  - {conv: {out: 8, kernel: 1}, share: |}\n", {"last_conv"}),
    "share of another kind": ("  - {linear: 8, share: |}\n", set()),
    "an output": ("outputs: [|]\n", {"stem", "last_conv"}),
}  # fmt: skip


@pytest.mark.parametrize(("step", "wanted"), OWN_STEPS.values(), ids=OWN_STEPS)
def test_the_names_of_a_file_are_offered(server: Server, step: str, wanted: set[str]) -> None:
    assert set(server.completions(OWN_FILE + step, OWN)) == wanted


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("wide: {width: 16}", "wide: {|}", {"width"}),
        ("      - relu\n", "      - {relu: , from: |}\n", {"prev", "inner"}),
        ("      - relu\n", "      - {relu: , share: |}\n", set()),
    ],
)
def test_names_are_offered_in_their_scope(server: Server, old: str, new: str, wanted: set[str]) -> None:
    assert set(server.completions(OWN_FILE.replace(old, new), OWN)) == wanted


# Marks in files whose names are known

WRONG = {
    "an unknown block": ("- Foo: 3", "no block has this name: define the block under `blocks:`, or write a kind"),
    "an unknown block alone": ("- Foo", "no block has this name: define the block under `blocks:`, or write a kind"),
    "an unknown block inside": ("- residual: [Foo]", "no block has this name: define the block under `blocks:`, or write a kind"),
    "another framework's word": ("- Conv2d", "this is called `conv` here"),
    "a block that needs arguments": ("- Unit", "`Unit` needs arguments: write `Unit: {out: ...}`"),
    "a missing param": ("- Unit: {stride: 2}", 'Missing property "out".'),
    "an unknown param": ("- Unit: {out: 3, strid: 2}", "no such key here, only `out` and `stride`"),
}  # fmt: skip


@pytest.mark.parametrize(("step", "message"), WRONG.values(), ids=WRONG)
def test_a_wrong_use_of_a_block_is_marked(server: Server, step: str, message: str) -> None:
    assert server.marks(f"{OWN_FILE}  {step}\n", OWN) == [(OWN_FILE.count("\n") + 1, message)]


def test_the_file_itself_has_no_mark(server: Server) -> None:
    assert server.marks(OWN_FILE, OWN) == []
