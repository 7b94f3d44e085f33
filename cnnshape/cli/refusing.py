"""What a study refuses, as an error of usage or a list of problems."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from cnnshape.api import DesignError
from cnnshape.cli.command import BadParameter
from cnnshape.cli.reading import fail
from cnnshape.diagnostics.refusal import Refusal


@contextmanager
def refusing(names: Mapping[str, str]) -> Iterator[None]:
    """Raises the BadParameter of a refused value, and exits with the problems of a design. `names` has the parameters
    that aren't options with the same name."""
    try:
        yield
    except Refusal as refusal:
        option = names.get(refusal.option) or f"--{refusal.option.replace('_', '-')}"
        raise BadParameter(refusal.reason, param_hint=option if refusal.option else None) from None
    except DesignError as error:
        fail(error.diagnostics)
