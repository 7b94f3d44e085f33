"""Injects faults, slips and cuts, and writes what they lead to: `python -m tests.mutations`.

The counts go to `shares.csv`, and the table to docs/robustness.md, which is printed too.
"""

from . import test_cuts, test_slips
from .shares import section, write
from .test_mutations import NETWORKS, outcome

if __name__ == "__main__":
    networks = {}
    missed = []
    for path in NETWORKS:
        shares, some = outcome(path)
        slipped = test_slips.shares_of(path) if path in test_slips.JOINED else {}
        networks[path.stem] = {**shares, **slipped, **test_cuts.shares_of(path)}
        missed += some
    write(networks)
    print(section(networks))
    print("\n".join(missed))
