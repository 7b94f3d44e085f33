"""Resolves a spec: binds every word to its kind or block, and every value to its argument or param.

This covers every step of the file, expanded or not, so one run reports every misspelt word.
"""

from cnnshape.diagnostics import Diagnostic, diagnose, did_you_mean, misspelt, nearest
from cnnshape.language import (
    Block,
    Broken,
    Call,
    Join,
    Loop,
    Name,
    Residual,
    Setting,
    Spec,
    Step,
    Unconfirmed,
    Value,
    shown,
    walk,
)
from cnnshape.layers import BY_NAME, Layer
from cnnshape.program.arguments import Arguments
from cnnshape.program.index import NameIndex, block_cycles
from cnnshape.program.names import check_names
from cnnshape.program.plan import Plan
from cnnshape.program.steps import (
    BlockProgram,
    BlockStep,
    Body,
    BrokenStep,
    JoinStep,
    KindStep,
    LoopStep,
    ResidualStep,
    ResolvedStep,
)
from cnnshape.program.vocabulary import Vocabulary
from cnnshape.program.words import in_words
from cnnshape.source import Span

_MOST_NAMED = 6


class Program:
    """A spec, resolved once: expansions, variants and rules share it.

    `settings` has the plan of each `{kind: arguments}` that is the value of a param or variable. `problems` are all
    problems of words and names. `covered` has each of them at all its places, so that the expansion
    does not report it again. `outside` are the names that the steps and inputs of the file's layers give.
    """

    __slots__ = ("blocks", "covered", "index", "layers", "outside", "problems", "settings", "size", "spec")

    def __init__(
        self,
        *,
        spec: Spec,
        layers: Body,
        blocks: dict[str, BlockProgram],
        index: NameIndex,
        problems: list[Diagnostic],
        covered: list[Diagnostic],
        outside: dict[str, Span],
        settings: dict[Setting, Plan | None],
        size: int,
    ) -> None:
        self.spec = spec
        self.layers = layers
        self.blocks = blocks
        self.index = index
        self.problems = problems
        self.covered = covered
        self.outside = outside
        self.settings = settings
        self.size = size


def resolve(spec: Spec) -> Program:
    """The program of a spec, also of one with errors."""
    names = check_names(spec)
    cycles, circular = block_cycles(names.index)
    resolver = _Resolver(spec, names.undeclared, names.misgiven, circular)
    for param in spec.params:
        if param.default is not None:
            resolver.arguments.settle(param.default)
    for variant in spec.variants:
        for setting in variant.params:
            resolver.arguments.settle(setting.value)
    for block in spec.blocks:
        resolver.block(block)
    resolver.vocabulary.place = spec
    layers = Body(resolver.steps(spec.layers), given_names(spec.layers))
    words = [*resolver.vocabulary.problems, *cycles]
    given = [name for step in walk(spec.layers) if not isinstance(step, Broken) for name in step.given_names]
    return Program(
        spec=spec,
        layers=layers,
        blocks=resolver.blocks,
        index=names.index,
        problems=[*words, *names.reported],
        covered=[*words, *names.every],
        outside={name.text: name.span for name in reversed([*[given.name for given in spec.inputs], *given])},
        settings=resolver.arguments.settings,
        size=len(spec.params) + resolver.count,
    )


def given_names(steps: tuple[Step, ...]) -> frozenset[str]:
    """The names of steps, and of the steps inside them."""
    return frozenset(name.text for step in walk(steps) for name in step.given_names)


