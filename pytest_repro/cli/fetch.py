"""`pytest-repro fetch`: bring declared assets into the content store, before any run.

It is a step of its own, so that training needs no network. Each asset is taken from the
first mirror that has its bytes; what is there already is only hashed. Every answer,
refusals too, is a line of the store's access log.
"""

import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from os import environ
from pathlib import Path
from typing import Final

from pytest_repro import assets
from pytest_repro.cli.answers import Answer
from pytest_repro.cli.exits import Exit
from pytest_repro.cli.parsing import Parser, nearest
from pytest_repro.cli.project import Project
from pytest_repro.cli.proposing import now_utc
from pytest_repro.cli.tables import table
from pytest_repro.errors import (
    AssetForbidden,
    AssetUnavailable,
    ReproUsageError,
    StoreError,
    StoreReadOnly,
)
from pytest_repro.policy.assets import (
    FILE,
    FORMAT,
    is_location,
    name_like,
    read_assets,
)
from pytest_repro.records import AssetUse, Catalog, DeclaredAsset, Resolution, Source
from pytest_repro.references.accesses import (
    AssetAccess,
    access_of,
    append_accesses,
)
from pytest_repro.references.system_errors import reading

__all__ = ["add_arguments", "run"]

MEBI: Final = 2**20

_FOUND: Final = (Source.STORE, Source.IN_PLACE)
_EXITS: Final = (
    (AssetForbidden, "forbidden", Exit.POLICY),
    (AssetUnavailable, "unavailable", Exit.CANNOT_JUDGE),
)


def add_arguments(parser: Parser) -> None:
    """Declare what is fetched.

    Args:
        parser: Takes the arguments.
    """
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="declared assets (default: all)"
    )
    parser.add_argument(
        "--declare",
        action="append",
        default=[],
        type=Path,
        metavar="PATH",
        help="fetch nothing: print the entry of a file or folder for assets.toml",
    )


