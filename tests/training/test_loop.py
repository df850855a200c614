"""The loop trains, stops and keeps as declared, and is resumed to the bit anywhere."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from pytest_repro.errors import ReproUsageError
from pytest_repro.experiment import Orders, Recorder, Run
from pytest_repro.training.rates import Milestones
from pytest_repro.training.stopping import Patience
from pytest_repro.training.torch_evaluation import Regression
from pytest_repro.training.torch_loop import Ended, Learner, Loop
from pytest_repro.training.torch_losses import SquaredError
from pytest_repro.training.torch_optimizers import SGD, AdamW, scheduled
from tests.experiment.resuming import Experiment, every_step, outline, run

PATIENT = Patience.Config(metric="valid/mse", evaluations=2)
SQUARED = SquaredError.Config().build()


def batches(run: Run) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield noisy lines for ever."""
    generator = run.generator("batches")
    while True:
        inputs = torch.randn(8, 3, generator=generator)
        yield inputs, inputs.sum(dim=1, keepdim=True)


def squared(model: nn.Module, batch: tuple[Tensor, Tensor]) -> Tensor:
    """Score a batch."""
    return SQUARED(model(batch[0]), batch[1])


def validate(model: nn.Module) -> Mapping[str, float]:
    """Evaluate on four rows."""
    inputs = torch.arange(12.0).reshape(4, 3) / 12
    measure = Regression.Config(prefix="valid").build()
    return measure(model, inputs, inputs.sum(dim=1, keepdim=True))


def weights_in(recorder: Recorder) -> list[object]:
    """List the digests of the model after the loop."""
    return [one.digest for one in recorder.state if one.name == "weights"]


def experiment(config: Loop.Config, ended: list[Ended] | None = None) -> Experiment:
    """Make an experiment of a loop."""

    def train(repro: Run) -> None:
        model = nn.Sequential(nn.Linear(3, 4), nn.Dropout(0.1), nn.Linear(4, 1))
        optimizer = AdamW.Config(lr=0.05).build().attach(model)
        halved = Milestones.Config(at=(4,), factor=0.5).build()
        learner = Learner(
            model=model,
            optimizer=optimizer,
            loss=squared,
            schedule=scheduled(optimizer, halved),
        )
        found = config.build().train(repro, learner, batches(repro), evaluate=validate)
        repro.fingerprint("weights", model)
        (ended if ended is not None else []).append(found)

    return train


CONFIGS = [
    pytest.param(Loop.Config(steps=11), id="plain"),
    pytest.param(Loop.Config(steps=11, clip_norm=0.1, evaluate_every=2), id="clipped"),
    pytest.param(
        Loop.Config(steps=11, evaluate_every=1, patience=PATIENT, keeps="best"),
        id="best",
    ),
]


@pytest.mark.parametrize("config", CONFIGS)
def test_a_loop_is_resumed_to_the_bit_at_every_step(
    config: Loop.Config, tmp_path: Path
) -> None:
    """Patience, best weights and schedule go on as if nothing had happened."""
    whole = outline(run(experiment(config), Orders()))

    kept = every_step(experiment(config), tmp_path)
    found = [
        outline(run(experiment(config), Orders(resume_from=one))) == whole
        for one in kept
    ]

    assert len(kept) > 4
    assert found == [True] * len(kept)


def test_a_loop_stops_when_patience_is_over() -> None:
    """It says after how many steps, and which was the best."""
    ended: list[Ended] = []
    patience = Patience.Config(metric="valid/mse", evaluations=3, least_change=1e9)
    config = Loop.Config(steps=50, evaluate_every=2, patience=patience)

    run(experiment(config, ended), Orders())

    assert ended == [Ended(steps=8, is_early=True, best_step=1)]


def test_the_best_weights_are_given_back() -> None:
    """What is fingerprinted after the loop is the model of its best evaluation."""
    ended: list[Ended] = []
    impatient = Patience.Config(metric="valid/mse", evaluations=1, least_change=1e9)
    stopped = Loop.Config(steps=50, evaluate_every=3, patience=impatient, keeps="best")

    best = run(experiment(stopped, ended), Orders())
    short = run(experiment(Loop.Config(steps=3)), Orders())

    assert ended[0] == Ended(steps=6, is_early=True, best_step=2)
    assert weights_in(best) == weights_in(short) != []


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"steps": 0}, "at least one step"),
        ({"steps": 1, "clip_norm": float("nan")}, "negative"),
        ({"steps": 1, "keeps": "all"}, "last or best"),
        ({"steps": 1, "keeps": "best"}, "set patience"),
        ({"steps": 1, "patience": PATIENT}, "set evaluate_every"),
    ],
)
def test_a_loop_refuses_what_has_no_meaning(
    fields: dict[str, object], message: str
) -> None:
    """Before anything is trained."""
    config = Loop.Config(**fields)  # type: ignore[arg-type]  # wrong on purpose

    with pytest.raises(ReproUsageError, match=message):
        config.build()


def test_a_loop_that_is_to_evaluate_needs_something_that_does() -> None:
    """Silence would look like training without evaluations."""

    def train(repro: Run) -> None:
        model = nn.Linear(3, 1)
        optimizer = SGD.Config().build().attach(model)
        learner = Learner(model=model, optimizer=optimizer, loss=squared)
        Loop.Config(steps=2, evaluate_every=1).build().train(
            repro, learner, batches(repro)
        )

    with pytest.raises(ReproUsageError, match="given nothing that does"):
        run(train, Orders())


def test_patience_needs_the_metric_that_it_watches() -> None:
    """A misspelt name would wait for ever."""
    patience = Patience.Config(metric="valid/loss").build()

    with pytest.raises(ReproUsageError, match="evaluated  valid/mse"):
        patience.see(0, {"valid/mse": 1.0})


def test_patience_wears_on_what_is_no_number() -> None:
    """NaN is never the best, also as the first value."""
    patience = Patience.Config(metric="m", evaluations=2).build()

    found = [patience.see(step, {"m": v}) for step, v in enumerate([float("nan"), 3.0])]

    assert found == [False, True]
    assert (patience.best, patience.best_step, patience.waited) == (3.0, 1, 0)


def test_patience_can_watch_what_should_grow() -> None:
    """A change that is too small does not count."""
    config = Patience.Config(
        metric="m", evaluations=2, least_change=0.1, is_smaller_better=False
    )
    patience = config.build()

    found = [patience.see(step, {"m": v}) for step, v in enumerate([0.5, 0.55, 0.7])]

    assert found == [True, False, True]
