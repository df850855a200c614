"""What the runs of a session may do to come by their declared assets.

A worker has it from its command line, where `jobs` puts it; a session that runs
experiments in its own process from its own options.
"""

import datetime as dt
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from pytest_repro import wire
from pytest_repro.assets import PERMITTED, Rules, read_names
from pytest_repro.launchers.protocol import RESOLUTION
from pytest_repro.plugin.settings import settings_key
from pytest_repro.records import Resolution, Source
from pytest_repro.references.accesses import access_of, append_accesses

__all__ = ["asset_rules", "leave_resolutions"]

FETCHED: Final = (Source.FETCHED, Source.FETCHED_AGAIN)


def asset_rules(config: pytest.Config) -> Rules:
    """Read the rules of a run.

    Args:
        config: pytest's.

    Returns:
        The rules.
    """
    settings = config.stash.get(settings_key, None)
    if settings is not None:
        store, may_fetch = settings.assets, settings.fetch
    else:
        out = config.rootpath / str(config.getini("repro_out"))
        named = str(config.getini("repro_assets"))
        store = config.rootpath / named if named else out / "assets"
        may_fetch = bool(config.getini("repro_fetch"))
    permitted = read_names(os.environ.get(PERMITTED, ""))
    return Rules(store=store, may_fetch=may_fetch, permitted=permitted)


def leave_resolutions(
    folder: Path, resolutions: Sequence[Resolution], *, store: Path
) -> None:
    """Write how a run came by its declared assets, beside its record.

    What it fetched goes into the access log of the store, too.

    Args:
        folder: Of the job.
        resolutions: What it asked for; no file is written for none.
        store: The content store.

    Raises:
        OSError: If it cannot be written.
    """
    if not resolutions:
        return
    (folder / RESOLUTION).write_bytes(wire.write({"assets": resolutions}))
    now = dt.datetime.now(tz=dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    fetched = [one for one in resolutions if one.source in FETCHED]
    append_accesses(store, [access_of(one, accessed_utc=now) for one in fetched])
