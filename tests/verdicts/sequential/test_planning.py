"""What a reference supports: known figures, refusals, and the numbers that would do."""

from dataclasses import replace
from math import inf

import pytest

from pytest_repro.records import Scale
from pytest_repro.verdicts.designs import Design, Sample
from pytest_repro.verdicts.planning import plan
from tests.verdicts.sequential.drawing import normal_family

UNIT = (-1.0, -1.0, -1.0, -1.0, -1.0, 1.0, 1.0, 1.0, 1.0, 1.0)
SPREAD = (10 / 9) ** 0.5
DESIGN = Design()


def metric(deviations: float, *, seeds: int = 10, name: str = "m") -> Sample:
    """Make a reference with a margin of so many of its standard deviations."""
    values = [float((-1) ** index) for index in range(seeds)]
    spread = (seeds / (seeds - 1)) ** 0.5
    return Sample(name=name, reference=tuple(values), margin=deviations * spread)


@pytest.mark.parametrize(
    ("seeds", "new", "metrics", "simulated"),
    [
        (10, 3, 1, 2.65),
        (10, 10, 1, 1.81),
        (20, 5, 5, 2.35),
        (20, 10, 20, 2.0),
        (30, 10, 1, 1.41),
        (50, 5, 20, 2.34),
    ],
)
def test_smallest_margin_is_the_simulated_one(
    seeds: int, new: int, metrics: int, simulated: float
) -> None:
    """Within ten per cent of the table in section 3.5 of the notes: bar 11."""
    samples = [metric(3.0, seeds=seeds, name=str(index)) for index in range(metrics)]

    found = plan(samples, Design(max_seeds=new)).metrics[0]

    in_deviations = found.smallest_margin / samples[0].margin * 3.0
    assert in_deviations == pytest.approx(simulated, rel=0.1)


def test_a_wide_margin_is_not_refused() -> None:
    """Three standard deviations: almost sure to be confirmed, if nothing changed."""
    found = plan([metric(3.0)], DESIGN)

    assert found.refusal == ""
    assert found.chance > 0.99
    assert found.first_divergence == 3
    assert found.notes == ("a divergence can be found from 3 seeds on",)


def test_a_narrow_margin_is_refused_with_what_would_do() -> None:
    """The planted fault of a margin of half a standard deviation."""
    found = plan([metric(0.49), metric(3.0, name="fine")], DESIGN)

    assert found.chance == 0.0
    assert found.refusal == (
        "m: the margin is 0.49 reference standard deviations; 10 new seeds would"
        " confirm an unchanged run set with probability 0%; it takes a margin of 2.167,"
        " or 176 reference and as many new seeds"
    )


def test_what_would_do_does() -> None:
    """A plan with the seeds recommended gives nine chances in ten, or more."""
    short = plan([metric(1.7)], DESIGN).metrics[0]

    assert short.reference_seeds is not None
    assert short.new_seeds is not None
    assert plan([metric(1.7, seeds=short.reference_seeds)], DESIGN).chance >= 0.88
    assert plan([metric(1.7)], Design(max_seeds=short.new_seeds)).chance >= 0.88


def test_refusal_names_the_seeds_of_either_side() -> None:
    """A margin just too narrow: more seeds on one side would do."""
    found = plan([metric(1.4)], DESIGN)

    assert found.refusal.endswith(
        "it takes a margin of 2.018, or 144 reference seeds, or 144 new seeds"
    )


def test_divergence_at_the_first_look_needs_no_note() -> None:
    """There is nothing to warn of."""
    found = plan([metric(3.0)], Design(looks=(5, 10)))

    assert (found.first_divergence, found.notes) == (5, ())


def test_one_side_alone_may_never_do() -> None:
    """Ten seeds are worth ten at most, whatever stands on the other side."""
    found = plan([metric(1.2)], DESIGN).metrics[0]

    assert (found.reference_seeds, found.new_seeds) == (None, None)
    assert found.seeds_each is not None


def test_four_reference_seeds_are_always_refused() -> None:
    """Whatever the margin."""
    found = plan([metric(100.0, seeds=4)], DESIGN)

    assert found.refusal == "a reference takes 5 seeds, this one has 4"
    assert plan([], DESIGN).refusal


def test_values_without_a_place_are_refused_in_advance() -> None:
    """A reference with a loss of zero has no logarithms to plan with."""
    found = plan([replace(metric(3.0), scale=Scale.LOG)], DESIGN)

    assert found.refusal == "m: -1 has no place on the log scale"


def test_margin_of_zero_is_refused() -> None:
    """Nothing makes it possible."""
    found = plan([metric(0.0)], DESIGN)

    assert found.refusal == "m: a margin of zero can never be confirmed"


def test_reference_without_spread_supports_any_margin() -> None:
    """A constant metric is confirmed at once."""
    still = Sample(name="m", reference=(1.0,) * 10, margin=0.1)

    found = plan([still], DESIGN)

    assert found.chance == 1.0
    assert found.metrics[0].margin_in_deviations == inf


def test_assurance_plans_with_a_larger_spread() -> None:
    """Ten seeds measure a spread badly: its 80 % upper bound is 1.29 times as large."""
    plain = plan([metric(2.0)], DESIGN).metrics[0]
    assured = plan([metric(2.0)], DESIGN, assurance=0.8).metrics[0]

    ratio = plain.margin_in_deviations / assured.margin_in_deviations
    assert ratio == pytest.approx(1.2934, abs=1e-4)
    assert assured.chance < plain.chance


def test_impossible_divergence_is_told() -> None:
    """Two new seeds against ten have 66 labellings: never one in a hundred."""
    found = plan([metric(5.0)], Design(max_seeds=2))

    assert found.first_divergence is None
    assert found.notes == ("no look up to 2 seeds can find a divergence at alpha=0.01",)


def test_smallest_margin_is_stated_as_people_state_it() -> None:
    """On the log scale it is a ratio."""
    (sample,) = normal_family(3)
    losses = tuple(2.0 ** (value / 10) for value in sample.reference)
    loss = Sample(name="loss", reference=losses, margin=0.2, scale=Scale.LOG)

    found = plan([loss], DESIGN).metrics[0]
    again = plan([replace(loss, margin=found.smallest_margin)], DESIGN).metrics[0]

    assert again.chance >= 0.88


def test_obtained_seeds_are_not_looked_at() -> None:
    """A plan is made before the first seed, and stays what it was."""
    sample = metric(2.0)

    assert plan([replace(sample, obtained=(9.0, 9.0))], DESIGN) == plan(
        [sample], DESIGN
    )
