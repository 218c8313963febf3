"""Pictures show times and words, so both are the same everywhere."""

import pytest


@pytest.fixture(autouse=True)
def same_everywhere(utc_and_english: None) -> None:
    """Apply to every test of a screen."""
