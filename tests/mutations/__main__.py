"""Prints how many injected faults are found: `python -m tests.mutations`."""

from .faults import FAULTS
from .test_mutations import NETWORKS, outcome

if __name__ == "__main__":
    results = [outcome(path) for path in NETWORKS]
    count = sum(injected for injected, _ in results)
    missed = [each for _, some in results for each in some]
    print(f"{count:,} faults of {len(FAULTS)} kinds in {len(NETWORKS)} networks: {count - len(missed):,} found")
    print("\n".join(missed))
