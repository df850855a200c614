"""A loader stands at a place, and a run knows what it gave."""

from pathlib import Path

import pytest
import torch

from pytest_repro.data import Order, order_in
from pytest_repro.determinism import generator_states
from pytest_repro.errors import CheckpointError, ReproUsageError
from pytest_repro.experiment import Orders, Recorder, Run, StepLedger
from pytest_repro.training import (
    BatchPlan,
    Deal,
    InOrder,
    Loader,
    Shuffled,
    Stream,
    Windowed,
    addressed,
)
from tests.experiment.resuming import every_step, outline, run

SAMPLES = torch.arange(22.0)


def loader(seed: int = 0, *, shard: tuple[int, int] = (0, 1)) -> Loader:
    """Load 22 numbers in four batches."""
    plan = BatchPlan(seed=seed, batch=6, sampling=Shuffled(22), shard=shard)
    return Loader(SAMPLES, plan)


def experiment(one: Run) -> None:
    """Sum up two epochs and a bit of noise."""
    total = {"sum": 0.0}
    one.checkpoint(total=total)
    for step, batch in one.steps(loader(one.seed).epochs(2)):
        total["sum"] += float(batch.sum()) * step + float(torch.rand(()))
        one.log("sum", total["sum"], step=step)


def test_a_run_is_resumed_at_any_step_of_two_epochs(tmp_path: Path) -> None:
    """From every checkpoint, the rest is what it was without a break."""
    whole = outline(run(experiment, Orders()))
    checkpoints = every_step(experiment, tmp_path)

    resumed = [outline(run(experiment, Orders(resume_from=at))) for at in checkpoints]

    assert len(checkpoints) == 8
    assert resumed == [whole] * 8


def test_a_batch_can_say_which_samples_it_has() -> None:
    """With `addressed` it ends with their ids, and with the epoch of each."""
    plan = BatchPlan(seed=0, batch=6, sampling=Shuffled(22))
    samples = [(one,) for one in SAMPLES]
    batches = Loader(samples, plan, prepare=addressed)
    batches.move(1, 0)

    values, ids, epochs = next(iter(batches))

    assert ids.tolist() == values.tolist() == batches.ids(1, 0)
    assert epochs.tolist() == [1] * 6


def test_the_step_ledger_has_the_order(tmp_path: Path) -> None:
    """Its digests are those of the indices that the plan gives."""
    ledger = StepLedger(lambda: 0.0, is_whole=True)
    one = Run(0, Recorder(ledger=ledger), folder=tmp_path, root=tmp_path)

    steps = [step for step, _ in one.steps(loader().epochs(2))]

    found = order_in(ledger.lanes())
    assert steps == list(range(8))
    assert found is not None
    assert (found.lane, found.is_whole) == ("data/indices", True)


def test_orders_of_shards_add_up() -> None:
    """Without loading anything, the shards' orders have one digest together."""
    merged = Order(batch=6)
    merged.merge(loader(shard=(0, 3)).order(1))
    merged.merge(loader(shard=(1, 3)).order(1))
    merged.merge(loader(shard=(2, 3)).order(1))

    assert merged.digest == loader().order(1).digest


def test_nobody_elses_random_numbers_move() -> None:
    """Making a loader and walking over it draws from no global generator."""
    before = generator_states()

    list(loader())

    assert generator_states() == before


def test_an_epoch_that_was_left_goes_on_and_the_next_pass_is_the_next_epoch() -> None:
    """A place is an epoch and a batch; a pass ends with its epoch."""
    one = loader()
    next(iter(one))
    rest = list(one)

    assert len(rest) == 3
    assert one.state_dict() == {"plan": one.plan.text, "epoch": 1, "batch": 0}
    assert one.ids(0, 0) != one.ids(1, 0)


def test_two_passes_at_once_are_refused() -> None:
    """With loading workers they would take each other's batches."""
    one = loader()
    first = iter(one)
    next(first)
    next(iter(one))

    with pytest.raises(ReproUsageError, match="another pass"):
        next(first)


def test_a_place_of_other_batches_is_refused() -> None:
    """Both plans are told; the number of shards may be another."""
    place = loader(seed=1).state_dict()

    with pytest.raises(CheckpointError, match="had other batches") as caught:
        loader().load_state_dict(place)
    loader(1, shard=(1, 2)).load_state_dict(place)

    assert "seed 1\n  this loader" in str(caught.value)


def test_machines_without_a_sample_have_a_batch_less() -> None:
    """Two samples, three machines: kept, the third has nothing; padded, all have."""
    kept = [len(Deal(size=2, batch=3, shard=(at, 3))) for at in range(3)]
    padded = [
        len(Deal(size=2, batch=3, remainder="pad", shard=(at, 3))) for at in (0, 2)
    ]

    assert kept == [1, 1, 0]
    assert padded == [1, 1]


def test_what_deals_nothing_out_is_refused() -> None:
    """Too small a batch, no such shard, no such rest, nothing to deal."""
    with pytest.raises(ReproUsageError, match="2 samples for 3 shards"):
        Deal(size=9, batch=2, shard=(0, 3))
    with pytest.raises(ReproUsageError, match="which one of how many"):
        Deal(size=9, batch=2, shard=(2, 2))
    with pytest.raises(ReproUsageError, match="one of keep, drop, pad, got 'skip'"):
        Deal(size=9, batch=2, remainder="skip")
    with pytest.raises(ReproUsageError, match="3 samples has no batch of 4"):
        Deal(size=3, batch=4, remainder="drop")


def test_a_rule_for_another_source_is_refused() -> None:
    """Off by one sample would otherwise go unnoticed, or fail in a worker."""
    plan = BatchPlan(seed=0, batch=2, sampling=InOrder(21))

    with pytest.raises(ReproUsageError, match="made for another source"):
        Loader(SAMPLES, plan)


def test_a_stream_is_read_from_front_to_back() -> None:
    """A shuffle of all of it is refused, and so are sizes that files do not have."""
    stream = Stream.counted(range, 5)
    short = Stream(range, (0, 1, 3))
    whole = BatchPlan(seed=0, batch=2, sampling=Shuffled(10))
    windowed = BatchPlan(seed=0, batch=2, sampling=Windowed((0, 1, 3), window=2))

    with pytest.raises(ReproUsageError, match="jumps about"):
        Loader(stream, whole)
    with pytest.raises(ReproUsageError, match="ended before its sample 2"):
        list(Loader(short, windowed))
