"""A trainer that owns its loop gets parts of batches, where that is the same step."""

from collections.abc import Iterator
from itertools import chain
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset

from pytest_repro.determinism import SPLITTING
from pytest_repro.determinism.splitting import split_batches
from pytest_repro.errors import ReproUsageError
from pytest_repro.experiment.feeding import Feed
from pytest_repro.experiment.halving import Parts, halved, parts_for
from tests.experiment.following import started

ROWS = TensorDataset(torch.arange(12).reshape(12, 1))


@pytest.fixture
def split() -> Iterator[None]:
    """Batches are split in two until the test is over."""
    split_batches(2)
    yield
    split_batches(1)


def test_without_the_variation_nothing_is_split() -> None:
    """And nobody is asked whether it could be."""
    split_batches(1)  # what an earlier test's split left to be read is gone

    assert parts_for("Trainer", object()) == 1
    assert SPLITTING.kept_whole == ""


@pytest.mark.usefixtures("split")
@pytest.mark.parametrize(
    "loader",
    [
        DataLoader(ROWS, batch_size=4),
        DataLoader(ROWS, batch_size=8),
        DataLoader(ROWS, batch_size=10, drop_last=True),
    ],
    ids=["all alike", "an even rest", "no rest"],
)
def test_even_batches_are_split(loader: Any) -> None:  # noqa: ANN401  # of any batch
    """All of an epoch's batches have two equal parts; the trainer is named."""
    assert parts_for("Trainer", loader) == 2
    assert (SPLITTING.owner, SPLITTING.kept_whole) == ("Trainer", "")


@pytest.mark.usefixtures("split")
@pytest.mark.parametrize(
    ("loader", "counted", "why"),
    [
        (DataLoader(ROWS, batch_size=3), "", "batches of 3 rows have no 2 equal parts"),
        (
            DataLoader(TensorDataset(torch.ones(9)), batch_size=4),
            "",
            "the last batch of an epoch has 1 rows, and no 2 equal parts",
        ),
        ([1, 2], "", "nobody can say how many rows its batches will have"),
        (
            DataLoader(ROWS, batch_size=4),
            "limits count batches",
            "limits count batches",
        ),
    ],
    ids=["odd", "an odd rest", "a list", "counted"],
)
def test_what_cannot_be_split_honestly_says_why(
    loader: object, counted: str, why: str
) -> None:
    """Nothing is split, so nothing is cleared; and no trainer is said to have."""
    assert parts_for("Trainer", loader, counted) == 1
    assert (SPLITTING.owner, SPLITTING.kept_whole) == ("", why)


@pytest.mark.usefixtures("split")
def test_feed_gives_parts_and_steps_stay_batches() -> None:
    """Twice as many parts as batches; the run counts three steps all the same."""
    run, recorder = started()
    feed = Feed(run, DataLoader(ROWS, batch_size=4), parts=2)

    parts = [part[0].flatten().tolist() for part in feed]

    assert len(feed) == len(parts) == 6
    assert list(chain(*parts)) == list(range(12))
    assert SPLITTING.batches == 3
    assert recorder.steps == 2  # whoever asks for more has finished the third


@pytest.mark.usefixtures("split")
def test_batch_that_breaks_the_promise_of_its_loader_ends_the_run() -> None:
    """Its trainer would weight unequal parts alike; the remedy is named."""
    with pytest.raises(ReproUsageError, match='axes="-batch accumulation"'):
        halved(torch.ones(5, 2))


def test_numbers_of_parts_become_those_of_the_batch() -> None:
    """What a trainer divided adds up; of the rest the mean is taken."""
    parts = Parts(2)

    first = parts.joined({"loss": 0.25, "norm": 2.0}, sums={"loss"})
    second = parts.joined({"loss": 0.5, "norm": 4.0, "late": 1.0}, sums={"loss"})

    assert first == {}
    assert second == {"loss": 0.75, "norm": 3.0}
    assert [parts.step_of(number) for number in range(4)] == [0, 0, 1, 1]


def test_a_whole_batch_is_told_as_it_is() -> None:
    """The same object: no bit of a reference can change."""
    told = SimpleNamespace()

    assert Parts(1).joined(vars(told), sums=()) is vars(told)
