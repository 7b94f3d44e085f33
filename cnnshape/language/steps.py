"""Reading steps: the lists under `layers`, `do`, branches and shortcuts."""

from cnnshape.diagnostics import SLIP, Diagnostic, diagnose, nearest
from cnnshape.document import Entry, Mapping, Node, Scalar, Sequence
from cnnshape.language.expression import Expression, Reference
from cnnshape.language.model import (
    Argument,
    Branch,
    Broken,
    Call,
    Column,
    Join,
    Loop,
    Modifiers,
    Name,
    Residual,
    Step,
    Unconfirmed,
)
from cnnshape.language.reading import VARIABLE, Reader, kind_of, shown

JOINS = ("add", "concat", "multiply")
MODIFIERS = ("name", "from", "when", "repeat", "first", "share", "frozen")
COMPANIONS = {"do": ("for",), "shortcut": ("residual",), "crop": JOINS}
CONTROLS = ("for", "residual", *JOINS)

_FOREIGN_MODIFIERS = {
    **dict.fromkeys(("if", "condition", "only_if", "enabled"), "when"),
    **dict.fromkeys(("repeats", "times", "n", "number", "count", "num", "num_blocks", "num_layers"), "repeat"),
    **dict.fromkeys(("input", "inputs", "bottom", "in", "src", "parents"), "from"),
    **dict.fromkeys(("id", "label", "top", "as", "alias"), "name"),
    **dict.fromkeys(("shared", "reuse", "tie", "share_weights", "weights"), "share"),
    **dict.fromkeys(("freeze", "trainable", "requires_grad"), "frozen"),
    **dict.fromkeys(("steps", "layers", "body"), "do"),
    **dict.fromkeys(("projection", "skip", "downsample"), "shortcut"),
}
KIND_WORDS = ("type", "kind", "op", "op_type", "class_name", "layer_type", "module", "layer")
"""What other tools call the key behind which a layer's kind stands."""
_HELP = {"for": "for: {width: [64, 128]}", "residual": "residual: [steps]"}


def _names_of(node: Node) -> tuple[Name, ...]:
    """The names that a step which can't be read gives, so that references to them are no second fault."""
    if isinstance(node, Sequence):
        return tuple(name for item in node.items for name in _names_of(item))
    found: list[Name] = []
    for key, value in node.entries if isinstance(node, Mapping) else ():
        if not isinstance(value, Scalar):
            found += _names_of(value)
        elif key.text == "name" or _meant(key.text) == "name":
            found.append(Name(value.text, value.span))
    return tuple(found)


def _meant(word: str, *further: str) -> str | None:
    """The modifier, or one of `further` words, that a word of other frameworks or a misspelt one stands for."""
    if word[:1].isupper():
        return None
    return _FOREIGN_MODIFIERS.get(word) or nearest(word, (*MODIFIERS, "do", "shortcut", *further), SLIP)


def _as_steps(node: Node) -> str:
    """How what should be a list of steps may have been meant."""
    if not isinstance(node, Mapping) or not node.entries:
        return "every step is a list item: `- relu`"
    text = shown(node.span.text.strip())
    if text.startswith("{"):
        return f"a list stands in square brackets: `[{text}]`"
    return f"every item starts with a dash: `- {text}`"


def _one_input(node: Node) -> str | None:
    """Help for a `from` with several names."""
    if not isinstance(node, Sequence):
        return None
    names = ", ".join(shown(item.text) for item in node.items if isinstance(item, Scalar))
    return f"a step has one input: join the tensors before it, by `- concat: [{names}]` or `- add: [{names}]`"


def _one_head(heads: list[Entry]) -> str:
    """Help for a step with several keys that could be its kind."""
    first, *others = heads
    if first.key.text in KIND_WORDS and isinstance(first.value, Scalar):
        return f"the kind is the key: `- {shown(first.value.text)}: {{{_written(others)}}}`"
    if isinstance(first.value, Scalar) and first.value.empty and all(not _is_empty(other) for other in others):
        return f"arguments stand further to the right than `{shown(first.key.text)}`, or in braces: {_in_braces(heads)}"
    axis = next((other.key.text for other in others if other.key.text in ("axis", "dim")), None)
    if axis and first.key.text in JOINS:
        return f"`{first.key.text}` works on the channels; remove `{axis}`"
    return "one kind or block per step; is a step's `- ` missing, or an argument outside of its braces?"


