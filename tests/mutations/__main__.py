"""Prints how many injected faults are found, and where slips lead: `python -m tests.mutations`."""

from .faults import FAULTS
from .test_mutations import NETWORKS, outcome
from .test_slips import JOINED, MOST, findings, shares

if __name__ == "__main__":
    results = [outcome(path) for path in NETWORKS]
    count = sum(injected for injected, _ in results)
    missed = [line for _, some in results for line in some]
    print(f"{count:,} faults of {len(FAULTS)} kinds in {len(NETWORKS)} networks: {count - len(missed):,} found")
    print("\n".join(missed))
    print(shares([finding for path in JOINED for finding in findings(path, MOST)]))
