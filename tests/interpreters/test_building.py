"""An interpreter is built from its declaration, or there is none."""

from pathlib import Path

import pytest

from pytest_repro.errors import LaunchError
from pytest_repro.interpreters import build_declared, recipe_of, venv_python
from pytest_repro.interpreters.building import LOG
from pytest_repro.interpreters.venvs import NOTE
from pytest_repro.records import DeclaredEnvironment


def test_a_build_that_fails_leaves_no_environment(tmp_path: Path) -> None:
    """The message ends in what pip said; what was built before is no more."""
    declared = DeclaredEnvironment(name="bad", packages=("./missing.whl",))
    recipe = recipe_of(declared, tmp_path, version="1.0")
    (tmp_path / NOTE).write_bytes(recipe.to_bytes())

    with pytest.raises(LaunchError, match=r"pip install failed(.|\n)*missing\.whl"):
        build_declared(recipe, tmp_path, root=tmp_path, path="")

    assert "missing.whl" in (tmp_path / LOG).read_text()
    with pytest.raises(LaunchError, match="no interpreter yet"):
        venv_python("bad", tmp_path, recipe)
