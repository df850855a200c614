"""The record of a run holds what the contract asks of its traces."""

import pytest

from pytest_repro.digests import digest_of_bytes
from pytest_repro.errors import HorizonReached
from pytest_repro.experiment import Circumstances, Recorder, assemble
from pytest_repro.records import Contract, Environment, Equivalent, Resources, RunRecord

CURVE = Contract(tolerances=(("train/*", Equivalent(0.1)),))
EVENT = Contract(tolerances=(("train/loss", Equivalent(2, target=2.5)),))


def recorded(recorder: Recorder, contract: Contract) -> RunRecord:
    """Assemble the record of a run."""
    around = Circumstances(
        experiment="test_it.py::test_it",
        seed=0,
        config={},
        contract=contract,
        environment=Environment(key="here", axes=(), digest=digest_of_bytes(b"here")),
    )
    return assemble(recorder, around, resources=Resources())


def trained(recorder: Recorder, steps: int) -> Recorder:
    """Log a falling loss."""
    for step in range(steps):
        recorder.log("train/loss", 4.0 - step, step)
    recorder.finish()
    return recorder


@pytest.mark.parametrize(
    ("contract", "names"),
    [
        (Contract(), []),
        (CURVE, [f"train/loss step {step}" for step in range(4)]),
        (EVENT, ["train/loss falls to 2.5"]),
    ],
)
def test_contract_says_what_is_derived(contract: Contract, names: list[str]) -> None:
    """Nothing, a curve or an event."""
    record = recorded(trained(Recorder(), 4), contract)

    assert [one.name for one in record.anchor.derived] == names


def test_event_is_that_of_the_whole_trace() -> None:
    """The first step at which the loss is low enough."""
    record = recorded(trained(Recorder(), 4), EVENT)

    assert record.anchor.derived[0].scalar.value == 2.0


def test_run_that_was_cut_short_has_none() -> None:
    """The beginning of a curve must not stand for the curve."""
    recorder = Recorder(horizon=2, ends_at_horizon=True)
    with pytest.raises(HorizonReached):
        trained(recorder, 4)
    recorder.finish(has_stopped=True)

    record = recorded(recorder, CURVE)

    assert record.series
    assert record.anchor.derived == ()
