"""What all tests share."""

from hypothesis import settings

# A slow machine is no failing property: speed is measured in bench/. What else is in force (CI) stays.
settings.register_profile("untimed", settings.default, deadline=None)
settings.load_profile("untimed")
