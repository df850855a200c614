"""The front door: every public name resolves, and no other does."""

import importlib
import pkgutil
from types import ModuleType

import pytest

import pytest_repro

FOLDERS = sorted(
    f"pytest_repro.{part.name}"
    for part in pkgutil.iter_modules(pytest_repro.__path__)
    if part.name not in {"plugin", "__main__"}
)


def missing_names(part: ModuleType) -> list[str]:
    """List what a part promises and does not have; every part must promise some."""
    return [name for name in part.__all__ if not hasattr(part, name)]


@pytest.mark.parametrize("name", pytest_repro.__all__)
def test_public_name_resolves(name: str) -> None:
    """Each name in `__all__` is found by the front door."""
    found = getattr(pytest_repro, name)

    assert found is not None


def test_public_names_are_those_of_their_homes() -> None:
    """A public name is the very object of the part that defines it."""
    records = importlib.import_module("pytest_repro.records")

    assert pytest_repro.Equivalent is records.Equivalent
    assert pytest_repro.Rung is records.Rung


def test_unknown_name_is_refused() -> None:
    """A name that nobody defined is an AttributeError that names it."""
    with pytest.raises(AttributeError, match=r"'pytest_repro' has no .*'Tolerable'"):
        getattr(pytest_repro, "Tolerable")  # noqa: B009  # the typo must reach runtime


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_name_that_a_part_lists_exists(folder: str) -> None:
    """`__all__` of each part names only what the part has."""
    part = importlib.import_module(folder)

    assert missing_names(part) == []


def test_a_listed_name_that_is_missing_would_be_found() -> None:
    """The check fails for a part that lists what it does not have."""
    part = ModuleType("planted")
    vars(part)["__all__"] = ["absent"]

    assert missing_names(part) == ["absent"]
