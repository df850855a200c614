"""A Trainer that is resumed from its own checkpoint folder has the same bits."""

import warnings
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import Dataset

from pytest_repro.checkpoints import places_in
from pytest_repro.determinism import SPLITTING
from pytest_repro.errors import ReproUsageError
from pytest_repro.experiment import Orders, Run
from pytest_repro.replication.chaos import choose_deaths
from tests.experiment.killing import whole_and_killed
from tests.experiment.resuming import Experiment, outline, run
from tests.experiment.splitting import losses, split_run

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # about what others deprecate
    transformers = pytest.importorskip(
        "transformers", reason="transformers is not installed"
    )
    pytest.importorskip("accelerate", reason="accelerate is not installed")
    from pytest_repro.experiment.for_transformers import train

pytestmark = pytest.mark.filterwarnings("ignore")  # it warns of its own plans


class Rows(Dataset[dict[str, Tensor]]):
    """Examples that are drawn anew each time."""

    def __len__(self) -> int:
        """Return the number of examples."""
        return 18

    def __getitem__(self, index: int) -> dict[str, Tensor]:
        """Draw an example."""
        return {"inputs": torch.randn(4) + index, "labels": torch.tensor(index % 3)}


class Classifier(nn.Module):
    """A module with dropout and batch norm that computes its own loss."""

    def __init__(self, *between: nn.Module) -> None:
        """Draw the weights."""
        super().__init__()
        self.net = nn.Sequential(nn.Linear(4, 8), *between, nn.Linear(8, 3))

    def forward(self, inputs: Tensor, labels: Tensor) -> dict[str, Tensor]:
        """Compute the loss of a batch."""
        outputs = self.net(inputs)
        return {"loss": nn.functional.cross_entropy(outputs, labels), "out": outputs}


def trainer_in(
    folder: Path,
    *between: nn.Module,
    accumulated: int = 1,
    rows: int = 4,
    data: Dataset[dict[str, Tensor]] | None = None,
) -> Any:  # noqa: ANN401  # untyped
    """Make a Trainer for two and a half epochs of four batches."""
    arguments = transformers.TrainingArguments(
        output_dir=str(folder),
        max_steps=10,
        gradient_accumulation_steps=accumulated,
        per_device_train_batch_size=rows,
        dataloader_drop_last=True,
        learning_rate=0.01,
        logging_steps=1,
        save_strategy="no",
        report_to=[],
        use_cpu=True,
        disable_tqdm=True,
    )
    model = Classifier(*between)
    return transformers.Trainer(model, arguments, train_dataset=data or Rows())


def whole_trainer_in(folder: Path) -> Any:  # noqa: ANN401  # untyped
    """Make one whose model draws, and keeps statistics."""
    return trainer_in(folder, nn.BatchNorm1d(8), nn.Dropout(0.3))


def test_it_can_be_resumed(tmp_path: Path) -> None:
    """In the midst of an epoch, at its end, and behind it."""

    def experiment(one: Run) -> None:
        trainer = whole_trainer_in(tmp_path / "output")
        train(one, trainer, every=2)
        one.fingerprint("weights", trainer.model)

    whole = run(experiment, Orders())
    run(experiment, Orders(folder=tmp_path / "kept", every=1))
    checkpoints = [
        place.file_in(tmp_path / "kept") for place in places_in(tmp_path / "kept")
    ]

    found = [outline(run(experiment, Orders(resume_from=c))) for c in checkpoints]

    assert len(checkpoints) == 9
    assert [one == outline(whole) for one in found] == [True] * 9
    assert {one.name for one in whole.series} == {
        "train/grad_norm",
        "train/learning_rate",
        "train/loss",
    }


@pytest.mark.parametrize("occasion", range(2))
def test_it_survives_kills_at_random_steps(tmp_path: Path, occasion: int) -> None:
    """Three real ones each: at a step, within it, while its checkpoint is written."""

    def experiment(one: Run) -> None:
        trainer = whole_trainer_in(tmp_path / "output")
        train(one, trainer, every=2)
        one.fingerprint("weights", trainer.model)

    deaths = choose_deaths("transformers", seed=occasion, count=3, steps=10, every=2)

    whole, killed = whole_and_killed(deaths, experiment, tmp_path / "kept", every=2)

    assert outline(killed) == outline(whole)


def test_checkpoints_within_an_update_are_refused(tmp_path: Path) -> None:
    """Where gradients add up over batches, trainers keep none of them."""
    orders = Orders(folder=tmp_path, every=3)

    with pytest.raises(ReproUsageError, match="an update of 2 batches"):
        run(lambda one: train(one, trainer_in(tmp_path, accumulated=2)), orders)


class Still(Rows):
    """Examples that do not depend on who draws them when."""

    def __getitem__(self, index: int) -> dict[str, Tensor]:
        """Compute an example."""
        row = torch.linspace(-1, 2, 4) * index
        return {"inputs": row.sin(), "labels": torch.tensor(index % 3)}


def splittable(folder: Path, *between: nn.Module, rows: int = 4) -> Experiment:
    """Make an experiment over a Trainer's whole batches."""

    def experiment(one: Run) -> None:
        train(one, trainer_in(folder, *between, rows=rows, data=Still()))

    return experiment


def test_split_batches_give_the_same_training(tmp_path: Path) -> None:
    """Loss by loss, but for rounding; the Trainer accumulates over two parts."""
    whole = run(splittable(tmp_path), Orders())

    parts = split_run(splittable(tmp_path))

    assert SPLITTING.batches == 10
    assert (SPLITTING.owner, SPLITTING.whole) == ("Transformers", set())
    assert losses(parts) == pytest.approx(losses(whole), rel=1e-4)
    assert parts.steps == whole.steps


def test_planted_batch_norm_is_found(tmp_path: Path) -> None:
    """It takes statistics over each part: another loss, and it is named."""
    whole = run(splittable(tmp_path, nn.BatchNorm1d(8)), Orders())

    parts = split_run(splittable(tmp_path, nn.BatchNorm1d(8)))

    assert SPLITTING.whole == {"BatchNorm1d"}
    assert losses(parts) != pytest.approx(losses(whole), rel=1e-3)


def test_odd_batches_stay_whole_and_say_why(tmp_path: Path) -> None:
    """The run is the plain one, bit by bit, and the reason is kept."""
    parts = split_run(splittable(tmp_path, rows=3))

    assert SPLITTING.kept_whole == "batches of 3 rows have no 2 equal parts"
    assert outline(parts) == outline(run(splittable(tmp_path, rows=3), Orders()))