def _is_empty(entry: Entry) -> bool:
    return isinstance(entry.value, Scalar) and entry.value.empty


def _in_braces(heads: list[Entry]) -> str:
    return f"`- {shown(heads[0].key.text)}: {{{_written(heads[1:])}}}`"


def _written(entries: list[Entry]) -> str:
    """Arguments as one writes them."""
    return ", ".join(
        f"{shown(entry.key.text)}: {shown(entry.value.text) if isinstance(entry.value, Scalar) else '...'}"
        for entry in entries[:4]
    )


class StepReader(Reader):
    """Reads steps; a step that can't be read is reported, and stands as `Broken`."""

    def steps(self, node: Node, what: str) -> tuple[Step, ...]:
        """A list of steps."""
        listed = self.sequence(node, what, help=_as_steps(node))
        if listed is None:
            return (Broken(node.span, _names_of(node)),)
        return tuple(self.step(item) or Broken(item.span, _names_of(item)) for item in listed.items)

    def step(self, node: Node) -> Step | None:
        """One step: a word, or a mapping with exactly one kind, block or control word."""
        if isinstance(node, Scalar) and not node.empty:
            return self.bare(node)
        if not isinstance(node, Mapping):
            message = f"a step is a kind or a block, found {kind_of(node)}"
            self.report("wrong-structure", message, node.span, help="write `- relu` or `- conv: {out: 64, kernel: 3}`")
            return None
        head = self.head(node)
        if head is None:
            return None
        word = Name(head.key.text, head.key.span)
        strays = self.strays(node, word)
        if word.text not in CONTROLS:
            return self.call(word, head, node, strays)
        self.problems.found += strays
        if word.text == "for":
            return self.loop(word, head, node)
        if word.text == "residual":
            return self.residual(word, head, node)
        return self.join(word, head, node)

    def bare(self, node: Scalar) -> Step | None:
        """A step that is only a word."""
        if node.text in CONTROLS:
            help = _HELP.get(node.text, f"{node.text}: {{left: [steps], right: [steps]}}")
            self.report("wrong-structure", f"`{node.text}` has nothing below it", node.span, help=f"write `{help}`")
            return None
        return Call(Name(node.text, node.span), (), None, Modifiers(), node.span)

    def head(self, node: Mapping) -> Entry | None:
        """The entry that names the kind or block of a step."""
        candidates = [entry for entry in node.entries if entry.key.text not in MODIFIERS]
        heads = [entry for entry in candidates if entry.key.text not in COMPANIONS]
        # `crop` is a kind too, where it stands alone
        heads = heads or [entry for entry in candidates if entry.key.text == "crop"]
        if len(heads) == 1:
            return heads[0]
        if not heads:
            help = "a modifier stands beside a kind or a block"
            if node.get("do") is not None:
                help = "`do` goes with `for`; steps that are repeated are a block: define it under `blocks:`"
            self.report("ambiguous-step", "a step names a kind or a block; this one has neither", node.span, help=help)
            return None
        further = ("crop",) if any(entry.key.text in JOINS for entry in heads) else ()
        meant = [(entry.key, right) for entry in heads if (right := _meant(entry.key.text, *further))]
        if len(heads) - len(meant) == 1:
            for key, right in meant:
                self.wrong_modifier(key, right)
            return None
        names = " and ".join(f"`{shown(entry.key.text)}`" for entry in heads[:3])
        message = f"a step has one kind or block; this one has {names}"
        self.report("ambiguous-step", message, heads[1].key.span, help=_one_head(heads))
        return None

    def wrong_modifier(self, key: Scalar, right: str) -> None:
        """Reports another framework's word for a modifier, or a misspelt one."""
        if key.text in _FOREIGN_MODIFIERS:
            message = f"`{key.text}` is called `{right}` here"
            self.report("foreign-spelling", message, key.span, help=f"write `{right}`")
        else:
            message = f"`{shown(key.text)}` is not a key of a step"
            self.report("unknown-key", message, key.span, help=f"did you mean `{right}`?")

    def strays(self, node: Mapping, word: Name) -> list[Diagnostic]:
        """What is wrong with `do`, `shortcut` and `crop` beside a head that they don't belong to."""
        found = []
        for entry in node.entries:
            owners = COMPANIONS.get(entry.key.text)
            if owners and word.text not in owners and entry.key.span != word.span:
                wanted = " or ".join(f"`{owner}`" for owner in owners)
                message = f"`{entry.key.text}` belongs to {wanted}, not to `{shown(word.text)}`"
                found.append(diagnose("misplaced-modifier", message, entry.key.span))
        return found

    def modifiers(self, node: Mapping, *, plain: bool = True) -> Modifiers:
        """The modifiers of a step; `plain` steps (kinds and blocks) may have all of them."""
        values = {entry.key.text: entry for entry in node.entries if entry.key.text in MODIFIERS}
        for word in ("first", "share"):
            if word in values and not plain:
                message = f"`{word}` goes with a kind or a block"
                help = "put it beside the kind or block inside, whose arguments it changes" if word == "first" else None
                self.report("misplaced-modifier", message, values.pop(word).key.span, help=help)
        if "first" in values and "repeat" not in values:
            message = "`first` needs a `repeat` to be the first of"
            help = "put its arguments into the step itself"
            self.report("misplaced-modifier", message, values.pop("first").key.span, help=help)
        return Modifiers(
            self.name(values["name"].value, "a step") if "name" in values else None,
            self.reference(values["from"].value, "`from`", _one_input(values["from"].value))
            if "from" in values
            else None,
            self.modifier_value(values, "when"),
            self.modifier_value(values, "repeat"),
            self.first(values["first"]) if "first" in values else (),
            self.reference(values["share"].value, "`share`") if "share" in values else None,
            self.modifier_value(values, "frozen"),
        )

    def modifier_value(self, values: dict[str, Entry], word: str) -> Expression | None:
        """The expression of a modifier."""
        return self.expression(values[word].value, f"`{word}`") if word in values else None

    def first(self, entry: Entry) -> tuple[Argument, ...]:
        """The arguments that only the first of several repeats gets."""
        mapping = self.mapping(entry.value, "`first`", help="write `first: {stride: 2}`")
        return self.arguments(mapping, "`first`")[0] if mapping else ()

    def call(self, word: Name, head: Entry, node: Mapping, strays: list[Diagnostic]) -> Call | Broken | None:
        """A kind or a block with its arguments; where it has a control word's keys or steps, it may be one misspelt."""
        if strays:
            return Broken(node.span, _names_of(node), Unconfirmed(word, tuple(strays)))
        before = len(self.problems.found)
        arguments, main = self.arguments(head.value, f"`{shown(word.text)}`")
        doubtful = self.problems.take_structural(before)
        call = Call(word, arguments, main, self.modifiers(node), node.span)
        if doubtful:
            return Broken(node.span, _names_of(node), Unconfirmed(word, doubtful))
        return call if len(self.problems.found) == before else None

    def loop(self, word: Name, head: Entry, node: Mapping) -> Loop | None:
        """`for` and its `do`."""
        before = len(self.problems.found)
        columns = self.columns(head.value)
        sound = len(self.problems.found) == before
        body = node.get("do")
        if body is None:
            help = "put the steps under `do:`, beside `for:`"
            self.report("missing-key", "`for` needs a `do`: the steps of one round", word.span, help=help)
            return None
        loop = Loop(word, columns, self.steps(body.value, "`do`"), self.modifiers(node, plain=False), node.span)
        return loop if sound else None

    def columns(self, node: Node) -> tuple[Column, ...]:
        """The loop variables with their values."""
        mapping = self.mapping(node, "`for`", help="write `for: {width: [64, 128], n: [2, 2]}`")
        found = []
        for entry in self.unsplit_entries(mapping) if mapping else ():
            name = self.checked(Name(entry.key.text, entry.key.span), "a loop variable", VARIABLE)
            values = self.value(entry.value, f"the column `{shown(entry.key.text)}`")
            if name and values:
                found.append(Column(name, values))
        if mapping and not mapping.entries:
            self.report("wrong-structure", "`for` has no columns", mapping.span)
        return tuple(found)

    def residual(self, word: Name, head: Entry, node: Mapping) -> Residual:
        """`residual` and its `shortcut`."""
        body = self.steps(head.value, "`residual`")
        entry = node.get("shortcut")
        shortcut: tuple[Step, ...] | Expression | None = None
        if entry is not None and isinstance(entry.value, Sequence):
            shortcut = self.steps(entry.value, "`shortcut`")
        elif entry is not None:
            shortcut = self.shortcut_word(entry.value)
        shortcut_span = entry.key.span if entry else None
        return Residual(word, body, shortcut, shortcut_span, self.modifiers(node, plain=False), node.span)

    def shortcut_word(self, node: Node) -> tuple[Step, ...] | Expression:
        """A shortcut that is no list of steps."""
        if isinstance(node, Mapping):
            message = "`shortcut` is `identity`, `none` or a list of steps, found a mapping"
            self.report("wrong-structure", message, node.span, help="every step is a list item: `- relu`")
            return (Broken(node.span, _names_of(node)),)
        return self.expression(node, "`shortcut`") or (Broken(node.span),)

    def join(self, word: Name, head: Entry, node: Mapping) -> Join | None:
        """A join of branches, or of tensors that exist."""
        modifiers = self.modifiers(node, plain=False)
        crop = node.get("crop")
        how = self.word(crop.value, "`crop`") if crop else None
        if how is not None and how.text != "center":
            message = f"`crop` is `center`, found `{shown(how.text)}`"
            self.report("bad-argument", message, how.span, help="write `crop: center`")
        sound = crop is None or (how is not None and how.text == "center")
        if isinstance(head.value, Mapping):
            branches = tuple(self.branches(head.value))
            sound = self.enough(word, len(head.value.entries)) and sound and len(branches) == len(head.value.entries)
            return Join(word, branches, (), how, modifiers, node.span) if sound else None
        help = f"write `{word.text}: {{left: [steps], right: [steps]}}` or `{word.text}: [name, prev]`"
        if not isinstance(head.value, Sequence):
            message = f"`{word.text}` is a list or a mapping, found {kind_of(head.value)}"
            self.report("wrong-structure", message, head.value.span, help=help)
            return None
        items = head.value.items
        strange = next((item for item in items if not isinstance(item, Scalar) or item.empty), None)
        if strange is not None:
            message = f"a list below `{word.text}` holds names of tensors, found {kind_of(strange)}"
            help = f"steps stand in branches, which have names: `{word.text}: {{left: [steps], right: [steps]}}`"
            self.report("wrong-structure", message, strange.span, help=help)
            return None
        found = tuple(Reference(item.text, item.span) for item in items if isinstance(item, Scalar))
        if not sound or not self.enough(word, len(found)):
            return None
        return Join(word, (), found, how, modifiers, node.span)

    def enough(self, word: Name, count: int) -> bool:
        """A join has at least two sides."""
        if count < 2:
            message = f"`{word.text}` joins two or more tensors, found {count}"
            self.report("wrong-structure", message, word.span, help="a branch without steps, `[]`, is the input itself")
        return count >= 2

    def branches(self, node: Mapping) -> list[Branch]:
        """The named paths of a join."""
        found = []
        for entry in node.entries:
            name = self.checked(Name(entry.key.text, entry.key.span), "a branch", VARIABLE)
            steps = self.steps(entry.value, f"the branch `{shown(entry.key.text)}`")
            if name:
                found.append(Branch(name, steps))
        return found
