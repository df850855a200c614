"""The bars that are rates of rules in simulated cells: 1 to 6 and 8 to 10."""

from collections.abc import Sequence

from benchmarks.contest.bars import Bar, Outcomes, at_least, at_most, plural, ratio
from benchmarks.contest.measuring import Outcome, standard_error
from benchmarks.contest.rules import OURS
from benchmarks.contest.shapes import SHAPES
from benchmarks.contest.studies import FIXED_SEEDS, LOOSE

__all__ = ["simulated_bars"]

OTHER_SHAPES = tuple(shape for shape in SHAPES if shape != "normal")
# Where ours leaves nothing open, one in a thousand is as good; so fewer fixed seeds do.
SLACK = 0.001
USUAL = ("every run in mean ± 3 sd", "Welch p > .05", "MLPerf RCP of 3.0, harmful side")


def simulated_bars(outcomes: Outcomes) -> list[Bar]:
    """Compute the bars from what rules said.

    Args:
        outcomes: Of the whole plan, or of a part of it.

    Returns:
        The bars whose cells are among the outcomes.
    """
    return [
        *_false_alarms(outcomes),
        *_misses(outcomes),
        *_power(outcomes),
        *_one_of_many(outcomes),
        *_seeds(outcomes),
        *_savings(outcomes),
        *_against_usual(outcomes),
        *_crashes(outcomes),
    ]


def _false_alarms(outcomes: Outcomes) -> list[Bar]:
    strict, loose = outcomes.of("no margin", OURS), outcomes.of("no margin", LOOSE)
    repetitions = sum(one.repetitions for one in strict)
    mean = sum(one.changed * one.repetitions for one in strict) / max(repetitions, 1)
    each = 0.01
    if strict:
        each += 3 * standard_error(0.01, strict[0].repetitions)
    return [
        Bar(
            number=1,
            what="false alarms without help of a margin, mean over all cells",
            value=mean,
            error=standard_error(mean, max(repetitions, 1)),
            limit=0.0105,
            is_ceiling=True,
            unit="%",
        ),
        *at_most(
            1, "the same, each cell: α and 3 standard errors", strict, "changed", each
        ),
        *at_most(1, "the same at α = 5 %, one metric", loose, "changed", 0.055),
        *at_most(
            2,
            "false alarms at a margin of 3 sd",
            outcomes.of("grid", OURS, margin=3.0, shift=0.0),
            "changed",
            0.0075,
        ),
    ]


def _misses(outcomes: Outcomes) -> list[Bar]:
    normal = _at_margin(outcomes, "normal")
    others = [one for shape in OTHER_SHAPES for one in _at_margin(outcomes, shape)]
    limit = 0.05
    if normal:
        limit += 2 * standard_error(0.05, normal[0].repetitions)
    text = "misses at a shift of exactly one margin"
    return [
        *at_most(3, f"{text}, normal: β and 2 standard errors", normal, "same", limit),
        *at_most(3, f"{text}, all other shapes", others, "same", 0.09),
    ]


def _power(outcomes: Outcomes) -> list[Bar]:
    exactly, loosely = "change alone, 3 seeds, 1%", "change alone, 3 seeds, 5%"
    wanted = (
        ("three seeds", exactly, 10, 2.0, 0.40),
        ("three seeds", exactly, 10, 3.0, 0.80),
        ("three seeds", exactly, 10, 4.0, 0.97),
        ("three seeds", loosely, 10, 2.0, 0.66),
        ("three seeds", loosely, 10, 3.0, 0.91),
        ("grid", OURS, 10, 2.0, 0.75),
        ("grid", OURS, 10, 3.0, 0.94),
        ("grid", OURS, 20, 2.0, 0.90),
    )
    return [
        bar
        for study, rule, m, margin, limit in wanted
        for bar in at_least(
            4,
            f"{rule}: a shift of {margin:g} sd found, {m} references",
            outcomes.of(
                study,
                rule,
                shape="normal",
                reference=m,
                metrics=1,
                margin=margin,
                shift=margin,
            ),
            "changed",
            limit,
        )
    ]


def _one_of_many(outcomes: Outcomes) -> list[Bar]:
    bars = []
    for shape, limit in (("normal", 0.89), ("t3", 0.92)):
        about = {"shape": shape, "reference": 10, "metrics": 20, "margin": 3.0}
        shifted = outcomes.of("grid", OURS, shift=3.0, **about)
        alike = outcomes.of("grid", OURS, shift=0.0, **about)
        text = f"20 metrics, {shape}"
        bars += at_least(
            5, f"{text}: one shifted by 3 sd, found", shifted, "changed", limit
        )
        bars += at_most(5, f"{text}: false alarms", alike, "changed", 0.0075)
    return bars


