"""What a project declares of an asset, and what became of it when a run asked for it.

The digest says which bytes are meant; where they may be had, and who may use them, is
said beside it and decides nothing about them.
"""

import enum
from dataclasses import dataclass

from pytest_repro.digests import Digest

__all__ = [
    "Access",
    "Catalog",
    "DeclaredAsset",
    "FailedMirror",
    "Mirror",
    "Resolution",
    "Source",
]


class Access(enum.StrEnum):
    """Who may use an asset."""

    OPEN = "open"
    """Everybody."""

    RESTRICTED = "restricted"
    """Whoever has a permission, which is declared beside it or on the machine."""


class Source(enum.StrEnum):
    """Where the bytes of an asset came from."""

    STORE = "store"
    """They lay in the content store."""

    IN_PLACE = "in place"
    """They are read where a mirror of the project has them."""

    FETCHED = "fetched"
    """They were fetched into the content store just now."""

    FETCHED_AGAIN = "fetched again"
    """So they were, because the content store held other bytes under this digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """A place where the bytes of an asset may be had.

    Attributes:
        location: A path from the root of the project, or a URL.
        timeout_s: It is left for the next one when so long [s] passes without a
            mebibyte, or the rest of the asset, having come.
    """

    location: str
    timeout_s: int = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredAsset:
    """One entry of `assets.toml`.

    Attributes:
        name: By which experiments ask for it.
        digest: Of its bytes: ``sha256`` of a file, ``sha256-tree-v1`` of a folder.
        size_bytes: Of the file, or of all files of the folder.
        licence: Under which it may be used, as an SPDX expression or in words.
        access: Who may use it.
        personal_data: What personal data is in it, in words; ``none`` for none.
        mirrors: Where it may be had, in the order in which they are tried.
        permission: Who permitted its use to this project; empty for nobody.
        note: Whatever should be known beside it.
    """

    name: str
    digest: Digest
    size_bytes: int
    licence: str
    access: Access
    personal_data: str
    mirrors: tuple[Mirror, ...] = ()
    permission: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """Everything that a project declares of assets.

    Attributes:
        assets: The entries, in the order of the file.
    """

    assets: tuple[DeclaredAsset, ...] = ()

    def find(self, name: str) -> DeclaredAsset | None:
        """Return the entry of that name, or None."""
        return next((one for one in self.assets if one.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedMirror:
    """A mirror that did not give the bytes.

    Attributes:
        mirror: Its location, without what might be secret in it.
        problem: What was wrong, on one line.
        obtained: The digest of what it gave instead; empty if it gave nothing whole.
    """

    mirror: str
    problem: str
    obtained: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """How a run came by the bytes of a declared asset.

    Attributes:
        name: As it is declared.
        digest: Of the bytes, and they were checked.
        source: Where they came from.
        mirror: The mirror that gave them, without what might be secret in its location;
            empty where none was asked.
        resumed_at: How many bytes of an earlier, unfinished fetch were kept.
        licence: As it is declared.
        access: As it is declared.
        personal_data: As it is declared.
        failed: The mirrors that were tried before, in order.
    """

    name: str
    digest: Digest
    source: Source
    mirror: str = ""
    resumed_at: int = 0
    licence: str = ""
    access: Access = Access.OPEN
    personal_data: str = ""
    failed: tuple[FailedMirror, ...] = ()