class _Resolver:
    def __init__(self, spec: Spec, undeclared: dict[str, set[str]], misgiven: set[Call], circular: set[str]) -> None:
        self.defined: dict[str, Block] = {}
        for block in spec.blocks:
            self.defined.setdefault(block.name.text, block)
        self.blocks = {
            name: BlockProgram(block, usable=block.sound and name not in circular)
            for name, block in self.defined.items()
        }
        self.vocabulary = Vocabulary(self.defined)
        self.arguments = Arguments(self.vocabulary)
        self.undeclared = undeclared
        self.misgiven = misgiven
        self.count = 0

    def block(self, block: Block) -> None:
        """Resolves the steps of a block. If several blocks have one name, the first counts."""
        self.vocabulary.place = block
        for param in block.params:
            if param.default is not None:
                self.arguments.settle(param.default)
        body = Body(self.steps(block.steps), given_names(block.steps))
        if self.defined[block.name.text] is block:
            self.blocks[block.name.text].body = body

    def steps(self, steps: tuple[Step, ...]) -> tuple[ResolvedStep, ...]:
        return tuple([self.step(step) for step in steps])

    def step(self, step: Step) -> ResolvedStep:
        self.count += 1
        if isinstance(step, Call):
            return self.block_step(step) if self.vocabulary.names_block(step.word) else self.kind_step(step)
        if isinstance(step, Loop):
            for column in step.columns:
                self.arguments.settle(column.values)
            return LoopStep(
                step, Body(self.steps(step.do), given_names(step.do) if step.modifiers.name else frozenset())
            )
        if isinstance(step, Residual):
            return self.residual(step)
        if isinstance(step, Join):
            branches = [(branch.name, Body(self.steps(branch.steps))) for branch in step.branches]
            return JoinStep(step, tuple(branches))
        if isinstance(step, Broken):
            if step.unconfirmed is not None:
                self.confirm(step.unconfirmed)
            return BrokenStep(step)
        raise TypeError(f"a step of type {type(step).__name__}")

    def residual(self, step: Residual) -> ResidualStep:
        body = Body(self.steps(step.body))
        shortcut = step.shortcut
        return ResidualStep(step, body, Body(self.steps(shortcut)) if isinstance(shortcut, tuple) else shortcut)

    def confirm(self, step: Unconfirmed) -> None:
        """Reports an unknown word, or else the problems of its step."""
        before = len(self.vocabulary.problems)
        self.vocabulary.check(step.word)
        if len(self.vocabulary.problems) == before:
            self.vocabulary.problems += step.problems

    # Kinds

    def kind_step(self, call: Call) -> KindStep:
        kind = self.vocabulary.kind_of(call)
        if kind is None:
            return KindStep(call, None, None, None)
        if kind.by_name and call.modifiers.source is not None:
            listed = in_words(kind.required)
            message, at = f"{kind.name} reads {listed} alone", call.modifiers.source.span
            self.vocabulary.report(diagnose("misplaced-modifier", message, at, help="remove `from`"))
        plan = self.arguments.plan(call, kind)
        return KindStep(call, kind, plan, self.first_plan(call, kind) if call.modifiers.first else plan)

    def first_plan(self, call: Call, kind: type[Layer]) -> Plan | None:
        """The plan of the first repeat. Problems of the step itself have been reported."""
        problems = self.vocabulary.problems
        before = len(problems)
        plan = self.arguments.plan(call, kind, first=True)
        problems[before:] = [problem for problem in problems[before:] if problem not in problems[:before]]
        return plan

    # Blocks

    def block_step(self, call: Call) -> BlockStep:
        block = self.defined.get(call.word.text)
        if block is None:
            self.vocabulary.unknown_block(call.word)
            return BlockStep(call, None, {}, {})
        fits = self.fits(call, block) and call not in self.misgiven
        program = self.blocks[call.word.text]
        for value in call.values:
            self.arguments.settle(value)
        given = _given(call, block)
        first = {**given, **{argument.text: argument.value for argument in call.modifiers.first}}
        return BlockStep(call, program if fits and program.usable else None, given, first)

    def fits(self, call: Call, block: Block) -> bool:
        """Whether a block accepts the arguments of a step. Reports those that it doesn't accept."""
        if not block.sound:
            return True
        params = [param.name.text for param in block.params]
        given = [*call.arguments, *call.modifiers.first]
        strange = [name for name in given if name.text not in params]
        for name in strange:
            self.unknown_param(name, block, params)
        if call.main is not None and not params:
            message = f"`{block.name.text}` has no params, but a value is given"
            help = "declare it: `params: {width: required}`"
            self.vocabulary.report(diagnose("unknown-param", message, call.main.span, help=help))
            return False
        return not strange

    def unknown_param(self, name: Name, block: Block, params: list[str]) -> None:
        """Reports an argument that a block doesn't have, unless its steps use it as an undeclared param."""
        if name.text in self.undeclared.get(block.name.text, ()):
            return
        message = f"`{shown(name.text)}` is not a param of `{block.name.text}`"
        help = did_you_mean(name.text, params) or "the block has no params"
        if name.text in BY_NAME and nearest(name.text, params) is None and params:
            help = f"a layer is a value too: `{{PARAM: {{{name.text}: ...}}}}`, where PARAM is {_either(params)}"
        fixes = misspelt(name.text, params, name.span)
        self.vocabulary.report(diagnose("unknown-param", message, name.span, help=help, fixes=fixes))


def _either(params: list[str]) -> str:
    """Some params of a block."""
    return " or ".join(f"`{param}`" for param in params[:_MOST_NAMED])


def _given(call: Call, block: Block) -> dict[str, Value]:
    """The arguments of a step by the params of its block. A bare value sets the first param."""
    given = {argument.text: argument.value for argument in call.arguments}
    if call.main is not None and block.params:
        given[block.params[0].name.text] = call.main
    return given
