"""What a contract promises means one thing, and what means nothing is refused."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.errors import ContractError
from pytest_repro.records import (
    Close,
    Contract,
    Entropy,
    Equivalent,
    Exact,
    Rung,
    Tolerance,
    ToleranceKind,
)

BOUNDS = st.floats(min_value=0, max_value=1e9, allow_subnormal=False)


def test_ladder_has_six_rungs_from_top_to_bottom() -> None:
    """Heights go down from 5 to 0 in the order of the ladder."""
    assert [rung.height for rung in Rung] == [5, 4, 3, 2, 1, 0]
    assert Rung.IDENTICAL.height > Rung.NOT_COMPARABLE.height


def test_rungs_read_as_words() -> None:
    """A label has spaces, never underscores."""
    assert Rung.WITHIN_ROUNDING.label == "WITHIN ROUNDING"


@given(BOUNDS, BOUNDS, st.floats(-1e9, 1e9))
def test_margin_is_absolute_plus_relative(
    atol: float, rtol: float, reference: float
) -> None:
    """``margin(r) = absolute + relative · |r|``, and never negative."""
    tolerance = Tolerance(kind=ToleranceKind.CLOSE, absolute=atol, relative=rtol)

    assert tolerance.margin(reference) == atol + rtol * abs(reference)
    assert tolerance.margin(reference) >= 0


def test_exact_leaves_no_margin() -> None:
    """`Exact` has a margin of zero anywhere."""
    assert Exact().margin(1e300) == 0


@pytest.mark.parametrize(
    ("tolerance", "text"),
    [
        pytest.param(Exact(), "Exact()", id="exact"),
        pytest.param(Close(rtol=1e-6), "Close(rtol=1e-06, atol=0)", id="close"),
        pytest.param(Equivalent(0.01), "Equivalent(0.01)", id="margin"),
        pytest.param(Equivalent(rel=0.05), "Equivalent(rel=0.05)", id="relative"),
        pytest.param(
            Equivalent(50, target=0.93), "Equivalent(50, target=0.93)", id="event"
        ),
        pytest.param(
            Equivalent(0.1, scale="log", target=1),
            'Equivalent(0.1, scale="log", target=1)',
            id="event as a ratio",
        ),
        pytest.param(
            Equivalent("auto", target=1e-9),
            'Equivalent("auto", target=1e-09)',
            id="event with an automatic margin",
        ),
    ],
)
def test_tolerance_reads_as_it_was_written(tolerance: Tolerance, text: str) -> None:
    """The text of a tolerance is the Python that makes it."""
    assert tolerance.text == text


@pytest.mark.parametrize(
    "bound",
    [
        pytest.param(-1e-9, id="negative"),
        pytest.param(math.nan, id="nan"),
        pytest.param(math.inf, id="infinite"),
        pytest.param(True, id="truth value"),
        pytest.param("0.1", id="text"),
        pytest.param(None, id="nothing"),
        pytest.param(10**400, id="beyond a float"),
    ],
)
def test_bound_that_disarms_is_refused(bound: float) -> None:
    """A bound is a finite number that is not negative."""
    with pytest.raises(ContractError, match="a tolerance is"):
        Tolerance(kind=ToleranceKind.CLOSE, absolute=bound)
    with pytest.raises(ContractError, match="a tolerance is"):
        Tolerance(kind=ToleranceKind.CLOSE, relative=bound)


def test_close_without_a_bound_is_refused() -> None:
    """`Close()` means nothing; the message names `Exact()`."""
    with pytest.raises(ContractError, match=r"write Exact\(\)"):
        Close()


@pytest.mark.parametrize(
    ("margin", "rel"),
    [
        pytest.param(0.0, 0.0, id="neither"),
        pytest.param(0.1, 0.1, id="both"),
        pytest.param(-0.1, 0.0, id="negative margin"),
        pytest.param(0.0, math.nan, id="nan"),
    ],
)
def test_equivalent_needs_one_positive_margin(margin: float, rel: float) -> None:
    """`Equivalent` takes exactly one of the two, positive and finite."""
    with pytest.raises(ContractError):
        Equivalent(margin, rel=rel)


@pytest.mark.parametrize(
    "target",
    [
        pytest.param(math.nan, id="nan"),
        pytest.param(math.inf, id="infinite"),
        pytest.param(-math.inf, id="infinite below"),
        pytest.param(True, id="truth value"),
        pytest.param("0.93", id="text"),
        pytest.param(10**400, id="beyond a float"),
    ],
)
def test_target_that_no_trace_can_reach_is_refused(target: float) -> None:
    """A target is a finite number, of either sign or zero."""
    with pytest.raises(ContractError, match="a target is"):
        Equivalent(5, target=target)


@pytest.mark.parametrize("target", [0, 0.0, -1.5])
def test_any_finite_target_is_one(target: float) -> None:
    """Zero is not no target."""
    assert Equivalent(5, target=target).target == target
    assert "target=" in Equivalent(5, target=target).text


def test_steps_have_no_log_odds() -> None:
    """A margin that could never be met is refused when it is written."""
    with pytest.raises(ContractError, match="steps have no log-odds"):
        Equivalent(0.1, scale="logit", target=0.5)


def test_exact_name_beats_a_pattern() -> None:
    """A tolerance under the very name wins, wherever it stands."""
    contract = Contract(tolerances=(("test/*", Exact()), ("test/loss", Close(atol=1))))

    assert contract.tolerance_for("test/loss") == Close(atol=1)


def test_first_pattern_wins() -> None:
    """Of several patterns that match, the first one written governs."""
    contract = Contract(tolerances=(("test/*", Exact()), ("*", Close(atol=1))))

    assert contract.tolerance_for("test/loss") == Exact()
    assert contract.tolerance_for("train/loss") == Close(atol=1)


def test_patterns_respect_case() -> None:
    """`Test/loss` is another metric than `test/loss`."""
    contract = Contract(tolerances=(("test/*", Exact()),))

    assert contract.tolerance_for("Test/loss") is None


def test_metric_without_tolerance_has_none() -> None:
    """A contract without tolerances governs no metric."""
    assert Contract().tolerance_for("loss") is None


@pytest.mark.parametrize(
    ("name", "covered"),
    [
        ("file", ["file:data/a.csv", "file:data/b.csv"]),
        ("file:data/a.csv", ["file:data/a.csv"]),
        ("uuid", []),
    ],
)
def test_acceptance_covers_a_source_or_that_part_of_it(
    name: str, covered: list[str]
) -> None:
    """One file can be accepted without accepting every file."""
    accepted = Entropy(name, reason="for this very test", at_most=1)

    files = ["data/a.csv", "data/b.csv"]
    assert [
        f"file:{file}" for file in files if accepted.covers("file", file)
    ] == covered
