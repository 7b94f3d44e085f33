"""Diagnoses text that is not YAML, and says what to write instead.

Reading fails where a text stops making sense, often a line below the mistake. The rules here look for common mistakes
in the text around that place.
"""

from cnnshape.document.advice.choices import spread_choice
from cnnshape.document.advice.rules import advise
from cnnshape.document.advice.whole import whole_problem

__all__ = ["advise", "spread_choice", "whole_problem"]
