"""What is wrong with a text that is no YAML, in its writer's words.

YAML's reader stumbles where a text stops making sense, which is often a line below the slip, and it names its own
rules. The rules here look at the text around that place for the slips that people make.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from cnnshape.diagnostics import Diagnostic, Label, diagnose
from cnnshape.source import SourceText, Span

LONGEST_LINE = 400
LONGEST_SHOWN = 60
MOST_LINES = 1000
"""Lines above a trouble that are looked at."""
_CLOSING = {"[": "]", "{": "}"}
_UNSPACED_COLON = re.compile(r"(?P<before>\s*(?:- )*)(?P<key>[\w.-]+):(?P<value>[^\s:].*)")
_UNSPACED_DASH = re.compile(r"\s*(?:- )*-(?P<rest>[^\s-].*)")
_UNCOLONED_BRACE = re.compile(r"(?P<before>(?:- )*)(?P<key>[\w.-]+) *(?P<value>[{\[].*)")
_TWO_COLONS = re.compile(r"(?P<before>(?:- )*)(?P<key>[\w.-]+): +(?P<value>[^\s'\"{\[].*)")
_OTHER_LANGUAGES = (
    (re.compile(r"^(?:import|from|class|def) +\w", re.M), "Python"),
    (re.compile(r"^\[\w+\]\s+\w+ *=", re.M), "a Darknet configuration"),
    (re.compile(r"^layers? *\{", re.M), "a Caffe prototxt"),
)
_HEAD = 2000
_CONFLICT = re.compile(r"^(?:<{7} |={7}$|>{7} )", re.M)


class Trouble(NamedTuple):
    """Where YAML's reader gave up: 1-based, `opened` being the start of what it was reading."""

    source: SourceText
    problem: str
    line: int
    column: int
    opened: tuple[int, int]

    def text(self, line: int = 0) -> str:
        """A line of the text, the one of the trouble by default, without what follows in a very long one."""
        return self.source.line(line or self.line)[:LONGEST_LINE]

    @property
    def before(self) -> str:
        """The line up to the place."""
        return self.text()[: self.column - 1]

    @property
    def rest(self) -> str:
        """The line from the place on."""
        return self.text()[self.column - 1 :]

    @property
    def opening(self) -> str:
        """The sign at the start of what was being read."""
        return self.text(self.opened[0])[self.opened[1] - 1 :][:1]

    def span(self, line: int = 0, column: int = 0, length: int = 1) -> Span:
        """A place in the text, that of the trouble by default."""
        line, column = line or self.line, column or self.column
        return Span(self.source, line, column, line, column + length)

    def above(self) -> range:
        """The numbers of the lines above, the next one first."""
        return range(self.line - 1, max(self.line - MOST_LINES, 0), -1)

    def previous(self) -> int:
        """The number of the line before, blank ones and comments left out; 0 where there is none."""
        return next((number for number in self.above() if _without_comment(self.text(number))), 0)


Rule = Callable[[Trouble], Diagnostic | None]


def syntax_error(source: SourceText, error: Any) -> Diagnostic:
    """The diagnostic of a `yaml.MarkedYAMLError`."""
    problem = " ".join((error.problem or "the text is not YAML").split())
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return diagnose("yaml-syntax", problem, file=source.name)
    start = error.context_mark or mark
    trouble = Trouble(source, problem, mark.line + 1, mark.column + 1, (start.line + 1, start.column + 1))
    found = (rule(trouble) for rule in _RULES)
    return next((each for each in found if each is not None), None) or _told(problem, trouble.span())


def _told(message: str, at: Span, help: str | None = None, related: tuple[Label, ...] = ()) -> Diagnostic:
    return diagnose("yaml-syntax", message, at, help=help, related=related)


def printable(text: str) -> str:
    """The text with nothing in it that a terminal obeys."""
    return text if text.isprintable() else ascii(text)[1:-1]


def _shown(text: str) -> str:
    plain = printable(_without_comment(text))
    return plain if len(plain) <= LONGEST_SHOWN else plain[: LONGEST_SHOWN - 3] + "..."


def _without_comment(text: str) -> str:
    return re.split(r"(?:^|\s)#", text, maxsplit=1)[0].strip()


def _other_language(trouble: Trouble) -> Diagnostic | None:
    for pattern, name in _OTHER_LANGUAGES:
        if match := pattern.search(trouble.source.text[:_HEAD]):
            line, column = trouble.source.place(match.start())
            message = f"the text is not YAML; it looks like {name}"
            help = "`cnnshape show lenet5` prints a spec to start from"
            return _told(message, trouble.span(line, column), help)
    return None


