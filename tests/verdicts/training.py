"""Simulated training runs: a falling loss, and a final metric that knows nothing of it.

Noise comes from a small integer generator, so the numbers are the same anywhere.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import exp

from pytest_repro.records import Contract, Equivalent, Rung, RunRecord, Verdict
from tests.verdicts.making import LOWER, Made, approve, promise

STEPS = 200
CURVE = Equivalent(0.02, scale="log")
WITH_CURVE = replace(
    promise(test__loss=CURVE, train__loss=CURVE), required=LOWER, seeds=10
)
WITHOUT_CURVE = replace(promise(test__loss=CURVE), required=LOWER, seeds=10)


def noise(seed: int, place: int) -> float:
    """Draw a number in [-0.5, 0.5) by a small integer generator, the same anywhere."""
    state = 2654435761 * (seed + 1) + 40503 * (place + 1)
    for _ in range(4):
        state = (1103515245 * state + 12345) % 2**31
    return state / 2**31 - 0.5


def curve(seed: int, *, bump: float = 0.0, steps: int = STEPS) -> list[float]:
    """Simulate a loss: a level of the seed's own, noise, and perhaps a bump midway."""
    level = 1 + 0.01 * noise(seed, -1)
    return [
        level * exp(-step / 80) * (1 + 0.01 * noise(seed, step))
        + (bump * exp(-step / 80) if 40 <= step < 100 else 0.0)
        for step in range(steps)
    ]


def run(
    seed: int,
    *,
    trace: Sequence[float] = (),
    contract: Contract = WITH_CURVE,
    key: str = Made.key,
) -> RunRecord:
    """Build a run whose final loss knows nothing of its curve."""
    return Made(
        seed=seed,
        metrics={"test/loss": 0.1 * (1 + 0.01 * noise(seed, -2))},
        traces={"train/loss": trace or curve(seed)},
        state=(),
        contract=contract,
        key=key,
    ).run()


REFERENCE = approve(*(run(seed) for seed in range(10)))


def new(
    make: Callable[[int], RunRecord] = run, *, first: int = 100, count: int = 6
) -> list[RunRecord]:
    """Build runs of new seeds."""
    return [make(first + index) for index in range(count)]


def bumped(seed: int) -> RunRecord:
    """Build a run that went wrong midway and recovered."""
    return run(seed, trace=curve(seed, bump=0.08))


def without_derived(record: RunRecord) -> RunRecord:
    """Drop what was derived, as a contract without the trace does."""
    return replace(
        record, seeds=tuple(replace(row, derived=()) for row in record.seeds)
    )


def passes(verdict: Verdict) -> bool:
    """Tell whether something got through that must not."""
    return verdict.holds or verdict.rung.height >= Rung.EQUIVALENT.height
