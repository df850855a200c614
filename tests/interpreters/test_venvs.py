"""An interpreter is used only for the declaration that it was built from."""

from dataclasses import replace
from pathlib import Path

import pytest

from pytest_repro.errors import LaunchError
from pytest_repro.interpreters import recipe_of, venv_python
from pytest_repro.interpreters.venvs import NOTE, VENV, Recipe
from pytest_repro.records import DeclaredEnvironment

DECLARED = DeclaredEnvironment(name="old", packages=("six",), lock="lock.txt")


@pytest.fixture
def recipe(tmp_path: Path) -> Recipe:
    """What `DECLARED` is built from, in a project with a lock file."""
    (tmp_path / "lock.txt").write_text("six==1.16.0\n")
    return recipe_of(DECLARED, tmp_path, version="1.0")


def build(folder: Path, recipe: Recipe) -> Path:
    """Leave what a build leaves; returns the interpreter."""
    python = folder / VENV / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    (folder / NOTE).write_bytes(recipe.to_bytes())
    return python


def test_what_was_built_is_found(tmp_path: Path, recipe: Recipe) -> None:
    """It lies in the folder of its environment."""
    python = build(tmp_path, recipe)

    assert venv_python("old", tmp_path, recipe) == python


def test_one_that_is_missing_says_how_to_build_it(
    tmp_path: Path, recipe: Recipe
) -> None:
    """Runs elsewhere would bear the name of this environment."""
    with pytest.raises(LaunchError, match="pytest-repro env build old"):
        venv_python("old", tmp_path, recipe)


@pytest.mark.parametrize(
    "other",
    [
        replace(DECLARED, packages=("seven",)),
        replace(DECLARED, python="3.12"),
        replace(DECLARED, lock=""),
    ],
)
def test_one_that_was_declared_otherwise_is_not_used(
    tmp_path: Path, recipe: Recipe, other: DeclaredEnvironment
) -> None:
    """Another declaration is another environment."""
    build(tmp_path, recipe)

    with pytest.raises(LaunchError, match="declared otherwise"):
        venv_python("old", tmp_path, recipe_of(other, tmp_path, version="1.0"))


def test_another_lock_file_is_another_declaration(
    tmp_path: Path, recipe: Recipe
) -> None:
    """Its bytes count, not its name."""
    build(tmp_path, recipe)
    (tmp_path / "lock.txt").write_text("six==1.17.0\n")

    with pytest.raises(LaunchError, match="declared otherwise"):
        venv_python("old", tmp_path, recipe_of(DECLARED, tmp_path, version="1.0"))


def test_a_missing_lock_file_is_told(tmp_path: Path) -> None:
    """With the environment that names it."""
    with pytest.raises(
        LaunchError, match=r"environment old: its lock file .*lock\.txt"
    ):
        recipe_of(DECLARED, tmp_path, version="1.0")