def _conflict(trouble: Trouble) -> Diagnostic | None:
    if match := _CONFLICT.search(trouble.source.text):
        line, column = trouble.source.place(match.start())
        help = "keep one of the two sides, and remove the marks"
        return _told("the text holds the marks of a merge conflict", trouble.span(line, column, 7), help)
    return None


# Quotes, and signs that mean something to YAML


def _open_quote(trouble: Trouble) -> Diagnostic | None:
    if "end of stream" not in trouble.problem or trouble.opening not in ("'", '"'):
        return None
    return _told("a quoted text is not closed", trouble.span(*trouble.opened), f"end it with `{trouble.opening}`")


def _text_after_quote(trouble: Trouble) -> Diagnostic | None:
    quote = trouble.before[-1:] or " "
    if quote not in "'\"" or "did not find expected" not in trouble.problem:
        return None
    opened = trouble.line if trouble.before.count(quote) > 1 else _odd_line(trouble, quote)
    if opened < trouble.line:
        column = trouble.text(opened).rindex(quote) + 1
        return _told("a quoted text is not closed", trouble.span(opened, column), f"end it with `{quote}`")
    help = "put the whole value into double quotes, and no others inside of it"
    return _told("the line goes on after a quoted text", trouble.span(), help)


def _odd_line(trouble: Trouble, quote: str) -> int:
    """The line above in which a quote was opened and not closed; that of the trouble where there is none."""
    return next((number for number in trouble.above() if trouble.text(number).count(quote) % 2), trouble.line)


def _tab(trouble: Trouble) -> Diagnostic | None:
    start = trouble.rest[:1] == "\t" or "tab" in trouble.problem
    if not start and "\t" not in trouble.before[: len(trouble.text()) - len(trouble.text().lstrip())]:
        return None
    column = trouble.text().find("\t") + 1
    return _told("a tab stands where YAML wants spaces", trouble.span(0, column), "indent with spaces")


_SIGNS = ("cannot start any token", "alphabetic or numeric", "comment or line break", "keys are not allowed")


def _sign(trouble: Trouble) -> Diagnostic | None:
    if not any(words in trouble.problem for words in _SIGNS):
        return None
    line, column = trouble.opened
    text = trouble.text(line)
    value = _value_at(text, column - 1)
    if not value:
        return None
    sign = "a backtick" if value[0] == "`" else f"`{printable(value[0])}`"
    message = f"{sign} has a meaning in YAML and can't start a value here"
    return _told(message, trouble.span(line, column), f'quote the value: `"{_shown(value)}"`')


def _value_at(text: str, start: int) -> str:
    """A plain value from there on: to the end of the line, or inside of brackets to what ends an entry."""
    inside = sum(text[:start].count(sign) for sign in "[{") > sum(text[:start].count(sign) for sign in "]}")
    rest = _without_comment(text[start:])
    return re.split(r"[,\]}]", rest, maxsplit=1)[0].strip() if inside else rest


def _escape(trouble: Trouble) -> Diagnostic | None:
    if "escape" not in trouble.problem:
        return None
    message = f"`{_shown(trouble.rest[:2])}` is no escape of a text in double quotes"
    return _told(message, trouble.span(length=2), "use single quotes, in which a backslash is a backslash")


def _nothing(trouble: Trouble) -> Diagnostic | None:
    if "node content" not in trouble.problem or not trouble.rest:
        return None
    message = f"a value is missing before the `{printable(trouble.rest[0])}`"
    return _told(message, trouble.span(), "write the value, or `null`")


# Colons, dashes and commas


def _list_behind_key(trouble: Trouble) -> Diagnostic | None:
    if "sequence entries are not allowed" not in trouble.problem:
        return None
    items = _shown(trouble.rest.lstrip("- "))
    help = f"start it on the next line, or use square brackets: `{_shown(trouble.before)} [{items}]`"
    return _told("a list can't start on the line of its key", trouble.span(), help)


