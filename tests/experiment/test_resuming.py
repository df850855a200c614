"""A run that is resumed at any step records what an uninterrupted run records."""

from pathlib import Path

import pytest
import torch
from torch import nn

from pytest_repro.checkpoints import Place, nearest_checkpoint
from pytest_repro.errors import CheckpointError, ReproUsageError
from pytest_repro.experiment import Orders, Run
from tests.experiment import resuming
from tests.experiment.resuming import (
    Experiment,
    every_step,
    outline,
    run,
    run_and_listen,
)

EXPERIMENTS = [
    pytest.param(resuming.by_loader(0, drop_last=True), id="loader"),
    pytest.param(resuming.by_loader(0, drop_last=False), id="incomplete batches"),
    pytest.param(resuming.by_loader(2, drop_last=True), id="two workers"),
    pytest.param(resuming.by_one_epoch, id="one epoch"),
    pytest.param(resuming.by_own_generator, id="own generators"),
    pytest.param(resuming.by_numpy, id="numpy"),
    pytest.param(resuming.by_lbfgs, id="lbfgs"),
    pytest.param(resuming.by_half_bits, id="16 bits"),
    pytest.param(resuming.by_two_loops, id="two loops"),
    pytest.param(resuming.by_stateful, id="knows its place"),
]


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_a_run_can_be_resumed_at_every_step(
    experiment: Experiment, tmp_path: Path
) -> None:
    """Every point, fingerprint, position and state of a generator is the same."""
    whole = outline(run(experiment, Orders()))

    checkpoints = every_step(experiment, tmp_path)
    found = [outline(run(experiment, Orders(resume_from=c))) for c in checkpoints]

    assert len(checkpoints) > 4  # and with that an end of an epoch
    assert [one == whole for one in found] == [True] * len(checkpoints)


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_writing_checkpoints_changes_nothing(
    experiment: Experiment, tmp_path: Path
) -> None:
    """A run that is kept has the bits of one that is not."""
    kept = run(experiment, Orders(folder=tmp_path, every=3))

    assert outline(kept) == outline(run(experiment, Orders()))


def test_a_resumed_run_writes_the_same_checkpoints(tmp_path: Path) -> None:
    """Also what a second resumption will need has come back."""
    experiment = resuming.by_loader(0, drop_last=True)
    run(experiment, Orders(folder=tmp_path / "whole", every=4))
    start = Place(0, 4).file_in(tmp_path / "whole")

    run(experiment, Orders(folder=tmp_path / "again", every=4, resume_from=start))

    last = Place(0, 8)
    assert (
        last.file_in(tmp_path / "again").read_bytes()
        == last.file_in(tmp_path / "whole").read_bytes()
    )


@pytest.mark.parametrize("step", [2, 5, 8])
def test_the_horizon_is_kept(step: int, tmp_path: Path) -> None:
    """A resumed run knows where its horizon lay, or meets it where it lies."""
    experiment = resuming.by_one_epoch
    whole = run(experiment, Orders(folder=tmp_path, every=1), horizon=5)
    start = nearest_checkpoint(tmp_path, step=step)

    resumed = run(experiment, Orders(resume_from=start), horizon=5)

    assert resumed.horizon is not None
    assert outline(resumed) == outline(whole)


def test_a_short_run_does_not_begin_behind_its_end(tmp_path: Path) -> None:
    """It would record what it must not."""
    run(resuming.by_one_epoch, Orders(folder=tmp_path, every=1), horizon=5)
    orders = Orders(resume_from=nearest_checkpoint(tmp_path, step=8))

    with pytest.raises(ReproUsageError, match="ends at step 5 cannot begin after it"):
        run(resuming.by_one_epoch, orders, horizon=5, ends_at_horizon=True)


