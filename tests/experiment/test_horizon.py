"""A run that ends at its horizon recorded the beginning of what a full run records."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import torch
from torch import nn

from pytest_repro.digests import digest_of_bytes
from pytest_repro.errors import (
    HorizonReached,
    MetricError,
    ReproUsageError,
    UnstableInput,
)
from pytest_repro.experiment import Recorder, Run
from pytest_repro.records import AssetUse, Horizon, Series

TOTAL = 12
HORIZON = 5


def batches() -> Iterator[int]:
    """Give batches that draw from the global generator, as loaders do."""
    for _ in range(TOTAL):
        yield int(torch.randint(0, 100, ()))


def by_steps(run: Run) -> None:
    """Train by the loop that knows its steps."""
    for step, batch in run.steps(batches()):
        run.log("drawn", batch, step=step)
    run.log("end", float(torch.rand(())))


def by_log(run: Run) -> None:
    """Train in a plain loop that logs two metrics."""
    for step, batch in enumerate(batches()):
        run.log("drawn", batch, step=step)
        run.log("noise", torch.rand(()), step=step)
    run.log("end", 1.0)


def by_watch(run: Run) -> None:
    """Train in a plain loop under watch, which logs nothing."""
    model = nn.Linear(2, 1)
    optimizer = torch.optim.Adam(model.parameters())
    run.watch(model, optimizer, every=3)
    for _ in range(TOTAL):
        optimizer.zero_grad()
        model(torch.rand(4, 2)).sum().backward()
        optimizer.step()
    run.log("end", 1.0)


def by_hand(run: Run) -> None:
    """Train without an optimizer; the steps tell the watch."""
    model = nn.Linear(2, 1)
    run.watch(model, every=2)
    for step in run.steps(total=TOTAL):
        with torch.no_grad():
            model.weight.mul_(0.5)
        run.log("weight", model.weight[0, 0], step=step)


def by_fingerprint(run: Run) -> None:
    """Train in a plain loop that takes fingerprints alone."""
    weights = torch.rand(3)
    for step in range(TOTAL):
        weights *= torch.rand(3)
        run.fingerprint("weights", weights, step=step)


def by_everything(run: Run) -> None:
    """Train with all of them at once."""
    model = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    run.watch(model, optimizer, every=4)
    for step, batch in run.steps(batches(), total=TOTAL):
        optimizer.zero_grad()
        loss = model(torch.full((1, 2), float(batch))).sum()
        loss.backward()
        optimizer.step()
        run.log("loss", loss, step=step)
    run.log("end", 1.0)


LOOPS = [by_steps, by_log, by_watch, by_hand, by_fingerprint, by_everything]


def recorded(loop: Callable[[Run], None], *, is_short: bool) -> Recorder:
    """Run a loop with the horizon, and end it there or not."""
    torch.manual_seed(0)
    recorder = Recorder(horizon=HORIZON, ends_at_horizon=is_short)
    has_stopped = False
    try:
        loop(Run(0, recorder, folder=Path(), root=Path()))
    except HorizonReached:
        has_stopped = True
    recorder.finish(has_stopped=has_stopped)
    return recorder


def points(one: Series, order: int) -> list[tuple[object, ...]]:
    """List the points of a series that were logged before a moment."""
    rows = zip(one.orders, one.steps, one.bits, one.chains, strict=True)
    return [(one.name, one.dtype, *row) for row in rows if row[0] < order]


def events(recorder: Recorder, order: int) -> list[object]:
    """List everything that was recorded before a moment."""
    traced = [point for one in recorder.series for point in points(one, order)]
    taken = [one for one in recorder.state if one.order < order]
    return [*traced, *taken]


@pytest.mark.parametrize("loop", LOOPS)
def test_a_short_run_is_the_beginning_of_a_full_run(
    loop: Callable[[Run], None],
) -> None:
    """Every event, bit and link of the chain up to the noted moment, and no other."""
    short, full = recorded(loop, is_short=True), recorded(loop, is_short=False)

    assert short.horizon is not None
    order = short.horizon.order
    assert short.horizon == Horizon(step=HORIZON, order=order, is_end=True)
    assert full.horizon == Horizon(step=HORIZON, order=order, is_end=False)
    assert events(short, TOTAL**3) == events(full, order) != []
    assert len(events(full, TOTAL**3)) > len(events(full, order))


@pytest.mark.parametrize("loop", LOOPS)
def test_a_short_run_has_the_steps_before_the_horizon(
    loop: Callable[[Run], None],
) -> None:
    """No trace reaches the step whose beginning ended the run; no metric is final."""
    short = recorded(loop, is_short=True)

    steps = [step for one in short.series for step in one.steps]
    taken = [one.step for one in short.state if one.step is not None]
    assert max(steps + taken) in {HORIZON - 1, HORIZON - 2}  # the watch of two steps
    assert short.metrics == ()


@pytest.mark.parametrize("loop", LOOPS)
def test_noting_the_horizon_changes_nothing(loop: Callable[[Run], None]) -> None:
    """A full run records what it records without a horizon."""
    torch.manual_seed(0)
    plain = Recorder()
    loop(Run(0, plain, folder=Path(), root=Path()))
    plain.finish()

    full = recorded(loop, is_short=False)

    assert full.series == plain.series
    assert full.state == plain.state
    assert full.metrics == plain.metrics


def test_no_batch_is_drawn_that_would_not_be_used() -> None:
    """The run ends before the next item is taken from the iterable."""
    taken: list[int] = []

    def numbers() -> Iterator[int]:
        for number in range(TOTAL):
            taken.append(number)
            yield number

    recorder = Recorder(horizon=2, ends_at_horizon=True)
    run = Run(0, recorder, folder=Path(), root=Path())
    with pytest.raises(HorizonReached, match="where step 2 would begin"):
        list(run.steps(numbers()))

    assert taken == [0, 1]
    assert recorder.steps == 2


@pytest.mark.parametrize("is_short", [False, True])
def test_a_run_that_is_shorter_than_its_horizon_is_a_full_run(
    *, is_short: bool
) -> None:
    """A loop of as many steps as the horizon has ends by itself, final metrics too."""
    recorder = Recorder(horizon=TOTAL, ends_at_horizon=is_short)

    by_everything(Run(0, recorder, folder=Path(), root=Path()))
    recorder.finish()

    assert recorder.horizon is None
    assert [one.name for one in recorder.metrics] == ["end"]


def test_the_last_fingerprints_of_a_full_run_reach_no_horizon() -> None:
    """What is recorded after the experiment belongs to no step of it."""
    recorder = Recorder(horizon=3, ends_at_horizon=True)
    digest = digest_of_bytes(b"")
    recorder.at_finish(lambda: recorder.fingerprint("last", digest, 7))

    recorder.finish()

    assert recorder.horizon is None
    assert len(recorder.state) == 1


def test_the_moment_is_noted_once() -> None:
    """A second loop that counts from 0 again has passed it already."""
    recorder = Recorder(horizon=2)
    run = Run(0, recorder, folder=Path(), root=Path())
    for number in range(2):
        for step in run.steps(total=4):
            run.log(f"loss {number}", 0.5, step=step)

    assert recorder.horizon == Horizon(step=2, order=2, is_end=False)


def test_except_exception_lets_the_end_pass() -> None:
    """Training code that goes on after errors does not go on after the end."""
    recorder = Recorder(horizon=2, ends_at_horizon=True)

    def train() -> None:
        for step in range(4):
            with suppress(Exception):
                recorder.log("loss", 0.5, step)

    with pytest.raises(HorizonReached):
        train()
    assert recorder.series[0].steps == (0, 1)


@pytest.mark.parametrize(
    "call",
    [
        lambda run: run.log("later", 1.0),
        lambda run: run.log("loss", 1.0, step=0),
        lambda run: run.fingerprint("weights", 1),
        lambda run: run.asset(__file__),
        lambda run: list(run.steps(total=1)),
        lambda run: run.watch(nn.Linear(1, 1)),
    ],
    ids=["final", "trace", "fingerprint", "asset", "steps", "watch"],
)
def test_a_run_that_caught_its_end_is_ended_again(call: Callable[[Run], None]) -> None:
    """Whatever it calls next, nothing is recorded."""
    recorder = Recorder(horizon=1, ends_at_horizon=True)
    run = Run(0, recorder, folder=Path(), root=Path())
    with suppress(BaseException):
        run.log("loss", 1.0, step=1)

    with pytest.raises(HorizonReached):
        call(run)

    assert (recorder.series, recorder.state, recorder.assets) == ((), (), ())


def test_an_optimizer_that_steps_on_is_stopped_again() -> None:
    """A loop that swallows the end in its step takes no further step."""
    model = nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    recorder = Recorder(horizon=1, ends_at_horizon=True)
    Run(0, recorder, folder=Path(), root=Path()).watch(model, optimizer)
    optimizer.step()
    with suppress(BaseException):
        optimizer.step()

    with pytest.raises(HorizonReached):
        optimizer.step()


def test_a_run_that_caught_its_end_and_returned_has_failed() -> None:
    """Its record is not what it looks like, so it is never compared."""
    recorder = Recorder(horizon=1, ends_at_horizon=True)
    with suppress(BaseException):
        recorder.log("loss", 1.0, 1)

    with pytest.raises(ReproUsageError, match="went on after it had ended"):
        recorder.finish()


def test_an_end_that_somebody_else_raised_is_no_end() -> None:
    """Whoever raises it too early does not pass for a short run."""
    recorder = Recorder(horizon=3, ends_at_horizon=True)
    recorder.log("loss", 1.0, 0)

    with pytest.raises(ReproUsageError, match="before its horizon was reached"):
        recorder.finish(has_stopped=True)


def test_assets_are_checked_at_the_end_of_a_short_run(tmp_path: Path) -> None:
    """A file that changed under the run is found, however short the run."""
    (tmp_path / "data.txt").write_text("before")
    recorder = Recorder(horizon=1, ends_at_horizon=True)
    run = Run(0, recorder, folder=tmp_path, root=tmp_path)
    run.asset("data.txt").write_text("after!")
    with suppress(HorizonReached):
        run.log("loss", 1.0, step=1)

    with pytest.raises(UnstableInput):
        recorder.finish(has_stopped=True)


def test_nothing_is_recorded_after_a_short_run() -> None:
    """Once its record is closed, a late call is told so, as after a full run."""
    recorder = Recorder(horizon=1, ends_at_horizon=True)
    with suppress(HorizonReached):
        recorder.log("loss", 1.0, 1)
    recorder.finish(has_stopped=True)

    with pytest.raises(MetricError, match="after the experiment had returned"):
        recorder.log("late", 1.0, None)


@pytest.mark.parametrize("horizon", [0, -3])
def test_a_horizon_is_a_step_from_1_on(horizon: int) -> None:
    """A run without a single step would compare nothing."""
    with pytest.raises(ReproUsageError, match="from 1 on"):
        Recorder(horizon=horizon)


def test_assets_of_a_full_run_are_those_of_a_short_one() -> None:
    """An asset is no event: it has no place in the order."""
    use = AssetUse(name="a", digest=digest_of_bytes(b"a"), size_bytes=1)
    recorder = Recorder(horizon=1)
    recorder.asset(use)
    recorder.log("loss", 1.0, 1)

    assert recorder.horizon == Horizon(step=1, order=0, is_end=False)
