"""Binds every name of a file to its declaration, and finds references to undefined names, also in unused blocks.

A bare word that a file passes to a parameter is a new word, known everywhere. If it has no other use and is similar to
a name in scope, it is a misspelt name.
"""

from collections.abc import Iterable

from cnnshape.diagnostics import MOST_CANDIDATES, SLIP, Diagnostic, Label, nearest
from cnnshape.language import (
    AXIS_NAMES,
    DYNAMIC,
    Argument,
    Block,
    Broken,
    Call,
    Expression,
    ListValue,
    Loop,
    Name,
    Reference,
    Residual,
    Setting,
    Spec,
    Step,
    Value,
    grammar,
    of_scope,
    walk,
)
from cnnshape.layers import BY_NAME, ArgumentType, Layer, foreign_kind
from cnnshape.program.foreign import foreign_spelling, foreign_value, of_module
from cnnshape.program.index import Declaration, NameIndex, NameScope
from cnnshape.program.words import (
    OWN_WORDS,
    FileWords,
    bare_words,
    constant_rounds,
    fits_role,
    follower_words,
    misspelt_unfollowing,
    unknown_name,
    unknown_output,
    with_lines,
)

_SIZE = ArgumentType("int", "a size, or `any`", words=(grammar.ANY,))
_FOLLOWER = ArgumentType("word", "a layer kind", words=(*BY_NAME, "none"))


class NameCheck:
    """The result of a check of all names: the index of names, and the undefined names.

    `every` are the diagnostics of all their places, `reported` those to report: each name once per block.
    `undeclared` are these names by block, `misgiven` the steps that give such a name to a block.
    """

    __slots__ = ("every", "index", "misgiven", "reported", "undeclared")

    def __init__(self) -> None:
        self.index = NameIndex()
        self.every: list[Diagnostic] = []
        self.reported: list[Diagnostic] = []
        self.undeclared: dict[str, set[str]] = {}
        self.misgiven: set[Call] = set()


def check_names(spec: Spec) -> NameCheck:
    """Binds all names of a spec, and finds names that are neither in scope nor words of the language."""
    check = NameCheck()
    checker = _Checker(spec, check)
    check.index.define_blocks(spec.blocks)
    checker.file_values()
    for block in spec.blocks:
        checker.block(block)
    checker.layers()
    check.reported = checker.each_once()
    return check


