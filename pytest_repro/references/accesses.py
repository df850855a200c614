"""The access log of a content store: who asked for which asset, and what came of it.

One line for each asset that was fetched, was to be fetched, or was refused, in
`accesses.jsonl` beside the assets. Lines are only ever added, so the log of a shared
store is the trail of data through all projects that use it. No user, host or path of
theirs is in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pytest_repro import wire
from pytest_repro.digests import Digest
from pytest_repro.disk import telling
from pytest_repro.errors import StoreError, StoreFull
from pytest_repro.records import Resolution
from pytest_repro.references.folders import Folder

__all__ = ["LOG", "AssetAccess", "access_of", "append_accesses"]

LOG: Final = "accesses.jsonl"
"""Its name, in the content store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetAccess:
    """One line of the log.

    Attributes:
        asset: The name, as it is declared.
        digest: As it is declared.
        outcome: Where the bytes came from, else ``unavailable`` or ``forbidden``.
        accessed_utc: When.
        mirror: Which gave the bytes, without what is secret in its location.
        access: The label, as it is declared.
        personal_data: Likewise.
        permission: Who permitted it, as is declared; empty for nobody.
    """

    asset: str
    digest: Digest
    outcome: str
    accessed_utc: str
    mirror: str = ""
    access: str = ""
    personal_data: str = ""
    permission: str = ""


def access_of(resolution: Resolution, *, accessed_utc: str) -> AssetAccess:
    """Make the line of an asset that is at hand.

    Args:
        resolution: How it was come by.
        accessed_utc: When.

    Returns:
        The line.
    """
    return AssetAccess(
        asset=resolution.name,
        digest=resolution.digest,
        outcome=resolution.source,
        accessed_utc=accessed_utc,
        mirror=resolution.mirror,
        access=resolution.access,
        personal_data=resolution.personal_data,
    )


def append_accesses(store: Path, accesses: Sequence[AssetAccess]) -> None:
    """Add lines to the log.

    Args:
        store: The folder of the content store; it is made if there is none.
        accesses: The lines; nothing is written for none.

    Raises:
        StoreError: If the log cannot be written.
        UnsafePath: If it is a link.
    """
    if not accesses:
        return
    lines = b"".join(map(wire.write_line, accesses))
    with telling(_tell):
        store.mkdir(parents=True, exist_ok=True)
        with Folder.open(store, shown="the content store") as folder:
            folder.append(LOG, lines)


def _tell(kind: type[StoreError], why: str) -> str:
    remedy = (
        "free some space, as 'pytest-repro gc' does, then fetch again"
        if kind is StoreFull
        else "check who may write it, or name another store with repro_assets"
    )
    return (
        f"cannot write {LOG}, the access log of the content store: {why}\n"
        f"  remedy  {remedy}"
    )
