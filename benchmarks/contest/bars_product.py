"""The bars about the product's own functions: 7, 11, 12 and 14 to 16."""

import math
import re
from collections.abc import Mapping, Sequence
from statistics import median

from benchmarks.contest.bars import Bar
from benchmarks.contest.figures import Scalar
from benchmarks.contest.measuring import standard_error

__all__ = ["product_bars"]

REMEDIES = (
    r"a margin of [0-9.]+",
    r"\d+ (reference|new) seeds|\d+ reference and as many",
)

Rows = Sequence[Mapping[str, Scalar]]


def product_bars(others: Mapping[str, Rows]) -> list[Bar]:
    """Compute the bars from what was measured beside the cells.

    Args:
        others: Rows by study.

    Returns:
        The bars.
    """
    return [
        *_bound(others["bound"]),
        *_refusal(others["refusal"], others["plans"]),
        *_common_seeds(others["common seeds"], others["unequal digests"]),
        *_restarts(others["steady"]),
        *_speed(others["speed"], others["determinism"]),
        *_agreement(others["agreement"]),
    ]


def _bound(rows: Rows) -> list[Bar]:
    limits = {10: 0.75, 20: 0.85}
    return [
        Bar(
            number=7,
            what=(
                f"lower bound over seeds used: margin {row['margin']:g} sd, "
                f"{row['reference']} references"
            ),
            value=_number(row, "bound") / _number(row, "used"),
            error=_number(row, "used_error") * _number(row, "bound") / used**2,
            limit=limits[int(row["reference"])],
            is_ceiling=False,
            unit="%",
        )
        for row in rows
        if row["reference"] in limits
        for used in [_number(row, "used")]
    ]


def _refusal(rows: Rows, plans: Rows) -> list[Bar]:
    worst = max(rows, key=_closed_error)
    hopeless = [row for row in plans if _number(row, "chance") < 0.5]  # noqa: PLR2004
    refused = [row for row in hopeless if row["refusal"]]
    others = [row for row in plans if row not in hopeless and row["refusal"]]
    telling = [row for row in refused if _is_telling(str(row["refusal"]))]
    where = (
        f"worst of {len(rows)}: {worst['reference']} references, "
        f"{worst['metrics']} metrics, {worst['last']} new seeds"
    )
    return [
        Bar(
            number=11,
            what=f"smallest margin, closed form against simulation ({where})",
            value=_closed_error(worst),
            error=0.0,
            limit=0.10,
            is_ceiling=True,
            unit="%",
        ),
        _share(11, "plans with less than an even chance refused", refused, hopeless),
        _share(11, "other plans not refused", plans[len(others) :], plans),
        _share(11, "refusals that name the margin and seeds to do", telling, refused),
    ]


def _closed_error(row: Mapping[str, Scalar]) -> float:
    return abs(_number(row, "closed") / _number(row, "simulated") - 1)


def _is_telling(refusal: str) -> bool:
    """Tell whether a refusal names a margin that would do, and seeds that would."""
    return all(re.search(pattern, refusal) for pattern in REMEDIES)


def _common_seeds(rows: Rows, digests: Rows) -> list[Bar]:
    misses = [_rate(row, "same") for row in rows if row["shift"]]
    alarms = [_rate(row, "changed") for row in rows if not row["shift"]]
    gain = next(
        row
        for row in rows
        if (row["correlation"], row["margin"], row["shift"]) == (0.9, 1.0, 0.0)
    )
    text = "common seeds, correlation .9, margin 1 sd, no change"
    count = _number(gain, "repetitions")
    seeds = _number(gain, "seeds") / count
    variance = _number(gain, "squares") / count - seeds**2
    wrong = [row for row in digests if row["paired"] != row["equal"]]
    return [
        _limit(12, "common seeds: misses, worst cell", max(misses), (0.053, True)),
        _limit(
            12, "common seeds: false alarms, worst cell", max(alarms), (0.013, True)
        ),
        _limit(12, f"{text}: confirmed", _rate(gain, "same"), (0.97, False)),
        Bar(
            number=12,
            what=f"{text}: seeds",
            value=seeds,
            error=math.sqrt(variance / count),
            limit=3.3,
            is_ceiling=True,
            unit="seeds",
        ),
        _share(12, "paired under equal digests only", digests[len(wrong) :], digests),
    ]


def _restarts(steady: Rows) -> list[Bar]:
    (row,) = steady
    text = "five tries on the same seeds, and more seeds, give the same answer"
    return [_counted(14, text, row["steady"], row["cases"])]


def _speed(times: Rows, digests: Rows) -> list[Bar]:
    cold = median(_number(row, "processor_s") for row in times)
    wall = median(_number(row, "wall_s") for row in times)
    first = digests[0]["digest"]
    same = [row for row in digests if row["digest"] == first]
    return [
        _share(15, "processes that decide in the same bytes", same, digests),
        Bar(
            number=15,
            what=(
                "processor time of 20 metrics, 20 references, 10 seeds, all looks, in "
                f"a fresh process, median of {len(times)} (wall: {wall:.2f} s)"
            ),
            value=cold,
            error=0.0,
            limit=0.5,
            is_ceiling=True,
            unit="s",
        ),
    ]


def _agreement(rows: Rows) -> list[Bar]:
    (row,) = rows
    text = "the product says what the contest's rule says, of random cases"
    return [_counted(16, text, row["equal"], row["cases"])]


def _rate(row: Mapping[str, Scalar], name: str) -> tuple[float, int]:
    count = int(row["repetitions"])
    return _number(row, name) / count, count


def _limit(
    number: int, what: str, rate: tuple[float, int], limit: tuple[float, bool]
) -> Bar:
    value, count = rate
    return Bar(
        number=number,
        what=what,
        value=value,
        error=standard_error(value, count),
        limit=limit[0],
        is_ceiling=limit[1],
        unit="%",
    )


def _share(number: int, what: str, some: Rows, all_: Rows) -> Bar:
    return _counted(number, what, len(some), len(all_))


def _counted(number: int, what: str, some: Scalar, all_: Scalar) -> Bar:
    return Bar(
        number=number,
        what=f"{what}, {all_}",
        value=float(some) / max(float(all_), 1.0),
        error=0.0,
        limit=1.0,
        is_ceiling=False,
        unit="%",
    )


def _number(row: Mapping[str, Scalar], name: str) -> float:
    return float(row[name])
