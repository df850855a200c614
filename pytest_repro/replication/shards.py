"""Split experiments into parts that take about equally long, the same on every machine.

The longest comes first, and goes to the part that has least so far (LPT: never more
than 4/3 of the best possible). What decides are times that every checkout of a commit
has, those in the references. Histories differ from machine to machine, so an experiment
could then be in two parts or in none.

Source: R. L. Graham, Bounds on multiprocessing timing anomalies, SIAM J. Appl. Math.
17 (1969), theorem 2.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from pytest_repro import wire
from pytest_repro.errors import RecordError
from pytest_repro.records import Shard
from pytest_repro.references import ReferenceStore, read_rows

__all__ = ["FILE", "assign", "read_shards", "reference_times", "write_shards"]

REMEDY: Final = "fetch what the job left once more, or run the job again"
"""Where something cannot be read that a job left."""

FILE: Final = "shards.json"
"""In the folder of runs and reports: which parts of how many ran."""

START_S: Final = 1.0
"""What a worker needs before it trains, about [s]."""


def assign(times: Mapping[str, float | None], count: int) -> dict[str, int]:
    """Assign each experiment to a part.

    Args:
        times: How long each experiment takes; None where nobody knows: as long as the
            median of the others.
        count: How many parts, at least 1.

    Returns:
        The number of the part of each experiment, from 1 on; equal times give equal
        parts.
    """
    known = [one for one in times.values() if one is not None]
    usual = median(known) if known else START_S
    guessed = {k: usual if one is None else one for k, one in times.items()}
    loads = [0.0] * count
    parts: dict[str, int] = {}
    for name in sorted(guessed, key=lambda name: (-guessed[name], name)):
        part = min(range(count), key=lambda one: (loads[one], one))
        loads[part] += guessed[name]
        parts[name] = part + 1
    return parts


def reference_times(store: ReferenceStore) -> dict[str, float]:
    """Read how long the first seed of each experiment took when it was recorded.

    Args:
        store: The references.

    Returns:
        The median over environments, with the start of a worker [s]; without those
        whose references cannot be read.
    """
    found: dict[str, list[float]] = {}
    for entry in store.entries():
        with suppress(RecordError):
            wall_s = read_rows(entry.folder).anchor.resources.wall_s
            found.setdefault(entry.experiment, []).append(START_S + wall_s)
    return {name: median(times) for name, times in found.items()}


def read_shards(out: Path) -> tuple[Shard, ...]:
    """Read which part a session ran, or which parts were joined.

    Args:
        out: The folder of its runs and reports.

    Returns:
        The parts; none if it ran everything.

    Raises:
        RecordError: If that cannot be read, or is part 9 of 2.
    """
    path = out / FILE
    try:
        found = tuple(wire.read(_Shards, path.read_bytes()).shards)
    except FileNotFoundError:
        return ()
    except (OSError, ValueError) as error:
        msg = f"which part of the experiments ran cannot be read: {error}"
        raise RecordError(msg, path=str(path), remedy=REMEDY) from error
    for one in found:
        if not 1 <= one.number <= one.count:
            msg = f"there is no part {one.number} of {one.count}"
            raise RecordError(msg, path=str(path), remedy=REMEDY)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shards:
    """The file."""

    shards: tuple[Shard, ...]


def write_shards(out: Path, shards: Iterable[Shard]) -> None:
    """Leave a word on which part a session runs, or which parts were joined.

    Args:
        out: The folder of its runs and reports.
        shards: The parts, in any order; none for everything.

    Raises:
        OSError: If it cannot be written.
    """
    out.mkdir(parents=True, exist_ok=True)
    unfinished = out / f".{FILE}.unfinished"
    ordered = sorted(set(shards), key=lambda one: (one.count, one.number, one.own))
    unfinished.write_bytes(wire.write(_Shards(shards=tuple(ordered))))
    unfinished.replace(out / FILE)
