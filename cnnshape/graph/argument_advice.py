"""Diagnoses the value of an argument, and suggests what was meant."""

from collections.abc import Mapping

from cnnshape.diagnostics import Diagnostic, diagnose, respelled
from cnnshape.language import Expression, Unresolved, describe, shown
from cnnshape.layers import LARGEST, ArgumentType, Layer
from cnnshape.program import WORDS, Plan, foreign_value, unknown_name
from cnnshape.program.foreign_joins import instead_of_pool

_MOST_ITEMS = 6


def bad_argument(plan: Plan, name: str, value: object, scope: Mapping[str, object]) -> Diagnostic:
    """The diagnostic of a value that an argument of a kind doesn't accept."""
    declared = plan.kind.arguments[name].type
    expression = plan.values.get(name)
    at = expression.span if expression is not None else plan.at
    written = declared.native(value) if isinstance(value, str) else None
    if written is not None:
        return foreign_value(str(value), written, at, declared.remarks.get(str(value).lower(), ""))
    if isinstance(value, Unresolved) and value not in WORDS and isinstance(expression, Expression):
        known = declared.words or scope
        return unknown_name(expression, value, dict.fromkeys((*declared.words, *known)))
    actual = describe(value) if not isinstance(value, tuple) else _listed(value)
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else 0
    most = f", at most {int(declared.most):,}" if number > declared.most == LARGEST else ""
    message = f"`{name}` of {plan.kind.name} is {declared.expected}{most}, got {actual}"
    fixes = (
        respelled(str(value), "true" if value else "false", at) if declared.form == "bool" and value in (0, 1) else ()
    )
    return diagnose("bad-argument", message, at, help=_value_help(plan, name, value), fixes=fixes)


def _value_help(plan: Plan, name: str, value: object) -> str | None:
    argument = plan.kind.arguments[name]
    if isinstance(value, tuple):
        unnamed = name in plan.values and plan.names.get(name) == plan.values[name].span
        if unnamed and (help := instead_of_pool(plan.kind.name, plan.values[name])):
            return help
        return _list_help(plan.kind, argument.type.form, value, unnamed=unnamed)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number_help(argument.type, value)
    if type(value) is str and argument.type.form != "word" and value not in WORDS:
        return f"`{shown(value)}` is a word: nothing is called that here"
    return None


def _list_help(kind: type[Layer], form: str, value: tuple[object, ...], *, unnamed: bool) -> str | None:
    if form == "int" and unnamed:
        needed = [name for name, argument in kind.arguments.items() if argument.required or argument.main]
        values = [name for name, argument in kind.arguments.items() if argument.type.form != "bool"]
        names = values if len(values) == len(value) else needed
        named = ", ".join(f"{name}: ..." for name in names)
        return f"name the arguments: `{kind.name}: {{{named}}}`"
    if form == "shape" and -1 in value:
        return "no size is inferred: write the number instead of -1" if len(value) > 1 else "write `- flatten`"
    if form == "padding" and len(value) == 4:
        return "write a pair per axis: `[[top, bottom], [left, right]]`"
    return None


def _number_help(type: ArgumentType, value: float) -> str | None:
    if type.form == "int" and value != int(value):
        return "`//` divides and rounds down; `floor(...)` and `ceil(...)` round other numbers"
    if type.form == "bool" and value in (0, 1):
        return f"write `{'true' if value else 'false'}`"
    if type.form == "shape" and value == -1:
        return "write `- flatten`"
    return f"{value:g} % is {value / 100:g}" if type.most == 1 < value <= 100 else None


def _listed(value: tuple[object, ...]) -> str:
    shown_items = value[:_MOST_ITEMS]
    items = ", ".join(_listed(item) if isinstance(item, tuple) else describe(item) for item in shown_items)
    return f"[{items}{', ...' if len(value) > _MOST_ITEMS else ''}]"
