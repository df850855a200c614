"""A worker finds the test in the way in which its parent found it."""

import pytest

from tests.plugin.project import INI, WALK, Project

POISON = "raise RuntimeError('this conftest was left out on purpose')\n"

USES_PACKAGE = """\
from mylab.model import START

def test_start(repro):
    repro.log("start", START)
"""

PARENT_ONLY = """\
import os
import pytest

@pytest.mark.parametrize("number", [os.getpid()])
def test_number(repro, number):
    repro.log("number", number)
"""


@pytest.mark.parametrize(
    ("arguments", "conftest"),
    [
        (("-p", "no:cacheprovider"), ""),
        (("--noconftest",), POISON),
        (("--confcutdir=sub",), POISON),
        (("-c", "other.ini", "--rootdir=."), ""),
        (("--import-mode=importlib", "--disable-plugin-autoload"), ""),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_options_of_the_session_hold_in_the_worker(
    project: Project, arguments: tuple[str, ...], conftest: str
) -> None:
    """Each of these would otherwise fail in the worker alone."""
    project.write(
        {
            "conftest.py": conftest,
            "other.ini": "[pytest]\npython_files = check_*.py\n",
            "sub/check_walk.py": WALK,
            "sub/test_walk.py": WALK,
        }
    )

    session = project.run("--repro-record", *arguments, "sub")

    assert session.code == 0
    assert session.outcomes["test_walk"].passed


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pytest.ini", "[pytest]\npythonpath = src\naddopts = -q --strict-markers\n"),
        ("pyproject.toml", "[tool.pytest]\npythonpath = ['src']\n"),
        ("setup.cfg", "[tool:pytest]\npythonpath = src\n"),
    ],
    ids=["ini", "toml", "cfg"],
)
def test_ini_file_of_any_kind_holds_in_the_worker(
    project: Project, name: str, text: str
) -> None:
    """Code under `src` is found by both."""
    (project.root / "pytest.ini").unlink()
    project.write(
        {
            name: text,
            "src/mylab/__init__.py": "",
            "src/mylab/model.py": "START = 2.5\n",
            "test_start.py": USES_PACKAGE,
        }
    )

    session = project.run("--repro-record")

    assert session.code == 0


def test_plugins_of_the_project_are_loaded_in_the_worker(project: Project) -> None:
    """With ``-p`` and `pytest_plugins` alike, fixtures come along."""
    fixture = "import pytest\n@pytest.fixture\ndef {0}(): return 2.0\n"
    project.write(
        {
            "pytest.ini": INI + "pythonpath = .\n",
            "conftest.py": "pytest_plugins = ['lab_two']\n",
            "lab_one.py": fixture.format("one"),
            "lab_two.py": fixture.format("two"),
            "test_sum.py": "def test_sum(repro, one, two):\n"
            "    repro.log('sum', one + two)\n",
        }
    )

    session = project.run("--repro-record", "-p", "lab_one")

    assert session.code == 0


def test_experiment_that_only_the_parent_collects_is_explained(
    project: Project,
) -> None:
    """Parameters that depend on the process have no worker."""
    session = project.write({"test_number.py": PARENT_ONLY}).run("--repro-record")

    assert session.code == 1
    assert "was collected in the worker" in session.output
