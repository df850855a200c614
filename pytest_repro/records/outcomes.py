"""What became of each experiment in a session, ready to be told.

Outcomes travel from xdist workers to the controller, into `report.json` and into every
other rendering, so they hold plain values only.
"""

import enum
from dataclasses import dataclass

from pytest_repro.records.attempts import Attempt, Contention
from pytest_repro.records.registered import Registered
from pytest_repro.records.scorecards import Scorecard
from pytest_repro.records.verdicts import Verdict

__all__ = ["Action", "Outcome", "Problem", "SeedVerdict", "Session"]


class Action(enum.StrEnum):
    """What the session did with an experiment."""

    COMPARED = "compared"
    RECORDED = "recorded"
    UPDATED = "updated"
    SKIPPED = "skipped"
    VARIED = "varied"
    UNCHANGED = "unchanged"
    """Nothing was run: no input changed since an earlier comparison held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedVerdict:
    """The verdict on one seed.

    Attributes:
        seed: The root seed.
        verdict: What was found.
        wall_s: How long the run took [s].
        explanation: Which part of the run parted first, on one line; empty where
            nothing did or nothing is known of it. It decides nothing.
        queued_s: How long the run waited for a worker [s].
        attempts: Earlier attempts at it that came to nothing, in order.
        contention: How much it had to share its machine; None where nobody tells.
    """

    seed: int
    verdict: Verdict
    wall_s: float = 0.0
    explanation: str = ""
    queued_s: float = 0.0
    attempts: tuple[Attempt, ...] = ()
    contention: Contention | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one experiment.

    Attributes:
        experiment: The node id.
        action: What was done.
        verdict: The folded verdict over all seeds that ran.
        seeds: The verdicts of the seeds that ran, in order.
        seeds_allowed: How many could have run.
        wall_s: How long it all took [s].
        environment_key: The key of the environment; empty if no run got that far.
        reference: The folder of the reference used, relative to the root; or empty.
        candidate: The folder of the candidate left for review, likewise.
        message: Why nothing was run, or what was written and why.
        details: The traceback and the end of the output of a run that failed.
        escapes: The lines that drew randomness which no seed governs.
        scorecard: What its bits depend on, if it was run under variations.
        environment: The declared environment in which it was run, or ``here`` beside
            such; empty where none was asked for.
        registration: What was expected beforehand, beside what came of it; None where
            nothing was registered.
    """

    experiment: str
    action: Action
    verdict: Verdict
    seeds: tuple[SeedVerdict, ...] = ()
    seeds_allowed: int = 1
    wall_s: float = 0.0
    environment_key: str = ""
    reference: str = ""
    candidate: str = ""
    message: str = ""
    details: str = ""
    escapes: tuple[str, ...] = ()
    scorecard: Scorecard | None = None
    environment: str = ""
    registration: Registered | None = None

    @property
    def passed(self) -> bool:
        """Whether the experiment passes: it holds, or was written on request."""
        if self.action is Action.VARIED:
            return self.scorecard is not None and self.scorecard.passed
        return self.action in {Action.RECORDED, Action.UPDATED} or (
            self.action is Action.COMPARED and self.verdict.holds
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something wrong with the session as a whole, such as an orphaned reference.

    Attributes:
        name: One word, such as ``VACUOUS`` or ``ORPHAN``.
        message: What, where, and what to do, one line each.
        is_fatal: Whether the session fails because of it.
    """

    name: str
    message: str
    is_fatal: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Everything that a report prints.

    Attributes:
        version: The version of pytest_repro.
        outcomes: One for each experiment and environment, sorted by node id.
        problems: What is wrong with the session as a whole.
        report: The folder of the reports, relative to the root.
        wall_s: How long the session took [s].
    """

    version: str
    outcomes: tuple[Outcome, ...]
    problems: tuple[Problem, ...] = ()
    report: str = ""
    wall_s: float = 0.0