def _slip_of_line(trouble: Trouble, number: int) -> Diagnostic | None:
    """A line that lacks a space behind its colon or dash, or the colon itself."""
    text = trouble.text(number)
    indent = _indent(text)
    if match := _UNSPACED_COLON.fullmatch(text):
        help = f"write `{match['key']}: {_shown(match['value'])}`"
        return _told("no space behind the colon", trouble.span(number, match.end("key") + 1), help)
    if match := _UNSPACED_DASH.fullmatch(text):
        return _told("no space behind the dash", trouble.span(number, indent + 1), f"write `- {_shown(match['rest'])}`")
    if match := _UNCOLONED_BRACE.match(text.strip()):
        help = f"write `{match['before']}{match['key']}: {_shown(match['value'])}`"
        place = trouble.span(number, indent + match.start("value") + 1)
        return _told(f"`{match['key']}` lacks a colon before the `{match['value'][0]}`", place, help)
    return None


def _two_colons(trouble: Trouble) -> Diagnostic | None:
    if "mapping values are not allowed" not in trouble.problem:
        return None
    text = trouble.text().strip()
    if _UNCOLONED_BRACE.match(text) or _UNSPACED_COLON.fullmatch(trouble.text()):
        return _slip_of_line(trouble, trouble.line)
    if ": " not in trouble.before or not (match := _TWO_COLONS.match(text)):
        return _value_above(trouble)
    value = _shown(match["value"])
    braces = f"arguments stand in braces: `{match['before']}{match['key']}: {{{value}}}`"
    quotes = f'a text with a colon stands in quotes: `{match["key"]}: "{value}"`'
    helps = [braces] * bool(re.match(r"\w+: ", value)) + [quotes] * (not match["before"])
    if " ? " in value:
        helps = ["a choice is written `a if condition else b`"]
    return _told("a second colon on the line", trouble.span(), "; ".join(helps) or quotes)


def _value_above(trouble: Trouble) -> Diagnostic | None:
    """A key that was read as more of the value above it."""
    number = trouble.previous()
    found = _slip_of_line(trouble, number) if number else None
    if found is not None or not number:
        return found
    return _indentation(trouble) if ":" in trouble.text(number) else _missing_colon(trouble, number)


def _missing_colon(trouble: Trouble, number: int) -> Diagnostic:
    text = trouble.text(number)
    word = _shown(text.strip().removeprefix("- "))
    indent = _indent(text)
    item = f" for a key, `- {word}` for an item of a list" if indent and not text.lstrip().startswith("- ") else ""
    place = trouble.span(number, indent + 1, len(_without_comment(text)))
    message = f"`{word}` stands where a key is expected, and has no colon"
    return _told(message, place, f"write `{word}:`{item}")


def _no_colon(trouble: Trouble) -> Diagnostic | None:
    if "could not find expected ':'" not in trouble.problem:
        return None
    return _slip_of_line(trouble, trouble.opened[0]) or _missing_colon(trouble, trouble.opened[0])


# Brackets


def _bracket(trouble: Trouble) -> Diagnostic | None:
    if "did not find expected ',' or" not in trouble.problem or trouble.opening not in _CLOSING:
        return None
    sign = trouble.rest[:1]
    if sign and sign in "]}":
        related = (Label(trouble.span(*trouble.opened), "opened here"),)
        help = f"close the `{trouble.opening}` by `{_CLOSING[trouble.opening]}` before it"
        return _told(f"`{sign}` can't close a `{trouble.opening}`", trouble.span(), help, related)
    if trouble.line == trouble.opened[0]:
        return _in_brackets(trouble)
    starts_anew = re.match(r"\s*(?:- |[\w.-]+\s*:(?:\s|$))", trouble.text())
    if starts_anew or not trouble.text().strip():
        return _unclosed(trouble)
    number = trouble.previous()
    end = len(trouble.text(number).rstrip())
    return _told(
        "a comma is missing at the end of the line", trouble.span(number, end + 1), "separate entries by commas"
    )


def _in_brackets(trouble: Trouble) -> Diagnostic:
    if trouble.before.endswith("$") and (name := re.match(r"\{(\w+)\}", trouble.rest)):
        return _told("`${` has no meaning here", trouble.span(), f"a name stands for itself: `{name[1]}`")
    entry = re.split(r"[,{\[]", trouble.before)[-1].strip()
    if trouble.rest[:1] != ":":
        return _told("a comma is missing before this", trouble.span(), "separate entries by commas")
    if match := re.fullmatch(r"(\S+: \S+) (\S+)", entry):
        help = f"separate entries by commas: `{_shown(match[1])}, {_shown(match[2])}: ...`"
        return _told(f"a comma is missing before `{_shown(match[2])}`", trouble.span(), help)
    key, _, inner = entry.partition(": ")
    help = f"arguments stand in braces of their own: `{_shown(key)}: {{{_shown(inner)}: ...}}`"
    if " " in inner:
        help = "an expression has no colon; a text with a colon stands in quotes"
    return _told("a second colon in one entry", trouble.span(), help)


