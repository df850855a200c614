"""Append what a session observed to the history of the project.

The runs of a session are replaced by those of the next, so what is worth knowing of
them later is kept now. A history that cannot be written is told and fails nothing: the
verdicts stand without it.
"""

import datetime as dt
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest_repro
from pytest_repro.digests import digest_of_bytes
from pytest_repro.errors import ReproError
from pytest_repro.launchers.protocol import RECORD
from pytest_repro.plugin.settings import Settings
from pytest_repro.records import (
    HERE,
    Action,
    Observation,
    Occasion,
    Outcome,
    Problem,
    RunRecord,
    Standard,
    observe,
)
from pytest_repro.references import (
    History,
    declared_folder,
    experiment_folder,
    read_rows,
)
from pytest_repro.references.format import SUMS

__all__ = ["keep_observations"]


def keep_observations(
    settings: Settings, root: Path, outcomes: Sequence[Outcome]
) -> tuple[Problem, ...]:
    """Append an observation of each comparison.

    Runs under variations compare with no reference, and runs in this process have no
    controlled environment: neither is a point of the history. Nor are those of other
    declared environments, which may have the same key as the present one.

    Args:
        settings: The options of the session.
        root: The root of the project.
        outcomes: What became of the experiments.

    Returns:
        Why nothing could be appended, if so.
    """
    if settings.vary or settings.in_process:
        return ()
    now = dt.datetime.now(tz=dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    tool = f"pytest_repro {pytest_repro.__version__}"
    occasion = Occasion(observed_utc=now, tier=settings.tier, created_by=tool)
    try:
        observed = [
            _observe(settings, root, outcome, occasion)
            for outcome in outcomes
            if outcome.action is Action.COMPARED and outcome.environment in {"", HERE}
        ]
        History(settings.history, base=root).append(observed)
    except (ReproError, OSError, ValueError) as error:
        message = f"the history could not be written: {error}"
        return (Problem(name="UNOBSERVED", message=message, is_fatal=False),)
    return ()


def _observe(
    settings: Settings, root: Path, outcome: Outcome, occasion: Occasion
) -> Observation:
    runs = _runs(settings, outcome)
    return observe(
        outcome,
        occasion,
        identity=runs[0].identity if runs else None,
        seeds=[row for run in runs for row in run.seeds],
        standard=_standard(root / outcome.reference) if outcome.reference else None,
    )


def _runs(settings: Settings, outcome: Outcome) -> list[RunRecord]:
    """Read the runs of this session; one that failed early left no record."""
    out = declared_folder(settings.out, outcome.environment)
    folder = out / "runs" / experiment_folder(outcome.experiment)
    places = [
        folder / f"seed-{seed.seed}{kind}" / RECORD
        for seed in outcome.seeds
        for kind in ("", "-horizon")
    ]
    return [found for place in places if (found := _read(place)) is not None]


def _read(folder: Path) -> RunRecord | None:
    with suppress(ReproError):
        return read_rows(folder)
    return None


def _standard(folder: Path) -> Standard:
    """Say which state of a reference it was; one that is damaged tells none."""
    reference = _read(folder)
    if reference is None:
        return Standard()
    last = reference.history[-1].number if reference.history else 0
    sums = digest_of_bytes((folder / SUMS).read_bytes())
    return Standard(revision=last, digest=sums)