def forgetful(one: Run) -> None:
    """Train with a schedule and a mean that nobody was told of."""
    model = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 2)
    source = torch.Generator().manual_seed(3)
    criterion = nn.MSELoss()
    mean = 0.0
    one.watch(model, optimizer, every=1)
    for step in one.steps(total=8):
        inputs = torch.randn(4, 2, generator=source)
        loss = criterion(model(inputs), torch.ones(4, 1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        mean = 0.9 * mean + loss.item()
        one.log("mean", mean, step=step)


def test_what_is_forgotten_is_named_and_shows(tmp_path: Path) -> None:
    """The run warns while it can still be mended; resumed, it has other bits."""
    whole = run(forgetful, Orders())

    _, warnings = run_and_listen(forgetful, Orders(folder=tmp_path, every=3))
    start = nearest_checkpoint(tmp_path)
    resumed = run(forgetful, Orders(resume_from=start))

    named = [line.split(" hold ")[1].split(",")[0] for line in warnings]
    assert named == ["mean (float)", "schedule (StepLR)", "source (Generator)"]
    assert outline(resumed) != outline(whole)


def test_what_a_loop_leaves_alone_is_not_named(tmp_path: Path) -> None:
    """No false word about data, criteria, registered parts, or names of one step."""
    _, warnings = run_and_listen(
        resuming.by_loader(0, drop_last=True), Orders(folder=tmp_path, every=3)
    )

    assert warnings == []


def changed_setup(one: Run) -> None:
    """Draw other initial weights than `resuming.by_lbfgs`."""
    torch.rand(3)
    resuming.by_lbfgs(one)


def test_another_beginning_is_said(tmp_path: Path) -> None:
    """What is restored hides it; a person should know."""
    run(resuming.by_lbfgs, Orders(folder=tmp_path, every=3))
    start = nearest_checkpoint(tmp_path)

    _, warnings = run_and_listen(changed_setup, Orders(resume_from=start))

    assert "before the loop this run had other bits" in warnings[0]


def other_items(one: Run) -> None:
    """Give other items than `resuming.by_stateful`, without a place of their own."""
    for step, item in one.steps([one.seed + index for index in SHIFTED], total=6):
        one.log("item", item, step=step)


SHIFTED: list[int] = []


def test_other_items_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The item before the checkpoint is compared."""
    monkeypatch.setattr("tests.experiment.test_resuming.SHIFTED", [1, 2, 3, 4, 5, 6])
    run(other_items, Orders(folder=tmp_path, every=3))
    start = nearest_checkpoint(tmp_path)
    monkeypatch.setattr("tests.experiment.test_resuming.SHIFTED", [1, 2, 9, 4, 5, 6])

    with pytest.raises(CheckpointError, match="item 2 of the loop is another one"):
        run(other_items, Orders(resume_from=start))


def test_another_run_is_refused(tmp_path: Path) -> None:
    """A checkpoint of another seed would be taken for this one."""
    run(resuming.by_stateful, Orders(folder=tmp_path, every=3, seed=1))
    start = nearest_checkpoint(tmp_path)

    with pytest.raises(CheckpointError, match="the checkpoint is of another run"):
        run(resuming.by_stateful, Orders(resume_from=start, seed=2))


def test_other_parts_are_refused(tmp_path: Path) -> None:
    """A model that is not registered any more cannot be restored."""
    run(resuming.by_lbfgs, Orders(folder=tmp_path, every=3))
    start = nearest_checkpoint(tmp_path)

    with pytest.raises(CheckpointError, match="'model' is in one of them alone"):
        run(without_model, Orders(resume_from=start))


def without_model(one: Run) -> None:
    """Walk over seven steps with nothing registered."""
    for step in one.steps(total=7):
        one.log("step", step, step=step)


def test_a_loop_that_never_begins_is_an_error(tmp_path: Path) -> None:
    """Else a run that skipped its training would pass for resumed."""
    run(without_model, Orders(folder=tmp_path, every=3))
    start = nearest_checkpoint(tmp_path)

    with pytest.raises(CheckpointError, match="in loop 0: it never began"):
        run(lambda one: one.log("end", 1.0), Orders(resume_from=start))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")
def test_generators_of_a_gpu_are_kept(tmp_path: Path) -> None:
    """Dropout on the device draws from a generator of its own."""
    whole = outline(run(on_device, Orders()))

    checkpoints = every_step(on_device, tmp_path)
    found = [outline(run(on_device, Orders(resume_from=c))) for c in checkpoints]

    assert [one == whole for one in found] == [True] * len(checkpoints)


def on_device(one: Run) -> None:
    """Train with dropout where `Run.device` says."""
    model = nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.5), nn.Linear(8, 1))
    model.to(one.device)
    optimizer = torch.optim.Adam(model.parameters())
    one.watch(model, optimizer, every=2)
    for step in one.steps(total=8):
        inputs = torch.randn(4, 4, device=one.device)
        loss = model(inputs).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        one.log("loss", loss, step=step)


def test_a_run_on_its_device_can_be_resumed(tmp_path: Path) -> None:
    """The same on whatever is here."""
    run(on_device, Orders(folder=tmp_path, every=3))

    resumed = run(on_device, Orders(resume_from=nearest_checkpoint(tmp_path)))

    assert outline(resumed) == outline(run(on_device, Orders()))
