"""The examples in docstrings hold."""

import doctest
import importlib
import pkgutil
from importlib.util import find_spec
from types import ModuleType

import pytest

import pytest_repro

ABSENT = tuple(
    f".for_{name}" for name in ("lightning", "transformers") if not find_spec(name)
)
"""Modules that can only be imported with their framework."""

MODULES = sorted(
    part.name
    for part in pkgutil.walk_packages(pytest_repro.__path__, "pytest_repro.")
    if not part.name.endswith(("__main__", *ABSENT))
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_hold(name: str) -> None:
    """Every example in a module's docstrings gives what it shows."""
    failed, _ = doctest.testmod(importlib.import_module(name))

    assert failed == 0


def test_an_example_that_does_not_hold_would_be_found() -> None:
    """The check fails for a module whose example is wrong."""
    planted = ModuleType("planted", doc=">>> 1 + 1\n3\n")

    failed, _ = doctest.testmod(planted)

    assert failed == 1


def test_there_are_examples_at_all() -> None:
    """The check above has something to run."""
    digests = importlib.import_module("pytest_repro.digests")

    assert doctest.testmod(digests).attempted > 0
