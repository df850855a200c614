"""A verdict holds exactly from the required rung up, and never contradicts itself."""

import pytest

from pytest_repro.records import Action, Cause, Outcome, Rung, Verdict

PASSING = [Rung.IDENTICAL, Rung.WITHIN_ROUNDING, Rung.EQUIVALENT]
FAILING = [Rung.INCONCLUSIVE, Rung.DIVERGED]


def verdict(rung: Rung, required: Rung = Rung.EQUIVALENT) -> Verdict:
    """Make a verdict with the cause that its rung needs."""
    cause = Cause.VACUOUS if rung is Rung.NOT_COMPARABLE else None
    return Verdict(rung=rung, required=required, reason="because", cause=cause)


@pytest.mark.parametrize("rung", PASSING)
@pytest.mark.parametrize("required", PASSING)
def test_verdict_holds_from_the_required_rung_up(rung: Rung, required: Rung) -> None:
    """Among the rungs that can pass, height decides."""
    assert verdict(rung, required).holds is (rung.height >= required.height)


@pytest.mark.parametrize("rung", [*FAILING, Rung.NOT_COMPARABLE])
@pytest.mark.parametrize("required", list(Rung))
def test_lower_rungs_never_hold(rung: Rung, required: Rung) -> None:
    """Not even a contract that asks for nothing lets silence or divergence pass."""
    assert not verdict(rung, required).holds


@pytest.mark.parametrize("rung", [*PASSING, *FAILING])
def test_cause_belongs_to_not_comparable(rung: Rung) -> None:
    """A rung that was reached has no cause for not being comparable."""
    with pytest.raises(ValueError, match="with cause crashed"):
        Verdict(rung=rung, required=rung, reason="", cause=Cause.CRASHED)


def test_not_comparable_needs_a_cause() -> None:
    """Nothing valid to compare always says why."""
    with pytest.raises(ValueError, match="with cause None"):
        Verdict(rung=Rung.NOT_COMPARABLE, required=Rung.IDENTICAL, reason="")


@pytest.mark.parametrize(
    ("action", "rung", "passed"),
    [
        pytest.param(Action.COMPARED, Rung.IDENTICAL, True, id="holds"),
        pytest.param(Action.COMPARED, Rung.DIVERGED, False, id="diverged"),
        pytest.param(Action.RECORDED, Rung.NOT_COMPARABLE, True, id="recorded"),
        pytest.param(Action.UPDATED, Rung.DIVERGED, True, id="updated"),
        pytest.param(Action.SKIPPED, Rung.IDENTICAL, False, id="skipped"),
    ],
)
def test_outcome_passes_when_it_holds_or_was_written(
    action: Action, rung: Rung, passed: object
) -> None:
    """An experiment passes by its verdict, or because its reference was written."""
    outcome = Outcome(experiment="a::b", action=action, verdict=verdict(rung))

    assert outcome.passed is passed
