"""`--repro-set`: another value in the recipe, for one session."""

import pytest

from tests.plugin.project import Project
from tests.plugin.test_recipes import EXPERIMENT, INI, PARTS, walk

__all__ = ["walk"]


def test_what_was_set_is_run_recorded_and_no_reference(walk: Project) -> None:
    """The session says which field is not as in the reference."""
    session = walk.run("--repro", "--repro-set", "arch.scale=3")

    assert session.code == 1
    assert "recipe.arch.scale" in session.output
    assert "changed config" in session.output


def test_a_misspelt_place_names_the_nearest(walk: Project) -> None:
    """The experiment fails, and says where."""
    session = walk.run("--repro", "--repro-set", "arch.scal=3")

    assert session.code == 1
    assert "arch has no field 'scal'; did you mean scale?" in session.output


@pytest.mark.parametrize("flag", ["--repro-record", "--repro-update"])
def test_nothing_is_recorded_under_what_was_set(walk: Project, flag: str) -> None:
    """A reference is of the recipe that stands in the code."""
    reason = ["--repro-reason=another scale is better"][: flag == "--repro-update"]
    session = walk.run(flag, *reason, "--repro-set", "arch.scale=3")

    assert session.code == 4
    assert "references are of the one in the code" in session.output


def test_setting_where_there_is_no_recipe_is_told(project: Project) -> None:
    """A word that means nothing is worse than none."""
    plain = EXPERIMENT.replace("repro.recipe(small)", "small()")
    files = {"pytest.ini": INI, "parts.py": PARTS, "test_walk.py": plain}
    project.write(files).record()

    session = project.run("--repro", "--repro-set", "arch.scale=3")

    assert "the experiment asks for no recipe" in session.output
