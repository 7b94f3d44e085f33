import sys
from pathlib import Path

# The generator of the documentation is a script, not a part of the package.
sys.path.insert(0, str(Path(__file__).parents[2] / "docs"))
