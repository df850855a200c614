"""Rates, times and costs of many sessions in words, worded the same way everywhere."""

from typing import Final

from pytest_repro.reports.summary import duration_text
from pytest_repro.reports.trends import DatedShift, Tally
from pytest_repro.verdicts.rates import Rate

__all__ = [
    "commits_text",
    "day_text",
    "interval_text",
    "memory_text",
    "percent",
    "time_text",
    "use_text",
]

COMMIT_CHARACTERS: Final = 9
DAY: Final = len("2026-11-26")
MEBIBYTE: Final = 2**20


def percent(share: float | None) -> str:
    """Write a share.

    Args:
        share: In [0, 1]; None for none.

    Returns:
        Such as ``97.3 %``.
    """
    return "–" if share is None else f"{100 * share:.1f} %"


def interval_text(rate: Rate) -> str:
    """Write how sure a rate is.

    Args:
        rate: The rate.

    Returns:
        Its 95 % interval, such as ``84.2–98.7 %``.
    """
    low, high = rate.interval
    return f"{100 * low:.1f}–{100 * high:.1f} %"


def day_text(utc: str) -> str:
    """Write the day of a time.

    Args:
        utc: Such as ``2026-11-26T03:00:00Z``.

    Returns:
        Such as ``2026-11-26``.
    """
    return utc[:DAY]


def time_text(time_s: float | None) -> str:
    """Write a time.

    Args:
        time_s: The time [s]; None for none.

    Returns:
        Such as ``4.1 s``.
    """
    return "–" if time_s is None else duration_text(time_s)


def use_text(tallied: Tally) -> str:
    """Write how busy the processors were: more than 100 % is more than one.

    Args:
        tallied: What observations come to.

    Returns:
        Such as ``87 % of one core``.
    """
    if not tallied.wall_s:
        return "–"
    return f"{100 * tallied.cpu_s / tallied.wall_s:.0f} % of one core"


def memory_text(tallied: Tally) -> str:
    """Write the largest memory.

    Args:
        tallied: What observations come to.

    Returns:
        Such as ``412 MiB at most``.
    """
    return f"{tallied.peak_rss_bytes / MEBIBYTE:.0f} MiB at most"


def commits_text(shift: DatedShift) -> str:
    """Say between which commits a metric became another.

    Args:
        shift: The shift.

    Returns:
        Such as ``1a2b3c4d5..6e7f8a9b0``, or that the code was the same.
    """
    before, after = (
        commit[:COMMIT_CHARACTERS]
        for commit in (shift.commit_before, shift.commit_after)
    )
    if not before or not after:
        return "git knew no commit"
    if shift.is_dirty:
        return f"{before}..{after}, with changes that are not committed"
    if before == after:
        return f"both at commit {after}: not the code"
    return f"{before}..{after}"
