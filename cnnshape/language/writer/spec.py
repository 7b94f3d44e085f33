"""Turns the tree of a spec into nested texts, lists and mappings, in the order and style of the shipped
architectures."""

from collections.abc import Iterable

from cnnshape.language import grammar
from cnnshape.language.dtypes import PARTS, Dtypes
from cnnshape.language.expression import Expression
from cnnshape.language.model import (
    Argument,
    Block,
    Call,
    Contract,
    Expectation,
    Input,
    Join,
    ListValue,
    Loop,
    Modifiers,
    Name,
    Param,
    Residual,
    Spec,
    Step,
    StepContract,
    Value,
)
from cnnshape.language.writer.layout import Data, Lines, Rows, Short, lay_out


def write(spec: Spec) -> str:
    """A spec as YAML; raises ValueError for a spec with parts that failed to parse."""
    return lay_out(_data(spec))


def line_count(spec: Spec) -> int:
    """The lines of a spec with a line for each step: how much there is to read. Raises what `write` raises."""
    return lay_out(_data(spec), in_brackets=False).count("\n")


def _data(spec: Spec) -> dict[str, Data]:
    if not spec.sound or not all(block.sound for block in spec.blocks):
        raise ValueError("a spec with parts that failed to parse can't be written")
    return {key: value for key, value in _file(spec) if value is not None}


def _file(spec: Spec) -> Iterable[tuple[str, Data]]:
    yield "cnnshape", str(grammar.VERSION)
    yield "name", spec.name
    yield "family", spec.family or None
    yield "year", str(spec.year) if spec.year is not None else None
    yield "source", spec.origin or None
    yield "results", {result.measure.text: result.value.text for result in spec.results} or None
    yield "input", _inputs(spec.inputs)
    yield "params", _params(spec.params) or None
    yield "variants", Lines({variant.name.text: _arguments(variant.params) for variant in spec.variants}) or None
    yield "blocks", Lines({block.name.text: _block(block) for block in spec.blocks}) or None
    yield "layers", _steps(spec.layers)
    yield "outputs", [output.text for output in spec.outputs] or None
    yield "expect", {**_expectations(spec.expectations), **_step_contracts(spec.contracts)} or None


def _inputs(inputs: tuple[Input, ...]) -> Data:
    if len(inputs) == 1 and inputs[0].name.text == "input" and inputs[0].boxes is None:
        return _input(inputs[0])
    return {given.name.text: _input(given) for given in inputs}


def _input(given: Input) -> Data:
    if given.boxes is not None:
        return {"boxes": given.boxes.text}
    return [size.text for size in given.shape]


def _params(params: tuple[Param, ...]) -> dict[str, Data]:
    return {param.name.text: grammar.REQUIRED if param.default is None else _value(param.default) for param in params}


def _block(block: Block) -> Data:
    params = {"params": _params(block.params)} if block.params else {}
    outputs = {"outputs": [output.text for output in block.outputs]} if block.outputs else {}
    return Lines({**params, "do": _steps(block.steps), **outputs})


# Values


def _value(value: Value) -> Data:
    if isinstance(value, Expression):
        return value.text
    if isinstance(value, ListValue):
        return [_value(item) for item in value.items]
    return {value.word.text: _given(value.arguments, value.main)}


def _arguments(arguments: tuple[Argument, ...]) -> dict[str, Data]:
    return {argument.text: _value(argument.value) for argument in arguments}


def _given(arguments: tuple[Argument, ...], main: Value | None) -> Data:
    return _arguments(arguments) if main is None else _value(main)


# Steps


def _steps(steps: tuple[Step, ...]) -> Data:
    return Rows(map(_step, steps))


def _step(step: Step) -> Data:
    modifiers = _modifiers(step.modifiers)
    if isinstance(step, Call):
        return _call(step, modifiers)
    if isinstance(step, Join):
        return _join(step, modifiers)
    if isinstance(step, Loop):
        columns = {column.name.text: _value(column.values) for column in step.columns}
        return Lines({"for": columns, **modifiers, "do": _steps(step.do)})
    if isinstance(step, Residual):
        return Lines({"residual": _steps(step.body), **_shortcut(step), **modifiers})
    raise ValueError("a step that failed to parse can't be written")


