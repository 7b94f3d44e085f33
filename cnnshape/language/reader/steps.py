"""Reads steps: the lists under `layers`, `do`, branches and shortcuts."""

from collections.abc import Iterable
from typing import Literal

from cnnshape.diagnostics import Diagnostic, diagnose, nearest, respelled, slip_of
from cnnshape.document import Entry, Mapping, Node, Scalar, Sequence
from cnnshape.language import grammar
from cnnshape.language.expression import Expression, Reference
from cnnshape.language.model import (
    PLAIN,
    Branch,
    Broken,
    Call,
    Column,
    Join,
    Loop,
    Name,
    Residual,
    Step,
    Unconfirmed,
)
from cnnshape.language.reader import split, step_help
from cnnshape.language.reader.modifiers import ModifierReader
from cnnshape.language.reader.problems import describe_node, quoted, shown


class StepReader(ModifierReader):
    """Reads steps. A step that fails to parse is reported, and becomes `Broken`."""

    def steps(self, node: Node, subject: str) -> tuple[Step, ...]:
        """A list of steps."""
        listed = self.sequence(node, subject, help=step_help.as_steps(node))
        if listed is None:
            return (_broken(node),)
        return tuple(self.step(item) or _broken(item) for item in listed.items)

    def step(self, node: Node) -> Step | None:
        """One step: a word, or a mapping with exactly one kind, block or control word."""
        if isinstance(node, Scalar) and not node.empty:
            return self._word_alone(node)
        if not isinstance(node, Mapping):
            message = f"a step is a kind or a block, found {describe_node(node)}"
            self.report("wrong-structure", message, node.span, help="write `- relu` or `- conv: {out: 64, kernel: 3}`")
            return None
        head = self._head(node)
        if head is None:
            return None
        word = Name(head.key.text, head.key.span)
        misplaced = _misplaced_companions(node, word)
        if word.text not in grammar.CONTROLS:
            return self._call(word, head, node, misplaced)
        self.problems.all += misplaced
        if word.text == "for":
            return self._loop(word, head, node)
        if word.text == "residual":
            return self._residual(word, head, node)
        return self._join(word, head, node)

    def _word_alone(self, node: Scalar) -> Step | None:
        """A step that is only a word."""
        control = grammar.CONTROLS.get(node.text)
        if control is None:
            return Call(Name(node.text, node.span), (), None, PLAIN, node.span)
        self.report("wrong-structure", f"`{node.text}` has nothing below it", node.span, help=control.help)
        return None

    # The key that determines a step

    def _head(self, node: Mapping) -> Entry | None:
        """The entry that names the kind, block or control word of a step."""
        candidates = [entry for entry in node.entries if entry.key.text not in grammar.MODIFIERS]
        heads = [entry for entry in candidates if entry.key.text not in grammar.COMPANIONS]
        heads = heads or [entry for entry in candidates if entry.key.text in grammar.OWN_KINDS]
        if len(heads) == 1:
            return heads[0]
        if heads:
            self._report_several_heads(heads)
        else:
            self._report_no_head(node)
        return None

    def _report_no_head(self, node: Mapping) -> None:
        help = "a modifier goes next to a kind or a block"
        if node.get("do") is not None:
            help = "`do` goes with `for`; steps that are repeated are a block: define it under `blocks:`"
        self.report("ambiguous-step", "a step needs a kind or a block; this one has neither", node.span, help=help)

    def _report_several_heads(self, heads: list[Entry]) -> None:
        more = grammar.OWN_KINDS if any(entry.key.text in grammar.JOINS for entry in heads) else ()
        meant = [(entry.key, right) for entry in heads if (right := step_help.meant_key(entry.key.text, *more))]
        if len(heads) - len(meant) == 1:
            for key, right in meant:
                self._report_wrong_key(key, right)
            return
        *most, last = [f"`{shown(entry.key.text)}`" for entry in heads[:3]]
        names = f"{', '.join(most)} and {last}"
        message = f"a step has one kind or block; this one has {names}"
        self.report("ambiguous-step", message, heads[1].key.span, help=step_help.one_head(heads))

    def _report_wrong_key(self, key: Scalar, right: str) -> None:
        """Reports another tool's word for a key of a step, or a misspelt one."""
        is_foreign = step_help.foreign_key(key.text)
        fixes = respelled(key.text, right if is_foreign else slip_of(key.text, right), key.span)
        if is_foreign:
            message = f"`{key.text}` is called `{right}` here"
            self.report("foreign-spelling", message, key.span, help=f"write `{right}`", fixes=fixes)
        else:
            message = f"`{shown(key.text)}` is not a key of a step"
            self.report("unknown-key", message, key.span, help=f"did you mean `{right}`?", fixes=fixes)

    # Kinds and blocks

    def _call(self, word: Name, head: Entry, node: Mapping, misplaced: list[Diagnostic]) -> Call | Broken | None:
        """A kind or a block with its arguments. With the keys or steps of a control word, it may be that word
        misspelt."""
        before = len(self.problems.all)
        arguments, main = self.arguments(head.value, quoted(word.text))
        structural = self.problems.withdraw(before, "wrong-structure")
        call = Call(word, arguments, main, self.modifiers(node), node.span)
        if misplaced or structural:
            return _broken(node, Unconfirmed(word, (*misplaced, *structural)))
        return call if len(self.problems.all) == before else None

    # Control words

    def _loop(self, word: Name, head: Entry, node: Mapping) -> Loop | None:
        """`for` and its `do`."""
        before = len(self.problems.all)
        columns = self._columns(head.value)
        sound = len(self.problems.all) == before
        modifiers = self.modifiers(node, control=True)
        body = node.get("do")
        if body is None:
            help = "put the steps under `do:`, next to `for:`"
            self.report("missing-key", "`for` needs a `do`: the steps of one round", word.span, help=help)
            return None
        steps = self.steps(body.value, "`do`")
        return Loop(word, columns, steps, modifiers, node.span) if sound else None

    def _columns(self, node: Node) -> tuple[Column, ...]:
        """The loop variables with their values."""
        mapping = self.mapping(node, "`for`", help="write `for: {width: [64, 128], n: [2, 2]}`")
        if mapping is None:
            return ()
        if not mapping.entries:
            self.report("wrong-structure", "`for` has no columns", mapping.span)
        columns = []
        for key, value in self.spaced_entries(mapping):
            name = self.checked(Name(key.text, key.span), "a loop variable", grammar.VARIABLE)
            values = self.value(value, f"the column `{shown(key.text)}`")
            if name and values:
                columns.append(Column(name, values))
        return tuple(columns)

    def _residual(self, word: Name, head: Entry, node: Mapping) -> Residual:
        """`residual` and its `shortcut`."""
        entry = node.get("shortcut")
        return Residual(
            word=word,
            body=self.steps(head.value, "`residual`"),
            shortcut=self._shortcut(entry.value) if entry else None,
            shortcut_span=entry.key.span if entry else None,
            modifiers=self.modifiers(node, control=True),
            span=node.span,
        )

    def _shortcut(self, node: Node) -> tuple[Step, ...] | Expression:
        if isinstance(node, Sequence):
            return self.steps(node, "`shortcut`")
        if isinstance(node, Mapping):
            message = "`shortcut` is `identity`, `none` or a list of steps, found a mapping"
            self.report("wrong-structure", message, node.span, help="every step is a list item: `- relu`")
            return (_broken(node),)
        return self.expression(node, "`shortcut`") or (_broken(node),)

    def _join(self, word: Name, head: Entry, node: Mapping) -> Join | None:
        """A join of branches, or of tensors that exist."""
        modifiers = self.modifiers(node, control=True)
        crop, broadcast = (
            self._chosen(node, *one) for one in (("crop", ("center",)), ("broadcast", grammar.BROADCASTS))
        )
        sides = self._sides(word, head.value)
        if sides is None or None in (crop, broadcast):
            return None
        branches, operands = sides
        if operands and modifiers.expect is not None and modifiers.expect.input is not None:
            message = f"`{word.text}` of tensors by name has no single input"
            help = "state the `output`, or the `output` of the steps that make them"
            self.report("bad-expectation", message, modifiers.expect.input.span, help=help)
            modifiers.expect = None
        repeats = (broadcast or None) if "broadcast" in grammar.CONTROLS[word.text].companions else None
        return Join(word, branches, operands, crop or None, repeats, modifiers, node.span)

    def _chosen(self, node: Mapping, key: str, words: tuple[str, ...]) -> Name | Literal[False] | None:
        """The word of a companion; False where it isn't given, None for a wrong one."""
        entry = node.get(key)
        if entry is None:
            return False
        how = self.word(entry.value, f"`{key}`", f"write {_either(key, words)}; a join takes one of them")
        if how is None or how.text in words:
            return how
        right = words[0] if len(words) == 1 else nearest(how.text, words)
        message = f"`{key}` is {' or '.join(f'`{word}`' for word in words)}, found `{shown(how.text)}`"
        help = f"write {_either(key, (right,) if right else words)}"
        self.report("bad-argument", message, how.span, help=help, fixes=respelled(how.text, right, how.span))
        return None

    def _sides(self, word: Name, node: Node) -> tuple[tuple[Branch, ...], tuple[Reference, ...]] | None:
        """The branches of a join, or the tensors that it names."""
        if isinstance(node, Mapping):
            if self._has_axis(word, node):
                return None
            branches = self._branches(node)
            complete = self._has_two_sides(word, len(node.entries), node) and len(branches) == len(node.entries)
            return (tuple(branches), ()) if complete else None
        if isinstance(node, Scalar) and not node.empty:
            listed = self.referred(node)
            return ((), (listed,)) if listed else None
        if not isinstance(node, Sequence):
            message = f"`{word.text}` is a list or a mapping, found {describe_node(node)}"
            help = f"write `{grammar.CONTROLS[word.text].example}` or `{word.text}: [name, prev]`"
            self.report("wrong-structure", message, node.span, help=help)
            return None
        no_name = next((item for item in node.items if not isinstance(item, Scalar) or item.empty), None)
        if no_name is not None:
            message = f"a list below `{word.text}` has names of tensors, found {describe_node(no_name)}"
            help = f"put steps into branches, which have names: `{grammar.CONTROLS[word.text].example}`"
            if no_name is node.items[0] and len(node.items) == 1 and (names := step_help.plain_names(no_name)):
                help = f"remove a pair of brackets: `{word.text}: [{', '.join(names)}]`"
            self.report("wrong-structure", message, no_name.span, help=help)
            return None
        items = [item for item in split.unsplit_items(node) if isinstance(item, Scalar)]
        operands = [operand for item in items if (operand := self.referred(item))]
        if len(items) == 1 and len(operands) == 1:
            self._report_one_side(word, items[0])
            return None
        complete = self._has_two_sides(word, len(items)) and len(operands) == len(items)
        return ((), tuple(operands)) if complete else None

    def _report_one_side(self, word: Name, only: Scalar) -> None:
        """Reports a list of one tensor."""
        name = shown(only.text)
        other = "input" if name == "prev" else "prev"
        help = f"name another one, `{word.text}: [{name}, {other}]`; a list by its name needs no brackets: `{word.text}: {name}`"
        self.report("wrong-structure", f"`{word.text}` joins two or more tensors, found 1", word.span, help=help)

    def _has_axis(self, word: Name, node: Mapping) -> bool:
        """Whether a join names its axis, as other frameworks do, in place of a branch. Reports it."""
        axis = next(
            (key for key, value in node.entries if key.text in ("axis", "dim") and isinstance(value, Scalar)), None
        )
        if axis is None:
            return False
        lists = [value for _, value in node.entries if isinstance(value, Sequence)]
        names = [item.text for item in (lists[0].items if lists else ()) if isinstance(item, Scalar)]
        written = f"{word.text}: [{', '.join(map(shown, names or ['name', 'prev']))}]"
        message = f"`{word.text}` has no `{axis.text}`: it works on the channels"
        self.report("bad-argument", message, axis.span, help=f"write `{written}`")
        return True

    def _has_two_sides(self, word: Name, count: int, node: Mapping | None = None) -> bool:
        if count < 2:
            message = f"`{word.text}` joins two or more tensors, found {count}"
            help = "a branch without steps, `[]`, is the input itself"
            for key, value in node.entries if node is not None else ():
                if key.text in step_help.TENSORS and (names := step_help.plain_names(value)):
                    help = f"write `{word.text}: [{', '.join(names)}]`"
            self.report("wrong-structure", message, word.span, help=help)
        return count >= 2

    def _branches(self, node: Mapping) -> list[Branch]:
        branches = []
        for key, value in node.entries:
            if key.text in grammar.OWNERS and isinstance(value, Scalar):
                help = f"put it next to the join, not below it: `{shown(key.text)}: {shown(value.text)}`"
                self.report("misplaced-modifier", f"`{shown(key.text)}` isn't a branch", key.span, help=help)
                continue
            name = self.checked(Name(key.text, key.span), "a branch", grammar.VARIABLE)
            steps = self.steps(value, f"the branch `{shown(key.text)}`")
            if name:
                branches.append(Branch(name, steps))
        return branches


def _either(key: str, words: Iterable[str]) -> str:
    return " or ".join(f"`{key}: {word}`" for word in words)


def _broken(node: Node, unconfirmed: Unconfirmed | None = None) -> Broken:
    return Broken(node.span, step_help.names_in(node), unconfirmed)


def _misplaced_companions(node: Mapping, word: Name) -> list[Diagnostic]:
    """Problems of `do`, `shortcut` and `crop` next to a head that they don't belong to."""
    problems = []
    for key, _ in node.entries:
        owners = grammar.OWNERS.get(key.text)
        if owners and word.text not in owners and key.span != word.span:
            wanted = " or ".join(f"`{owner}`" for owner in owners)
            message = f"`{key.text}` belongs to {wanted}, not to `{shown(word.text)}`"
            problems.append(diagnose("misplaced-modifier", message, key.span))
    return problems
