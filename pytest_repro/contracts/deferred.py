"""Name a check by its file, so that a table of properties imports no framework."""

from importlib import import_module

from pytest_repro.contracts.properties import Check, Draw, Finding, Subject
from pytest_repro.records.module_contracts import Level

__all__ = ["check_in"]


def check_in(home: str, name: str) -> Check:
    """Make a check that is imported when it is run.

    Args:
        home: Its module, in this package.
        name: The function.

    Returns:
        A check that imports that one and calls it.
    """

    def check(subject: Subject, draw: Draw, level: Level) -> Finding | None:
        found: Check = getattr(import_module(f"pytest_repro.contracts.{home}"), name)
        return found(subject, draw, level)

    return check
