"""Find the bytes of a declared asset when a run asks for them.

The content store comes first, then files of the project itself; mirrors elsewhere only
where fetching is allowed, for a run is not to depend on a network. Whatever is found is
hashed before it is handed out.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NamedTuple

from pytest_repro.assets import mirrors
from pytest_repro.assets.fetching import fetch, resolution_of
from pytest_repro.assets.holding import Held, hold
from pytest_repro.assets.store import AssetStore
from pytest_repro.errors import AssetForbidden, AssetUnavailable, WrongBytes
from pytest_repro.records import Access, DeclaredAsset, Resolution, Source

__all__ = ["PERMITTED", "Located", "Rules", "check_permitted", "read_names", "resolve"]

PERMITTED: Final = "PYTEST_REPRO_PERMITTED"
"""The variable that names restricted assets which may be used on this machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What runs may do to come by their assets.

    Attributes:
        store: The folder of the content store.
        may_fetch: Whether what is missing is fetched.
        permitted: Names of restricted assets that may be used on this machine.
    """

    store: Path
    may_fetch: bool = False
    permitted: frozenset[str] = frozenset()


class Located(NamedTuple):
    """An asset that is at hand.

    Attributes:
        held: Where it is, and its digest.
        resolution: How it was come by.
    """

    held: Held
    resolution: Resolution


def read_names(value: str) -> frozenset[str]:
    """Read the value of `PERMITTED`.

    Args:
        value: Names, separated by commas or blanks.

    Returns:
        The names.
    """
    return frozenset(value.replace(",", " ").split())


def check_permitted(asset: DeclaredAsset, permitted: Collection[str]) -> None:
    """Refuse a restricted asset that nobody permitted.

    Args:
        asset: What is declared.
        permitted: What may be used on this machine.

    Raises:
        AssetForbidden: If it may not be used.
    """
    if asset.access is Access.OPEN or asset.permission or asset.name in permitted:
        return
    msg = (
        f"asset {asset.name!r} is restricted, and no permission to use it is declared\n"
        f"  licence        {asset.licence}\n"
        f"  personal data  {asset.personal_data}\n"
        '  once you have one, say who gave it: permission = "…" in assets.toml,\n'
        f"  or for this machine alone: export {PERMITTED}={asset.name}"
    )
    raise AssetForbidden(msg)


def resolve(asset: DeclaredAsset, rules: Rules, *, root: Path) -> Located:
    """Find an asset, and hash it.

    Args:
        asset: What is declared.
        rules: What may be done for it.
        root: The root of the project.

    Returns:
        Where it is, and how it was come by.

    Raises:
        AssetForbidden: If it may not be used.
        AssetUnavailable: If it is not at hand, and may not or cannot be fetched.
        WrongBytes: If what is at hand is not what was declared.
    """
    check_permitted(asset, rules.permitted)
    store = AssetStore(rules.store)
    try:
        found = _at_hand(asset, store, root)
    except WrongBytes:
        if not rules.may_fetch:
            raise
        found = None
    if found is not None:
        return found
    if not rules.may_fetch:
        msg = (
            f"asset {asset.name!r} is not in the content store, and runs are offline\n"
            f"  fetch it first: pytest-repro fetch {asset.name}\n"
            "  or let runs fetch what is missing: pytest --repro --repro-fetch"
        )
        raise AssetUnavailable(msg)
    resolution = fetch(asset, store, root=root)
    path = store.path(asset.digest)
    if resolution.source is Source.IN_PLACE:
        path = root / resolution.mirror
    return Located(_checked(asset, path), resolution)


def _at_hand(asset: DeclaredAsset, store: AssetStore, root: Path) -> Located | None:
    if store.has(asset.digest):
        held = _checked(asset, store.path(asset.digest))
        return Located(held, resolution_of(asset, Source.STORE))
    wrong: WrongBytes | None = None
    for location in _own_files(asset, root):
        try:
            held = _checked(asset, root / location)
        except WrongBytes as error:
            wrong = wrong or error
            continue
        resolution = resolution_of(asset, Source.IN_PLACE)
        return Located(held, replace(resolution, mirror=location))
    if wrong is not None:
        raise wrong
    return None


def _own_files(asset: DeclaredAsset, root: Path) -> Iterable[str]:
    for mirror in asset.mirrors:
        is_own = mirrors.is_in_project(mirror.location)
        if is_own and (root / mirror.location).exists():
            yield mirror.location


def _checked(asset: DeclaredAsset, path: Path) -> Held:
    held = hold(path, name=asset.name)
    if held.use.digest != asset.digest:
        msg = (
            f"asset {asset.name!r} is not what was declared\n"
            f"  obtained  {held.use.digest}\n"
            f"  declared  {asset.digest}\n"
            f"  fetch it again with: pytest-repro fetch {asset.name}"
        )
        raise WrongBytes(msg)
    return held
