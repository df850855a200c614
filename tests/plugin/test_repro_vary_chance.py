"""`--repro-vary` tells chance from a dependence, and finds what is easily overlooked.

What differs by itself would make any change look guilty, so the same run is made again
before anything is told.
"""

import pytest

from pytest_repro.records import Standing
from tests.plugin.dependent_experiments import (
    CHANCE,
    FILES,
    HURRIED,
    LEFT,
    RARE,
    SEVERAL,
)
from tests.plugin.project import Project
from tests.plugin.test_repro_vary import broken, card_of

STEPWISE = """\
import os
import numpy

def test_stepwise(repro):
    for step in repro.steps(total=3):
        repro.log("loss", os.getpid(), step=step)
"""


def test_chance_that_nothing_holds_still_is_said(project: Project) -> None:
    """Where the same run never gives the same bits, nothing else is claimed."""
    project.write({"test_chance.py": CHANCE})

    session = project.run("--repro-vary", "--repro-vary-axes=home")

    card = card_of(session, "test_pid")
    assert list(broken(session, "test_pid")) == ["chance"]
    assert not card.is_steady
    assert card.axes(Standing.SAME) == ()


def test_entropy_is_told_from_other_dependencies(project: Project) -> None:
    """It is held still, and then the order of a folder is found all the same."""
    project.write({**FILES, "test_chance.py": CHANCE})

    session = project.run(
        "--repro-vary", "--repro-vary-axes=directory order", "-k", "entropy"
    )

    card = card_of(session, "test_entropy")
    assert list(broken(session, "test_entropy")) == ["entropy", "directory order"]
    assert card.still == ("entropy",)
    assert card.is_steady


def test_what_the_first_run_left_is_not_taken_for_the_clock(project: Project) -> None:
    """Only one run is unlike the others: it is named, and nothing is held still."""
    project.write({"test_left.py": LEFT})

    session = project.run("--repro-vary", "--repro-vary-axes=home, locale")

    card = card_of(session, "test_left")
    assert list(broken(session, "test_left")) == ["a run before"]
    assert card.still == ()
    assert {*card.axes(Standing.SAME)} == {"home", "locale"}
    assert "it left something behind that they find" in session.output


def test_what_happened_once_is_not_taken_for_a_dependence(project: Project) -> None:
    """The same run gave the same bits again; only the varied run never did again."""
    project.write({"test_rare.py": RARE})

    session = project.run("--repro-vary", "--repro-vary-axes=home")

    card = card_of(session, "test_rare")
    assert list(broken(session, "test_rare")) == ["chance"]
    assert not card.is_steady


def test_what_ends_by_a_clock_that_measures_is_named(project: Project) -> None:
    """Where the clock stands still the same run gives the same bits."""
    project.write({"test_hurried.py": HURRIED})

    session = project.run("--repro-vary", "--repro-vary-axes=home")

    card = card_of(session, "test_hurried")
    assert list(broken(session, "test_hurried")) == ["clock"]
    assert card.axes(Standing.SAME) == ("home",)


@pytest.mark.parametrize("axis", ["checkpoint and resume", "threads"])
def test_chance_is_not_taken_for_the_only_circumstance(
    project: Project, axis: str
) -> None:
    """Where one is varied that comes late, the same run is made again all the same."""
    project.write({"test_stepwise.py": STEPWISE})

    session = project.run("--repro-vary", f"--repro-vary-axes={axis}")

    card = card_of(session, "test_stepwise")
    assert list(broken(session, "test_stepwise")) == ["chance"]
    assert not card.is_steady
    assert {one.axes for one in card.effects} == {("chance",)}


@pytest.mark.parametrize(
    ("name", "axis"),
    [("pair", "hash seed"), ("parts", "processors"), ("day", "clock")],
)
def test_what_is_easily_overlooked_is_found(
    project: Project, name: str, axis: str
) -> None:
    """An order that is rarely another, a count that is asked for, another clock."""
    project.write({"test_several.py": SEVERAL})
    axes = "--repro-vary-axes=hash seed, processors, clock"

    session = project.run("--repro-vary", axes, "-k", name)

    assert list(broken(session, f"test_{name}")) == [axis]
