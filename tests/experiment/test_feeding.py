"""Trainers that own their loop are fed by the run, and restore themselves."""

from pathlib import Path

import pytest

from pytest_repro.checkpoints import nearest_checkpoint
from pytest_repro.errors import CheckpointError, ReproUsageError
from pytest_repro.experiment import Orders, Recorder, Run
from pytest_repro.experiment.feeding import Feed, pack, unpack
from tests.experiment.resuming import outline, run

FILES = {"a/weights.bin": b"\x00\x01", "state.json": b"{}"}


class Summing:
    """A trainer of our own: sums what it is fed, and keeps the sum itself."""

    def __init__(self, one: Run) -> None:
        """Begin at zero, or with what a checkpoint holds."""
        kept = one.lead("summing", lambda: self.total)
        self.total: int = 0 if kept is None else kept

    def fit(self, one: Run, feed: Feed, *, steps: int) -> None:
        """Walk over epochs until there were so many steps."""
        done = one._keeper._header.get("step", 0)
        while done < steps:
            for batch in feed:
                self.total += batch
                one.log("sum", self.total, step=done)
                done += 1
                if done == steps:
                    return


def experiment(one: Run) -> None:
    """Sum three batches for four epochs, all but the last batch."""
    Summing(one).fit(one, Feed(one, [1, 2, 3]), steps=11)


@pytest.mark.parametrize("step", [2, 3, 7, 9])
def test_a_trainer_is_resumed_by_itself(step: int, tmp_path: Path) -> None:
    """It gets what is left of the epoch, then whole ones."""
    whole = run(experiment, Orders())
    run(experiment, Orders(folder=tmp_path, every=1))
    start = nearest_checkpoint(tmp_path, step=step)

    resumed = run(experiment, Orders(resume_from=start))

    assert outline(resumed) == outline(whole)


def test_an_epoch_is_as_long_as_the_loader() -> None:
    """Each walk over the feed is one epoch."""
    feed = Feed(Run(0, Recorder(), folder=Path(), root=Path()), ["a", "b"])

    assert len(feed) == 2
    assert [list(feed), list(feed)] == [["a", "b"], ["a", "b"]]


def test_a_loader_without_a_length_is_refused() -> None:
    """Nobody could say where an epoch ends."""
    one = Run(0, Recorder(), folder=Path(), root=Path())

    with pytest.raises(ReproUsageError, match="from a loader with a length"):
        Feed(one, iter([1, 2]))


def test_a_checkpoint_without_the_trainer_is_refused(tmp_path: Path) -> None:
    """It would begin with fresh weights in the midst of the data."""
    run(plain, Orders(folder=tmp_path, every=1))
    start = nearest_checkpoint(tmp_path)

    with pytest.raises(CheckpointError, match="holds nothing of 'summing'"):
        run(experiment, Orders(resume_from=start))


def plain(one: Run) -> None:
    """Walk over four steps without a trainer."""
    for step in one.steps(total=4):
        one.log("sum", step, step=step)


def test_folders_come_back(tmp_path: Path) -> None:
    """Every file with its bytes, in folders of any depth."""
    folder = unpack(FILES, tmp_path / "new")

    assert pack(folder) == FILES


@pytest.mark.parametrize("name", ["../outside", "/outside"])
def test_files_outside_the_folder_are_refused(name: str, tmp_path: Path) -> None:
    """A checkpoint may come from anywhere."""
    with pytest.raises(ReproUsageError, match="a file outside its folder"):
        unpack({name: b""}, tmp_path / "new")
