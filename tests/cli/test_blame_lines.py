"""What was blamed, on one screen: each answer in words that a person can act on."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from pytest_repro.cli.blame_lines import blame_lines
from pytest_repro.records import Replica, Rounding
from pytest_repro.replication.blame import (
    BITS,
    Blamed,
    Target,
    Tried,
    noise_floors,
)
from pytest_repro.replication.differences import Difference, Source
from tests.cli.samples import Facts, obtained_run

RATE = Difference(
    name="rate.py", source=Source.CODE, diff=("-rate = 1", "+rate = 2") * 6
)
DEPTH = Difference(name="depth 2 -> 3", source=Source.PARAMETER)
BOTH = ("rate.py", "depth 2 -> 3")


def tried(
    *applied: str, metrics: Mapping[str, float], problem: str = "", at: str = ""
) -> Tried:
    """Say what became of a run."""
    return Tried(applied=applied, metrics=metrics, problem=problem, parts_at=at)


SMALL = Blamed(
    target=Target(metric="loss", floors={"loss": 0.01}),
    differences=(RATE, DEPTH),
    causes=(("rate.py",),),
    tried=(
        tried(metrics={"loss": 1.0}),
        tried(*BOTH, metrics={"loss": 1.5}),
        tried("rate.py", metrics={"loss": 1.5}),
        tried("depth 2 -> 3", metrics={"loss": 1.005}),
    ),
)


def text(blamed: Blamed, *, commit: str = "0123456789abcdef") -> str:
    """Write what was found, on one line."""
    return " ".join(" ".join(blame_lines(blamed, seed=3, commit=commit)).split())


def test_an_effect_within_rounding_says_so() -> None:
    """A small number that noise could have made is no effect."""
    assert "rate.py +0.5 +0.495" in text(SMALL)
    assert "depth 2 -> 3 +0.005 rounding none" in text(SMALL)


def test_both_ends_are_told_with_their_numbers() -> None:
    """From where to where it went, and since which commit."""
    assert "from 1.0 (everything put back) to 1.5 (nothing put back)" in text(SMALL)
    assert "rounding alone carries it by 0.01" in text(SMALL)
    assert "changed since 0123456789 " in text(SMALL)
    assert "changed since" not in text(SMALL, commit="")


def test_a_long_change_is_cut() -> None:
    """One screen is for finding the file; the rest is in the editor."""
    assert "moved by rate.py, by +0.5 -rate = 1" in text(SMALL)
    assert "… 4 more lines" in text(SMALL)


def test_columns_that_differ_by_rounding_do_not_differ() -> None:
    """Changes act on each other only if noise could not have made the difference."""
    more = replace(SMALL.tried[3], metrics={"loss": 1.25})

    assert "acts on what another one does" not in text(SMALL)
    assert "acts on what another one does" in text(
        replace(SMALL, tried=(*SMALL.tried[:3], more))
    )


def test_what_works_only_together_is_told_as_one() -> None:
    """Neither alone is to blame."""
    assert "only together: rate.py and depth 2 -> 3, by +0.5" in text(
        replace(SMALL, causes=(BOTH,))
    )


@pytest.mark.parametrize(
    ("blamed", "words"),
    [
        (replace(SMALL, causes=()), "none of what can be put back moves the result"),
        (replace(SMALL, is_stable=False), "does not give its own result again"),
        (replace(SMALL, is_whole=False), "part of the difference lies elsewhere"),
        (replace(SMALL, fixed=("model",)), "not tried model: no plain value"),
    ],
)
def test_what_cannot_be_told_is_said(blamed: Blamed, words: str) -> None:
    """Each with what to look at next."""
    assert words in text(blamed)


def test_a_run_that_failed_is_named() -> None:
    """It blames nobody, and its error is shown."""
    broken = tried("depth 2 -> 3", metrics={}, problem="failed: NameError: rate")
    found = text(replace(SMALL, tried=(*SMALL.tried[:3], broken)))

    assert "depth 2 -> 3 failed none" in found
    assert "runs that failed, and say nothing depth 2 -> 3: failed: NameError" in found


def test_bits_are_told_by_where_they_part() -> None:
    """Where any bit counts, the first place is the evidence."""
    moved = tried("rate.py", metrics={"loss": 1.0}, at="step 2 (loss)")
    blamed = replace(SMALL, target=Target(metric=BITS), tried=(*SMALL.tried[:2], moved))

    assert "moved by rate.py, first at step 2 (loss)" in text(blamed)


def test_the_floor_is_the_largest_deviation_of_a_replica() -> None:
    """Measured by the noise with which the reference was recorded."""
    anchor = obtained_run(Facts())
    replicas = tuple(
        Replica(number=number, result=obtained_run(Facts(accuracy=accuracy)).anchor)
        for number, accuracy in enumerate((0.9375, 0.875, 0.8984375), 1)
    )
    rounding = Rounding(noise="noise-v1", replicas=replicas)

    assert noise_floors(replace(anchor, rounding=rounding)) == {
        "test/accuracy": 0.03125
    }
    assert noise_floors(anchor) == {"test/accuracy": 0.0}
