"""Another torch is no other training, and another training is one under any torch."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from pytest_repro.determinism import seed_everything
from pytest_repro.digests import digest_of_bytes
from pytest_repro.experiment import Circumstances, Recorder, Run, StepLedger, assemble
from pytest_repro.records import Contract, Environment, Resources, Rung, RunRecord
from pytest_repro.verdicts.causes import CauseClass, first_divergence
from tests.fingerprints.later_torch import LBFGS
from tests.verdicts.making import judged

PLACE = Environment(key="here", axes=(("os", "linux"),), digest=digest_of_bytes(b""))
STEPS = 3

Make = Callable[..., torch.optim.LBFGS]


def trained(make: Make, **options: Any) -> RunRecord:  # noqa: ANN401  # any option
    """Fit a line under watch and with a ledger that follows everything.

    Args:
        make: Makes the optimizer.
        options: Its settings.

    Returns:
        The record.
    """
    seed_everything(7)
    recorder = Recorder(ledger=StepLedger(lambda: 0.0))
    run = Run(7, recorder, folder=Path(), root=Path())
    model = nn.Linear(3, 1)
    optimizer = make(model.parameters(), **options)
    x = torch.randn(8, 3)

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        value: torch.Tensor = (model(x) - x.sum(1, keepdim=True)).square().mean()
        value.backward()
        return value

    run.watch(model, optimizer, every=1)
    for step in run.steps(total=STEPS):
        run.log("train/loss", optimizer.step(loss), step=step)
    recorder.finish()
    around = Circumstances(
        experiment="a.py::test_a",
        seed=7,
        config={},
        contract=Contract(),
        environment=PLACE,
    )
    return assemble(recorder, around, resources=Resources())


def test_setting_that_a_later_torch_brought_and_leaves_off_changes_nothing() -> None:
    """LBFGS of torch 2.14 gives what LBFGS of the reference gave, to the last bit."""
    reference, obtained = trained(torch.optim.LBFGS), trained(LBFGS)

    assert judged(obtained, reference).rung is Rung.IDENTICAL
    assert first_divergence(reference, obtained) is None


@pytest.mark.parametrize(
    "changed", [{"lr": 0.5}, {"max_iter": 2}, {"maximize": True}], ids=str
)
def test_setting_that_was_really_changed_is_named(changed: dict[str, Any]) -> None:
    """Old or new, it makes the run another one, and is told to be the cause."""
    reference, obtained = trained(torch.optim.LBFGS), trained(LBFGS, **changed)

    onset = first_divergence(reference, obtained)

    assert judged(obtained, reference).rung is Rung.DIVERGED
    assert onset is not None
    assert (onset.cause, onset.part) == (CauseClass.OPTIMIZER, "model/settings")