def _unclosed(trouble: Trouble) -> Diagnostic:
    line, column = trouble.opened
    text = _without_comment(trouble.text(line)[column - 1 :])
    open_signs: list[str] = []
    for sign in text:
        if sign in _CLOSING:
            open_signs.append(_CLOSING[sign])
        elif open_signs and sign == open_signs[-1]:
            open_signs.pop()
    comment = trouble.text(line)[column - 1 + len(text) :].strip()
    if re.match(r"#[^\s#]", comment) and _CLOSING[trouble.opening] in comment:
        help = "a `#` behind a blank starts a comment, which runs to the end of the line: quote a text that has one"
        return _told(f"the `{trouble.opening}` is not closed", trouble.span(line, column), help)
    whole = text + "".join(reversed(open_signs))
    help = f"close it by `{_CLOSING[trouble.opening]}`"
    if len(whole) <= LONGEST_SHOWN and text[-1:] not in ",[{":
        help = f"close it: `{printable(whole)}`"
    return _told(f"the `{trouble.opening}` is not closed", trouble.span(line, column), help)


# Lines that don't belong where they stand


def _misplaced(trouble: Trouble) -> Diagnostic | None:
    if "did not find expected key" not in trouble.problem and "expected '-'" not in trouble.problem:
        return None
    sign = trouble.rest[:1]
    if sign == ",":
        return _told(
            "a comma behind a value", trouble.span(), "remove it: outside of brackets the line's end is enough"
        )
    if sign and sign in "]}":
        return _told(f"this `{sign}` closes nothing", trouble.span(), "remove it")
    if trouble.before.strip():
        help = "a comment starts with `#`" if trouble.rest.startswith("//") else "one key, or one item, per line"
        return _told("the line goes on after its value", trouble.span(), help)
    return _dash_or_key(trouble)


def _dash_or_key(trouble: Trouble) -> Diagnostic:
    item = trouble.rest.startswith("- ") or trouble.rest.strip() == "-"
    if _UNSPACED_DASH.fullmatch(trouble.rest) and (found := _slip_of_line(trouble, trouble.line)):
        return found
    related = (Label(trouble.span(*trouble.opened), "begun here"),)
    if trouble.column != trouble.opened[1]:
        return _indentation(trouble)
    if item:
        help = "a list stands below a key of its own"
        return _told("an item of a list among the keys of a mapping", trouble.span(), help, related)
    help = (
        f"indent it by {trouble.opened[1] + 1} to go with the item above, or as far as the key that the list belongs to"
    )
    return _told("a key among the items of a list", trouble.span(), help, related)


def _indentation(trouble: Trouble) -> Diagnostic:
    own = _indent(trouble.text())
    known = _indents_above(trouble)
    near = [*[each for each in known if each < own][:1], *[each for each in known if each > own][-1:]]
    expected = " or ".join(map(str, near)) or "none"
    message = f"an indentation of {own} space{'s' * (own != 1)}, expected {expected}"
    help = "the items of a list, or the keys of a mapping, stand below each other"
    return _told(message, trouble.span(0, own + 1), help)


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip(" "))


def _indents_above(trouble: Trouble) -> list[int]:
    """Where the lists that are open above a line begin, or the mappings if the line is a key; the innermost first."""
    item = trouble.text().lstrip().startswith("- ")
    found: list[int] = []
    least = LONGEST_LINE
    for number in trouble.above():
        text, indent = _without_comment(trouble.text(number)), _indent(trouble.text(number))
        if not text or indent >= least:
            continue
        least = indent
        dash = text.startswith("- ")
        if dash or not item:
            found.append(indent + 2 if dash and not item else indent)
    return found


def _second_root(trouble: Trouble) -> Diagnostic | None:
    if "document start" not in trouble.problem:
        return None
    return _told("the text goes on after its end", trouble.span(), "a spec is one mapping: `input: ...`, `layers: ...`")


_RULES: tuple[Rule, ...] = (
    _conflict, _other_language, _open_quote, _text_after_quote, _tab, _sign, _escape, _nothing, _list_behind_key, _two_colons,
    _no_colon, _bracket, _misplaced, _second_root,
)  # fmt: skip
