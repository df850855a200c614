"""A Trainer that is resumed from its own checkpoint folder has the same bits."""

import warnings
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import Dataset

from pytest_repro.checkpoints import places_in
from pytest_repro.errors import ReproUsageError
from pytest_repro.experiment import Orders, Run
from tests.experiment.resuming import outline, run

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

    def __init__(self) -> None:
        """Draw the weights."""
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Dropout(0.3), nn.Linear(8, 3)
        )

    def forward(self, inputs: Tensor, labels: Tensor) -> dict[str, Tensor]:
        """Compute the loss of a batch."""
        outputs = self.net(inputs)
        return {"loss": nn.functional.cross_entropy(outputs, labels), "out": outputs}


def trainer_in(folder: Path, *, accumulated: int = 1) -> Any:  # noqa: ANN401  # untyped
    """Make a Trainer for two and a half epochs of four batches."""
    arguments = transformers.TrainingArguments(
        output_dir=str(folder),
        max_steps=10,
        gradient_accumulation_steps=accumulated,
        per_device_train_batch_size=4,
        dataloader_drop_last=True,
        learning_rate=0.01,
        logging_steps=1,
        save_strategy="no",
        report_to=[],
        use_cpu=True,
        disable_tqdm=True,
    )
    return transformers.Trainer(Classifier(), arguments, train_dataset=Rows())


def test_it_can_be_resumed(tmp_path: Path) -> None:
    """In the midst of an epoch, at its end, and behind it."""

    def experiment(one: Run) -> None:
        trainer = trainer_in(tmp_path / "output")
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


def test_checkpoints_within_an_update_are_refused(tmp_path: Path) -> None:
    """Where gradients add up over batches, trainers keep none of them."""
    orders = Orders(folder=tmp_path, every=3)

    with pytest.raises(ReproUsageError, match="an update of 2 batches"):
        run(lambda one: train(one, trainer_in(tmp_path, accumulated=2)), orders)
