"""What all tests share: how Hypothesis searches."""

from hypothesis import HealthCheck, settings

# No deadline, for a loaded machine is no mistake; no database, for tests leave nothing behind.
settings.register_profile(
    "comity", max_examples=40, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("comity")
