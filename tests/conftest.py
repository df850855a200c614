"""Settings of the whole suite."""

from hypothesis import settings

# Two cores shared with other work: a slow example is no failure.
settings.register_profile("unhurried", settings(), deadline=None)
settings.load_profile("unhurried")
