"""Design rules: warnings about designs that are valid but probably not intended. One file per rule, listed by hand in
`registry`."""

from cnnshape.lint.ignores import apply_ignores
from cnnshape.lint.registry import BY_NAME, RULES
from cnnshape.lint.rule import Rule, Subject
from cnnshape.lint.run import Selection, lint

__all__ = ["BY_NAME", "RULES", "Rule", "Selection", "Subject", "apply_ignores", "lint"]
