"""The section on real training says what the figures say, also what embarrasses."""

import math
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.contest_real.__main__ import with_other_torch
from benchmarks.contest_real.errands import (
    CONTESTED,
    ENVIRONMENT,
    FAULT,
    VERSION,
    errands,
)
from benchmarks.contest_real.figures import FIGURES as STORED
from benchmarks.contest_real.figures import Cost, Figures, Left, Row, read, write
from benchmarks.contest_real.judging import MACHINE
from benchmarks.contest_real.page import section, verdict_line
from benchmarks.contest_real.rates import rates, wilson
from benchmarks.contest_real.rules import OURS

ALWAYS = "always"


def test_rows_of_another_torch_are_kept_where_none_was_collected() -> None:
    """One command makes the page again, also where there is only one torch."""
    stored = read(STORED)
    collected = [one for one in stored.rows if one.kind != VERSION]

    assert with_other_torch(collected, stored.rows) == stored.rows
    assert with_other_torch(stored.rows, ()) == stored.rows


def row(kind: str, *failed_by: str, moved: bool = True, factor: float = 1.0) -> Row:
    """Make a row of a held-out experiment."""
    return Row(
        experiment="logistic",
        kind=kind,
        label="planted",
        moved=moved,
        key_changed=False,
        factor=factor,
        trace_factor=factor,
        short_factor=factor,
        failed_by=(*failed_by, ALWAYS),
        verdict="DIVERGED: planted",
    )


FIGURES = Figures(
    occasion=("Made by hand.",),
    factor=8.0,
    rows=(
        row(ENVIRONMENT),
        row(ENVIRONMENT, moved=False),
        row(FAULT, OURS, factor=math.inf),
        row(FAULT),
        row(FAULT, moved=False),
    ),
    left=(Left(experiment="logistic", replica=1, trace=9.5, state=2.0, final=0.0),),
    costs=(
        Cost(experiment="logistic", policy="pr", seeds=1, wall_s=16.0),
        Cost(experiment="logistic", policy="nightly", seeds=1, wall_s=5.0),
        Cost(experiment="logistic", policy="five seeds", seeds=5, wall_s=15.0),
    ),
)


def test_only_what_moved_a_bit_is_counted() -> None:
    """No occasion for an alarm, no fault: neither enters a rate."""
    assert rates(FIGURES.rows, OURS) == ((0, 1), (1, 2))


def test_rule_that_fails_everything_shows_as_alarming_always() -> None:
    """It finds all faults, and every harmless change is an alarm, in bold."""
    assert rates(FIGURES.rows, ALWAYS) == ((1, 1), (2, 2))
    assert "| always | none | **1 of 1** [21–100 %] | none | 2 of 2" in section(FIGURES)


def test_rule_that_passes_everything_shows_as_finding_nothing() -> None:
    """A name that stands in no row failed nothing."""
    assert rates(FIGURES.rows, "never") == ((0, 1), (0, 2))
    assert "| Megatron-LM, rtol 5 % | none | 0 of 1" in section(FIGURES)
    assert "| **0 of 2** [0–66 %] |" in section(FIGURES)


def test_missed_fault_stands_on_the_page() -> None:
    """What our rule did not find is listed with the factor it would have needed."""
    assert "| `logistic` | planted | fault | 1 | DIVERGED: planted |" in section(
        FIGURES
    )
    assert "finds 1 of 2 faults and fails 0 of 1" in verdict_line(FIGURES)


def test_bar_that_is_missed_says_no_in_bold() -> None:
    """One of two faults is too few, and a bar about no fault does not hold either."""
    text = section(FIGURES)

    assert "together | 1 of 2, 50.0 % | 9.5–90.5 % | ≥ 97 % | **no** |" in text
    assert "fresh | none | 0.0–100.0 % | ≥ 97 % | **no** |" in text
    assert "| false alarms | 0 of 1, 0.0 % | 0.0–79.3 % | ≤ 2 % | yes |" in text


def test_false_alarm_stands_on_the_page() -> None:
    """A harmless change that ours fails makes the line and the list say so."""
    alarmed = replace(FIGURES, rows=(row(ENVIRONMENT, OURS, factor=9.0),))

    assert "fails 1 of 1 harmless" in verdict_line(alarmed)
    assert "| environment | 9 | DIVERGED: planted |" in section(alarmed)


def test_exceedance_and_slow_verdict_are_shown() -> None:
    """A replica above the factor is counted, a verdict above its bar is bold."""
    text = section(FIGURES)

    assert "| `logistic` | 1 | 9.5 | 9.5 | 1 |" in text
    assert "Above 8: replica 1 of `logistic` (held out; traces 9.5, states 2" in text
    assert "| **16.0 s**, 1 seed | 5.0 s, 1 seed | 15.0 s, 5 seeds | 3.0 |" in text


def test_figures_survive_the_file(tmp_path: Path) -> None:
    """Infinity too; and writing again gives the same bytes."""
    path, again = tmp_path / "one.json", tmp_path / "other.json"

    write(FIGURES, path)
    write(read(path), again)

    assert read(path) == FIGURES
    assert path.read_bytes() == again.read_bytes()


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (0, 0, 0.0, 1.0)],
)
def test_wilson_agrees_with_the_textbook(
    count: int, total: int, low: float, high: float
) -> None:
    """Values from the formula by hand; nothing is known of nothing."""
    assert wilson(count, total) == pytest.approx((low, high), abs=1e-4)


def test_each_errand_has_a_place_of_its_own() -> None:
    """No record overwrites another, and the issue's numbers are reached."""
    needed = errands()
    kinds = [one.kind for one in needed]
    changes = {one.label for one in needed if one.kind == ENVIRONMENT}

    assert len({one.place for one in needed}) == len(needed)
    assert kinds.count(FAULT) >= 80
    assert len(changes) >= 15


def test_product_judges_as_the_second_implementation_does() -> None:
    """In every run: it fails those whose factor, computed apart, is above its own."""
    figures = read()

    failed = [OURS in row.failed_by for row in figures.rows]

    assert failed == [row.factor > figures.factor for row in figures.rows]


def test_figures_of_the_page_are_enough() -> None:
    """The issue asks for fifteen changes, eighty faults, and another machine."""
    rows = read().rows
    changes = {row.label for row in rows if row.kind == ENVIRONMENT}
    machines = {row.experiment for row in rows if row.kind == MACHINE}

    assert len(changes) >= 15
    assert sum(row.moved for row in rows if row.kind == FAULT) >= 80
    assert machines <= set(CONTESTED)
    assert {row.experiment for row in rows} == set(CONTESTED)
    assert verdict_line(read()) in section(read())
