"""How long Hypothesis searches: `HYPOTHESIS_PROFILE=long pytest tests/laws` looks for rare cases."""

import os

from hypothesis import HealthCheck, settings

# A shared machine stalls now and then, so that a deadline would fail by chance.
settings.register_profile("default", deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("long", settings.get_profile("default"), max_examples=2000)
# A gate gives the same verdict each time; the search for new cases goes on elsewhere.
settings.register_profile("gate", settings.get_profile("default"), derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "gate" if os.environ.get("CI") else "default"))
