"""Every acceptance bar of the contest fails where the fault is that it is there for."""

from dataclasses import replace

import pytest

from benchmarks.contest.bars import Bar, Outcomes
from benchmarks.contest.bars_product import product_bars
from benchmarks.contest.bars_simulated import simulated_bars
from benchmarks.contest.figures import Scalar
from benchmarks.contest.measuring import Outcome, measure
from benchmarks.contest.pool import FINALS
from benchmarks.contest.pool_study import MOVED, TRANSIENT, UNCHANGED, pool_bars
from benchmarks.contest.rules import OURS, ours
from benchmarks.contest.shapes import Cell
from benchmarks.contest.vectorised import Design
from benchmarks.verdicts import all_hold

CRASHES = Cell(shape="crash5", reference=20)

SOUND: dict[str, list[dict[str, Scalar]]] = {
    "bound": [
        {"reference": 10, "margin": 2.0, "bound": 3.0, "used": 3.9, "used_error": 0.01}
    ],
    "refusal": [
        {"reference": 5, "metrics": 1, "last": 3, "closed": 3.2, "simulated": 3.1}
    ],
    "plans": [
        {"chance": 0.9, "refusal": ""},
        {"chance": 0.2, "refusal": "it takes a margin of 2.5, or 30 reference seeds"},
    ],
    "common seeds": [
        {
            "correlation": 0.9,
            "margin": 1.0,
            "shift": shift,
            "repetitions": 1000,
            "same": same,
            "changed": changed,
            "seeds": 3000,
            "squares": 9500,
        }
        for shift, same, changed in ((0.0, 990, 5), (1.0, 40, 900))
    ],
    "unequal digests": [{"equal": 1, "paired": 1}, {"equal": 0, "paired": 0}],
    "steady": [{"cases": 10, "steady": 10}],
    "speed": [{"processor_s": 0.3, "wall_s": 0.3}],
    "determinism": [{"digest": "a"}, {"digest": "a"}],
    "agreement": [{"cases": 200, "equal": 200, "equal_with_own_drawing": 194}],
}


def bars_of(study: str, cell: Cell, design: Design) -> list[Bar]:
    """Measure the bars of one cell."""
    return simulated_bars(Outcomes(measure(study, cell, [ours(design)], 4_000)))


def failing(bars: list[Bar], widening: float = 3.0) -> set[int]:
    """Name the bars that fail."""
    return {bar.number for bar in bars if not bar.holds(widening)}


@pytest.mark.parametrize(
    ("study", "cell"),
    [
        pytest.param("no margin", Cell(margin=0.0), id="no help of a margin"),
        pytest.param("grid", Cell(shift=3.0), id="shift of one margin"),
        pytest.param("grid", Cell(metrics=20), id="many metrics"),
        pytest.param("grid", CRASHES, id="crashes"),
    ],
)
def test_rule_as_it_is_passes(study: str, cell: Cell) -> None:
    """What the faults below are planted in has none of them."""
    assert not failing(bars_of(study, cell, Design()))


@pytest.mark.parametrize(
    ("design", "study", "cell", "number"),
    [
        pytest.param(
            Design(alpha=0.05), "no margin", Cell(margin=0.0), 1, id="alpha of 5 %"
        ),
        pytest.param(
            Design(alpha=0.2), "grid", Cell(metrics=20), 2, id="alpha of 20 %"
        ),
        pytest.param(Design(beta=0.2), "grid", Cell(shift=3.0), 3, id="beta of 20 %"),
        pytest.param(
            Design(alpha=0.0005), "grid", Cell(shift=3.0), 4, id="too little power"
        ),
        pytest.param(
            Design(alpha=0.0005),
            "grid",
            Cell(metrics=20, shift=3.0),
            5,
            id="too little power for many",
        ),
        pytest.param(Design(min_seeds=3), "grid", Cell(), 6, id="too many seeds"),
        pytest.param(Design(cleans=False), "grid", CRASHES, 10, id="no cleaning"),
    ],
)
def test_faulty_rule_fails_its_bar(
    design: Design, study: str, cell: Cell, number: int
) -> None:
    """A rule with one planted fault misses the bar that is about it, even widened."""
    assert number in failing(bars_of(study, cell, design))