def _modifiers(modifiers: Modifiers) -> dict[str, Data]:
    texts = {
        "from": modifiers.source,
        "name": modifiers.name,
        "when": modifiers.when,
        "repeat": modifiers.repeat,
        "share": modifiers.share,
        "frozen": modifiers.frozen,
    }
    written: dict[str, Data] = {word: value.text for word, value in texts.items() if value is not None}
    first = {"first": _arguments(modifiers.first)} if modifiers.first else {}
    dtypes = {"dtype": _dtypes(modifiers.dtypes)} if modifiers.dtypes else {}
    return {**written, **first, **dtypes, **({"expect": _contract(modifiers.expect)} if modifiers.expect else {})}


def _dtypes(dtypes: Dtypes) -> Data:
    if len(set(dtypes)) == 1:
        return dtypes.weights
    return {part: dtype for part, dtype in zip(PARTS, dtypes, strict=True) if dtype}


def _call(call: Call, modifiers: dict[str, Data]) -> Data:
    given = _given(call.arguments, call.main) or None
    if given is None and not modifiers:
        return call.word.text
    return _as_row({call.word.text: given, **modifiers})


_IN_A_ROW = ("name", "from", "when")


def _as_row(step: dict[str, Data]) -> Data:
    """A step with a name, a `from` or a `when` is one line in braces, if it fits, and so is one with a bare value:
    `{Unit: 64, repeat: 2}`. Other steps have their modifiers below the head."""
    head = next(iter(step.values()))
    row = head is None or (isinstance(head, str) and len(step) > 1) or any(word in step for word in _IN_A_ROW)
    return step if row else Lines(step)


def _join(join: Join, modifiers: dict[str, Data]) -> Data:
    companions = {"crop": join.crop, "broadcast": join.broadcast}
    chosen: dict[str, Data] = {key: word.text for key, word in companions.items() if word is not None}
    if join.branches:
        branches = Lines({branch.name.text: _branch(branch.steps) for branch in join.branches})
        return Lines({join.word.text: branches, **chosen, **modifiers})
    operands = [operand.text for operand in join.operands]
    return _as_row({join.word.text: operands if len(operands) > 1 else operands[0], **chosen, **modifiers})


def _branch(steps: tuple[Step, ...]) -> Data:
    """The steps of a branch or a shortcut. A few without modifiers are in brackets, where that is shorter."""
    plain = not any(_modifiers(step.modifiers) for step in steps)
    return Short(map(_step, steps)) if plain else _steps(steps)


def _shortcut(step: Residual) -> dict[str, Data]:
    if step.shortcut is None:
        return {}
    return {"shortcut": step.shortcut.text if isinstance(step.shortcut, Expression) else _branch(step.shortcut)}


# Expectations


def _contract(contract: Contract) -> dict[str, Data]:
    stated = {"input": contract.input, "output": contract.output}
    return {key: _value(shape) for key, shape in stated.items() if shape is not None}


def _step_contracts(contracts: tuple[StepContract, ...]) -> dict[str, Data]:
    by_name = Lines({contract.step.text: _contract(contract.contract) for contract in contracts})
    return {grammar.STEPS_EXPECTED: by_name} if by_name else {}


def _expectations(expectations: tuple[Expectation, ...]) -> dict[str, Data]:
    """The lines of `expect`; neighbours that begin alike are below one key: `outputs: {scores: [21], boxes: [84]}`."""
    lines: dict[str, Data] = {}
    for expectation in expectations:
        _add_expectation(lines, expectation.figure.text, _wanted(expectation.wanted))
    return lines


def _add_expectation(lines: dict[str, Data], figure: str, wanted: Data) -> None:
    last = next(reversed(lines), "")
    for stem, name in _splits(figure):
        group = lines.get(stem)
        if stem == last and isinstance(group, dict) and name not in group:
            group[name] = wanted
            return
    for stem, name in _splits(figure):
        if stem not in lines:
            lines[stem] = {name: wanted}
            return
    lines[figure] = wanted


def _splits(figure: str) -> list[tuple[str, str]]:
    """The ways to write a figure as a key and a name below it."""
    parts = figure.split(".")
    return [(".".join(parts[:index]), ".".join(parts[index:])) for index in range(1, len(parts))]


def _wanted(wanted: Name | ListValue) -> Data:
    return wanted.text if isinstance(wanted, Name) else _value(wanted)
