"""`--repro-shard`: leave the experiments of the other parts to other machines.

Only experiments are split, after everything else was selected; ordinary tests run in
every part.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from pytest_repro.errors import RecordError, ReproError
from pytest_repro.plugin.markers import experiment_id
from pytest_repro.plugin.settings import Settings
from pytest_repro.provenance import check_revision
from pytest_repro.records import Shard
from pytest_repro.references import ReferenceStore
from pytest_repro.replication.shards import (
    FILE,
    assign,
    read_shards,
    reference_times,
    write_shards,
)

__all__ = ["Sharding", "own_shard"]


class Sharding:
    """The hook that leaves the other parts out."""

    def __init__(self, settings: Settings, shard: tuple[int, int]) -> None:
        """Remember which part this is.

        Args:
            settings: The options of the session.
            shard: The part, and how many there are.
        """
        self._settings = settings
        self._number, self._count = shard

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Keep the experiments of this part."""
        names = {item: experiment_id(item) for item in items}
        selected = sorted(filter(None, names.values()))
        parts = self._assign(selected)
        own = tuple(name for name in selected if parts[name] == self._number)
        shard = Shard(
            number=self._number,
            count=self._count,
            selected=tuple(selected),
            own=own,
            commit=_commit(config.rootpath),
        )
        write_shards(self._settings.out, [shard])
        dropped = [one for one in items if names[one] and names[one] not in own]
        if dropped:
            config.hook.pytest_deselected(items=dropped)
            items[:] = [item for item in items if item not in set(dropped)]

    def _assign(self, selected: list[str]) -> dict[str, int]:
        try:
            known = reference_times(ReferenceStore(self._settings.references))
        except RecordError as error:
            msg = f"--repro-shard goes by the times in the references: {error}"
            raise pytest.UsageError(msg) from error
        return assign({name: known.get(name) for name in selected}, self._count)


def _commit(root: Path) -> str:
    try:
        return check_revision(root, "HEAD")
    except ReproError:
        return ""  # no repository, or no git: parts of two commits are not told apart


def own_shard(settings: Settings, skipped: list[str]) -> Shard | None:
    """Say which part this session ran, once it is over.

    Args:
        settings: The options of the session.
        skipped: Experiments that a mark skipped.

    Returns:
        The part, which is written down; None if the session ran everything.
    """
    if settings.shard is None:
        (settings.out / FILE).unlink(missing_ok=True)
        return None
    found = read_shards(settings.out)
    if not found:
        return None  # nothing was collected
    shard = replace(found[0], skipped=tuple(skipped))
    write_shards(settings.out, [shard])
    return shard
