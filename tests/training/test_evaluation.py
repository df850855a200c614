"""An evaluation depends on the samples, not on how they are cut or left behind."""

from contextlib import suppress

import pytest
import torch
import torch.nn.functional as F  # noqa: N812  # as the field calls it
from torch import Tensor, nn

from pytest_repro.errors import ReproUsageError
from pytest_repro.training.torch_evaluation import (
    Classification,
    Regression,
    evaluating,
    mean_over_samples,
)


class Rows(nn.Module):
    """Gives each row itself, by no kernel that looks at the batch."""

    def forward(self, inputs: Tensor) -> Tensor:
        """Return a copy."""
        return inputs * 1.0


def logits() -> tuple[Tensor, Tensor]:
    """Draw logits float32[23, 5] and labels."""
    generator = torch.Generator().manual_seed(0)
    drawn = torch.randn(23, 5, generator=generator) * 3
    return drawn, torch.randint(0, 5, (23,), generator=generator)


@pytest.mark.parametrize("size", [1, 2, 7, 22, 23, 100])
def test_the_size_of_batches_changes_no_bit(size: int) -> None:
    """A short last batch weighs no more, and sums are rounded once."""
    inputs, labels = logits()
    whole = Classification.Config(batch_size=23).build()(Rows(), inputs, labels)

    cut = Classification.Config(batch_size=size).build()(Rows(), inputs, labels)

    assert cut == whole


def test_the_order_of_samples_changes_no_bit() -> None:
    """Exact sums commute."""
    inputs, labels = logits()
    measure = Classification.Config(batch_size=4).build()

    assert measure(Rows(), inputs.flip(0), labels.flip(0)) == measure(
        Rows(), inputs, labels
    )


def test_a_mean_of_means_would_fail_this() -> None:
    """The planted fault: what most loops do depends on the cut."""
    inputs, labels = logits()
    batches = zip(inputs.split(7), labels.split(7), strict=True)
    means = [F.cross_entropy(*batch).item() for batch in batches]

    exact = Classification.Config().build()(Rows(), inputs, labels)["test/loss"]

    assert sum(means) / len(means) != pytest.approx(exact, rel=1e-4)


def test_values_are_those_of_torch() -> None:
    """In double precision, to the last few bits."""
    inputs, labels = logits()

    found = Classification.Config(prefix="valid").build()(Rows(), inputs, labels)

    assert found == {
        "valid/accuracy": pytest.approx((inputs.argmax(1) == labels).double().mean()),
        "valid/loss": pytest.approx(F.cross_entropy(inputs.double(), labels).item()),
    }


def test_errors_of_a_regression_are_those_of_numpy() -> None:
    """Of rows with one value and with several."""
    targets = torch.tensor([1.0, 2.0, 4.0])

    found = Regression.Config().build()(Rows(), torch.zeros(3), targets)

    assert found == {"test/mae": 7 / 3, "test/mse": 7.0}


def test_targets_that_would_be_broadcast_are_refused() -> None:
    """[rows] against [rows, 1] makes a square of errors in torch."""
    with pytest.raises(ReproUsageError, match=r"outputs  \(3, 1\)"):
        Regression.Config().build()(Rows(), torch.zeros(3, 1), torch.zeros(3))


def test_each_part_goes_back_into_its_own_mode() -> None:
    """A frozen batch norm in evaluation mode stays so, also after an error."""
    model = nn.Sequential(nn.BatchNorm1d(2), nn.Dropout()).train()
    model[0].eval()

    with suppress(ZeroDivisionError), evaluating(model):
        inside = [one.training for one in model.modules()]
        raise ZeroDivisionError

    assert inside == [False] * 3
    assert [one.training for one in model.modules()] == [True, False, True]


def test_an_evaluation_draws_nothing() -> None:
    """The generator of training is where it was."""
    model = nn.Sequential(nn.Linear(5, 5), nn.Dropout()).train()
    before = torch.get_rng_state()

    Classification.Config().build()(model, *logits())

    assert torch.equal(torch.get_rng_state(), before)


def test_a_measure_gives_one_number_a_sample() -> None:
    """A mean would be weighed wrongly."""
    with pytest.raises(ReproUsageError, match="one number for each sample"):
        mean_over_samples(Rows(), [logits()], {"loss": F.cross_entropy})


def test_nothing_cannot_be_evaluated() -> None:
    """There is no mean of nothing."""
    with pytest.raises(ReproUsageError, match="no sample"):
        mean_over_samples(Rows(), [], {"loss": F.cross_entropy})


def test_an_empty_batch_is_refused() -> None:
    """It would never end."""
    with pytest.raises(ReproUsageError, match="at least one sample"):
        Regression.Config(batch_size=0).build()
