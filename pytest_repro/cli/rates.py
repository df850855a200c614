"""Replication rates and times to a verdict as text, and as facts for machines."""

from collections.abc import Sequence

from pytest_repro.cli.tables import table
from pytest_repro.reports.summary import counted
from pytest_repro.reports.tally_text import interval_text, percent, time_text
from pytest_repro.reports.trends import Tally
from pytest_repro.verdicts.rates import Rate

__all__ = ["rate_facts", "rate_text", "tally_facts", "tally_table"]


def tally_table(title: str, tallies: Sequence[Tally]) -> tuple[str, ...]:
    """Lay out one line for each group.

    Args:
        title: What the groups are.
        tallies: What each comes to.

    Returns:
        The lines, and a last one that counts them.
    """
    head = ("sessions", "hold", "95 % interval", "median", "9 in 10", "last")
    rows = [
        (
            str(one.held.total),
            percent(one.held.share),
            interval_text(one.held),
            time_text(one.typical_s),
            time_text(one.slow_s),
            one.last.rung.label if one.last else "-",
        )
        for one in tallies
    ]
    first, *lines = table(head, rows, left=0)
    told = [first]
    for one, line in zip(tallies, lines, strict=True):
        told += [one.name, line]
    total = sum(one.held.total for one in tallies)
    noun = counted(len(tallies), title)
    return (*told, "", f"{noun}, {counted(total, 'observation')}")


def rate_text(rate: Rate) -> str:
    """Write a rate with its interval.

    Args:
        rate: The rate.

    Returns:
        Such as ``3 of 3 hold: 100.0 % (43.9–100.0 %)``.
    """
    share = f"{percent(rate.share)} ({interval_text(rate)})"
    return f"{rate.count} of {rate.total} hold: {share}"


def rate_facts(rate: Rate) -> dict[str, object]:
    """Lay a rate out for machines.

    Args:
        rate: The rate.

    Returns:
        Counts, share and interval.
    """
    low, high = rate.interval
    return {
        "count": rate.count,
        "total": rate.total,
        "share": rate.share,
        "low": low,
        "high": high,
    }


def tally_facts(tally: Tally) -> dict[str, object]:
    """Lay a tally out for machines.

    Args:
        tally: What observations come to.

    Returns:
        Plain values.
    """
    last = tally.last
    return {
        "name": tally.name,
        "held": rate_facts(tally.held),
        "rungs": {str(rung): rate_facts(rate) for rung, rate in tally.rungs},
        "causes": dict(tally.causes),
        "time_to_verdict_s": {"median": tally.typical_s, "p90": tally.slow_s},
        "wall_s": tally.wall_s,
        "cpu_s": tally.cpu_s,
        "peak_rss_bytes": tally.peak_rss_bytes,
        "seeds": tally.seeds,
        "seeds_allowed": tally.seeds_allowed,
        "first_utc": tally.first_utc,
        "last_utc": last.observed_utc if last else "",
        "last_rung": last.rung if last else None,
    }
