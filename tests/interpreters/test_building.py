"""An interpreter is built from its declaration, or there is none."""

from pathlib import Path

import pytest

from pytest_repro.errors import LaunchError
from pytest_repro.interpreters import build_declared, recipe_of, venv_python
from pytest_repro.interpreters.building import LOG, _as_own
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


def test_this_very_project_is_named_in_one_form_only() -> None:
    """Pip refuses two sources of one package: a folder, and the same with -e."""
    root = Path(__file__).parents[2]
    own = ("-e", str(root))

    words = _as_own((".[experiments]", "./other", "torch==2.14.1"), own, root=root)

    assert words == ("-e", f"{root}[experiments]", "./other", "torch==2.14.1")
