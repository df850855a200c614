"""Numbers derived from traces: what they are, and what their names tell apart."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.records import (
    Close,
    Contract,
    Equivalent,
    Exact,
    Metric,
    Scale,
    Tolerance,
)
from pytest_repro.verdicts import derive
from pytest_repro.verdicts.curves import BINS, bin_edges, bin_means
from pytest_repro.verdicts.derived import (
    derived_names,
    derived_value,
    first_reaching,
    trace_of,
)
from tests.verdicts.making import Made, make_series, promise

LONG = [2.0 / (1 + step) for step in range(1024)]
NAMES = st.text(min_size=1, max_size=20)
STEPS = st.sets(st.integers(0, 2**53 - 1), min_size=1, max_size=30).map(sorted)
TOLERANCES = st.sampled_from(
    [
        Equivalent(0.1),
        Equivalent(0.1, scale="log"),
        Equivalent(0.1, scale="logit"),
        Equivalent(5, target=0.93),
        Equivalent(rel=0.5, target=-1e-300),
    ]
)


def named(found: tuple[Metric, ...]) -> dict[str, float]:
    """Show numbers by their names."""
    return {one.name: one.scalar.value for one in found}


def test_curve_is_ten_means_named_by_their_steps() -> None:
    """A person reads which steps a number is of."""
    found = derive([make_series("train/loss", LONG)], promise(train__loss=AUTO))

    assert len(found) == BINS
    assert named(found).keys() > {
        "train/loss step 0",
        "train/loss steps 1-2",
        "train/loss steps 3-6",
        "train/loss steps 7-14",
    }
    assert named(found)["train/loss steps 511-1023"] == pytest.approx(
        0.002708, rel=1e-3
    )


def test_curve_is_that_of_the_bins() -> None:
    """On the log scale the means are geometric, and the names say so."""
    contract = promise(train__loss=Equivalent(0.02, scale="log"))

    found = derive([make_series("train/loss", LONG, "float32")], contract)

    values = [
        float(make_series("x", LONG, "float32").scalar(at).value) for at in STEPS_OF
    ]
    means = bin_means(STEPS_OF, values, edges=bin_edges(STEPS_OF), scale=Scale.LOG)
    assert sorted(named(found).values()) == sorted(means)
    assert all(name.endswith(" (log)") for name in named(found))
    assert all(one.scalar.dtype == "float64" for one in found)


AUTO = Equivalent("auto")
STEPS_OF = range(len(LONG))


@pytest.mark.parametrize(
    "contract",
    [
        Contract(),
        promise(train__loss=Close(rtol=0.1)),
        promise(train__loss=Exact()),
        promise(train__lost=AUTO),
    ],
)
def test_nothing_is_derived_that_nobody_asked_for(contract: Contract) -> None:
    """A reference does not grow by itself."""
    assert derive([make_series("train/loss", LONG)], contract) == ()


def test_pattern_asks_for_every_trace_that_it_covers() -> None:
    """A group is a pattern."""
    traces = [make_series(name, (1.0, 2.0)) for name in ("a/x", "a/y", "b/x")]

    found = derive(traces, Contract(tolerances=(("a/*", AUTO),)))

    assert sorted(named(found)) == [
        "a/x step 0",
        "a/x step 1",
        "a/y step 0",
        "a/y step 1",
    ]


@pytest.mark.parametrize(
    ("values", "target", "answer"),
    [
        ((0.1, 0.5, 0.9, 0.5), 0.5, ("rises to", 1)),
        ((0.9, 0.5, 0.1), 0.5, ("falls to", 1)),
        ((0.9, 0.51, 0.5), 0.5, ("falls to", 2)),
        ((0.5, 0.1), 0.5, ("rises to", 0)),
        ((0.1, 0.4, 0.49), 0.5, ("rises to", inf)),
        ((0.9, 0.51), 0.5, ("falls to", inf)),
        ((nan, 0.1, nan, 0.5), 0.5, ("rises to", 3)),
        ((nan, nan), 0.5, ("rises to", inf)),
        ((0.1, inf), 0.5, ("rises to", 1)),
        ((), 0.5, ("rises to", inf)),
    ],
)
def test_event_is_the_first_step_at_the_target(
    values: tuple[float, ...], target: float, answer: tuple[str, float]
) -> None:
    """From either side; NaN is no arrival, and none at all is later than any step."""
    assert first_reaching(range(len(values)), values, target) == answer


def test_event_is_one_number_named_by_its_target() -> None:
    """A trace with a target has no curve."""
    trace = make_series("test/accuracy", (0.5, 0.94, 0.9), steps=(10, 20, 40))

    found = derive([trace], promise(test__accuracy=Equivalent(5, target=0.93)))

    assert named(found) == {"test/accuracy rises to 0.93": 20.0}


def test_targets_that_print_alike_are_told_apart() -> None:
    """Six digits would make one event of two."""
    trace = make_series("x", (0.5, 0.93000005))
    one, other = Equivalent(5, target=0.93), Equivalent(5, target=0.9300001)

    names = [
        *named(derive([trace], promise(x=one))),
        *named(derive([trace], promise(x=other))),
    ]

    assert names == ["x rises to 0.93", "x rises to 0.9300001"]


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        (Equivalent(0.1), Equivalent(0.1, scale="log")),
        (Equivalent(0.1, scale="log"), Equivalent(0.1, scale="logit")),
        (Equivalent(5, target=0.5), Equivalent(5, target=0.6)),
        (Equivalent(5, target=0.5), Equivalent(0.1)),
        (Equivalent(0.1), Equivalent(5, target=0.5)),
    ],
)
def test_another_scale_or_target_is_another_number(
    asked: Tolerance, kept: Tolerance
) -> None:
    """What was kept for another question answers none."""
    row = Made(traces={"x": (0.25, 0.75)}, contract=promise(x=kept)).run().anchor

    assert derived_names(row, "x", kept)
    assert derived_names(row, "x", asked) == ()
    assert derived_value(row, "x step 9") is None


@given(name=NAMES, steps=STEPS, tolerance=TOLERANCES)
def test_name_leads_back_to_its_trace(
    name: str, steps: list[int], tolerance: Tolerance
) -> None:
    """``trace_of(derived) = trace`` for whatever name, and the names are distinct."""
    trace = make_series(name, [0.5] * len(steps), steps=steps)
    contract = Contract(tolerances=((name, tolerance),))

    names = [one.name for one in derive([trace], contract)]

    assert names
    assert names == sorted(set(names))
    assert {trace_of(one) for one in names} == {name}


@given(name=NAMES, tolerance=TOLERANCES)
def test_no_two_traces_share_a_name(name: str, tolerance: Tolerance) -> None:
    """A trace that is called like a number of another one has numbers of its own."""
    other = f"{name} step 3"
    traces = [make_series(one, (0.5,), steps=(3,)) for one in (name, other)]
    contract = Contract(tolerances=((name, tolerance), (other, tolerance)))

    names = [one.name for one in derive(traces, contract)]

    assert len(names) == len(set(names)) == len(traces)


def test_ordinary_names_are_of_no_trace() -> None:
    """Only what was derived leads anywhere."""
    assert trace_of("test/accuracy") == ""
    assert trace_of("steps 1-2") == ""


@given(length=st.integers(1, 40), more=st.integers(1, 40))
def test_other_numbers_of_steps_have_other_names(length: int, more: int) -> None:
    """The last bin ends where the run ended."""
    short = derive([make_series("x", [1.0] * length)], promise(x=AUTO))
    long = derive([make_series("x", [1.0] * (length + more))], promise(x=AUTO))

    assert named(short).keys() != named(long).keys()
