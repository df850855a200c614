"""What many sessions come to."""

from dataclasses import replace

from pytest_repro.records import Rung, Standard, Tier
from pytest_repro.reports.trends import NOBODY, tallies_by, tally, trends
from pytest_repro.verdicts.rates import Rate
from tests.reports.observing import ID, KEY, OTHER_KEY, SUMS, night, shifted


def test_a_tally_counts_what_held_and_why_the_rest_did_not() -> None:
    """Rates by rung, causes with the most frequent first, times, and costs."""
    found = tally("all", shifted())

    assert found.held == Rate(count=23, total=30)
    assert found.rungs == (
        (Rung.IDENTICAL, Rate(count=23, total=30)),
        (Rung.DIVERGED, Rate(count=6, total=30)),
        (Rung.NOT_COMPARABLE, Rate(count=1, total=30)),
    )
    assert found.causes == (("diverged", 6), ("timed out", 1))
    assert (found.typical_s, found.slow_s) == (5.0, 6.0)
    assert (found.seeds, found.seeds_allowed) == (30, 240)
    assert (found.wall_s, found.cpu_s) == (150.0, 60.0)
    assert found.last == shifted()[-1]


def test_a_tally_of_nothing_claims_nothing() -> None:
    """No rate, no time, no last verdict."""
    found = tally("all", [])

    assert (found.held.share, found.typical_s, found.last) == (None, None, None)


def test_a_shift_names_the_commits_around_it() -> None:
    """The night that timed out is no point; the shift lies where the values change."""
    (trend,) = trends(shifted())
    accuracy, loss = trend.curves

    (shift,) = accuracy.shifts
    assert (trend.experiment, trend.key) == (ID, KEY)
    assert len(accuracy.points) == 29
    assert loss.shifts == ()
    assert accuracy.points[shift.index].observed_utc == "2026-01-25T03:00:00Z"
    assert (shift.before, shift.after) == (0.90625, 0.875)
    assert (shift.commit_before[:2], shift.commit_after[:2]) == ("0b", "0c")
    assert not shift.is_accepted


def test_a_shift_that_a_revision_follows_is_accepted() -> None:
    """Whoever rewrote the reference meant it."""
    later = [
        replace(one, standard=Standard(revision=2, digest=SUMS))
        for one in shifted()[27:]
    ]

    (trend,) = trends([*shifted()[:27], *later])

    assert trend.curves[0].shifts[0].is_accepted
    assert trend.revisions == (1, 2)


def test_a_shift_of_an_untidy_work_tree_says_so() -> None:
    """The same commit twice is no proof that the code was the same."""
    untidy = [replace(one, is_dirty=True) for one in shifted()[24:]]

    (trend,) = trends([*shifted()[:24], *untidy])

    assert trend.curves[0].shifts[0].is_dirty


def test_environments_are_told_apart() -> None:
    """Each has its own metrics and its own rate."""
    there = [replace(one, environment_key=OTHER_KEY) for one in shifted()]

    found = trends([*shifted(), *there])

    assert [trend.key for trend in found] == [KEY, OTHER_KEY]
    assert [trend.tally.held.total for trend in found] == [30, 30]


def test_the_beginning_of_a_run_is_no_point_of_a_metric() -> None:
    """Pull requests run the first steps alone: verdicts count, metrics do not."""
    (trend,) = trends([replace(night(0), tier=Tier.PR)])

    assert trend.curves == ()
    assert trend.tally.held.total == 1


def test_owners_have_tallies_of_their_own() -> None:
    """What nobody owns is somebody's, too: it has a line."""
    owned = replace(night(1), owner="@vision")

    found = tallies_by([night(0), owned], lambda one: one.owner or NOBODY)

    assert [(one.name, one.held.total) for one in found] == [
        ("@vision", 1),
        (NOBODY, 1),
    ]
