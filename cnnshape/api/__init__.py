"""What a program calls: load, analyze, check."""

from cnnshape.api.block import block_alone
from cnnshape.api.checking import Checks, check, check_design
from cnnshape.api.design import Design, DesignError, analyze, load

__all__ = ["Checks", "Design", "DesignError", "analyze", "block_alone", "check", "check_design", "load"]
