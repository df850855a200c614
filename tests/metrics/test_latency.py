"""Latency is measured by a clock that can be handed in."""

from collections.abc import Callable, Iterator

import pytest

from pytest_repro.errors import MetricError
from pytest_repro.metrics import Latency


def clock_of(durations: list[float]) -> Callable[[], float]:
    """Build a clock by which calls last as long as is said."""

    def ticks() -> Iterator[float]:
        now = 0.0
        for duration in durations:
            yield now
            now += duration
            yield now

    return ticks().__next__


def test_median_and_tail_are_those_of_the_clock() -> None:
    """Of calls of 1 to 100 s, the 50th and the 95th, with ranks around them."""
    metric = Latency(warm_up=0, repeats=100)

    found = metric(lambda: None, clock=clock_of([float(n) for n in range(1, 101)]))

    assert (found.median.low, found.median.value, found.median.high) == (40, 50, 61)
    assert (found.tail.low, found.tail.value, found.tail.high) == (90, 95, 100)
    assert found.durations_s == tuple(range(1, 101))


def test_warm_up_is_run_and_not_measured() -> None:
    """Calls are counted; the clock is read twice for each that is measured."""
    calls: list[int] = []
    metric = Latency(warm_up=3, repeats=72, tail=0.95)

    found = metric(lambda: calls.append(1), clock=clock_of([1.0] * 72))

    assert len(calls) == 75
    assert found.median.rows == 72


def test_real_clock_gives_durations() -> None:
    """Nothing is said of how long: that is what a machine decides."""
    found = Latency(warm_up=1, repeats=72)(lambda: sum(range(100)))

    assert 0 <= found.median.low <= found.median.value <= found.median.high
    assert found.median.value <= found.tail.value


def test_clock_that_goes_back_is_refused() -> None:
    """A negative duration is none."""
    durations = [1.0] * 71 + [-0.25]

    with pytest.raises(MetricError, match=r"clock: went back by 0\.25 s in call 71"):
        Latency(warm_up=0, repeats=72)(lambda: None, clock=clock_of(durations))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"repeats": 71}, "repeats: 71 do not support an interval .* 72 do"),
        ({"tail": 0.99}, "repeats: 100 do not support .* 0.99: 368 do"),
        ({"tail": 0.5}, "tail: a quantile above the median and below 1, got 0.5"),
        ({"warm_up": -1}, "warm_up: a number of calls, got -1"),
        ({"level": 1.0}, "level: lies between 0 and 1, got 1.0"),
    ],
)
def test_measurement_without_an_interval_is_refused(
    arguments: dict[str, float], message: str
) -> None:
    """Before anything is measured, with what would do."""
    with pytest.raises(MetricError, match=message):
        Latency(**arguments)  # type: ignore[arg-type]  # wrong on purpose


def test_name_holds_every_parameter() -> None:
    """Another number of calls is another metric."""
    assert Latency().definition == "latency-s-100-after-10-tail-0.95-order-0.95-v1"
