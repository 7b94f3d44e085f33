"""A spec resolved once: every word, name, reference and argument bound to its declaration and place."""

from cnnshape.program.arguments import settings_of
from cnnshape.program.foreign import compared_argument, foreign_spelling, foreign_value
from cnnshape.program.index import Declaration, NameIndex
from cnnshape.program.plan import Follower, Plan
from cnnshape.program.resolve import Program, resolve
from cnnshape.program.steps import (
    BlockProgram,
    BlockStep,
    Body,
    BrokenStep,
    JoinStep,
    KindStep,
    LoopStep,
    ResidualStep,
    ResolvedStep,
)
from cnnshape.program.vocabulary import explain_unknown_kind
from cnnshape.program.words import (
    WORDS,
    fits_role,
    follower_words,
    in_words,
    role_of,
    suggests_follower,
    unfollowing,
    unknown_name,
    unknown_tensor,
)

__all__ = [
    "WORDS",
    "BlockProgram",
    "BlockStep",
    "Body",
    "BrokenStep",
    "Declaration",
    "Follower",
    "JoinStep",
    "KindStep",
    "LoopStep",
    "NameIndex",
    "Plan",
    "Program",
    "ResidualStep",
    "ResolvedStep",
    "compared_argument",
    "explain_unknown_kind",
    "fits_role",
    "follower_words",
    "foreign_spelling",
    "foreign_value",
    "in_words",
    "resolve",
    "role_of",
    "settings_of",
    "suggests_follower",
    "unfollowing",
    "unknown_name",
    "unknown_tensor",
]
