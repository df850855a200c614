"""`--repro-checkpoint-every`: checkpoints in the folder of each run."""

from pytest_repro.checkpoints import FOLDER, places_in
from tests.plugin.project import Project


def test_checkpoints_lie_in_the_folder_of_the_run(walk: Project) -> None:
    """One before each second of five steps, and the verdict is the same."""
    session = walk.run("--repro", "--repro-checkpoint-every=2")

    (folder,) = (walk.root / ".repro").glob(f"runs/**/seed-0/{FOLDER}")
    assert session.outcomes["test_walk"].passed
    assert [place.step for place in places_in(folder)] == [2, 4]


def test_by_default_there_are_none(walk: Project) -> None:
    """They cost time and space, and few need them."""
    walk.run("--repro")

    assert list((walk.root / ".repro").glob(f"**/{FOLDER}")) == []


def test_a_negative_number_is_refused(walk: Project) -> None:
    """Before anything is collected."""
    session = walk.run("--repro", "--repro-checkpoint-every=-1")

    assert session.code == 4
    assert "repro_checkpoint_every is a number from 0 on, got -1" in session.output
