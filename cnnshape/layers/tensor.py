"""Tensors without a batch, the weights of a layer, why a layer can't work, and how messages write them."""

from math import isqrt, prod

from cnnshape.arithmetic import example, gcd
from cnnshape.named_tuple import NamedTuple

Shape = tuple[int, ...]


class Tensor(NamedTuple):
    """A tensor's shape without the batch; `boxes` counts the regions that share it (1: not per region)."""

    shape: Shape
    boxes: int = 1

    @property
    def elements(self) -> int:
        """Values in the tensor, all boxes together, for one sample."""
        return prod(self.shape) * self.boxes


def is_bias(name: str) -> bool:
    """Whether a learned tensor of this name is added: a bias, or the shift of a norm."""
    return name.startswith("bias")


class Weight(NamedTuple):
    """A named tensor that a layer owns; a buffer is kept with the weights but not learned."""

    name: str
    shape: Shape
    buffer: bool = False

    @property
    def elements(self) -> int:
        """Values in the weight."""
        return prod(self.shape)

    @property
    def is_bias(self) -> bool:
        """Whether it is added."""
        return is_bias(self.name)


class LayerProblem(Exception):
    """Inputs or arguments that a layer can't work with. `argument` names the argument at fault, if there is one."""

    def __init__(
        self, message: str, *, name: str = "shape-rejected", argument: str | None = None, help: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.name = name
        self.argument = argument
        self.help = help


MOST_TRIED = 10**5


def format_shape(shape: Shape) -> str:
    """A shape in readable form: `64x56x56`."""
    return "x".join(map(str, shape))


def parse_shape(text: str) -> Shape | None:
    """The shape that a text states, as `64x56x56` or `64,56,56`: one to four sizes; None for any other text."""
    words = text.lower().replace(",", "x").split("x")
    if not 1 <= len(words) <= 4 or not all(word.isascii() and word.isdigit() and len(word) < 10 for word in words):
        return None
    return tuple(map(int, words))


def counted(number: int, noun: str) -> str:
    """`1 channel`, `2 channels`"""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def divided(number: int, by: int, argument: str, noun: str) -> int:
    """`number / by`; raises LayerProblem if it leaves a remainder."""
    if number % by == 0:
        return number // by
    raise indivisible(counted(number, noun), f"{by} {argument}", argument, divisor_help(by, number))


def divisor_help(wish: int, *numbers: int) -> str:
    """Help that names the common divisor of the numbers closest to the wanted one."""
    listed = " and ".join(dict.fromkeys(map(str, numbers)))
    both = "both " if " and " in listed else ""
    return (
        f"the nearest number that divides {both}{listed} is {_nearest_divisor(example(gcd(*numbers)), example(wish))}"
    )


def _nearest_divisor(number: int, wish: int) -> int:
    smaller = [divisor for divisor in range(1, min(isqrt(number), MOST_TRIED) + 1) if number % divisor == 0]
    divisors = (*smaller, *(number // divisor for divisor in smaller))
    return min(divisors, key=lambda divisor: (abs(divisor - wish), divisor))


def indivisible(amount: str, into: str, argument: str, help: str) -> LayerProblem:
    """The problem of channels that don't divide evenly; `amount` and `into` are counted nouns."""
    message = f"{amount} {'does' if amount.startswith('1 ') else 'do'}n't divide into {into}"
    return LayerProblem(message, name="indivisible-channels", argument=argument, help=help)
