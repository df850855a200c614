"""A further metric never makes a pass easier: at one look, over several, in any family.

If all metrics together are equivalent, so is each part of them, after as many seeds or
fewer. A rule without the bar, as it was once, breaks the law.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_repro.records import Rung
from pytest_repro.verdicts.designs import Design, Sample
from pytest_repro.verdicts.sequential import decide
from tests.verdicts.sequential.drawing import (
    DESIGNS,
    VALUES,
    cut,
    families,
    related_family,
)

Rule = Callable[[Sequence[Sample], Design], tuple[Rung, int]]

LOUD = Sample(
    name="loud",
    reference=(-0.2, -1.2, -0.7, -0.5, -0.3, 0.4, 1.0, -0.1, 1.4, -0.7),
    obtained=(2.5, 2.7, 2.4, -0.7, -0.8, -0.5, -0.2),
    margin=3.0,
)
"""Its first three seeds are far above the reference, and then it comes back."""

COMPANION = Sample(
    name="companion",
    reference=(0.1, -0.1, 0.6, 0.1, -0.5, 0.4, 1.3, 4.9, 3.3, 2.7),
    obtained=(2.0, -0.2, -0.2, 0.5, 0.2, 0.4, -0.7),
    margin=6.0,
)
"""Three of its seeds could be called obtained as well as the three of the other."""


def ours(samples: Sequence[Sample], design: Design) -> tuple[Rung, int]:
    """Judge by the rule."""
    decision = decide(samples, design)
    return decision.rung, decision.look


def forgetful(samples: Sequence[Sample], design: Design) -> tuple[Rung, int]:
    """Judge by a rule that forgets which metrics would have diverged alone."""
    for look in design.stages[: len(samples[0].obtained)]:
        decision = decide(cut(samples, look), design)
        if all(answer.is_confirmed for answer in decision.answers):
            return Rung.EQUIVALENT, decision.look
    decision = decide(samples, design)
    return decision.rung, decision.look


def is_easier(
    whole: Sequence[Sample],
    part: Sequence[Sample],
    design: Design,
    *,
    rule: Rule = ours,
) -> bool:
    """Tell whether all metrics pass where, or before, a part of them does not."""
    (rung, look), (rung_of_part, look_of_part) = rule(whole, design), rule(part, design)
    has_passed = rung_of_part is Rung.EQUIVALENT and look_of_part <= look
    return rung is Rung.EQUIVALENT and not has_passed


@settings(max_examples=200)
@given(
    seed=st.integers(0, 2**32 - 1),
    design=DESIGNS,
    keep=st.sets(st.integers(0, 3), min_size=1),
)
def test_a_part_of_a_family_that_passes_passes(
    seed: int, design: Design, keep: set[int]
) -> None:
    """decide(F) is EQUIVALENT ⇒ decide(G) is, for each G ⊆ F, and no later."""
    whole = related_family(seed)
    part = [whole[index % len(whole)] for index in sorted(keep)]

    assert not is_easier(whole, part, design)


@settings(max_examples=200)
@given(whole=families(values=VALUES), design=DESIGNS, chosen=st.integers(0, 2))
def test_each_metric_of_a_family_that_passes_passes_alone(
    whole: list[Sample], design: Design, chosen: int
) -> None:
    """The same on a lattice, with ties, no spread and margins of any size."""
    assert not is_easier(whole, [whole[chosen % len(whole)]], design)


def test_a_metric_that_diverged_alone_bars_the_family() -> None:
    """The family is too large to say so at three seeds, and says so for ever after."""
    decision = decide([LOUD, COMPANION], Design())

    alone = decide([LOUD], Design())
    loud, companion = decision.answers
    assert (alone.rung, alone.look) == (Rung.DIVERGED, 3)
    assert (decision.rung, decision.look) == (Rung.INCONCLUSIVE, 7)
    assert (loud.barred, companion.barred) == (3, None)
    assert (loud.rung, companion.rung) == (Rung.INCONCLUSIVE, Rung.EQUIVALENT)
    assert "loud shifts" in decision.reason
    assert "alone it would have diverged at 3 seeds" in decision.reason


def test_a_rule_without_the_bar_breaks_the_law() -> None:
    """Both metrics are shown to be equal in the end: forget the past, and they pass."""
    family = [LOUD, COMPANION]

    assert forgetful(family, Design())[0] is Rung.EQUIVALENT
    assert is_easier(family, [LOUD], Design(), rule=forgetful)
    assert not is_easier(family, [LOUD], Design())


def test_a_metric_starts_by_itself() -> None:
    """A narrow margin beside it neither hastens nor puts off a confirmation."""
    narrow = replace(COMPANION, name="narrow", margin=0.1)
    design = Design()

    alone = [decide(cut([COMPANION], n), design).answers[0] for n in range(1, 8)]
    beside = [decide(cut([COMPANION, narrow], n), design) for n in range(1, 8)]

    found = [decision.answers[0].first_confirmed for decision in beside]
    assert found == [answer.first_confirmed for answer in alone]


def test_a_metric_must_still_be_confirmed_when_the_family_passes() -> None:
    """One that was equal at first and then crashes does not wait for the others."""
    steady = replace(LOUD, name="steady", margin=12.0)
    crashing = (0.0, *[float("nan")] * 6)
    spoilt = replace(steady, obtained=crashing)

    early = decide(cut([spoilt], 1), Design())
    later = decide([spoilt, replace(LOUD, margin=1.6)], Design())

    assert early.rung is Rung.EQUIVALENT
    assert not later.answers[0].is_confirmed
    assert later.rung is not Rung.EQUIVALENT
