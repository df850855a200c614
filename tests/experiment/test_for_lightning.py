"""A Lightning run that is resumed from Lightning's own checkpoint has the same bits."""

import warnings
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from pytest_repro.determinism import SPLITTING
from pytest_repro.errors import ReproUsageError
from pytest_repro.experiment import Orders, Run
from pytest_repro.replication.chaos import choose_deaths
from tests.experiment.killing import whole_and_killed
from tests.experiment.resuming import Noisy, every_step, outline, run
from tests.experiment.splitting import losses, split_run

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # about what others deprecate
    pl = pytest.importorskip("lightning.pytorch", reason="lightning is not installed")
    from pytest_repro.experiment.for_lightning import fit

pytestmark = pytest.mark.filterwarnings("ignore")  # it warns of what torch plans


Module: Any = pl.LightningModule


class Classifier(Module):  # type: ignore[misc]  # untyped where it is absent
    """A module with dropout, batch norm, a schedule and a metric of its own."""

    def __init__(self, *between: nn.Module) -> None:
        """Draw the weights."""
        super().__init__()
        self.net = nn.Sequential(nn.Linear(4, 8), *between, nn.Linear(8, 3))

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


def experiment(
    one: Run, *, accumulated: int = 1, plugins: Sequence[object] = ()
) -> None:
    """Train for two and a half epochs of four batches."""
    module = Classifier(nn.BatchNorm1d(8), nn.Dropout(0.3))
    trainer = pl.Trainer(
        accelerator="cpu",
        max_steps=10,
        accumulate_grad_batches=accumulated,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        plugins=list(plugins),
    )
    loader = DataLoader(Noisy(18), batch_size=4, shuffle=True, drop_last=True)
    fit(one, trainer, module, loader, every=2)
    one.fingerprint("weights", module)


def scaled(one: Run) -> None:
    """Train as above in 16 bits, with a scale of the loss that grows and falls."""
    scaler = torch.amp.GradScaler("cpu", init_scale=8.0, growth_interval=3)
    precision = pl.plugins.MixedPrecision("16-mixed", "cpu", scaler=scaler)
    experiment(one, plugins=[precision])
    one.log("scale", scaler.get_scale())


def test_it_can_be_resumed_at_every_step(tmp_path: Path) -> None:
    """In the midst of an epoch, at its end, and behind it."""
    whole = outline(run(experiment, Orders()))

    checkpoints = every_step(experiment, tmp_path)
    found = [outline(run(experiment, Orders(resume_from=c))) for c in checkpoints]

    assert len(checkpoints) == 9
    assert [one == whole for one in found] == [True] * 9


@pytest.mark.parametrize("occasion", range(2))
def test_it_survives_kills_at_random_steps(tmp_path: Path, occasion: int) -> None:
    """Three real ones each: at a step, within it, while its checkpoint is written."""
    deaths = choose_deaths("lightning", seed=occasion, count=3, steps=10, every=2)

    whole, killed = whole_and_killed(deaths, scaled, tmp_path, every=2)

    assert outline(killed) == outline(whole)


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


def splittable(
    one: Run,
    *between: nn.Module,
    rows: int = 4,
    accumulated: int = 1,
    limit: float = 1.0,
) -> None:
    """Train on examples that do not depend on who draws them when."""
    module = Classifier(*between)
    trainer = pl.Trainer(
        accelerator="cpu",
        max_steps=5,
        accumulate_grad_batches=accumulated,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        limit_train_batches=limit,
    )
    data = TensorDataset(torch.linspace(-1, 2, 64).reshape(16, 4), torch.arange(16) % 3)
    fit(one, trainer, module, DataLoader(data, batch_size=rows, shuffle=True))


@pytest.mark.parametrize("accumulated", [1, 2])
def test_split_batches_give_the_same_training(accumulated: int) -> None:
    """Loss by loss and weight by weight, but for rounding; the loss of each batch."""
    experiment = partial(splittable, accumulated=accumulated)
    whole = run(experiment, Orders())

    parts = split_run(experiment)

    assert SPLITTING.batches == 5 * accumulated
    assert (SPLITTING.owner, SPLITTING.whole) == ("Lightning", set())
    assert losses(parts) == pytest.approx(losses(whole), rel=1e-5)
    assert parts.steps == whole.steps


def test_planted_batch_norm_is_found() -> None:
    """It takes statistics over each part: another loss, and it is named."""
    whole = run(_with_norm, Orders())

    parts = split_run(_with_norm)

    assert SPLITTING.whole == {"BatchNorm1d"}
    assert losses(parts) != pytest.approx(losses(whole), rel=1e-3)


def _with_norm(one: Run) -> None:
    splittable(one, nn.BatchNorm1d(8))


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"rows": 3}, "batches of 3 rows have no 2 equal parts"),
        ({"limit": 3}, "limit_train_batches=3 counts batches"),
    ],
)
def test_batches_that_stay_whole_say_why(settings: dict[str, Any], why: str) -> None:
    """The run is the plain one, bit by bit, and the reason is kept."""
    experiment = partial(splittable, **settings)

    parts = split_run(experiment)

    assert (SPLITTING.batches, SPLITTING.kept_whole) == (0, why)
    assert outline(parts) == outline(run(experiment, Orders()))