def run(arguments: Namespace, project: Project) -> Answer:
    """Fetch assets, or print entries.

    Args:
        arguments: `names`, `declare`.
        project: The folders.

    Returns:
        The answer.

    Raises:
        ReproUsageError: If a name is not declared, or both were asked for.
    """
    if arguments.declare:
        if arguments.names:
            msg = "--declare names paths, and fetches nothing: leave one of both out"
            raise ReproUsageError(msg)
        return _declare(arguments.declare, project)
    catalog = _read(project)
    results = [_fetch(one, project) for one in _chosen(catalog, arguments.names)]
    unlogged = _log(results, project)
    rows = [
        (one.asset.name, one.access.outcome, one.access.mirror or "–", one.labels)
        for one in results
    ]
    exits = [one.exit for one in results] + [one.exit for one in unlogged]
    problems = [one.problem for one in results] + [one.problem for one in unlogged]
    return Answer(
        exit=max(exits, default=Exit.HOLDS),
        lines=table(("asset", "bytes", "mirror", "labels"), rows, left=4),
        data={"assets": [one.resolution or one.access for one in results]},
        problems=tuple(filter(None, problems)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Result:
    """What became of one asset."""

    asset: DeclaredAsset
    access: AssetAccess
    resolution: Resolution | None = None
    exit: Exit = Exit.HOLDS
    problem: str = ""

    @property
    def labels(self) -> str:
        asset = self.asset
        personal = asset.personal_data
        said = () if personal == "none" else (f"personal data: {personal}",)
        return ", ".join((asset.access, asset.licence, *said))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unlogged:
    """Why the answers are in no log."""

    exit: Exit
    problem: str


def _log(results: Sequence[_Result], project: Project) -> tuple[_Unlogged, ...]:
    """Write the answers down; empty if that is done.

    A store that may only be read is none that anything came into: what was found there
    is at hand, and nothing failed.
    """
    try:
        append_accesses(project.assets, [one.access for one in results])
    except StoreError as error:
        is_found = all(one.access.outcome in _FOUND for one in results)
        is_fine = is_found and isinstance(error, StoreReadOnly)
        status = Exit.HOLDS if is_fine else Exit.CANNOT_JUDGE
        return (_Unlogged(exit=status, problem=str(error)),)
    return ()


def _read(project: Project) -> Catalog:
    path = project.root / FILE
    if not path.exists():
        return Catalog()
    with reading(FILE):
        return read_assets(path.read_bytes())


def _chosen(catalog: Catalog, names: Sequence[str]) -> Sequence[DeclaredAsset]:
    known = [one.name for one in catalog.assets]
    for name in names:
        if name not in known:
            msg = (
                f"no asset {name!r} is declared in {FILE}{nearest(name, known)}\n"
                "  declare one: pytest-repro fetch --declare PATH prints its entry"
            )
            raise ReproUsageError(msg)
    return [one for one in catalog.assets if one.name in names or not names]


def _fetch(asset: DeclaredAsset, project: Project) -> _Result:
    permitted = assets.read_names(environ.get(assets.PERMITTED, ""))
    store = assets.AssetStore(project.assets)
    ticker = _Ticker()
    try:
        assets.check_permitted(asset, permitted)
        found = assets.fetch(asset, store, root=project.root, heard=ticker.hear)
    except (AssetForbidden, AssetUnavailable, StoreError) as error:
        outcome, status = next(
            (
                (outcome, status)
                for kind, outcome, status in _EXITS
                if isinstance(error, kind)
            ),
            ("failed", Exit.CANNOT_JUDGE),
        )
        access = _access(asset, outcome)
        return _Result(asset=asset, access=access, exit=status, problem=str(error))
    finally:
        ticker.close()
    access = access_of(found, accessed_utc=now_utc())
    return _Result(asset=asset, access=access, resolution=found)


def _access(asset: DeclaredAsset, outcome: str) -> AssetAccess:
    return AssetAccess(
        asset=asset.name,
        digest=asset.digest,
        outcome=outcome,
        accessed_utc=now_utc(),
        access=asset.access,
        personal_data=asset.personal_data,
        permission=asset.permission,
    )


def _declare(paths: Sequence[Path], project: Project) -> Answer:
    ticker = _Ticker()
    found = [
        (path, assets.hold(path, name=path.name, progress=ticker.count).use)
        for path in paths
    ]
    ticker.close()
    lines = [] if _is_begun(project.root / FILE) else [f'format = "{FORMAT}"', ""]
    for path, use in found:
        # A link stays one: data is often linked from a shared disk.
        place = path.parent.resolve() / path.name if path.name else path.resolve()
        lines += _entry(place, use, project)
    return Answer(lines=tuple(lines), data={"assets": [use for _, use in found]})


def _is_begun(file: Path) -> bool:
    """Tell whether a file has its first line: ``>>`` makes an empty one beforehand."""
    return file.is_file() and bool(file.read_bytes().strip())


def _entry(path: Path, use: AssetUse, project: Project) -> Iterator[str]:
    mirror = project.show(path)
    is_own = is_location(mirror)
    yield "[[asset]]"
    yield f"name = {_quoted(name_like(path.name))}"
    yield f'digest = "{use.digest}"'
    yield f"size_bytes = {use.size_bytes}"
    yield 'licence = "…"'
    yield 'access = "open"  # or restricted'
    yield 'personal_data = "none"  # or what there is, in words'
    yield (
        f"mirrors = [{_quoted(mirror)}]"
        if is_own
        else "mirrors = []  # where it may be had: a path from the root, or a URL"
    )
    yield ""


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


class _Ticker:
    """One line on a terminal that says how far it has come; nothing elsewhere."""

    def __init__(self) -> None:
        self._is_shown = sys.stderr.isatty()
        self._last = -1

    def hear(self, name: str, come: int, size: int) -> None:
        """Hear how many bytes have come."""
        if come // MEBI != self._last // MEBI or come == size:
            self._show(f"{name}  {come / MEBI:,.0f} of {size / MEBI:,.0f} MiB")
        self._last = come

    def count(self, done: int, of: int, size: int) -> None:
        """Hear how many files were hashed."""
        self._show(f"{done:,} of {of:,} files, {size / MEBI:,.0f} MiB")

    def close(self) -> None:
        """Wipe the line out."""
        self._show("")

    def _show(self, text: str) -> None:
        if self._is_shown:
            sys.stderr.write(f"\r\x1b[2K{text}")
            sys.stderr.flush()
