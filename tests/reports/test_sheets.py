"""A sheet: what is shown of an experiment, from its outcome and its records."""

from dataclasses import replace

import pytest

from pytest_repro.records import Action, Cause, Verdict
from pytest_repro.reports.changes import Changes
from pytest_repro.reports.circumstances import Circumstance
from pytest_repro.reports.dots import dots_of
from pytest_repro.reports.remedies import remedies_of
from pytest_repro.reports.sheet_view import view_of
from pytest_repro.reports.sheets import Sources, sheet_of
from tests.browser.pages import EVERY, SHEETS, reference_of, run_of
from tests.reports.making import DIVERGED, IDENTICAL, MISSING, outcome_of

CRASHED, PARTED, NEAR, EQUAL, SAME, *_ = SHEETS


def test_seeds_stand_within_the_margin_around_the_reference() -> None:
    """The mean of ten seeds, and five hundredths to both sides."""
    (dots,) = dots_of([run_of("a", seed=3)], reference_of("a"))

    assert dots.obtained == pytest.approx([0.902])
    assert len(dots.reference) == 10
    assert (dots.low, dots.center, dots.high) == pytest.approx((0.859, 0.909, 0.959))
    assert dots.tolerance == "Equivalent(0.05)"


def test_the_seed_that_does_not_hold_is_shown() -> None:
    """Its numbers stand beside those of the reference at the same seed."""
    (gap,) = PARTED.gaps

    assert PARTED.gap_seed == 0
    assert gap.absolute == pytest.approx(0.4)
    assert PARTED.divergence is not None


def test_records_are_not_needed() -> None:
    """A crash before the first step leaves nothing, and is still told."""
    assert (CRASHED.curves, CRASHED.dots, CRASHED.gaps) == ((), (), ())
    assert CRASHED.unread == ("the reference cannot be read: no such file",)


def test_what_a_plot_cannot_show_is_named() -> None:
    """So many traces that not all are drawn: the rest is listed."""
    many = replace(
        SAME, curves=tuple(replace(SAME.curves[0], name=f"m{n:02}") for n in range(50))
    )

    view = view_of(many)

    assert len(view.plots) == 4
    assert view.undrawn.startswith("m04, m05")
    assert view.undrawn.endswith("and 16 more")


def test_traces_that_part_are_drawn_first() -> None:
    """In the order in which they part."""
    (curve,) = PARTED.curves
    others = [replace(curve, name="late", parted=9), replace(curve, name="z", parted=1)]

    view = view_of(replace(PARTED, curves=(replace(curve, parted=None), *others)))

    assert [what for what, _, kind in view.plots if not kind] == [
        "z, seed 0",
        "late, seed 0",
        "train/loss, seed 0",
    ]


def test_a_digest_is_told_once_and_whole() -> None:
    """The short form of a digest does not stand beside the long one."""
    place = replace(
        DIVERGED.divergence,  # type: ignore[type-var]  # it has one
        obtained="sha256:0123456789abcdef…",
        obtained_bits=f"sha256:{'0123456789abcdef' * 4}",
    )
    outcome = outcome_of(replace(DIVERGED, divergence=place))

    (obtained, reference) = view_of(sheet_of(outcome, Sources())).sides

    assert obtained == ("obtained", f"sha256:{'0123456789abcdef' * 4}", "")
    assert reference == ("reference", "2.2413447", "0x400f7233")


@pytest.mark.parametrize(
    ("verdict", "first"),
    [
        (DIVERGED, "pytest-repro diff"),
        (MISSING, "pytest --repro --repro-record"),
        (IDENTICAL, "pytest-repro show"),
    ],
)
def test_the_likeliest_command_comes_first(verdict: Verdict, first: str) -> None:
    """And running it again is always offered, last."""
    found = [one.command for one in remedies_of(outcome_of(verdict))]

    assert found[0] == f'{first} "experiments/test_digits.py::test_digits_mlp"'
    assert found[-1].startswith("pytest --repro ")


def test_a_name_cannot_leave_its_command() -> None:
    """What a shell would run stands in quotes that hold."""
    outcome = outcome_of(DIVERGED, experiment="a.py::test[$(touch x)]")

    assert all(
        "'a.py::test[$(touch x)]'" in one.command for one in remedies_of(outcome)
    )


def test_one_change_is_told_once_with_its_count() -> None:
    """Values that differ between experiments are counted too."""
    changes = Changes()
    changes.add([fact("code.commit", "b", "a"), fact("rest", "2", "1", suspect="rest")])
    changes.add([fact("code.commit", "c", "a"), fact("config.lr", "1", "2", "config")])

    first, second = changes.ranked()

    assert (first.fact, first.count) == ("config.lr", 1)
    assert (second.fact, second.obtained, second.reference, second.count) == (
        "code.commit",
        "2 different values",
        "a",
        2,
    )


def fact(
    name: str, obtained: str, reference: str, suspect: str = "code"
) -> Circumstance:
    """Describe one fact that differs."""
    return Circumstance(
        suspect=suspect, fact=name, obtained=obtained, reference=reference
    )


def test_variations_are_told_worst_first() -> None:
    """Each with what it did; what changed nothing needs no reason."""
    view = view_of(SHEETS[-1])

    assert view.effects[0][1:3] == ("breaks", "bad")
    assert [why for _, what, _, why in view.effects if what == "same bits"] == [""]
    assert view.depends.startswith("memory fill, threads")


def test_every_action_has_a_view() -> None:
    """Whatever became of an experiment, its sheet has a status and an anchor."""
    views = [view_of(sheet) for sheet in SHEETS]

    assert {outcome.action for outcome, _ in EVERY} == set(Action)
    assert [view.status for view in views[:2]] == ["failed", "failed"]
    assert len({view.id for view in views}) == len(views)
    assert views[0].rung == "not comparable"
    assert EQUAL.outcome.verdict.cause is None
    assert NEAR.outcome.passed
    assert CRASHED.outcome.verdict.cause is Cause.FAILED
