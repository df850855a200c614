"""Find a launcher by its name: ours, or one that another package registers.

A launcher's own libraries are imported when it is chosen, never before.
"""

import difflib
import importlib
from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from typing import Final, cast

from pytest_repro.errors import ReproUsageError
from pytest_repro.launchers.protocol import Launcher

__all__ = ["GROUP", "Build", "make_launcher", "names"]

GROUP: Final = "pytest_repro.launchers"
"""The entry points by which other packages add launchers."""

Build = Callable[[Mapping[str, str], Mapping[str, object]], Launcher]
"""Makes a launcher of the variables that every worker gets, and its own options."""

_OURS: Final = {
    "local": "pytest_repro.launchers.local:build",
    "ray": "pytest_repro.launchers.ray:build",
    "slurm": "pytest_repro.launchers.slurm:build",
    "docker": "pytest_repro.launchers.docker:build",
}
"""Where ours are, as entry points are written."""


def names() -> tuple[str, ...]:
    """List the launchers that can be chosen."""
    theirs = (point.name for point in entry_points(group=GROUP))
    return tuple(dict.fromkeys((*_OURS, *sorted(theirs))))


def make_launcher(
    name: str, inherited: Mapping[str, str], *, options: Mapping[str, object]
) -> Launcher:
    """Make the launcher of a name.

    Args:
        name: Such as ``local``.
        inherited: Environment variables that every worker gets.
        options: What the project declares for it; each launcher knows its own.

    Returns:
        The launcher.

    Raises:
        ReproUsageError: If nobody registered the name, its options are none, or what
            it is made of is not installed.
        LaunchError: If its engine cannot be reached.
    """
    return _find(name)(inherited, options)


def _find(name: str) -> Build:
    if name in _OURS:
        module, _, attribute = _OURS[name].partition(":")
        return cast("Build", getattr(importlib.import_module(module), attribute))
    for point in entry_points(group=GROUP, name=name):
        return cast("Build", point.load())
    near = difflib.get_close_matches(name, names(), n=1)
    known = f"; did you mean {near[0]}?" if near else f" (known: {', '.join(names())})"
    msg = f"there is no launcher {name!r}{known}"
    raise ReproUsageError(msg)
