"""Reading a spec: YAML nodes become the tree of a file, and what is wrong with them is reported."""

from cnnshape.language.reader.problems import shown
from cnnshape.language.reader.spec import read_spec, read_value

__all__ = ["read_spec", "read_value", "shown"]
