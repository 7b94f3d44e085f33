"""Prints the lowest releases that pyproject.toml admits, as constraints for pip: one `name==version` per dependency."""

import re
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[1] / "pyproject.toml"


def lowest(requirement: str) -> str:
    """The constraint of one dependency, such as `rich==13.0` of `rich>=13.0`."""
    match = re.match(r"([\w.-]+)\s*>=\s*([\w.]+)", requirement)
    if match is None:
        raise ValueError(f"{requirement!r} has no floor: write `name>=version`")
    return f"{match[1]}=={match[2]}"


if __name__ == "__main__":
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    print("\n".join(lowest(requirement) for requirement in project["dependencies"]))
