"""What is not as on the path, compared by what was asked and not by numbers."""

import datetime as dt
from dataclasses import replace

import pytest

from pytest_repro.policy.departures import Departure, covering, protocol_departures
from pytest_repro.policy.golden import Deviation
from pytest_repro.records import (
    Contract,
    Equivalent,
    Horizon,
    Rung,
    RunRecord,
    Tolerance,
)
from tests.cli.samples import Facts, obtained_run

TODAY = dt.date(2026, 11, 15)
DEPTH = Departure(item="config.depth", obtained="3", golden="2")


def items(run: RunRecord, golden: RunRecord) -> list[str]:
    """Name what departs."""
    return [one.item for one in protocol_departures(run, golden)]


def with_contract(contract: Contract) -> RunRecord:
    """Make a run under a contract."""
    return obtained_run(Facts(contract=contract))


def under(tolerance: Tolerance) -> RunRecord:
    """Make a run with one tolerance."""
    return with_contract(Contract(tolerances=(("test/accuracy", tolerance),)))


def test_equal_questions_do_not_depart() -> None:
    """Other numbers, code, seeds and machines are other matters."""
    run = obtained_run(Facts(accuracy=0.1, seed=4, code={"commit": "ffff"}))

    assert items(run, obtained_run(Facts())) == []


@pytest.mark.parametrize(
    ("what", "item"),
    [
        (Facts(config={"depth": "3"}), "config.depth"),
        (Facts(config={}), "config.depth"),
        (Facts(config={"depth": "2", "width": "1"}), "config.width"),
        (Facts(data=b"other"), "data.digits.csv"),
    ],
)
def test_settings_and_data_depart(what: Facts, item: str) -> None:
    """Changed, gone or new."""
    assert items(obtained_run(what), obtained_run(Facts())) == [item]


@pytest.mark.parametrize(
    ("contract", "item"),
    [
        (Contract(seeds=2), "protocol.seeds"),
        (Contract(reference_seeds=3), "protocol.reference_seeds"),
        (Contract(required=Rung.EQUIVALENT), "protocol.required"),
        (Contract(horizon=5), "protocol.horizon"),
        (Contract(allow_nonfinite="it may diverge"), "protocol.allow_nonfinite"),
        (
            Contract(tolerances=(("loss", Equivalent(0.5)),)),
            "protocol.metrics.loss",
        ),
    ],
)
def test_each_part_of_a_contract_departs_by_itself(
    contract: Contract, item: str
) -> None:
    """So that a deviation can name it."""
    assert items(with_contract(contract), with_contract(Contract())) == [item]


def test_how_long_a_run_may_take_is_no_protocol() -> None:
    """A slower machine asks the same question."""
    assert (
        items(with_contract(Contract(timeout_s=9.0)), with_contract(Contract())) == []
    )


def test_a_margin_that_is_measured_later_is_the_same_margin() -> None:
    """A run has not measured what its reference has."""
    measured = replace(Equivalent("auto"), absolute=0.25)

    assert items(under(Equivalent("auto")), under(measured)) == []
    assert items(under(measured), under(replace(measured, absolute=0.5))) == [
        "protocol.metrics.test/accuracy"
    ]
    assert items(under(Equivalent(0.25)), under(measured)) == [
        "protocol.metrics.test/accuracy"
    ]


def test_a_metric_that_vanished_departs() -> None:
    """What is not measured cannot differ, and must not pass for the same."""
    golden = obtained_run(Facts())
    run = replace(golden, seeds=(replace(golden.anchor, metrics=()),))

    assert protocol_departures(run, golden) == (
        Departure(item="metric.test/accuracy", obtained="absent", golden="measured"),
    )


def test_the_beginning_of_a_run_misses_nothing() -> None:
    """It has not come to its metrics, nor to all of its data."""
    golden = obtained_run(Facts())
    row = replace(golden.anchor, metrics=())
    horizon = Horizon(step=1, order=3, is_end=True)
    early = replace(golden, seeds=(row,), horizon=horizon)
    without = replace(early, identity=replace(golden.identity, assets=()))

    assert items(without, golden) == []


def test_the_beginning_of_a_run_shows_other_settings() -> None:
    """What is known from the start is compared from the start."""
    golden = obtained_run(Facts())
    horizon = Horizon(step=1, order=3, is_end=True)
    early = replace(obtained_run(Facts(config={"depth": "3"})), horizon=horizon)

    assert items(early, golden) == ["config.depth"]


def deviation(item: str, *, experiment: str = "a.py::b", last: int = 30) -> Deviation:
    """Declare a deviation in November."""
    return Deviation(
        experiment=experiment,
        items=(item,),
        owner="alice",
        reason="a deeper net is tried",
        approved=dt.date(2026, 11, 10),
        expires=dt.date(2026, 11, last),
    )


def found(declared: list[Deviation], today: dt.date = TODAY) -> Deviation | None:
    """Look for what covers a changed depth."""
    return covering(DEPTH, declared, experiment="a.py::b", today=today)


@pytest.mark.parametrize("item", ["config.depth", "config.*", "*"])
def test_an_item_is_a_pattern(item: str) -> None:
    """Whoever means all of a kind need not name each."""
    assert found([deviation(item)]) is not None


@pytest.mark.parametrize(
    "other",
    [
        deviation("config.width"),
        deviation("reference"),
        deviation("config.*", experiment="a.py::c"),
    ],
)
def test_what_is_not_named_is_not_covered(other: Deviation) -> None:
    """Neither another item nor another experiment."""
    assert found([other]) is None


def test_the_longest_of_several_counts() -> None:
    """An expired one does not hide one that holds."""
    long = deviation("config.*", experiment="*", last=30)

    assert found([deviation("*", last=12), long]) == long


def test_nothing_is_covered_before_it_was_agreed() -> None:
    """A deviation is no excuse for the past."""
    assert found([deviation("*")], dt.date(2026, 11, 9)) is None
