"""A Lightning run that is resumed from Lightning's own checkpoint has the same bits."""

import warnings
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from pytest_repro.errors import ReproUsageError
from pytest_repro.experiment import Orders, Run
from tests.experiment.resuming import Noisy, every_step, outline, run

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # about what others deprecate
    pl = pytest.importorskip("lightning.pytorch", reason="lightning is not installed")
    from pytest_repro.experiment.for_lightning import fit

pytestmark = pytest.mark.filterwarnings("ignore")  # it warns of what torch plans


Module: Any = pl.LightningModule


class Classifier(Module):  # type: ignore[misc]  # untyped where it is absent
    """A module with dropout, batch norm, a schedule and a metric of its own."""

    def __init__(self) -> None:
        """Draw the weights."""
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Dropout(0.3), nn.Linear(8, 3)
        )

    def training_step(self, batch: tuple[Tensor, Tensor], _: int) -> Tensor:
        """Compute the loss of a batch, and log a norm."""
        inputs, labels = batch
        outputs = self.net(inputs)
        self.log("norm", outputs.norm())
        return nn.functional.cross_entropy(outputs, labels)

    def configure_optimizers(self) -> Any:  # noqa: ANN401  # as Lightning wants it
        """Make an optimizer whose rate falls at each step."""
        optimizer = torch.optim.Adam(self.parameters(), lr=0.01)
        schedule = torch.optim.lr_scheduler.StepLR(optimizer, 2, gamma=0.5)
        return [optimizer], [{"scheduler": schedule, "interval": "step"}]


def experiment(one: Run, *, accumulated: int = 1) -> None:
    """Train for two and a half epochs of four batches."""
    module = Classifier()
    trainer = pl.Trainer(
        accelerator="cpu",
        max_steps=10,
        accumulate_grad_batches=accumulated,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    loader = DataLoader(Noisy(18), batch_size=4, shuffle=True, drop_last=True)
    fit(one, trainer, module, loader, every=2)
    one.fingerprint("weights", module)


def test_it_can_be_resumed_at_every_step(tmp_path: Path) -> None:
    """In the midst of an epoch, at its end, and behind it."""
    whole = outline(run(experiment, Orders()))

    checkpoints = every_step(experiment, tmp_path)
    found = [outline(run(experiment, Orders(resume_from=c))) for c in checkpoints]

    assert len(checkpoints) == 9
    assert [one == whole for one in found] == [True] * 9


def test_metrics_and_state_are_recorded() -> None:
    """The loss, what the module logs, and fingerprints of what moves."""
    recorder = run(experiment, Orders())

    assert [one.name for one in recorder.series] == ["norm", "train/loss"]
    assert [one.count for one in recorder.series] == [10, 10]
    assert {"model/parameters", "model/optimizer", "model/settings"} <= {
        one.name for one in recorder.state
    }


def test_checkpoints_within_an_update_are_refused(tmp_path: Path) -> None:
    """Where gradients add up over batches, trainers keep none of them."""
    orders = Orders(folder=tmp_path, every=3)

    with pytest.raises(ReproUsageError, match="an update of 2 batches"):
        run(partial(experiment, accumulated=2), orders)
