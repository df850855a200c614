"""What one look may cost a metric, by its own reference and the design alone."""

import pytest

from pytest_repro.verdicts.designs import Design, Sample
from pytest_repro.verdicts.looks import Look
from pytest_repro.verdicts.preparation import prepare
from pytest_repro.verdicts.spending import confirmation_levels, divergence_levels

DESIGN = Design()
REFERENCE = tuple(float(value) for value in range(10))


def look(seeds: int, design: Design = DESIGN) -> Look:
    """Look at so many seeds, against ten."""
    return Look(design=design, seeds=seeds, reference_seeds=10)


def test_the_last_look_takes_half_a_margin() -> None:
    """However many looks went before."""
    assert look(10).least_shift == 0.5
    assert look(3, Design(looks=(3,))).least_shift == 0.5


def test_earlier_looks_take_more_of_a_margin() -> None:
    """Less by the share of the information: 10·3/13 of 5 at three seeds."""
    shares = [look(seeds).least_shift for seeds in range(1, 11)]

    assert shares == sorted(shares, reverse=True)
    assert shares[2] == pytest.approx(0.9 - 0.4 * (30 / 13) / 5)
    assert shares[0] < 0.9


def test_levels_are_those_of_the_look() -> None:
    """From the first plausible look on, and from the first possible one."""
    design = Design(looks=(2, 3, 5, 8))
    wide = prepare(Sample(name="m", reference=REFERENCE, margin=9.0))
    levels = confirmation_levels(10, (2, 3, 5, 8), beta=0.05, start=2)
    shared = divergence_levels(10, (2, 3, 5, 8), alpha=0.01, relabellings=1999)

    found = [look(seeds, design) for seeds in (2, 3, 5, 8)]

    assert tuple(one.confirmation(wide) for one in found) == levels
    assert tuple(one.divergence for one in found) == shared


def test_nothing_is_confirmed_before_its_start() -> None:
    """A narrow margin is not plausible after one seed: nothing is spent on it."""
    narrow = prepare(Sample(name="m", reference=REFERENCE, margin=5.0))

    assert look(1).confirmation(narrow) == 0.0
    assert look(10).confirmation(narrow) > 0.0
