"""Shapes and counts in messages, and advice that needs arithmetic. Messages speak of the example of a recorded
number."""

from math import isqrt

from cnnshape.arithmetic import example, gcd
from cnnshape.layers.tensor import LayerProblem, Shape

MOST_TRIED = 10**5


def format_shape(shape: Shape) -> str:
    """A shape in readable form: `64x56x56`."""
    return "x".join(map(str, shape))


def counted(number: int, what: str) -> str:
    """`1 channel`, `2 channels`"""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def divided(number: int, by: int, argument: str, what: str) -> int:
    """`number / by`; raises LayerProblem where it leaves a remainder."""
    if number % by == 0:
        return number // by
    raise indivisible(counted(number, what), f"{by} {argument}", argument, divisor_help(by, number))


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
    """The problem of channels that don't divide into so many parts; `amount` is a counted noun."""
    message = f"{amount} {'does' if amount.startswith('1 ') else 'do'}n't divide into {into}"
    return LayerProblem(message, name="indivisible-channels", argument=argument, help=help)