@pytest.mark.parametrize(
    ("study", "rows", "number"),
    [
        pytest.param(
            "bound",
            [{**SOUND["bound"][0], "used": 4.5}],
            7,
            id="more seeds than the bound allows",
        ),
        pytest.param(
            "refusal",
            [{**SOUND["refusal"][0], "simulated": 2.8}],
            11,
            id="a closed form that is wrong",
        ),
        pytest.param(
            "plans", [{"chance": 0.2, "refusal": ""}], 11, id="hopeless, not refused"
        ),
        pytest.param(
            "plans",
            [*SOUND["plans"], {"chance": 0.9, "refusal": "a margin of 2, 3 new seeds"}],
            11,
            id="hopeful, refused",
        ),
        pytest.param(
            "plans",
            [{"chance": 0.2, "refusal": "the reference is too small"}],
            11,
            id="a refusal without a number",
        ),
        pytest.param(
            "common seeds",
            [SOUND["common seeds"][0], {**SOUND["common seeds"][1], "same": 450}],
            12,
            id="misses of pairs",
        ),
        pytest.param(
            "unequal digests",
            [{"equal": 1, "paired": 1}, {"equal": 0, "paired": 1}],
            12,
            id="pairs under unequal digests",
        ),
        pytest.param(
            "steady", [{"cases": 10, "steady": 9}], 14, id="another answer on rerun"
        ),
        pytest.param(
            "determinism", [{"digest": "a"}, {"digest": "b"}], 15, id="other bytes"
        ),
        pytest.param("speed", [{"processor_s": 0.6, "wall_s": 0.6}], 15, id="too slow"),
        pytest.param(
            "agreement",
            [{"cases": 200, "equal": 199}],
            16,
            id="another word than the product's",
        ),
    ],
)
def test_faulty_product_fails_its_bar(
    study: str, rows: list[dict[str, Scalar]], number: int
) -> None:
    """One planted fault among sound figures fails just the bar that is about it."""
    assert failing(product_bars({**SOUND, study: rows})) == {number}


def test_sound_product_passes() -> None:
    """The figures in which faults are planted have none."""
    assert not failing(product_bars(SOUND), widening=0.0)


def outcome_of(rule: str, cell: Cell, **rates: float) -> Outcome:
    """Make an outcome."""
    plain = {"same": 0.0, "changed": 0.0, "seeds": 2.0, "seeds_error": 0.01, **rates}
    study = "fixed seeds" if cell.new > 10 else "grid"
    return Outcome(study=study, rule=rule, cell=cell, repetitions=20_000, **plain)


def test_rule_that_saves_too_little_fails_bar_8() -> None:
    """Four fixed seeds do as well as our 2.6: that saves 35 %, not 40 %."""
    cells = [Cell(new=14), Cell(new=14, shift=3.0)]
    mine = [outcome_of(OURS, cell, same=0.99, seeds=2.6) for cell in cells]
    fixed = [outcome_of("both tests, 4 seeds", cell, same=0.99) for cell in cells]
    few = [
        outcome_of(f"both tests, {seeds} seeds", cell, same=0.5)
        for seeds in (1, 2, 3)
        for cell in cells
    ]
    many = [
        outcome_of(f"both tests, {seeds} seeds", cell, same=0.99)
        for seeds in range(5, 15)
        for cell in cells
    ]

    bars = simulated_bars(Outcomes([*mine, *fixed, *few, *many]))

    assert 8 in failing(bars)
    (bar,) = [one for one in bars if one.number == 8]
    assert bar.value == pytest.approx(0.35)


def test_rule_no_better_than_folklore_fails_bar_9() -> None:
    """As many false alarms as mean ± 3 sd are not twenty times fewer."""
    folklore = outcome_of("every run in mean ± 3 sd", Cell(), changed=0.05)
    same = outcome_of(OURS, Cell(), same=0.95, changed=0.05)
    better = replace(same, changed=0.002)

    assert 9 in failing(simulated_bars(Outcomes([folklore, same])))
    assert 9 not in failing(simulated_bars(Outcomes([folklore, better])))


def row_of(variant: str, shift: float, changed: float) -> dict[str, Scalar]:
    """Make a row about real runs."""
    return {
        "variant": variant,
        "resamples": 2000,
        **dict.fromkeys((*FINALS, "curve"), shift),
        "ours changed": changed,
        "curve changed": changed,
        "ours same": 1 - changed,
        "ours seeds": 2.0,
    }


def test_missed_changes_of_real_runs_fail_bar_13() -> None:
    """A change of a margin must be found, one of half a margin need not be."""
    alike = row_of(UNCHANGED, 0.0, 0.002)
    large = [row_of(name, 1.5, 0.99) for name in (*MOVED, *TRANSIENT)]
    small = [row_of(name, 0.5, 0.10) for name in (*MOVED, *TRANSIENT)]
    missed = [row_of(name, 1.5, 0.50) for name in (*MOVED, *TRANSIENT)]

    assert not failing(pool_bars([alike, *large]), widening=0.0)
    assert not failing(pool_bars([alike, *small]), widening=0.0)
    assert failing(pool_bars([alike, *missed])) == {13}
    assert failing(pool_bars([row_of(UNCHANGED, 0.0, 0.2), *large])) == {13}


def test_no_bars_at_all_is_a_failure() -> None:
    """A study that measured nothing has not shown anything."""
    assert not all_hold([])
