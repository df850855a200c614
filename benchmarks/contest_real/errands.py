"""What has to be run for the contest, and where each record will lie.

An errand is one worker: an experiment, a seed, a replica, an environment, and the edits
made to a copy of the experiments. The list is data, in the order in which it is worked
off, so a collection that was stopped goes on where it was.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from benchmarks.contest_real.changes import CHANGES, NATIVE, Change
from benchmarks.contest_real.fresh import FRESH
from benchmarks.contest_real.graded import GRADED
from benchmarks.faults_table import FAULTS
from benchmarks.variants import Edit, Variant

__all__ = [
    "CONTESTED",
    "ENVIRONMENT",
    "FAULT",
    "FRESH_FAULT",
    "HORIZON",
    "PORTABLE",
    "REFERENCE",
    "REPLICA",
    "SEED",
    "VERSION",
    "Errand",
    "errands",
    "errands_of",
]

CONTESTED: Final = (
    "logistic",
    "digits_cnn",
    "digits_mlp",
    "mnist_cnn",
    "series_gru",
    "transformer[generated]",
    "transformer[essay]",
)
"""The experiments of the contest, which are not all that are shipped by now: those that
a second machine recorded too, and of which it was decided before anything was measured
whether they calibrate or are held out."""

REFERENCE: Final = "reference"
REPLICA: Final = "replica"
SEED: Final = "seed"
ENVIRONMENT: Final = "environment"
FAULT: Final = "fault"
FRESH_FAULT: Final = "fresh fault"
PORTABLE: Final = "portable"
"""The reference once more, and its replicas, under portable numerics."""

VERSION: Final = "other torch"
"""The unmodified experiment, run by an interpreter that has another torch."""

HORIZON: Final = 25
REPLICAS: Final = 8
SEEDS: Final = 10
FIRST: Final = 12
"""Changes that are tried early: a collection may be stopped before its end."""
PORTABLE_CHANGE: Final = next(c for c in CHANGES if c.label == "portable numerics")


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One run that the contest needs.

    Attributes:
        experiment: One of `CONTESTED`.
        kind: What it is for.
        label: Which one of that kind.
        seed: The root seed.
        replica: Which rounding-sized noise; 0 for none.
        change: The environment.
        edits: Changes of the experiment's source.
    """

    experiment: str
    kind: str
    label: str
    seed: int = 0
    replica: int = 0
    change: Change = NATIVE
    edits: tuple[Edit, ...] = ()

    @property
    def place(self) -> str:
        """The folder of its record, relative to that of the collection."""
        words = (self.experiment, f"{self.kind} {self.label}".strip())
        return "/".join(re.sub(r"[^A-Za-z0-9.=+×-]+", "-", word) for word in words)


def errands() -> list[Errand]:
    """List every run of the contest.

    Returns:
        References first, then what spans their envelopes, then what is judged.
    """
    names = CONTESTED
    return [
        *(Errand(experiment=name, kind=REFERENCE, label="") for name in names),
        *(one for name in names for one in _replicas(name, REPLICA, NATIVE)),
        *(one for name in names for one in _faults(name, [*FAULTS, *GRADED])),
        *(one for name in names for one in _faults(name, FRESH, FRESH_FAULT)),
        *_everywhere(names, CHANGES[:FIRST]),
        *(one for name in names for one in _seeds(name)),
        *(one for name in names for one in _replicas(name, PORTABLE, PORTABLE_CHANGE)),
        *_everywhere(names, CHANGES[FIRST:]),
        *(Errand(experiment=name, kind=VERSION, label="") for name in names),
    ]


def _everywhere(names: Iterable[str], changes: Iterable[Change]) -> list[Errand]:
    return [
        one
        for change in changes
        for name in names
        for one in _environments(name, [change])
    ]


def errands_of(
    experiment: str, *, changes: Iterable[Change], faults: Iterable[Variant]
) -> list[Errand]:
    """List the runs of a short contest about one experiment.

    Args:
        experiment: One of `CONTESTED`.
        changes: Harmless changes.
        faults: Variants of that experiment.

    Returns:
        The reference, its replicas and what is judged; no other seeds.
    """
    return [
        Errand(experiment=experiment, kind=REFERENCE, label=""),
        *_replicas(experiment, REPLICA, NATIVE),
        *_faults(experiment, faults),
        *_environments(experiment, changes),
    ]


def _replicas(experiment: str, kind: str, change: Change) -> Iterator[Errand]:
    for number in range(1, REPLICAS + 1):
        yield Errand(
            experiment=experiment,
            kind=kind,
            label=str(number),
            replica=number,
            change=change,
        )


def _seeds(experiment: str) -> Iterator[Errand]:
    for seed in range(1, SEEDS):
        yield Errand(experiment=experiment, kind=SEED, label=str(seed), seed=seed)


def _environments(experiment: str, changes: Iterable[Change]) -> Iterator[Errand]:
    for change in changes:
        yield Errand(
            experiment=experiment, kind=ENVIRONMENT, label=change.label, change=change
        )


def _faults(
    experiment: str, faults: Iterable[Variant], kind: str = FAULT
) -> Iterator[Errand]:
    for fault in faults:
        if fault.experiment == experiment:
            yield Errand(
                experiment=experiment, kind=kind, label=fault.label, edits=fault.edits
            )
