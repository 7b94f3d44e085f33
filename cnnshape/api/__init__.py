"""What a program calls: load, analyze, check."""

from cnnshape.api.block import block_alone
from cnnshape.api.checking import check
from cnnshape.api.design import Design, DesignError, analyze, load

__all__ = ["Design", "DesignError", "analyze", "block_alone", "check", "load"]
