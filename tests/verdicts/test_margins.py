"""An automatic margin is measured once, with the reference, and never again."""

from dataclasses import replace

import pytest

from pytest_repro.records import Contract, Equivalent, Rung, RunRecord, Tolerance
from pytest_repro.verdicts import freeze_margins
from pytest_repro.verdicts.margins import frozen
from tests.verdicts.making import approve, folded, promise, seeds

VALUES = (0.90, 0.91, 0.92, 0.90, 0.91, 0.92)
AUTO = Equivalent("auto")


def reference_of(contract: Contract) -> RunRecord:
    """Record a reference under a contract."""
    record = approve(*seeds(VALUES))
    identity = replace(record.identity, contract=contract)
    return freeze_margins(replace(record, identity=identity))


def test_margin_is_three_standard_deviations() -> None:
    """In the metric's own unit, in the stored contract, where a reviewer sees it."""
    reference = reference_of(promise(acc=AUTO))

    tolerance = reference.identity.contract.tolerance_for("acc")
    assert tolerance is not None
    assert tolerance.absolute == pytest.approx(3 * 0.00894, rel=1e-3)
    assert tolerance.text.startswith('Equivalent("auto"=0.0268')


def test_pattern_is_frozen_metric_by_metric() -> None:
    """Each has a spread of its own; the pattern stays for people to read."""
    contract = Contract(tolerances=(("*", AUTO),))

    tolerances = reference_of(contract).identity.contract.tolerances

    assert [name for name, _ in tolerances] == ["*", "acc"]


@pytest.mark.parametrize("tolerance", [Equivalent(0.1), Equivalent(rel=0.1)])
def test_stated_margin_is_left_alone(tolerance: Tolerance) -> None:
    """Only what asks to be measured is."""
    contract = promise(acc=tolerance)

    assert reference_of(contract).identity.contract == contract


def test_frozen_margin_is_used_and_not_measured_again() -> None:
    """However the seeds that are judged are spread."""
    contract = replace(promise(acc=AUTO), seeds=8)
    reference = reference_of(contract)

    near = folded(seeds((0.905, 0.91)), reference, contract)
    far = folded(seeds((0.8, 0.7, 0.9, 0.6, 0.75)), reference, contract)

    assert near.rung is Rung.EQUIVALENT
    assert far.rung is not Rung.EQUIVALENT


def test_reference_without_a_frozen_margin_confirms_nothing() -> None:
    """A margin that was never measured is none."""
    contract = replace(promise(acc=AUTO), seeds=8)

    verdict = folded(seeds((0.905, 0.91)), approve(*seeds(VALUES)), contract)

    assert verdict.rung is Rung.INCONCLUSIVE
    assert verdict.is_refused


def test_margin_frozen_on_another_scale_is_not_taken() -> None:
    """A ratio is no difference."""
    reference = reference_of(promise(acc=AUTO))
    logarithmic = Equivalent("auto", scale="log")

    assert frozen(logarithmic, "acc", reference) == logarithmic
