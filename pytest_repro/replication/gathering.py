"""Gather the folders that several machines left into one, as if one had run it all.

Runs, candidates, evidence, spent seeds and histories. Of what is there twice the
smaller bytes are taken, so the order does not count; runs of the same seed that have
other bits are refused before anything is written.
"""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from pytest_repro import wire
from pytest_repro.digests import digest_of_parts
from pytest_repro.errors import RecordError
from pytest_repro.launchers.protocol import RECORD
from pytest_repro.records import RunRecord, Session
from pytest_repro.references import History, read_record
from pytest_repro.replication.joining import Conflict, Part
from pytest_repro.replication.shards import REMEDY, read_shards

__all__ = ["find_conflicts", "gather", "read_part"]

TREES: Final = {
    "runs": RECORD,
    "pending": "SHA256SUMS",
    "used": "evidence.json",
    "ledger": RECORD,
}
"""Folders of folders, and what each of the inner ones holds."""

HISTORY: Final = "history"


def read_part(folder: Path, *, shown: str) -> Part:
    """Read what a machine reports.

    Args:
        folder: Of its runs and reports.
        shown: The same, as it should be shown.

    Returns:
        Its report, and which parts it ran.

    Raises:
        RecordError: If there is a report that cannot be read.
    """
    path = folder / "report" / "report.json"
    session = None
    if path.exists():
        try:
            session = wire.read(Session, path.read_bytes())
        except (OSError, ValueError) as error:
            msg = f"the report cannot be read: {error}"
            where = f"{shown}/report/report.json"
            raise RecordError(msg, path=where, remedy=REMEDY) from error
    return Part(shown=shown, session=session, shards=read_shards(folder))


def find_conflicts(folders: Sequence[tuple[str, Path]]) -> tuple[Conflict, ...]:
    """Find runs of the same experiment and seed that have other bits.

    Args:
        folders: What each machine left, with how it should be shown.

    Returns:
        A conflict for each.

    Raises:
        RecordError: If a run cannot be read.
    """
    found: dict[str, tuple[str, RunRecord]] = {}
    conflicts: dict[str, Conflict] = {}
    for shown, folder in sorted(folders):
        for name in _inner(folder / "runs", RECORD):
            record = _read(folder / "runs" / name / RECORD, f"{shown}/runs/{name}")
            known = found.setdefault(name, (shown, record))
            if _bits(known[1]) != _bits(record):
                conflicts.setdefault(name, _conflict(known, (shown, record)))
    return tuple(conflicts[name] for name in sorted(conflicts))


def _read(folder: Path, shown: str) -> RunRecord:
    try:
        return read_record(folder)
    except RecordError as error:
        # What helps a reference in git does not help what a job left.
        text = str(error).removeprefix(f"{folder}: ").partition("\n  remedy")[0]
        raise type(error)(text, path=shown, remedy=REMEDY) from error


def gather(folders: Sequence[Path], out: Path) -> int:
    """Copy what each machine left into one folder.

    Args:
        folders: What each left.
        out: The folder; what is there already counts as one of them.

    Returns:
        How many folders were copied.

    Raises:
        OSError: If it cannot be written; what was copied so far is whole.
        StoreError: If the history cannot be written.
    """
    copied = 0
    for tree, holds in sorted(TREES.items()):
        names = {name for one in folders for name in _inner(one / tree, holds)}
        for name in sorted(names):
            places = [one / tree / name for one in (*folders, out)]
            there = [place for place in places if (place / holds).exists()]
            best = min(there, key=_digest)
            copied += _copy(best, out / tree / name)
    history = History(out / HISTORY)
    for folder in folders:
        if folder.resolve() != out.resolve() and (folder / HISTORY).is_dir():
            history.merge(History(folder / HISTORY))
    return copied


def _inner(tree: Path, holds: str) -> Iterator[str]:
    """List the inner folders, without those that are hidden."""
    for path in sorted(tree.rglob(holds)):
        name = path.parent.relative_to(tree)
        hidden = any(part.startswith(".") or part == "attempts" for part in name.parts)
        if not hidden and RECORD not in name.parts:
            yield name.as_posix()


def _copy(source: Path, target: Path) -> bool:
    if target.exists() and _digest(source) == _digest(target):
        return False
    unfinished = target.with_name(f".{target.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.copytree(source, unfinished)
    shutil.rmtree(target, ignore_errors=True)
    unfinished.rename(target)
    return True


def _digest(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    parts = [
        part
        for path in files
        for part in (path.relative_to(folder).as_posix().encode(), path.read_bytes())
    ]
    return str(digest_of_parts("tree-sha256-v1", tuple(parts)))


def _bits(record: RunRecord) -> tuple[object, ...]:
    one = record.anchor
    environment = record.identity.environment
    return (environment.digest, one.trace_root, one.state_root, one.metrics)


def _conflict(one: tuple[str, RunRecord], other: tuple[str, RunRecord]) -> Conflict:
    seed = one[1].anchor.seed
    return Conflict(
        experiment=f"{one[1].identity.experiment}, seed {seed}",
        places=(one[0], other[0]),
        sides=(_side(one[1], other[1]), _side(other[1], one[1])),
    )


def _side(record: RunRecord, other: RunRecord) -> str:
    """Name what differs first: the environment, a final metric, or only a digest."""
    environment = record.identity.environment
    if environment.digest != other.identity.environment.digest:
        return f"{environment.key} ({environment.digest})"
    theirs = {one.name: one for one in other.anchor.metrics}
    for metric in record.anchor.metrics:
        if theirs.get(metric.name) != metric:
            return f"{metric.name} {metric.scalar.decimal} ({metric.scalar.text})"
    if record.anchor.trace_root != other.anchor.trace_root:
        return f"traces {record.anchor.trace_root}"
    return f"state {record.anchor.state_root}"
