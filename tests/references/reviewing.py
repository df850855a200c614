"""Candidates to accept, and writers that die while they accept one.

Run as a program, because it forks: ``python -m tests.references.reviewing FOLDER WAY``.
It prints what each death left: which of candidate and reference were there, and what
the next attempt made of it.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from pytest_repro.errors import ReproError
from pytest_repro.records import RunRecord
from pytest_repro.references import (
    Acceptance,
    Candidate,
    ReferenceStore,
    accept,
    revise,
)
from tests.references.crashes import in_child
from tests.references.faults import die, striking
from tests.references.samples import EXPERIMENT, environment, small_record

OLD, NEW = 0.25, 0.5
REASON = "the last step was counted twice"
ACCEPTANCE = Acceptance(
    reason=REASON,
    created_utc="2026-02-03T04:05:06Z",
    created_by="pytest_repro 0",
    approved_by=("ada",),
)


def stores(folder: Path) -> tuple[ReferenceStore, ReferenceStore]:
    """Name the store of references and that of candidates."""
    return ReferenceStore(folder / "reference_runs"), ReferenceStore(folder / "pending")


def leave_candidate(folder: Path, *, value: float = NEW) -> Candidate:
    """Leave what a session leaves when a run does not agree with its reference."""
    store, pending = stores(folder)
    found = store.find(EXPERIMENT, environment())
    record = revise(
        replace(small_record(value=value), history=()),
        found.record,
        reason="",
        created_utc="2026-02-02T00:00:00Z",
        created_by="pytest_repro 0",
        supersedes=found.sums,
    )
    path = pending.write(record)
    return Candidate(record=record, shown="pending/x", folder=path)


def prepare(folder: Path) -> Candidate:
    """Write a reference, and leave a candidate for it."""
    stores(folder)[0].write(small_record(value=OLD))
    return leave_candidate(folder)


def what_is_there(folder: Path) -> str:
    """Say which value the reference has, and whether the candidate is whole or gone."""
    store, pending = stores(folder)
    return f"{value_of(store)} {state_of_candidate(pending)}"


def value_of(store: ReferenceStore) -> str:
    """Return the value of the reference, whatever its history says."""
    record = store.find(EXPERIMENT, environment()).record
    return "none" if record is None else str(record.series[0].scalar(-1).value)


def state_of_candidate(pending: ReferenceStore) -> str:
    """Say ``waits``, ``gone``, or what is wrong."""
    try:
        record: RunRecord | None = pending.find(EXPERIMENT, environment()).record
    except ReproError as error:
        return f"unreadable: {error}"
    return "gone" if record is None else "waits"


def accept_backwards(
    store: ReferenceStore,
    candidate: Candidate,
    acceptance: Acceptance,
    *,
    pending: ReferenceStore,
) -> None:
    """Accept as one would without thinking of failures: drop, then write."""
    pending.drop(candidate.folder or Path())
    accept(store, replace(candidate, folder=None), acceptance, pending=pending)


WAYS: Final[dict[str, Callable[..., object]]] = {
    "accept": accept,
    "backwards": accept_backwards,
}


def die_at_each_call(folder: Path, way: str) -> Iterator[tuple[str, str]]:
    """Let one that accepts die before its first call, its second, … until it lives."""
    number = 0
    survived = False
    while not survived:
        number += 1
        place = folder / str(number)
        candidate = prepare(place)
        store, pending = stores(place)

        def act(number: int = number, candidate: Candidate = candidate) -> None:
            with striking(number, die):
                WAYS[way](store, candidate, ACCEPTANCE, pending=pending)  # noqa: B023  # at once

        survived = in_child(act) == 0
        found = what_is_there(place)
        accept(store, candidate, ACCEPTANCE, pending=pending)
        yield found, what_is_there(place)


def main(folder: Path, way: str) -> None:
    """Run the study and print what was found."""
    found = Counter(die_at_each_call(folder, way))
    for (left, then), count in sorted(found.items()):
        sys.stdout.write(f"{left} -> {then}: {count}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
