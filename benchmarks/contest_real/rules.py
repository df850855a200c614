"""Every rule of the contest, as one question: does it fail this run?

Each does what its source does, with the constants of its source, on one obtained run
and one reference. Rules that ask seeds know the final metrics of ten; a rule made for
several new runs looks at one here, since that is what a pull request pays for.

Source:
    The rivals are described in `docs/explanation/contest.md`; torchtitan compares with
    `assertEqual`, Megatron-LM's approximate lane allows `rtol` in all but one percent
    of the steps after rounding to five digits, the MLPerf reference convergence points
    compare with the trimmed mean at a one-sided 5 %, here on both sides.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import fmean, pstdev, stdev
from typing import Final

from scipy import stats

from benchmarks.contest_real.gathering import Subject, cut
from pytest_repro.records import Contract, Match, RunRecord
from pytest_repro.verdicts import judge

__all__ = [
    "NEEDY",
    "OURS",
    "OURS_PR",
    "RULES",
    "Rule",
    "always",
    "never",
]

OURS: Final = "ours, whole run"
OURS_PR: Final = "ours, first 25 steps"

LEVEL: Final = 0.05
LEAST_SEEDS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule.

    Attributes:
        name: For the table.
        fails: Whether it fails an obtained run.
    """

    name: str
    fails: Callable[[RunRecord, Subject], bool]


def always(_: RunRecord, __: Subject) -> bool:
    """Fail everything: what a table must show of it is known."""
    return True


def never(_: RunRecord, __: Subject) -> bool:
    """Fail nothing."""
    return False


def _ours(obtained: RunRecord, subject: Subject) -> bool:
    verdict = judge(obtained, subject.reference, contract=Contract(), match=Match.KEY)
    return not verdict.holds


def _ours_pr(obtained: RunRecord, subject: Subject) -> bool:
    return _ours(cut(obtained), subject)


def _bitwise(obtained: RunRecord, subject: Subject) -> bool:
    """Compare every logged loss with `assertEqual`."""
    return _losses(obtained) != _losses(subject.reference)


def _approx(obtained: RunRecord, subject: Subject) -> bool:
    """Compare final metrics with `pytest.approx`: rel 1e-6, abs 1e-12."""
    pairs = _finals(obtained, subject)
    return any(
        not abs(ours - theirs) <= max(1e-6 * abs(theirs), 1e-12)
        for ours, theirs in pairs
    )


def _megatron(rtol: float) -> Callable[[RunRecord, Subject], bool]:
    def fails(obtained: RunRecord, subject: Subject) -> bool:
        ours, theirs = _losses(obtained), _losses(subject.reference)
        close = [
            abs(round(ours.get(step, math.inf), 5) - round(loss, 5))
            <= rtol * abs(round(loss, 5))
            for step, loss in theirs.items()
        ]
        may_fail = min(max(len(close) // 100, 1), 50)
        return close.count(False) > may_fail

    return fails


def _megatron_deterministic(obtained: RunRecord, subject: Subject) -> bool:
    """The other lane: equal in five digits behind the point, at every step."""
    ours, theirs = _losses(obtained), _losses(subject.reference)
    return any(
        round(ours.get(step, math.inf), 5) != round(loss, 5)
        for step, loss in theirs.items()
    )


def _beyond_sd(limit: float) -> Callable[[RunRecord, Subject], bool]:
    def fails(obtained: RunRecord, subject: Subject) -> bool:
        return any(
            not abs(value - fmean(seeds)) <= limit * stdev(seeds)
            for value, seeds in _against_seeds(obtained, subject)
        )

    return fails


def _prediction(obtained: RunRecord, subject: Subject) -> bool:
    """One new run against the seeds by Welch's t: p < 5 % for any metric."""
    return any(
        not abs(value - fmean(seeds))
        <= stats.t.isf(LEVEL / 2, len(seeds) - 1)
        * stdev(seeds)
        * math.sqrt(1 + 1 / len(seeds))
        for value, seeds in _against_seeds(obtained, subject)
    )


def _rcp(obtained: RunRecord, subject: Subject) -> bool:
    """Trimmed mean, untrimmed population sd; the final loss is what converges."""
    for value, seeds in _against_seeds(obtained, subject, ending="loss"):
        trimmed = sorted(seeds)[1:-1]
        freedom = len(trimmed) + 1 - 2
        limit = stats.t.isf(LEVEL, freedom) * math.sqrt(1 / len(trimmed) + 1)
        if not abs(value - fmean(trimmed)) <= limit * pstdev(seeds):
            return True
    return False


def _losses(record: RunRecord) -> dict[int, float]:
    """Return the traced loss by step; each shipped experiment logs one."""
    (series,) = record.series
    return {step: series.scalar(index).value for index, step in enumerate(series.steps)}


def _finals(obtained: RunRecord, subject: Subject) -> list[tuple[float, float]]:
    theirs = {one.name: one.scalar.value for one in subject.reference.anchor.metrics}
    return [
        (one.scalar.value, theirs.get(one.name, math.nan))
        for one in obtained.anchor.metrics
    ]


def _against_seeds(
    obtained: RunRecord, subject: Subject, *, ending: str = ""
) -> list[tuple[float, list[float]]]:
    """Pair each final metric with what the seeds gave.

    Raises:
        ValueError: If there are too few seeds to ask.
    """
    rows = [
        {one.name: one.scalar.value for one in row.metrics}
        for row in subject.reference.seeds
    ]
    if len(rows) < LEAST_SEEDS:
        msg = f"{subject.name} has {len(rows)} seeds, too few for a rule over seeds"
        raise ValueError(msg)
    return [
        (one.scalar.value, [row[one.name] for row in rows])
        for one in obtained.anchor.metrics
        if one.name.endswith(ending)
    ]


NEEDY: Final = (
    Rule(name="final metrics in mean ± 3 sd of ten seeds", fails=_beyond_sd(3)),
    Rule(name="final metrics in mean ± 2 sd of ten seeds", fails=_beyond_sd(2)),
    Rule(name="Welch's t against ten seeds, p < 5 %", fails=_prediction),
    Rule(name="MLPerf RCP on the final loss, two-sided", fails=_rcp),
)
"""Rules that need other seeds."""

RULES: Final = (
    Rule(name=OURS, fails=_ours),
    Rule(name=OURS_PR, fails=_ours_pr),
    Rule(name="bitwise losses (torchtitan)", fails=_bitwise),
    Rule(name="pytest.approx on final metrics", fails=_approx),
    Rule(name="Megatron-LM, deterministic lane", fails=_megatron_deterministic),
    Rule(name="Megatron-LM, rtol 1 %", fails=_megatron(0.01)),
    Rule(name="Megatron-LM, rtol 5 %", fails=_megatron(0.05)),
    *NEEDY,
)
"""All of them, ours first."""
