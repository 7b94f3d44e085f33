"""What is wrong with a text that is not YAML, and what to write instead.

A reader stumbles where a text stops making sense, which is often a line below the slip. The rules here look at the text
around that place for the slips that people make.
"""

from cnnshape.document.advice.rules import advise
from cnnshape.document.advice.whole import whole_problem

__all__ = ["advise", "whole_problem"]
