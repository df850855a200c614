"""How public names look to type checkers; mypy and pyright read this, nobody runs it.

A user's experiment must be free of errors under strict checking, and what the front
door gives must have the type that the docs say.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import assert_type

import pytest
import torch

from pytest_repro import Close, Entropy, Equivalent, Exact, Run, Rung
from pytest_repro.metrics import (
    CalibrationError,
    Estimate,
    GeneralisationGap,
    Latency,
    Norm,
    WorstGroupAccuracy,
    group_sizes,
)
from pytest_repro.records import Tolerance


@pytest.mark.repro(
    seeds=8,
    metrics={
        "test/accuracy": Equivalent(0.01),
        "test/loss": Equivalent(rel=0.05),
        "test/recall": Equivalent(50, target=0.93),
        "train/*": Close(rtol=1e-6, atol=1e-9),
        "count": Exact(),
    },
    require=Rung.WITHIN_ROUNDING,
    accepts=[Entropy("uuid", reason="names a folder only", at_most=1)],
)
def test_experiment(repro: Run) -> None:
    """An experiment as a user writes it."""
    model = torch.nn.Linear(2, 1).to(repro.device)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    repro.watch(model, optimizer, every=5)
    repro.checkpoint(torch.optim.lr_scheduler.StepLR(optimizer, 2), mean={"loss": 0.0})
    for step, batch in repro.steps([torch.ones(2), torch.zeros(2)], total=2):
        assert_type(step, int)
        assert_type(batch, torch.Tensor)
        repro.log("train/loss", model(batch).sum(), step=step)
    repro.log("test/accuracy", 0.5)
    repro.fingerprint("weights", model)


def check_run(repro: Run) -> None:
    """What a run offers, and of which type."""
    assert_type(repro.seed, int)
    assert_type(repro.device, torch.device)
    assert_type(repro.derive("shuffle"), int)
    assert_type(repro.generator("shuffle"), torch.Generator)
    assert_type(repro.asset("data.csv"), Path)
    assert_type(repro.steps(total=3), Iterator[int])
    assert_type(repro.steps("abc"), Iterator[tuple[int, str]])


def check_tolerances() -> None:
    """Tolerances are of one type, whoever made them."""
    assert_type(Equivalent(0.01), Tolerance)
    assert_type(Close(rtol=0.1), Tolerance)
    assert_type(Exact(), Tolerance)
    assert_type(Rung("IDENTICAL"), Rung)


def check_mistakes(repro: Run) -> None:
    """Mistakes are errors: an unused ignore would be one too."""
    Equivalent("1 %")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    repro.log("loss")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    repro.watch(1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def check_metrics(repro: Run) -> None:
    """Metrics give plain floats, or estimates made of such."""
    probabilities = torch.tensor([[0.5, 0.5]])
    ece = CalibrationError(bins=10, norm=Norm.MAXIMUM)
    assert_type(ece(probabilities, [1]), float)
    assert_type(ece.definition, str)
    assert_type(WorstGroupAccuracy()([1], [1], ["a"]), float)
    assert_type(group_sizes(["a"]), dict[str, int])
    assert_type(GeneralisationGap()([1.0], [0.5], seed=repro.seed), Estimate)
    assert_type(Latency()(lambda: None).median.value, float)
