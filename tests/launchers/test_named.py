"""Launchers are found by their names, and only the chosen one is loaded."""

import pytest

from pytest_repro.errors import ReproUsageError
from pytest_repro.launchers import LocalLauncher, make_launcher


def test_the_local_launcher_is_found() -> None:
    """It is one of those that are chosen by name."""
    assert isinstance(make_launcher("local", {}, options={}), LocalLauncher)


def test_an_unknown_name_is_refused() -> None:
    """The nearest one is named."""
    with pytest.raises(ReproUsageError, match="did you mean local"):
        make_launcher("locla", {}, options={})


def test_options_that_a_launcher_does_not_have_are_refused() -> None:
    """Nothing that a project declares is silently ignored."""
    with pytest.raises(ReproUsageError, match="no options, got image"):
        make_launcher("local", {}, options={"image": "x"})
