"""Reads `params:`, `variants:` and `blocks:`."""

from collections.abc import Iterable
from typing import TypeVar

from cnnshape.diagnostics import Label
from cnnshape.document import Entry, Mapping, Node, Scalar, Sequence
from cnnshape.language import grammar
from cnnshape.language.expression import Reference
from cnnshape.language.model import Block, Name, Param, Step, Variant
from cnnshape.language.reader.problems import shown
from cnnshape.language.reader.steps import StepReader

Output = TypeVar("Output", Name, Reference)


class BlockReader(StepReader):
    """Reads the declarations of a file: parameters, variants and blocks."""

    def params(self, entry: Entry | None, *, of_block: bool = False) -> tuple[Param, ...]:
        """Parameters with their defaults, in order; those of a block may be required."""
        if entry is None or (isinstance(entry.value, Scalar) and entry.value.empty):
            return ()
        help = grammar.FILE["params"].help
        if of_block and isinstance(entry.value, Sequence):
            names = (item.text for item in entry.value.items if isinstance(item, Scalar))
            help = f"write `params: {{{', '.join(f'{shown(name)}: required' for name in names)}}}`"
        mapping = self.mapping(entry.value, "`params`", help=help)
        params = [
            self._param(key, value, of_block=of_block)
            for key, value in (self.spaced_entries(mapping) if mapping else ())
        ]
        return tuple(param for param in params if param is not None)

    def _param(self, key: Scalar, node: Node, *, of_block: bool) -> Param | None:
        name = self.checked(Name(key.text, key.span), "a parameter", grammar.VARIABLE)
        if name is not None and of_block and name.text == grammar.ENTERING:
            self._report_entering(name)
            name = None
        if isinstance(node, Scalar) and node.text == grammar.REQUIRED:
            if not of_block:
                self._report_required(key, node)
            return Param(name, None) if name else None
        default = self.value(node, f"the parameter `{shown(key.text)}`")
        return Param(name, default) if name else None

    def _report_entering(self, name: Name) -> None:
        message = f"`{name.text}` is the tensor that enters a block, and can't name its parameter"
        self.report("bad-name", message, name.span, help="choose another name, such as `skip`")

    def _report_required(self, key: Scalar, node: Node) -> None:
        name = shown(key.text)
        message = f"the file's parameter `{name}` needs a value; only a block's may be `required`"
        help = f"write a default, such as `{name}: 64`; `-p` and variants override it"
        self.report("wrong-structure", message, node.span, help=help)

    def variants(self, entry: Entry) -> tuple[Variant, ...]:
        """Named sets of parameter values."""
        mapping = self.mapping(entry.value, "`variants`", help=grammar.FILE["variants"].help)
        variants = [self._variant(key, value) for key, value in (mapping.entries if mapping else ())]
        return tuple(variant for variant in variants if variant is not None)

    def _variant(self, key: Scalar, node: Node) -> Variant | None:
        name = self.checked(Name(key.text, key.span), "a variant", grammar.NAME)
        written = shown(node.span.text.strip()) or "..."
        help = f"name the param that it sets: `{shown(key.text)}: {{NAME: {written}}}`"
        subject = f"the variant `{shown(key.text)}`"
        mapping = self.mapping(node, subject, help=help)
        if mapping is None:
            return None
        values, _ = self.arguments(mapping, subject)
        return Variant(name, values) if name else None

    def blocks(self, entry: Entry) -> tuple[Block, ...]:
        """The blocks that the file defines."""
        if isinstance(entry.value, Sequence):
            return self._listed_blocks(entry.value)
        mapping = self.mapping(entry.value, "`blocks`", help=grammar.FILE["blocks"].help)
        return tuple(self._block(key, value) for key, value in (mapping.entries if mapping else ()))

    def _listed_blocks(self, node: Sequence) -> tuple[Block, ...]:
        """Reports blocks in a list. Their names stay defined, so that uses of them are not reported again."""
        keys = [item.entries[0].key for item in node.items if isinstance(item, Mapping) and item.entries]
        help = f"write a name without a dash: `{shown(keys[0].text)}:`" if keys else None
        self.report("wrong-structure", "`blocks` is a mapping, found a list", node.span, help=help)
        return tuple(Block(name=Name(key.text, key.span), params=(), steps=(), sound=False) for key in keys)

    def _block(self, key: Scalar, node: Node) -> Block:
        """One block: its `params` and its `do`. An error in one part keeps the others."""
        name = Name(key.text, key.span)
        named = self._check_block_name(name)
        if not named and not _resembles_a_block(node):
            return Block(name=name, params=(), steps=(), sound=False)
        body = self._body(name, node)
        if body is not None:
            return self._block_of(name, body, named=named)
        steps = self.steps(node, "`do`") if isinstance(node, Sequence) else ()
        return Block(name=name, params=(), steps=steps, sound=False)

    def _block_of(self, name: Name, body: Mapping, *, named: bool) -> Block:
        known = self.corrected(body, "a block", grammar.BLOCK)
        # An unknown key may be a misspelt `params` or `do`.
        strays = len(known.entries) < len(body.entries)
        before = len(self.problems.all)
        params = self.params(known.get("params"), of_block=True)
        outputs = known.get("outputs")
        named_outputs = self.block_outputs(outputs) if outputs else ()
        sound = named and not strays and len(self.problems.all) == before and known.get("do") is not None
        steps = self._do(name, known, strays=strays)
        return Block(name=name, params=params, steps=steps, outputs=named_outputs, sound=sound)

    def block_outputs(self, entry: Entry) -> tuple[Name, ...]:
        """The names of a block's steps that can be read from outside."""
        listed = self.sequence(entry.value, "`outputs`", help=grammar.BLOCK["outputs"].help)
        names = [self.name(item, "an output") for item in (listed.items if listed else ())]
        return self.distinct_outputs(name for name in names if name)

    def distinct_outputs(self, outputs: Iterable[Output]) -> tuple[Output, ...]:
        """The outputs of a file or a block, without those that are listed before."""
        distinct: dict[str, Output] = {}
        for output in outputs:
            if distinct.setdefault(output.text, output) is not output:
                related = [Label(distinct[output.text].span, "first named here")]
                message = f"the output `{shown(output.text)}` is listed twice"
                self.report("duplicate-name", message, output.span, related=related)
        return tuple(distinct.values())

    def _check_block_name(self, name: Name) -> bool:
        if not self.checked(name, "a block", grammar.VARIABLE):
            return False
        if not name.text[0].isupper():
            help = f"call it `{name.text.title().replace('_', '')}`"
            self.report("bad-name", f"the block `{name.text}` needs a CamelCase name", name.span, help=help)
        return name.text[0].isupper()

    def _body(self, name: Name, node: Node) -> Mapping | None:
        help = "write its steps under `do:`, its parameters under `params:`"
        return self.mapping(node, f"the block `{shown(name.text)}`", help=help)

    def _do(self, name: Name, body: Mapping, *, strays: bool) -> tuple[Step, ...]:
        """The steps of a block; `strays` if one of its keys may be a misspelt `do`."""
        do = body.get("do")
        if do is not None:
            return self.steps(do.value, "`do`")
        if not strays:
            message = f"the block `{shown(name.text)}` needs a `do`: its steps"
            self.report("missing-key", message, name.span, help=f"write `{shown(name.text)}: {{do: [steps]}}`")
        return ()


def _resembles_a_block(node: Node) -> bool:
    return isinstance(node, Mapping) and node.get("do") is not None
