"""What the runs of a session may do to come by their declared assets.

A worker has it from its command line, where `jobs` puts it; a session that runs
experiments in its own process from its own options.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from pytest_repro import wire
from pytest_repro.assets import Rules
from pytest_repro.launchers.protocol import RESOLUTION
from pytest_repro.plugin.settings import settings_key
from pytest_repro.records import Resolution

__all__ = ["PERMITTED", "asset_rules", "leave_resolutions"]

PERMITTED: Final = "PYTEST_REPRO_PERMITTED"
"""The variable that names restricted assets which may be used on this machine."""


def asset_rules(config: pytest.Config) -> Rules:
    """Read the rules of a run.

    Args:
        config: pytest's.

    Returns:
        The rules.
    """
    words = os.environ.get(PERMITTED, "").replace(",", " ").split()
    settings = config.stash.get(settings_key, None)
    if settings is not None:
        store, may_fetch = settings.assets, settings.fetch
    else:
        out = config.rootpath / str(config.getini("repro_out"))
        named = str(config.getini("repro_assets"))
        store = config.rootpath / named if named else out / "assets"
        may_fetch = bool(config.getini("repro_fetch"))
    return Rules(store=store, may_fetch=may_fetch, permitted=frozenset(words))


def leave_resolutions(folder: Path, resolutions: Sequence[Resolution]) -> None:
    """Write how a run came by its declared assets, beside its record.

    Args:
        folder: Of the job.
        resolutions: What it asked for; no file is written for none.

    Raises:
        OSError: If it cannot be written.
    """
    if resolutions:
        (folder / RESOLUTION).write_bytes(wire.write({"assets": resolutions}))