class _Checker:
    def __init__(self, spec: Spec, check: NameCheck) -> None:
        self.spec = spec
        self.check = check
        self.words = FileWords(spec)
        self.file_params = check.index.params(spec.params, "")
        self.owner = ""
        self.declared = self.file_params
        self.silent = False
        self.first: dict[str, int] = {}
        self.further: dict[int, list[int]] = {}

    # Walking the file

    def file_values(self) -> None:
        """Binds the values of the file that see only its params: sizes of inputs, and variants."""
        scope = NameScope(self.file_params)
        for given in self.spec.inputs:
            for size in given.values:
                scope.read(size)
        for variant in self.spec.variants:
            for setting in variant.params:
                scope.read(setting.value)

    def block(self, block: Block) -> None:
        """Binds the names of a block. Does not report names if the block's params couldn't be read."""
        self.owner = block.name.text
        self.declared = self.check.index.params(block.params, self.owner)
        self.silent = not block.sound
        self.first = {}
        self.defaults(block)
        scope = NameScope(dict(self.declared))
        self.define_steps(block.steps, scope)
        scope.add(Declaration(Name(grammar.ENTERING, block.name.span), "input", self.owner))
        self.steps(block.steps, scope)
        self.outputs(block, scope)
        if block.sound:
            self.check.undeclared[self.owner] = set(self.first)
        self.silent = False

    def outputs(self, block: Block, scope: NameScope) -> None:
        """Binds the outputs of a block to its steps. Reports those that are none."""
        own = {name.text for step in of_scope(block.steps) for name in step.given_names}
        for output in block.outputs:
            if output.text in own:
                scope.refer(Reference(output.text, output.span))
                continue
            self.add(unknown_output(output, block, own))

    def layers(self) -> None:
        """Binds the names of the file's layers and outputs."""
        self.owner, self.declared, self.first = "", self.file_params, {}
        scope = NameScope(dict(self.file_params))
        for declaration in self.check.index.inputs(self.spec.inputs):
            scope.add(declaration)
        self.define_steps(self.spec.layers, scope)
        self.steps(self.spec.layers, scope)
        for output in self.spec.outputs:
            scope.refer(output)
        for contract in self.spec.contracts:
            scope.refer(contract.step)
            for shape in contract.contract.shapes:
                self.value(shape, scope, _SIZE)

    def defaults(self, block: Block) -> None:
        """Checks the defaults of a block's params. The scope of each has the params before it, and the block's input."""
        scope = NameScope({grammar.ENTERING: Declaration(Name(grammar.ENTERING, block.name.span), "input", self.owner)})
        for param in block.params:
            if param.default is not None:
                self.unknown(param.default, self.unbound(param.default, scope), scope)
            scope.add(self.declared[param.name.text])

    def unbound(self, value: Value, scope: NameScope) -> list[str]:
        """The undefined names of a value, without binding any."""
        return sorted(name for name in value.names if scope.find(name) is None)

    def define_steps(self, steps: Iterable[Step], scope: NameScope) -> None:
        """Declares the names of steps, anywhere in a block. Their order matters only at expansion."""
        for step in walk(steps):
            for name in step.given_names:
                if name.text:
                    scope.add(self.check.index.declare(name, "step", self.owner))

    def steps(self, steps: Iterable[Step], scope: NameScope) -> None:
        for step in steps:
            if not isinstance(step, Broken):
                self.step(step, scope)

    def step(self, step: Step, scope: NameScope) -> None:
        for condition in step.modifiers.values:
            self.value(condition, scope)
        for shape in step.modifiers.expect.shapes if step.modifiers.expect else ():
            self.value(shape, scope, _SIZE)
        for reference in (*step.modifiers.references, *step.references):
            scope.refer(reference)
        if step.modifiers.repeat is not None:
            scope = NameScope(_round_names(step), scope)
        if isinstance(step, Call):
            self.call(step, scope)
        elif isinstance(step, Loop):
            self.loop(step, scope)
        else:
            self.nested(step, scope)

    def nested(self, step: Step, scope: NameScope) -> None:
        if isinstance(step, Residual) and isinstance(step.shortcut, Expression) and not bare_words(step.shortcut):
            self.value(step.shortcut, scope)
        elif isinstance(step, Residual) and isinstance(step.shortcut, Expression):
            scope.read(step.shortcut)
        for body in step.bodies:
            self.steps(body, scope)

    def loop(self, loop: Loop, scope: NameScope) -> None:
        variables = _round_names(loop)
        for column in loop.columns:
            self.value(column.values, scope)
            variable = self.check.index.declare(column.name, "variable", self.owner)
            self.check.index.variables[column] = variables[column.name.text] = variable
        self.steps(loop.do, NameScope(variables, scope))

    # Calls

    def call(self, call: Call, scope: NameScope) -> None:
        kind = BY_NAME.get(call.word.text)
        block = self.check.index.blocks.get(call.word.text)
        if block is not None:
            block.readers.append(call.word)
            self.check.index.block_uses.setdefault(self.owner, {}).setdefault(call.word.text, call.word)
        if kind is None and block is None:
            for value in call.values:
                scope.read(value)
            return
        if call.main is not None:
            self.main(call.main, kind, scope)
        self.arguments((*call.arguments, *call.modifiers.first), kind, scope)
        for problem in constant_rounds(call.modifiers.first):
            self.add(problem)
        if kind is None:
            self.given(call, scope)

    def main(self, value: Value, kind: type[Layer] | None, scope: NameScope) -> None:
        """The main argument. A value for a kind without a main argument has been reported."""
        if kind is None or kind.main is not None:
            self.value(value, scope, _type_of(kind, kind.main) if kind and kind.main else None)
        else:
            scope.read(value)

    def arguments(self, arguments: Iterable[Argument], kind: type[Layer] | None, scope: NameScope) -> None:
        """The values of arguments. Unknown arguments have been reported."""
        for argument in arguments:
            text = argument.text
            if kind is None or text in kind.arguments:
                self.value(argument.value, scope, _type_of(kind, text))
            elif text in kind.followers:
                self.follower(text, argument.value, scope)
            else:
                scope.read(argument.value)

    def given(self, call: Call, scope: NameScope) -> None:
        """Reports a word that is passed to a block and is probably a misspelt name in scope."""
        values = [given.value for given in (*call.arguments, *call.modifiers.first) if not given.names_itself]
        for value in values if call.main is None else [*values, call.main]:
            words = [word for word in bare_words(value) if word not in DYNAMIC and word not in OWN_WORDS]
            for word in sorted(word for word in words if scope.find(word) is None):
                if nearest(word, scope.names(), SLIP) and not self.words.is_tested(word):
                    self.check.misgiven.add(call)
                    self.report(value, word, scope, None)

    def follower(self, role: str, value: Value, scope: NameScope) -> None:
        """The value of `norm` or `act`: the word of a kind, often of another framework. The graph reports a wrong sort."""
        if isinstance(value, Expression) and not any(map(scope.find, value.names)) and (problem := of_module(value)):
            self.add(problem)
            return
        for word in bare_words(value):
            if scope.find(word) or self.words.knows(word):
                continue
            if foreign := foreign_kind(word):
                if fits_role(role, foreign):
                    self.add(foreign_spelling(word, foreign.name, value.span))
                return
            if problem := misspelt_unfollowing(role, word, value.span, scope.names()):
                self.add(problem)
                return
        self.value(value, scope, _FOLLOWER)

    # Values

    def value(self, value: Value, scope: NameScope, type: ArgumentType | None = None) -> None:
        """Binds a value's names and reports the first undefined one. `type` is the type of the argument."""
        if isinstance(value, Expression):
            names = scope.read(value)
            if type is None or type.form != "text":
                self.unknown(value, names, scope, type)
        elif isinstance(value, ListValue):
            for item in value.items:
                self.value(item, scope, type)
        else:
            self.setting(value, scope)

    def setting(self, setting: Setting, scope: NameScope) -> None:
        kind = BY_NAME.get(setting.word.text)
        if kind is None:
            scope.read(setting)
            return
        if setting.main is not None:
            self.value(setting.main, scope)
        self.arguments(setting.arguments, kind, scope)

    def unknown(self, value: Value, names: list[str], scope: NameScope, type: ArgumentType | None = None) -> None:
        """Reports the first of some undefined names that is not a known word."""
        for name in names:
            if name not in DYNAMIC and not self.words.knows(name):
                self.report(value, name, scope, type)
                return

    # Reporting

    def report(self, value: Value, word: str, scope: NameScope, type: ArgumentType | None) -> None:
        problem = self.diagnostic(value, word, scope, type)
        if problem.name == "unknown-name":
            first = self.first.setdefault(word, len(self.check.every))
            if first < len(self.check.every):
                self.further.setdefault(first, []).append(len(self.check.every))
        close = nearest(word, self.declared)
        if close is not None and problem.help == f"did you mean `{close}`?":
            label = Label(self.declared[close].name.span, f"`{close}` is declared here")
            problem = problem._replace(related=(label,))
        self.add(problem)

    def add(self, problem: Diagnostic) -> None:
        """Adds a problem, unless this block's params are unknown."""
        if not self.silent:
            self.check.every.append(problem)

    def diagnostic(self, value: Value, word: str, scope: NameScope, type: ArgumentType | None) -> Diagnostic:
        written = type.native(word) if type else None
        if written is not None and bare_words(value) == {word}:
            return foreign_value(word, written, value.span, type.remarks.get(word.lower(), "") if type else "")
        names = scope.names()
        known = set(follower_words() if type is _FOLLOWER else type.words) if type else set()
        known |= set() if len(names) > MOST_CANDIDATES else names
        known |= set() if type and type.form == "word" else self.sizes()
        in_block = f"a block sees only its own params: declare `{word}` there, and pass it where the block is used"
        return unknown_name(value, word, dict.fromkeys(known), in_block if word in self.file_params else None)

    def sizes(self) -> set[str]:
        """The names of sizes in expressions, for inputs of these ranks."""
        axes = {name for given in self.spec.inputs for name in AXIS_NAMES.get(len(given.shape), ())}
        return {"prev", "in_channels", *axes}

    def each_once(self) -> list[Diagnostic]:
        """The problems, one per name, with a note that lists its other lines."""
        repeated = {index for indices in self.further.values() for index in indices}
        every = self.check.every
        return [
            with_lines(problem, [every[other] for other in self.further.get(index, ())])
            for index, problem in enumerate(every)
            if index not in repeated
        ]


def _round_names(step: Step) -> dict[str, Declaration]:
    """`i` and `last`, which every round of a `for` or `repeat` has."""
    return {word: Declaration(Name(word, step.word.span), "variable", "") for word in ("i", "last")}


def _type_of(kind: type[Layer] | None, argument: str) -> ArgumentType | None:
    return kind.arguments[argument].type if kind is not None and argument in kind.arguments else None