def _seeds(outcomes: Outcomes) -> list[Bar]:
    wanted = (
        (3.0, 1, 10, 1.9),
        (3.0, 1, 20, 1.65),
        (2.0, 1, 10, 4.1),
        (2.0, 1, 20, 3.3),
        (3.0, 5, 10, 3.0),
        (3.0, 5, 20, 2.5),
        (3.0, 20, 10, 3.9),
        (3.0, 20, 20, 3.1),
    )
    return [
        bar
        for margin, k, m, limit in wanted
        for bar in at_most(
            6,
            f"seeds for no change: margin {margin:g} sd, {m} references, {plural(k)}",
            outcomes.of(
                "grid",
                OURS,
                shape="normal",
                reference=m,
                metrics=k,
                margin=margin,
                shift=0.0,
            ),
            "seeds",
            limit,
        )
    ]


def _savings(outcomes: Outcomes) -> list[Bar]:
    bars = []
    for m in (10, 20):
        for margin in (2.0, 3.0):
            about = {"reference": m, "margin": margin}
            ours = outcomes.of("fixed seeds", OURS, **about)
            if not ours:
                continue
            fixed = [
                seeds
                for seeds in FIXED_SEEDS
                if _is_as_good(outcomes.of("fixed seeds", _fixed(seeds), **about), ours)
            ]
            needed = min(fixed, default=FIXED_SEEDS[-1] + 1)
            saved = 1 - ours[0].seeds / needed
            bars.append(
                Bar(
                    number=8,
                    what=(
                        f"seeds saved against {needed} fixed ones of the same quality: "
                        f"margin {margin:g} sd, {m} references"
                    ),
                    value=saved,
                    error=ours[0].seeds_error / needed,
                    limit=0.40,
                    is_ceiling=False,
                    unit="%",
                )
            )
    return bars


def _fixed(seeds: int) -> str:
    return f"both tests, {seeds} seeds"


def _is_as_good(fixed: Sequence[Outcome], ours: Sequence[Outcome]) -> bool:
    """Tell whether no more is left open, without a change and with one."""
    return all(
        theirs.open <= mine.open + SLACK
        for theirs, mine in zip(fixed, ours, strict=True)
    )


def _against_usual(outcomes: Outcomes) -> list[Bar]:
    bars = []
    for rule in USUAL:
        for k, limit in ((1, 20.0), (20, 50.0)):
            text = f"false alarms of “{rule}” over ours, {plural(k)}"
            bars += _times(outcomes, rule, (text, limit, "changed"), k, 0.0)
        if rule != USUAL[2]:
            text = f"misses of “{rule}” over ours"
            bars += _times(outcomes, rule, (text, 4.0, "same"), 1, 3.0)
    return bars


def _times(
    outcomes: Outcomes, rule: str, bar: tuple[str, float, str], k: int, shift: float
) -> list[Bar]:
    what, limit, rate = bar
    about = {
        "shape": "normal",
        "reference": 10,
        "metrics": k,
        "margin": 3.0,
        "shift": shift,
    }
    theirs, mine = (
        outcomes.of("grid", rule, **about),
        outcomes.of("grid", OURS, **about),
    )
    if not theirs or not mine:
        return []
    value, error = ratio(theirs[0], mine[0], rate)
    return [
        Bar(
            number=9,
            what=what,
            value=value,
            error=error,
            limit=limit,
            is_ceiling=False,
            unit="×",
        )
    ]


def _crashes(outcomes: Outcomes) -> list[Bar]:
    found = outcomes.of(
        "grid",
        OURS,
        shape="crash5",
        reference=20,
        metrics=1,
        margin=3.0,
        shift=0.0,
    )
    text = "5 % of seeds crash, 20 references, no change"
    return [
        *at_most(10, f"{text}: false alarms", found, "changed", 0.01),
        *at_least(10, f"{text}: confirmed", found, "same", 0.96),
        *at_most(10, f"{text}: seeds", found, "seeds", 2.2),
    ]


def _at_margin(outcomes: Outcomes, shape: str) -> list[Outcome]:
    """Find all outcomes of one metric that is shifted by just its margin."""
    return [
        one
        for margin in (2.0, 3.0, 4.0)
        for one in outcomes.of(
            "grid", OURS, shape=shape, metrics=1, margin=margin, shift=margin
        )
    ]
