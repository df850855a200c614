"""A brief: what was asked, what was expected, and what came of it; the facts of a page.

Made of a registration and of whatever was run for it. Pure: who reads git and records
is `replication.briefing`, and `to_brief` writes the page.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pytest_repro.records import Answer, Order, Registered, Registration
from pytest_repro.reports.summary import counted, duration_text

__all__ = ["Brief", "Moment", "Tried", "median_s", "median_text", "outcome_text"]

DAY_S = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A commit, as far as a brief tells of it.

    Attributes:
        commit: Its full name.
        date_utc: When it was committed, by the clock of whoever did.
        subject: The first line of its message.
    """

    commit: str
    date_utc: str
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What was expected of one experiment in one environment, beside the outcome.

    Attributes:
        experiment: The node id.
        key: The environment key; empty where nothing ran.
        registered: The registration held against the numbers.
        verdict: What the last session said, such as ``IDENTICAL, passed``; or empty.
    """

    experiment: str
    key: str
    registered: Registered
    verdict: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """A registration beside everything that is known of its outcome.

    Attributes:
        registration: What was registered.
        path: Its file, relative to the root.
        order: Whether it came before the first run.
        message: What git says about that.
        tried: Experiments with their outcomes.
        registered: The commit that registered it; None if git has none under this name.
        decided_utc: When each of its experiments had a first result; empty before that.
    """

    registration: Registration
    path: str
    order: Order
    message: str
    tried: tuple[Tried, ...] = ()
    registered: Moment | None = None
    decided_utc: str = ""

    @property
    def waited_s(self) -> float | None:
        """From registration to verdict [s]; None where that cannot be told.

        A registration that did not come first did not wait for a verdict, and where
        the clocks of two machines contradict the order, neither is believed.
        """
        if self.registered is None or not self.decided_utc or not self.order.is_sound:
            return None
        start = datetime.fromisoformat(self.registered.date_utc)
        waited = (datetime.fromisoformat(self.decided_utc) - start).total_seconds()
        return waited if waited >= 0 else None

    def count(self, answer: Answer) -> int:
        """Count expectations with one answer, over all that was tried.

        Args:
            answer: The answer.

        Returns:
            How many have it.
        """
        return sum(one.registered.count(answer) for one in self.tried)


def outcome_text(brief: Brief) -> str:
    """Say in a line what came of the expectations.

    Args:
        brief: The brief.

    Returns:
        Such as ``3 expectations: 2 held, 1 did not hold``.
    """
    if not any(one.key for one in brief.tried):
        return "nothing was run yet"
    counts = [(answer, brief.count(answer)) for answer in Answer]
    total = counted(sum(number for _, number in counts), "expectation")
    told = ", ".join(f"{number} {answer}" for answer, number in counts if number)
    return f"{total}: {told}"


def median_s(briefs: Sequence[Brief]) -> float | None:
    """Compute the median time from registration to verdict.

    Args:
        briefs: Of all registrations.

    Returns:
        Over those that have one [s]; None if none has.
    """
    waited = [one.waited_s for one in briefs if one.waited_s is not None]
    return statistics.median(waited) if waited else None


def median_text(briefs: Sequence[Brief]) -> str:
    """Say the median, and of how many it is.

    Args:
        briefs: Of all registrations.

    Returns:
        Such as ``2 d 3 h, the median of 5 of 7 registrations``.
    """
    median = median_s(briefs)
    if median is None:
        return "not known: no registration came first and has a verdict"
    number = sum(one.waited_s is not None for one in briefs)
    total = counted(len(briefs), "registration")
    return f"{waited_text(median)}, the median of {number} of {total}"


def waited_text(waited_s: float) -> str:
    """Write a time that may be days.

    Args:
        waited_s: The time [s].

    Returns:
        Such as ``2 d 3 h``.
    """
    if waited_s < DAY_S:
        return duration_text(waited_s)
    hours = round(waited_s / 3600)
    return f"{hours // 24} d {hours % 24} h"
