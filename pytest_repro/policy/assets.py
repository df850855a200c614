"""`assets.toml`: which bytes a project reads, where to get them, and who may.

It lies at the root of the project, and people review it as they review code: the digest
decides which bytes are meant, so a mirror can be slow, gone or hostile and no result
changes. Reading is strict, as that of every policy: a misspelt label protects nobody.

Pure: the bytes are passed in.
"""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import urlsplit

from pytest_repro.digests import Digest
from pytest_repro.errors import FutureFormat
from pytest_repro.policy.toml_entries import Entry, nearest, read_tables
from pytest_repro.records import Access, Catalog, DeclaredAsset, Mirror

__all__ = ["FILE", "FORMAT", "TREE", "is_location", "name_like", "read_assets"]

FILE: Final = "assets.toml"
"""Its name, at the root of the project."""

FORMAT: Final = "pytest-repro/assets 1"
TREE: Final = "sha256-tree-v1:"
"""How the digest of a folder begins."""

MAX_BYTES: Final = 1024 * 1024
MAX_TIMEOUT_S: Final = 86_400

_VERSION: Final = re.compile(r"pytest-repro/assets [1-9][0-9]{0,8}")
_DIGEST: Final = re.compile(r"(?:sha256|sha256-tree-v1):[0-9a-f]{64}")
_FOREIGN: Final = re.compile(r"[^A-Za-z0-9._-]+")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*")
_KEYS: Final = (
    "name",
    "digest",
    "size_bytes",
    "licence",
    "access",
    "personal_data",
    "mirrors",
    "permission",
    "note",
)
_MIRROR_KEYS: Final = ("location", "timeout_s")


def read_assets(data: bytes, *, path: str = FILE) -> Catalog:
    """Read what a project declares of assets.

    Args:
        data: The bytes of the file.
        path: The file, as it should be shown.

    Returns:
        Its entries.

    Raises:
        FutureFormat: If a later version wrote it.
        PolicyError: If it says something that has no meaning.
    """
    top, tables = read_tables(data, path=path, names=("asset",), max_bytes=MAX_BYTES)
    top.check_keys(("format",))
    _check_format(top)
    assets: dict[str, DeclaredAsset] = {}
    for entry in tables["asset"]:
        asset = _asset(entry)
        if asset.name in assets:
            entry.refuse(f"the name {asset.name!r} is declared twice")
        assets[asset.name] = asset
    return Catalog(assets=tuple(assets.values()))


def name_like(text: str) -> str:
    """Make a name that an entry may have.

    Args:
        text: Whatever a file is called.

    Returns:
        The same, with ``-`` for what no name may hold.
    """
    return _FOREIGN.sub("-", text).strip("._-") or "asset"


def is_location(text: str) -> bool:
    """Tell whether an entry may name this place of a file in the project.

    Args:
        text: A path.

    Returns:
        Whether it is one printable line that leads from the root to below it.
    """
    is_line = bool(text.strip()) and text.isprintable()
    return is_line and "://" not in text and not _leads_out(text)


def _leads_out(location: str) -> bool:
    path = PurePosixPath(location)
    return path.is_absolute() or ".." in path.parts


def _check_format(top: Entry) -> None:
    found = top.text("format")
    if found == FORMAT:
        return
    if _VERSION.fullmatch(found):
        msg = f"format {found}, this is a reader of {FORMAT}"
        raise FutureFormat(msg, path=top.path)
    top.refuse(f"format is {FORMAT!r}, got {found!a}")


def _asset(entry: Entry) -> DeclaredAsset:
    entry.check_keys(_KEYS)
    name = entry.text("name")
    if not _NAME.fullmatch(name):
        entry.refuse(f"name is made of letters, digits and . _ - /, got {name!a}")
    digest = entry.text("digest")
    if not _DIGEST.fullmatch(digest):
        entry.refuse(
            f"digest is sha256: or {TREE} and 64 lower-case hexadecimal characters, "
            f"got {digest!a}\n  find it with: pytest-repro fetch --declare PATH"
        )
    size = entry.count("size_bytes", least=0)
    if size is None:
        entry.refuse("size_bytes is missing")
    return DeclaredAsset(
        name=name,
        digest=Digest(digest),
        size_bytes=size,
        licence=entry.text("licence"),
        access=_access(entry),
        personal_data=entry.text("personal_data"),
        mirrors=tuple(_mirrors(entry, is_tree=digest.startswith(TREE))),
        permission=entry.text("permission", default=""),
        note=entry.text("note", default=""),
    )


def _access(entry: Entry) -> Access:
    found = entry.text("access")
    if found not in list(Access):
        entry.refuse(f"access {found!r} has no meaning{nearest(found, list(Access))}")
    return Access(found)


def _mirrors(entry: Entry, *, is_tree: bool) -> Iterator[Mirror]:
    found = entry.values.get("mirrors", [])
    if not isinstance(found, list):
        entry.refuse("mirrors is a list of paths and URLs")
    for number, one in enumerate(found, 1):
        place = f"mirror {number} of {entry.place}"
        values = one if isinstance(one, dict) else {"location": one}
        own = Entry(values=values, place=place, path=entry.path)
        own.check_keys(_MIRROR_KEYS)
        location = own.text("location")
        _check_location(own, location, is_tree=is_tree)
        limit = own.count("timeout_s", most=MAX_TIMEOUT_S)
        yield (
            Mirror(location=location)
            if limit is None
            else Mirror(location=location, timeout_s=limit)
        )


def _check_location(entry: Entry, location: str, *, is_tree: bool) -> None:
    try:
        parts = urlsplit(location)
    except ValueError as error:
        entry.refuse(f"{location!a} is no URL: {error}")
    if "://" not in location:
        if _leads_out(location):
            entry.refuse(
                f"{location!a} leads out of the project: give a path from its root, or "
                "a URL"
            )
        return
    if is_tree and parts.scheme in {"http", "https"}:
        entry.refuse(
            f"a folder cannot be listed by {parts.scheme}: pack it, and declare the "
            "archive as a file"
        )
