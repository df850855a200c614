"""Laws that every decision over seeds obeys, whatever the values."""

from dataclasses import replace
from math import inf, nan
from random import Random

from hypothesis import assume, given
from hypothesis import strategies as st

from pytest_repro.records import Rung
from pytest_repro.verdicts.designs import Design, Sample
from pytest_repro.verdicts.sequential import decide
from tests.verdicts.sequential.drawing import BAD, MARGINS, VALUES, cut, families

DESIGN = Design(max_seeds=6)


@given(samples=families(), order=st.randoms(use_true_random=False))
def test_order_of_metrics_does_not_matter(samples: list[Sample], order: Random) -> None:
    """decide(π(samples)) has the rung, look and reason of decide(samples)."""
    shuffled = list(samples)
    order.shuffle(shuffled)

    one, other = decide(samples, DESIGN), decide(shuffled, DESIGN)

    assert (one.rung, one.look, one.reason) == (other.rung, other.look, other.reason)
    assert set(one.answers) == set(other.answers)


@given(samples=families(), data=st.data())
def test_order_of_reference_seeds_does_not_matter(
    samples: list[Sample], data: st.DataObject
) -> None:
    """Rows of the reference have no order, where every labelling is listed."""
    seeds = range(len(samples[0].reference))
    order = data.draw(st.permutations(seeds))
    moved = [
        replace(one, reference=tuple(one.reference[i] for i in order))
        for one in samples
    ]
    design = replace(DESIGN, relabellings=10**5)

    assert decide(moved, design) == decide(samples, design)


@given(samples=families(values=VALUES | BAD), more=st.data())
def test_seeds_after_the_deciding_look_do_not_matter(
    samples: list[Sample], more: st.DataObject
) -> None:
    """Let a look decide: other values behind it give the same decision."""
    first = decide(samples, DESIGN)
    assume(first.rung is not Rung.INCONCLUSIVE)
    tail = tuple(more.draw(st.lists(VALUES | BAD, max_size=4)))

    longer = [
        replace(one, obtained=(*one.obtained[: first.look], *tail)) for one in samples
    ]

    assert decide(longer, DESIGN) == first


@given(samples=families())
def test_a_pass_confirms_every_metric(samples: list[Sample]) -> None:
    """EQUIVALENT ⇔ each metric is confirmed, and none would have diverged alone."""
    decision = decide(samples, DESIGN)

    is_shown = all(
        answer.is_confirmed and answer.barred is None for answer in decision.answers
    )
    assert (decision.rung is Rung.EQUIVALENT) == is_shown


@given(samples=families(metrics=1), factor=st.floats(1.0, 20.0))
def test_wider_margins_never_turn_a_pass_into_a_fail(
    samples: list[Sample], factor: float
) -> None:
    """Of the seeds that passed, a wider margin says EQUIVALENT or not yet."""
    passed = decide(samples, DESIGN)
    assume(passed.rung is Rung.EQUIVALENT)
    wide = [
        replace(one, margin=one.margin * factor) for one in cut(samples, passed.look)
    ]

    assert decide(wide, DESIGN).rung is not Rung.DIVERGED


@given(samples=families(seeds=(3, 3)), factor=st.floats(1.0, 20.0))
def test_wider_margins_pass_the_same_look(samples: list[Sample], factor: float) -> None:
    """At one look, for any number of metrics: a pass stays a pass."""
    design = Design(looks=(3,))
    assume(decide(samples, design).rung is Rung.EQUIVALENT)

    wide = [replace(one, margin=one.margin * factor) for one in samples]

    assert decide(wide, design).rung is Rung.EQUIVALENT


@given(samples=families(values=VALUES | BAD))
def test_half_the_seeds_without_a_number_never_pass(samples: list[Sample]) -> None:
    """As many NaN as numbers among the seeds used are not equivalent to anything."""
    decision = decide(samples, DESIGN)

    missing = max(
        sum(value != value for value in one.obtained[: decision.look])  # noqa: PLR0124
        for one in samples
    )
    assert decision.rung is not Rung.EQUIVALENT or 2 * missing < decision.look


@given(samples=families(), place=st.integers(0, 5), far=st.sampled_from([1e6, 1e300]))
def test_nan_is_as_good_as_the_worst_number(
    samples: list[Sample], place: int, far: float
) -> None:
    """NaN, +∞ and a number far above give the same rung: none helps a pass."""
    place %= len(samples[0].obtained)

    rungs = {
        decide([spoilt(samples[0], place, bad), *samples[1:]], DESIGN).rung
        for bad in (nan, inf, far)
    }

    assert len(rungs) == 1


def spoilt(sample: Sample, place: int, value: float) -> Sample:
    """Put one obtained value in another's place."""
    values = (*sample.obtained[:place], value, *sample.obtained[place + 1 :])
    return replace(sample, obtained=values, quantum=1 / 8)


@given(samples=families(metrics=1), value=BAD)
def test_a_reference_without_numbers_is_equivalent_to_nothing(
    samples: list[Sample], value: float
) -> None:
    """The same NaN on both sides is no agreement."""
    count, seeds = len(samples[0].reference), len(samples[0].obtained)
    spoiled = replace(samples[0], reference=(value,) * count, obtained=(value,) * seeds)

    decision = decide([spoiled], DESIGN)

    assert decision.rung is Rung.INCONCLUSIVE


@given(values=st.lists(VALUES, min_size=10, max_size=10), factor=st.floats(1.0, 9.0))
def test_the_reference_again_is_equivalent(values: list[float], factor: float) -> None:
    """The same ten values in the same order never diverge, whatever the margin."""
    sample = Sample(
        name="m", reference=tuple(values), obtained=tuple(values), margin=factor
    )

    decision = decide([sample], Design())

    assert decision.rung is not Rung.DIVERGED
    assert not any(answer.rung is Rung.DIVERGED for answer in decision.answers)


@given(samples=families(), margin=MARGINS, power=st.integers(-200, 200))
def test_the_unit_of_a_metric_does_not_matter(
    samples: list[Sample], margin: float, power: int
) -> None:
    """Values and margins times 2^k give the same decision, and 2^k times the shift."""
    factor = 2.0**power
    known = [replace(one, margin=margin, quantum=1 / 8) for one in samples]
    moved = [
        replace(
            one,
            reference=tuple(value * factor for value in one.reference),
            obtained=tuple(value * factor for value in one.obtained),
            margin=margin * factor,
            quantum=factor / 8,
        )
        for one in known
    ]

    one, other = decide(known, DESIGN), decide(moved, DESIGN)

    assert (one.rung, one.look) == (other.rung, other.look)
    assert [a.p_value for a in one.answers] == [a.p_value for a in other.answers]
