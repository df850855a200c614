"""Hold expectations against what was measured. Pure.

With several seeds the mean is judged with its uncertainty: an expectation *held* if the
whole 95 % interval of Student's t lies on the expected side of the bound, it *did not
hold* if the whole interval lies beyond, and else the seeds *cannot tell*. With one seed
there is no interval, and the number itself decides. Differences are taken seed by seed
where both sides have at least two seeds in common, else between the means (Welch).

Several expectations are not corrected for being several: each line is an answer of its
own.

Source:
    Student 1908, https://doi.org/10.1093/biomet/6.1.1;
    Welch 1947, https://doi.org/10.1093/biomet/34.1-2.28.
"""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pytest_repro.records import (
    Answer,
    Expectation,
    ExpectationOutcome,
    Measured,
    SeedResult,
)

__all__ = ["Side", "hold_against"]

LEVEL: Final = 0.95
PAIRS: Final = 2
"""Seeds from which on a spread is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What one experiment measured.

    Attributes:
        rows: A row a seed; none if nothing was measured.
        missing: Why there is none.
    """

    rows: tuple[SeedResult, ...] = ()
    missing: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mean:
    value: float
    half: float | None
    told: str


class _CannotTellError(ValueError):
    """Nothing can be told; the message says why. Never leaves this module."""


def hold_against(
    expectation: Expectation, own: Side, baselines: Mapping[str, Side]
) -> ExpectationOutcome:
    """Hold one expectation against what was measured.

    Args:
        expectation: What was expected.
        own: What the experiment measured.
        baselines: What the baselines did, by the words of the registration.

    Returns:
        The expectation with its outcome.
    """
    try:
        values = _values(expectation.plus, own, baselines)
        if expectation.is_every:
            return _every(expectation, values)
        mean = (
            _mean(list(values.values()))
            if expectation.minus is None
            else _difference(values, _values(expectation.minus, own, baselines))
        )
    except _CannotTellError as error:
        return _expected(expectation, Answer.CANNOT_TELL, detail=str(error))
    return _judge(expectation, mean)


def _values(
    what: Measured, own: Side, baselines: Mapping[str, Side]
) -> dict[int, float]:
    side = baselines.get(what.baseline, Side()) if what.baseline else own
    if not side.rows:
        raise _CannotTellError(side.missing or f"nothing measured {what.text}")
    found: dict[int, float] = {}
    for row in side.rows:
        for metric in row.metrics:
            if metric.name == what.metric:
                found[row.seed] = float(metric.scalar.value)
    if not found:
        known = ", ".join(one.name for one in side.rows[0].metrics) or "none"
        msg = f"no final metric {what.text} was logged (logged: {known})"
        raise _CannotTellError(msg)
    for seed, value in found.items():
        if not math.isfinite(value):
            msg = f"{what.text} is {value} with seed {seed}"
            raise _CannotTellError(msg)
    return found


def _every(expectation: Expectation, values: Mapping[int, float]) -> ExpectationOutcome:
    sign = 1 if expectation.relation.rises else -1
    worst = min(values, key=lambda seed: (sign * values[seed], seed))
    held = expectation.relation.holds(values[worst], expectation.bound)
    return _expected(
        expectation,
        Answer.HELD if held else Answer.DID_NOT_HOLD,
        obtained=_shown(values[worst]),
        detail=f"the worst of {_seeds(len(values))}, seed {worst}",
    )


def _difference(plus: Mapping[int, float], minus: Mapping[int, float]) -> _Mean:
    common = sorted(plus.keys() & minus.keys())
    if len(common) >= PAIRS or (len(common) == len(plus) == len(minus)):
        found = _mean([plus[seed] - minus[seed] for seed in common])
        what = "pairs of equal seeds" if len(common) > 1 else "pair of equal seeds"
        return _Mean(
            value=found.value,
            half=found.half,
            told=found.told.replace(_seeds(len(common)), f"{len(common)} {what}"),
        )
    return _welch(list(plus.values()), list(minus.values()))


def _mean(values: Sequence[float]) -> _Mean:
    count = len(values)
    value = math.fsum(values) / count
    if count < PAIRS:
        return _Mean(value=value, half=None, told=f"{_seeds(count)}, so no interval")
    error = math.sqrt(statistics.variance(values, value) / count)
    half = _quantile(count - 1) * error
    return _Mean(value=value, half=half, told=f"{_seeds(count)}")


def _welch(plus: Sequence[float], minus: Sequence[float]) -> _Mean:
    value = math.fsum(plus) / len(plus) - math.fsum(minus) / len(minus)
    told = f"{_seeds(len(plus))} against {_seeds(len(minus))}"
    if min(len(plus), len(minus)) < PAIRS:
        return _Mean(value=value, half=None, told=f"{told}, so no interval")
    parts = [
        (statistics.variance(side) / len(side), len(side)) for side in (plus, minus)
    ]
    total = math.fsum(part for part, _ in parts)
    if total == 0:
        return _Mean(value=value, half=0.0, told=told)
    freedom = total**2 / math.fsum(part**2 / (count - 1) for part, count in parts)
    half = _quantile(freedom) * math.sqrt(total)
    return _Mean(value=value, half=half, told=told)


def _quantile(freedom: float) -> float:
    from scipy import stats  # noqa: PLC0415  # loading the plugin stays cheap

    return float(stats.t.ppf((1 + LEVEL) / 2, freedom))


def _judge(expectation: Expectation, mean: _Mean) -> ExpectationOutcome:
    relation, bound = expectation.relation, expectation.bound
    if mean.half is None:
        ends = [mean.value]
        detail = mean.told
    else:
        ends = [mean.value - mean.half, mean.value + mean.half]
        low, high = map(_shown, ends)
        detail = f"95 % interval {low} to {high} of the mean, {mean.told}"
    sides = {relation.holds(end, bound) for end in ends}
    answer = Answer.CANNOT_TELL
    if len(sides) == 1:
        answer = Answer.HELD if sides == {True} else Answer.DID_NOT_HOLD
    return _expected(expectation, answer, obtained=_shown(mean.value), detail=detail)


def _expected(
    expectation: Expectation, answer: Answer, *, obtained: str = "", detail: str = ""
) -> ExpectationOutcome:
    return ExpectationOutcome(
        text=expectation.text,
        answer=answer,
        bound=f"{expectation.relation} {_shown(expectation.bound)}",
        obtained=obtained,
        detail=detail,
    )


def _shown(value: float) -> str:
    return f"{value:.6g}"


def _seeds(count: int) -> str:
    return "1 seed" if count == 1 else f"{count} seeds"
