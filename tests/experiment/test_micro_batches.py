"""A batch is split where an experiment offers a place, and only under a variation."""

from collections.abc import Callable, Iterator

import pytest
import torch
from torch import nn

from pytest_repro.determinism import SPLITTING
from pytest_repro.determinism.splitting import split_batches
from tests.experiment.following import started


@pytest.fixture
def split() -> Iterator[Callable[[int], object]]:
    """Splits batches until the test is over."""
    yield split_batches
    split_batches(1)


def test_a_batch_comes_back_as_it_is() -> None:
    """Without the variation it is the very same object, with a weight of 1."""
    run, _ = started()
    batch = (torch.ones(4, 2), torch.ones(4))

    ((weight, part),) = run.micro_batches(batch)

    assert weight == 1.0
    assert part is batch


def test_parts_make_up_the_batch(split: Callable[[int], object]) -> None:
    """Every row once and in order, in containers like its own; weights are shares."""
    run, _ = started()
    split(2)
    batch = {"x": torch.arange(5), "more": [torch.arange(5) + 5], "name": "kept"}

    weights, parts = zip(*run.micro_batches(batch), strict=True)

    assert weights == (0.4, 0.6)
    assert torch.equal(torch.cat([one["x"] for one in parts]), batch["x"])  # type: ignore[arg-type]  # a tensor
    assert [one["more"][0].tolist() for one in parts] == [[5, 6], [7, 8, 9]]
    assert {one["name"] for one in parts} == {"kept"}
    assert SPLITTING.batches == 1


@pytest.mark.parametrize(
    "batch", [torch.ones(1, 3), (torch.ones(4), torch.ones(5)), 7], ids=str
)
def test_what_has_no_rows_to_split_stays_whole(
    split: Callable[[int], object], batch: object
) -> None:
    """And is not counted, so nobody takes it for tried."""
    run, _ = started()
    split(2)

    assert [part for _, part in run.micro_batches(batch)] == [batch]
    assert SPLITTING.batches == 0


def test_weighted_gradients_are_those_of_the_batch(
    split: Callable[[int], object],
) -> None:
    """Law: the weighted sum of means over parts is the mean, but for rounding."""
    run, _ = started()
    model, rows = nn.Linear(3, 1), torch.randn(7, 3)
    model(rows).square().mean().backward()
    whole = model.weight.grad
    model.zero_grad()
    split(2)

    for weight, part in run.micro_batches(rows):
        (weight * model(part).square().mean()).backward()

    torch.testing.assert_close(model.weight.grad, whole)


def test_layers_that_see_another_batch_are_named(
    split: Callable[[int], object],
) -> None:
    """Statistics over a batch, and draws for it; a dropout of nothing draws none."""
    run, _ = started()
    split(2)

    run.watch(nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2), nn.Dropout(0.5)))

    assert SPLITTING.whole == {"BatchNorm1d", "Dropout"}
    split(2)
    run.watch(nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.0)), name="other")
    assert not SPLITTING.whole
