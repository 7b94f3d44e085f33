"""Hypothesis draws whole specs, valid by construction: a step that doesn't fit the steps before it is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import partial
from typing import Any

from hypothesis import strategies as st

from .plain import Spec, Step, all_steps, body, is_block, mapping, word
from .wiring import ACTIVATIONS, ADAPTIVE_POOLS, GLOBAL_POOLS, Network, Shape, Unfit, wired

LARGEST_AXIS = 96
MOST_CHANNELS = 96
MOST_LAYERS = 60
NUMBERS = ("out", "kernel", "stride", "dilation")


class Author:
    """Writes one spec, step by step."""

    def __init__(self, draw: Any, rank: int) -> None:
        self.draw = draw
        self.rank = rank
        sizes = [self.number(7, 40) for _ in range(rank)]
        self.spec = Spec([self.number(1, 4), *sizes], [], {}, {"widths": [4, 6]}, [])
        self.names = 0
        self.inside_block = False

    # Draws

    def number(self, least: int, most: int) -> int:
        return int(self.draw(st.integers(least, most)))

    def choice(self, options: Any) -> Any:
        return self.draw(st.sampled_from(list(options)))

    def chance(self, one_in: int) -> bool:
        return self.number(1, one_in) == one_in

    def per_axis(self, least: int, most: int) -> Any:
        if self.chance(3):
            return [self.number(least, most) for _ in range(self.rank)]
        return self.number(least, most)

    def pairs(self, most: int) -> list[list[int]]:
        return [[self.number(0, most), self.number(0, most)] for _ in range(self.rank)]

    def padding(self, most: int) -> Any:
        form = self.choice(("same", "number", "axes", "pairs"))
        forms = {"same": lambda: "same", "number": lambda: self.number(0, most), "pairs": lambda: self.pairs(most)}
        return forms.get(form, lambda: [self.number(0, most) for _ in range(self.rank)])()

    # Single layers

    def conv(self, shape: Shape) -> Step:
        arguments: dict[str, Any] = {"out": self.number(1, 6), "kernel": self.per_axis(1, 4)}
        if self.chance(2):
            arguments["stride"] = self.per_axis(1, 3)
        if self.chance(3):
            arguments["dilation"] = self.per_axis(1, 3)
        arguments["padding"] = self.padding(3)
        if self.chance(4):
            arguments |= {"out": "in_channels", "groups": "in_channels"}
        elif self.chance(4):
            groups = self.choice(divisor for divisor in range(1, shape[0] + 1) if shape[0] % divisor == 0)
            arguments |= {"out": groups * self.number(1, 2), "groups": groups}
        return {"conv": arguments | self.followers()}

    def followers(self) -> dict[str, Any]:
        following: dict[str, Any] = {}
        if self.chance(3):
            following["norm"] = self.choice(("batch_norm", "layer_norm", "none"))
        if self.chance(3):
            following["act"] = self.choice(ACTIVATIONS)
        return following

    def conv_transpose(self) -> Step:
        stride, dilation = self.number(1, 4), self.number(1, 3)
        return {
            "conv_transpose": {
                "out": self.number(1, 4),
                "kernel": self.per_axis(1, 4),
                "stride": stride,
                "padding": self.choice((self.number(0, 2), self.pairs(2))),
                "output_padding": self.number(0, max(stride, dilation) - 1),
                "dilation": dilation,
            }
            | self.followers()
        }

    def pool(self) -> Step:
        kernel = self.number(1, 4)
        arguments: dict[str, Any] = {"kernel": kernel}
        kind = self.choice(("max_pool", "avg_pool"))
        if kind == "max_pool" and self.chance(4):
            arguments["dilation"] = self.number(1, 3)
        if self.chance(2):
            arguments["stride"] = self.per_axis(1, 4)
        arguments["padding"] = self.padding(kernel // 2)
        arguments["ceil"] = self.chance(2)
        return {kind: arguments}

    def upsample(self, shape: Shape) -> Step:
        mode = self.choice(("nearest", "linear", "cubic") if self.rank == 2 else ("nearest", "linear"))
        if self.chance(3):
            return {"upsample": {"size": [self.number(1, 2 * size) for size in shape[1:]], "mode": mode}}
        return {"upsample": {"scale": self.per_axis(1, 3), "mode": mode}}

    def adaptive(self) -> Step:
        return {self.choice(ADAPTIVE_POOLS): {"size": self.per_axis(1, 7)}}

    def moved(self) -> Step:
        options: tuple[Step, ...] = (
            {"pad": {"padding": self.pairs(3)}},
            {"crop": {"cut": self.pairs(3)}},
            {"subsample": {"stride": self.per_axis(1, 3)}},
            {"pixel_shuffle": {"factor": self.number(1, 3)}},
            {"pixel_unshuffle": {"factor": self.number(1, 3)}},
        )
        return self.choice(options)

    def same_place(self, shape: Shape) -> Step:
        options: tuple[Step, ...] = (
            self.choice(ACTIVATIONS),
            {"batch_norm": {}},
            {"dropout": {"p": 0.5}},
            "identity",
            {"split": {"parts": 2, "take": self.number(0, 1)}},
            {"slice": {"start": 0, "stop": self.number(1, shape[0])}},
            {"pad_channels": {"after": self.number(0, 2)}},
        )
        return self.choice(options)

    # Compounds

    def residual(self, shape: Shape) -> Step:
        if self.chance(2):
            steps = [*self.keeping_run(shape), {"conv": {"out": "in_channels", "kernel": 1}}]
            if self.outcome(steps, shape) == shape:
                return {"residual": steps, "shortcut": "identity"}
        out, stride = self.number(1, 6), self.number(1, 3)
        main = {
            "conv": {"out": out, "kernel": self.number(1, 4), "stride": stride, "padding": "same"} | self.followers()
        }
        side = {"conv": {"out": out, "kernel": 1, "stride": stride}}
        return {"residual": [main], "shortcut": self.choice(([side], [side], "none"))}

    def keeping(self) -> Step:
        """A step that keeps the sizes."""
        kernel, dilation = self.number(1, 4), self.number(1, 2)
        convolved = {"out": self.number(1, 6), "kernel": kernel, "padding": "same", "dilation": dilation}
        pooled = {"kernel": kernel, "stride": 1, "padding": "same"}
        return self.choice(({"conv": convolved | self.followers()}, {"max_pool": pooled}, self.choice(ACTIVATIONS)))

    def branches(self, shape: Shape) -> Step:
        """Paths of equal strides, or enlargements, brought to equal sizes and joined."""
        paths = [self.path(shape) for _ in range(self.number(1, 3))]
        if self.chance(2) or len(paths) == 1:
            paths.append([])
        sizes = self.outcome(paths[0], shape)[1:]
        fitted = [[*path, *self.fit(self.outcome(path, shape), sizes)] for path in paths]
        return {"concat": {f"b{index}": path for index, path in enumerate(fitted)}}

    def path(self, shape: Shape) -> list[Step]:
        steps = self.keeping_run(shape)
        if self.chance(2):
            steps += self.run(self.outcome(steps, shape), 1, lambda _: self.rescaled())
        return steps

    def rescaled(self) -> Step:
        out = self.number(1, 4)
        options: tuple[Step, ...] = (
            {"conv": {"out": out, "kernel": self.number(1, 4), "stride": 2, "padding": self.padding(2)}},
            {"max_pool": {"kernel": 2}},
            {"conv_transpose": {"out": out, "kernel": self.number(1, 4), "stride": 2, "dilation": self.number(1, 2)}},
            {"upsample": {"scale": 2, "mode": self.choice(("nearest", "linear"))}},
            {"pixel_shuffle": {"factor": 2}},
        )
        return self.choice(options)

    def fit(self, shape: Shape, sizes: Shape) -> list[Step]:
        """What brings a tensor to the sizes wanted: cells cut off, and added."""
        over = [max(size - wanted, 0) for size, wanted in zip(shape[1:], sizes, strict=True)]
        short = [max(wanted - size, 0) for size, wanted in zip(shape[1:], sizes, strict=True)]
        steps: list[Step] = []
        if any(over):
            steps.append({"crop": {"cut": [self.halves(surplus) for surplus in over]}})
        if any(short):
            steps.append({"pad": {"padding": [self.halves(lack) for lack in short]}})
        return steps

    def halves(self, total: int) -> list[int]:
        before = self.number(0, total)
        return [before, total - before]

    def gate(self) -> Step:
        pooled: list[Step] = [
            self.choice(GLOBAL_POOLS),
            {"conv": {"out": "in_channels", "kernel": 1, "act": "sigmoid"}},
        ]
        return {"multiply": {"main": [], "gate": pooled}}

    def sum(self, shape: Shape) -> Step:
        paths = [self.keeping_run(shape) for _ in range(self.number(1, 2))]
        steps = [[*path, {"conv": {"out": shape[0], "kernel": 1}}] for path in paths]
        return {"add": {"through": [], **{f"b{index}": path for index, path in enumerate(steps)}}}

    def loop(self, shape: Shape, depth: int) -> Step | None:
        steps, values = self.lifted(self.any_run(shape, depth, 2), "c", self.number(1, 3))
        columns: dict[str, Any] = values or {"c0": [1, 2]}
        if len(columns) == 1 and not self.inside_block and self.chance(4):
            columns = {"c0": "widths"}
        return {"for": columns, "do": steps} if steps else None

    def block(self, shape: Shape, depth: int) -> Step | None:
        outer, self.inside_block = self.inside_block, True
        steps, values = self.lifted(self.any_run(shape, depth, 3), "p", 1)
        self.inside_block = outer
        if not steps:
            return None
        name = f"Block{len(self.spec.blocks)}"
        given = {param: column[0] for param, column in values.items()}
        defaulted = {param: value if self.chance(2) else "required" for param, value in given.items()}
        self.spec.blocks[name] = {"params": defaulted, "do": steps}
        return {name: given}

    def lifted(self, steps: list[Step], prefix: str, rounds: int) -> tuple[list[Step], dict[str, list[int]]]:
        """The steps with some numbers taken out, and columns of values for them, the old ones first."""
        steps = deepcopy(steps)
        places = list(_numbers(steps))
        columns: dict[str, list[int]] = {}
        for index in range(min(len(places), 2)):
            arguments, key = self.choice(places)
            if isinstance(arguments[key], int):
                name = f"{prefix}{index}"
                columns[name] = [arguments[key], *(self.number(1, 3) for _ in range(rounds - 1))]
                arguments[key] = name
        return steps, columns

    def repeated(self, step: Step) -> Step:
        if isinstance(step, str) or "repeat" in step:
            return step
        repeated = {**step, "repeat": self.number(1, 3)}
        given = body(step)
        if "stride" in given and self.chance(2) and not any(key in word(step) for key in ("pool", "transpose")):
            repeated["first"] = {"stride": self.number(1, 2)}
        elif is_block(word(step)) and given and self.chance(2):
            repeated["first"] = {self.choice(given): self.number(1, 3)}
        return repeated

    # Runs of steps

    def run(self, shape: Shape, most: int, option: Callable[[Shape], Step | None]) -> list[Step]:
        """Up to `most` steps, one after the other; those that don't fit are left out."""
        steps: list[Step] = []
        for _ in range(self.number(1, most)):
            step = option(self.outcome(steps, shape))
            if step is not None and self.try_outcome([*steps, step], shape) is not None:
                steps.append(step)
        return steps

    def any_run(self, shape: Shape, depth: int, most: int) -> list[Step]:
        return self.run(shape, most, lambda before: self.any_step(before, depth))

    def keeping_run(self, shape: Shape) -> list[Step]:
        return self.run(shape, 2, lambda _: self.keeping())

    def any_step(self, shape: Shape, depth: int) -> Step | None:
        compound = depth > 0 and self.chance(3)
        step = self.compound(shape, depth - 1) if compound else self.simple(shape)
        return self.repeated(step) if step is not None and self.chance(5) else step

    def simple(self, shape: Shape) -> Step:
        options: list[Callable[[], Step]] = [
            partial(self.conv, shape),
            partial(self.conv, shape),
            partial(self.conv, shape),
            partial(self.upsample, shape),
            partial(self.same_place, shape),
            self.pool,
            self.conv_transpose,
            self.moved,
        ]
        step: Step = self.choice([*options, self.adaptive] if self.chance(4) else options)()
        return {**mapping(step), "frozen": True} if self.chance(12) else step

    def compound(self, shape: Shape, depth: int) -> Step | None:
        options: list[Callable[[], Step | None]] = [
            partial(self.residual, shape),
            partial(self.branches, shape),
            partial(self.branches, shape),
            partial(self.sum, shape),
            partial(self.loop, shape, depth),
            partial(self.block, shape, depth),
            self.gate,
        ]
        step: Step | None = self.choice(options)()
        return step

    def outcome(self, steps: list[Step], shape: Shape) -> Shape:
        output = self.try_outcome(steps, shape)
        assert output is not None
        return output

    def try_outcome(self, steps: list[Step], shape: Shape) -> Shape | None:
        network = self.network(self.spec._replace(input=list(shape), layers=steps))
        return network.shape(len(network.nodes)) if network else None

    def network(self, spec: Spec) -> Network | None:
        """The network of a spec, if it is one and no monster."""
        try:
            network = wired(spec)
        except Unfit:
            return None
        sizes = [size for node in network.nodes for size in node.shape[1:]]
        channels = [node.shape[0] for node in network.nodes if len(node.shape) > 1]
        small = max(sizes, default=1) <= LARGEST_AXIS and max(channels, default=1) <= MOST_CHANNELS
        return network if small and len(network.nodes) <= MOST_LAYERS else None

    # The whole file

    def extend(self, step: Step | None) -> None:
        """Adds a step to the file, if it fits."""
        longer = None if step is None else self.spec._replace(layers=[*self.spec.layers, step])
        if longer is not None and self.network(longer) is not None:
            self.spec = longer

    def current(self) -> Shape:
        network = wired(self.spec)
        return network.shape(len(network.nodes))

    def named(self, step: Step | None) -> Step | None:
        """Now and then, with a name of its own."""
        if step is None or isinstance(step, str) or not self.chance(3):
            return step
        self.names += 1
        return {**step, "name": f"t{self.names}"}

    def recalled(self) -> Step | None:
        """A step that reads an earlier tensor by its name."""
        known = [step["name"] for step in self.spec.layers if not isinstance(step, str) and "name" in step]
        if not known:
            return None
        name = self.choice(known)
        if self.chance(2):
            return {"concat": ["prev", name], "crop": "center"}
        return {**mapping(self.conv((1, *self.spec.input[1:]))), "from": name}

    def head(self) -> None:
        """A classifier at the end."""
        if self.chance(2):
            self.extend(self.choice(GLOBAL_POOLS))
        self.extend("flatten")
        self.extend({"linear": {"out": self.number(1, 9), "act": "relu"}})

    def outputs(self) -> None:
        known = [step["name"] for step in self.spec.layers if not isinstance(step, str) and "name" in step]
        if known and self.chance(2):
            last = self.spec.layers[-1]
            if not isinstance(last, str):
                named = {**last, "name": last.get("name", "end")}
                chosen = dict.fromkeys([self.choice(known), named["name"]])
                self.spec = self.spec._replace(layers=[*self.spec.layers[:-1], named], outputs=list(chosen))

    def used_blocks(self) -> dict[str, dict[str, Any]]:
        """The blocks that the file's steps use, and those that these use."""
        lists = [self.spec.layers, *(block["do"] for block in self.spec.blocks.values())]
        used = {word(step) for steps in lists for step in all_steps(steps)}
        return {name: block for name, block in self.spec.blocks.items() if name in used}


def _numbers(steps: list[Step]) -> Iterator[tuple[dict[str, Any], str]]:
    """The places of whole numbers among the arguments of windows, wherever they stand."""
    for step in all_steps(steps):
        inner = body(step)
        if word(step) in ("conv", "max_pool", "avg_pool") and "groups" not in inner:
            yield from ((inner, key) for key in NUMBERS if type(inner.get(key)) is int)


@st.composite
def specs(draw: Any, ranks: tuple[int, ...] = (1, 2, 2, 3), steps: int = 6, depth: int = 2) -> Spec:
    """A whole spec of one input, with at least one layer."""
    author = Author(draw, draw(st.sampled_from(ranks)))
    for _ in range(author.number(1, steps)):
        if author.chance(6):
            author.extend(author.recalled())
        else:
            author.extend(author.named(author.any_step(author.current(), depth)))
    if author.chance(3):
        author.head()
    author.outputs()
    if not author.spec.layers:
        author.extend("relu")
    return author.spec._replace(blocks=author.used_blocks())
