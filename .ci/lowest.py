"""Prints the lowest releases that pyproject.toml admits, those of sweeps too, as constraints for pip: `name==version` lines."""

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
    requirements = [*project["dependencies"], *project["optional-dependencies"]["sweep"]]
    print("\n".join(map(lowest, requirements)))
