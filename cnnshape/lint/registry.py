"""All rules, listed by hand: a test holds the list against the files that exist."""

from __future__ import annotations

from cnnshape.lint.rule import Rule
from cnnshape.lint.rules import repeated_activation

RULES: tuple[Rule, ...] = (repeated_activation.RULE,)
BY_NAME: dict[str, Rule] = {rule.name: rule for rule in RULES}
