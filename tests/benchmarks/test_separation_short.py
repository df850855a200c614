"""Rates of explanations: nothing is proven that was not planted, little is luck."""

import random

import pytest

from benchmarks.separation import (
    FIRST,
    LAST,
    PAGE,
    is_claimed,
    null_row,
    planted_row,
    tables,
)
from pytest_repro.verdicts.separation import LEVEL, Member, separate


def bits_of(number: int) -> dict[str, str]:
    """Take the bits of a number as four axes."""
    return {f"axis {bit}": str(number >> bit & 1) for bit in range(4)}


def fair_deal(source: random.Random) -> list[Member]:
    """Deal two groups to ten runs, of which every two differ in something."""
    return [
        Member(
            name=f"run {number}",
            group=source.randrange(2),
            axes=bits_of(number),
        )
        for number in range(10)
    ]


def test_claims_about_random_groups_are_as_rare_as_the_level_says() -> None:
    """Two kinds of claims, each wrong in one case of twenty at most."""
    _, claimed, _, _ = null_row("", fair_deal, cases=60)

    assert int(claimed) <= 2 * LEVEL * 60


def test_a_true_cause_is_claimed_where_runs_are_many() -> None:
    """The counter-check: the rule does claim something."""
    runs = [
        Member(name=f"{number:02}", group=number & 1, axes=bits_of(number))
        for number in range(16)
    ]

    assert is_claimed(separate(runs))


@pytest.mark.parametrize("count", [1, 3])
def test_nothing_is_proven_that_was_not_planted(count: int) -> None:
    """In the design of the nightly, for causes of one axis and of three."""
    _, proven, wrong, whole, fits, lost = planted_row(count, cases=20)

    assert int(proven) >= int(whole) > 0
    assert (wrong, fits, lost) == ("0", "0", "0")


@pytest.mark.campaign
def test_page_has_the_rates_of_the_study() -> None:
    """Nothing in its tables was written by hand."""
    _, _, rest = PAGE.read_text(encoding="utf-8").partition(FIRST)
    found, _, _ = rest.partition(LAST)

    assert found.strip() == "\n".join(tables())
