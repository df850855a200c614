"""What the loop promises whatever is trained, and that each promise can be broken.

No kind of module contract fits a loop: it is given a run, and promises something of two
runs. So promises are functions that answer whether they hold, and a planted fault is
held to exactly what the loop is held to.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from pytest_repro.experiment import Orders, Recorder, Run
from pytest_repro.training import Batches, Loader
from pytest_repro.training.stopping import Patience
from pytest_repro.training.torch_loop import Evaluate, Learner, Loop
from pytest_repro.training.torch_optimizers import SGD, AdamW, Optimizer
from tests.experiment.resuming import Experiment, every_step, outline, run

ROWS = torch.randn(30, 3, generator=torch.Generator().manual_seed(5))
PATIENCE = Patience.Config(metric="valid", evaluations=3)
BEST = Loop.Config(steps=8, evaluate_every=2, patience=PATIENCE, keeps="best")

Loss = Callable[[nn.Module, Tensor], Tensor]


def squared(model: nn.Module, rows: Tensor) -> Tensor:
    """Learn the sum of a row."""
    error: Tensor = model(rows) - rows.sum(dim=1, keepdim=True)
    return error.square().mean()


def measured(model: nn.Module) -> Mapping[str, float]:
    """Evaluate in evaluation mode, and go back to training mode."""
    model.eval()
    with torch.no_grad():
        found = squared(model, ROWS).item()
    model.train()
    return {"valid": found}


def drawing(model: nn.Module) -> Mapping[str, float]:
    """Evaluate on noisy rows: the fault moves the generator of dropout."""
    return {"valid": squared(model, ROWS + torch.randn(30, 3)).item()}


def staying(model: nn.Module) -> Mapping[str, float]:
    """Evaluate, and stay in evaluation mode: the fault turns dropout off."""
    model.eval()
    return {"valid": squared(model, ROWS).item()}


class Remembering:
    """A loss with a running mean that no checkpoint holds: the fault of the class."""

    def __init__(self) -> None:
        """Remember nothing."""
        self.mean = 0.0

    def __call__(self, model: nn.Module, rows: Tensor) -> Tensor:
        """Divide by what was before."""
        loss = squared(model, rows)
        self.mean = 0.9 * self.mean + loss.item()
        return loss / (1 + self.mean)


def experiment(
    config: Loop.Config,
    *,
    evaluate: Evaluate = measured,
    loss: Callable[[], Loss] = lambda: squared,
    optimizer: Optimizer | None = None,
) -> Experiment:
    """Make an experiment: batches of a loader, dropout, a loop."""

    def train(one: Run) -> None:
        model = nn.Sequential(nn.Linear(3, 8), nn.Dropout(0.3), nn.Linear(8, 1))
        made = optimizer or AdamW.Config(lr=0.05).build()
        learner = Learner(model=model, optimizer=made.attach(model), loss=loss())
        loader: Loader = Batches.Config(batch=7).build().load(one, ROWS)
        config.build().train(one, learner, loader.epochs(2), evaluate=evaluate)
        one.fingerprint("weights", model)

    return train


def trained(recorder: Recorder) -> tuple[object, ...]:
    """Return what training left: its losses, and every fingerprint."""
    (losses,) = (one for one in recorder.series if one.name == "train/loss")
    return (
        losses.steps,
        losses.head,
        [(one.name, one.step, one.digest) for one in recorder.state],
    )


def resumes_anywhere(one: Experiment, folder: Path) -> bool:
    """From every checkpoint on, the record is that of the uninterrupted run."""
    whole = outline(run(one, Orders()))
    kept = every_step(one, folder)
    resumed = [outline(run(one, Orders(resume_from=path))) for path in kept]
    return len(kept) > 4 and all(found == whole for found in resumed)


def is_undisturbed(evaluate: Evaluate) -> bool:
    """Training has the same bits however often it is evaluated."""
    found = [
        trained(run(experiment(config, evaluate=evaluate), Orders()))
        for config in (
            Loop.Config(steps=8),
            Loop.Config(steps=8, evaluate_every=1),
            Loop.Config(steps=8, evaluate_every=3),
        )
    ]
    return found[0] == found[1] == found[2]


@pytest.mark.parametrize(
    ("config", "optimizer"),
    [
        pytest.param(BEST, AdamW.Config(), id="best"),
        pytest.param(Loop.Config(steps=8), SGD.Config(lr=0.01), id="last"),
    ],
)
def test_a_loop_is_resumed_anywhere_under_a_loader(
    config: Loop.Config, optimizer: AdamW.Config | SGD.Config, tmp_path: Path
) -> None:
    """Over two epochs of a loader: place, patience, best weights, rates, dropout."""
    one = experiment(config, optimizer=optimizer.build())

    assert resumes_anywhere(one, tmp_path)


def test_a_loop_that_forgets_something_would_be_found(tmp_path: Path) -> None:
    """A loss with a memory of its own goes on from another one."""
    assert not resumes_anywhere(experiment(BEST, loss=Remembering), tmp_path)


def test_training_has_the_same_bits_with_and_without_evaluation() -> None:
    """After every step, every third, or never."""
    assert is_undisturbed(measured)


@pytest.mark.parametrize("fault", [drawing, staying])
def test_an_evaluation_that_disturbs_would_be_found(fault: Evaluate) -> None:
    """One that draws, and one that leaves the model in another mode."""
    assert not is_undisturbed(fault)


def test_the_best_weights_are_those_of_the_best_evaluation() -> None:
    """Evaluated after training, the model has the best value of the whole trace."""
    seen: list[float] = []

    def noted(model: nn.Module) -> Mapping[str, float]:
        seen.append(measured(model)["valid"])
        return {"valid": seen[-1]}

    def train(one: Run) -> None:
        model = nn.Linear(3, 1)
        optimizer = SGD.Config(lr=0.9).build().attach(model)
        learner = Learner(model=model, optimizer=optimizer, loss=squared)
        config = Loop.Config(steps=8, evaluate_every=1, patience=PATIENCE, keeps="best")
        config.build().train(one, learner, _for_ever(), evaluate=noted)
        one.log("kept", measured(model)["valid"])

    found = run(train, Orders()).metrics

    assert [one.scalar.value for one in found] == [min(seen)]
    assert min(seen) < seen[-1]


def _for_ever() -> Iterator[Tensor]:
    while True:
        yield ROWS
