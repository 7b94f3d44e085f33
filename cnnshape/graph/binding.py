"""From values to layers: each argument converted to its type, each refusal turned into a diagnostic at its place."""

from collections.abc import Mapping

from cnnshape.diagnostics import Diagnostic, diagnose, did_you_mean, nearest
from cnnshape.graph.foreign import foreign_spelling, foreign_value
from cnnshape.graph.vocabulary import Plan
from cnnshape.language import Expression, ExpressionProblem, ListValue, Unresolved, Value, describe, shown
from cnnshape.layers import BY_NAME, KINDS, LARGEST, ArgumentType, Layer, LayerProblem, Tensor, foreign_kind
from cnnshape.source import Span

WORDS = frozenset(word for kind in KINDS for argument in kind.arguments.values() for word in argument.type.words)
"""The words that some argument takes."""
MAX_LIST = 1_000
MAX_LIST_DEPTH = 8
_TRUTH = {"true": "true", "yes": "true", "on": "true", "false": "false", "no": "false", "off": "false"}

_AXES_OF = {
    "in_length": "one spatial axis",
    "in_height": "two or three spatial axes",
    "in_width": "two or three spatial axes",
    "in_depth": "three spatial axes",
}


class Refused(Exception):
    """A step that can't be expanded; the diagnostic says why."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


def evaluate(value: Value, scope: Mapping[str, object]) -> object:
    """The value in that scope, lists as tuples; raises Refused."""
    if isinstance(value, Expression):
        try:
            return value.run(scope)
        except ExpressionProblem as problem:
            raise Refused(expression_problem(value, problem, scope)) from None
    if isinstance(value, ListValue):
        return _bounded(value, scope)
    raise Refused(diagnose("wrong-structure", "a mapping has no place here", value.span))


def _bounded(value: ListValue, scope: Mapping[str, object]) -> tuple[object, ...]:
    """The list, if it is small with all lists in it: a few params of lists of lists hold more than any memory."""
    found = () if len(value.items) > MAX_LIST else tuple([evaluate(item, scope) for item in value.items])
    level, count = [found], len(value.items)
    for _ in range(MAX_LIST_DEPTH):
        level = [item for each in level for item in each if isinstance(item, tuple)]
        count += sum(map(len, level))
        if count > MAX_LIST:
            break
        if not level:
            return found
    message = f"a list of more than {MAX_LIST:,} values, or of lists more than {MAX_LIST_DEPTH} levels deep"
    raise Refused(diagnose("limit-exceeded", message, value.span))


def expression_problem(value: Expression, problem: ExpressionProblem, scope: Mapping[str, object]) -> Diagnostic:
    """The diagnostic of an expression that has no value."""
    if problem.word:
        return unknown_name(value, problem.word, scope)
    return diagnose(problem.name, problem.message, value.place(problem), help=problem.help)


def unknown_name(value: Value, word: str, known: Mapping[str, object], otherwise: str | None = None) -> Diagnostic:
    """A name in an expression that nothing here has; `otherwise` helps where it is like none that is known."""
    at = next((span for name, span in value.uses() if name == word), value.span)
    truth = _TRUTH.get(word.lower())
    help = f"write `{truth}`" if truth else _name_help(value, word, known, otherwise)
    return diagnose("unknown-name", f"nothing is called `{word}` here", at, help=help)


def _name_help(value: Value, word: str, known: Mapping[str, object], otherwise: str | None) -> str:
    whole = value.text.strip() if isinstance(value, Expression) else ""
    if whole != word and whole in known:
        return f"`{whole}` has a `-` in it, which subtracts here: name the step with `_`"
    if word in _AXES_OF:
        return f"only a tensor with {_AXES_OF[word]} has it"
    if otherwise is not None and nearest(word, known) is None:
        return otherwise
    return did_you_mean(word, known) or "declare it under `params:`"


def bind(plan: Plan, values: dict[str, object], tensors: Mapping[str, Tensor], scope: Mapping[str, object]) -> Layer:
    """The layer of a plan with evaluated values, and with tensors for arguments that name one; raises Refused."""
    converted: dict[str, object] = dict(tensors)
    for name, value in values.items():
        declared = plan.kind.arguments[name].type
        try:
            converted[name] = declared.convert(value)
        except ValueError:
            raise Refused(_bad_argument(plan, name, value, scope)) from None
    return plan.kind(**converted)


def _bad_argument(plan: Plan, name: str, value: object, scope: Mapping[str, object]) -> Diagnostic:
    declared = plan.kind.arguments[name].type
    at = plan.values[name].span if name in plan.values else plan.at
    expression = plan.values.get(name)
    written = declared.native(value) if isinstance(value, str) else None
    if written is not None:
        return foreign_value(str(value), written, at)
    if isinstance(value, Unresolved) and value not in WORDS and isinstance(expression, Expression):
        known = declared.words or scope
        return unknown_name(expression, value, dict.fromkeys((*declared.words, *known)))
    found = describe(value) if not isinstance(value, tuple) else _listed(value)
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else 0
    most = f", at most {int(declared.most):,}" if number > declared.most == LARGEST else ""
    message = f"`{name}` of {plan.kind.name} is {declared.expected}{most}, got {found}"
    return diagnose("bad-argument", message, at, help=_value_help(plan, name, value))


def _value_help(plan: Plan, name: str, value: object) -> str | None:
    """How a value that an argument refuses may have been meant."""
    argument = plan.kind.arguments[name]
    if isinstance(value, tuple):
        unnamed = name in plan.values and plan.names.get(name) == plan.values[name].span
        return _list_help(plan.kind, argument.type.form, value, unnamed=unnamed)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number_help(argument.type, value)
    if type(value) is str and argument.type.form != "word" and value not in WORDS:
        return f"`{shown(value)}` is a word: nothing has that name where it is given"
    return None


def _list_help(kind: type[Layer], form: str, value: tuple[object, ...], *, unnamed: bool) -> str | None:
    if form == "int" and unnamed:
        needed = [each for each, other in kind.arguments.items() if other.required or other.main]
        values = [each for each, other in kind.arguments.items() if other.type.form != "bool"]
        names = values if len(values) == len(value) else needed
        named = ", ".join(f"{each}: ..." for each in names)
        return f"name the arguments: `{kind.name}: {{{named}}}`"
    if form == "shape" and -1 in value:
        return "no size is inferred: write the number that -1 stands for" if len(value) > 1 else "write `- flatten`"
    if form == "padding" and len(value) == 4:
        return "write a pair per axis: `[[top, bottom], [left, right]]`"
    return None


def _number_help(type: ArgumentType, value: float) -> str | None:
    if type.form == "int" and value != int(value):
        return "`//` divides and rounds down; `floor(...)` and `ceil(...)` round what is no whole number"
    if type.form == "bool" and value in (0, 1):
        return f"write `{'true' if value else 'false'}`"
    if type.form == "shape" and value == -1:
        return "write `- flatten`"
    return f"{value:g} % is {value / 100:g}" if type.most == 1 < value <= 100 else None


def _listed(value: tuple[object, ...]) -> str:
    items = ", ".join(_listed(item) if isinstance(item, tuple) else describe(item) for item in value[:6])
    return f"[{items}{', ...' if len(value) > 6 else ''}]"


def layer_problem(plan: Plan, problem: LayerProblem) -> Diagnostic:
    """The diagnostic of a layer that can't work: at the argument at fault, else at the kind's word."""
    at = plan.at
    if problem.argument in plan.values:
        at = plan.values[problem.argument].span
    elif problem.argument in plan.names:
        at = plan.names[problem.argument]
    return diagnose(problem.name, problem.message, at, help=problem.help)


def check_follower(follower: str, kind: type[Layer], at: Span) -> None:
    """Raises Refused where a `norm` doesn't normalize, or an `act` does."""
    if follower == "norm" and kind.activation:
        message = f"`norm` is a normalization, got the activation {kind.name}"
        raise Refused(diagnose("bad-argument", message, at, help=f"write `act: {kind.name}`"))
    if follower == "act" and kind.normalizes:
        message = f"`act` is an activation, got the normalization {kind.name}"
        raise Refused(diagnose("bad-argument", message, at, help=f"write `norm: {kind.name}`"))


def follower_kind(value: Value, scope: Mapping[str, object]) -> str:
    """The kind's word that `norm: word` or `act: word` means in that scope, or `none`; raises Refused."""
    word = evaluate(value, scope)
    if isinstance(word, str) and (word in BY_NAME or word == "none"):
        return str(word)
    if isinstance(word, str) and isinstance(value, Expression):
        foreign = foreign_kind(word)
        if foreign is not None:
            raise Refused(foreign_spelling(word, foreign.name, value.span))
        if word.lower() == "none":
            raise Refused(foreign_value(word, "none", value.span))
        raise Refused(unknown_name(value, word, dict.fromkeys((*BY_NAME, "none"))))
    at: Span = value.span
    message = f"`norm` and `act` name a layer kind, got {describe(word)}"
    raise Refused(diagnose("bad-argument", message, at, help="write a kind, such as `batch_norm` or `relu`, or `none`"))
