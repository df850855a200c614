"""The same experiment gives the same bits, whatever surrounds its session."""

import sys
from pathlib import Path

import pytest

from tests.plugin.project import (
    PLUGIN,
    Project,
    Session,
    environment,
    is_installed,
    share,
)

# What leaks into results elsewhere: hashes, order, folder, locale, time zone, imports.
SENSITIVE = """\
import locale, os, random, time

AT_IMPORT = random.random()

def test_sensitive(repro):
    names = {"lr", "decay", "momentum", "epochs"}
    for step, name in repro.steps(sorted(names, key=hash)):
        repro.log("draw", random.random() * len(name), step=step)
    repro.log("hash", hash("text"))
    repro.log("import", AT_IMPORT)
    repro.log("folder", os.path.exists("first/test_first.py"))
    repro.log("locale", len(locale.setlocale(locale.LC_ALL, "")))
    repro.log("zone", time.localtime(0).tm_hour)
    repro.log("addopts", len(os.environ.get("PYTEST_ADDOPTS", "")))
"""

FILES = {
    "first/test_first.py": SENSITIVE,
    "second/test_second.py": SENSITIVE.replace("test_sensitive", "test_other"),
    "test_noise.py": """\
import os, random, time

def test_consumes_randomness():
    random.seed(1)
    os.environ["PYTHONHASHSEED"] = "99"
    os.environ["TZ"] = "Asia/Tokyo"
    time.tzset()
    assert random.random() < 1
""",
}

BOTH = {"test_sensitive": "IDENTICAL", "test_other": "IDENTICAL"}


@pytest.fixture
def pair(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Two experiments with references, and a test that disturbs its process."""

    def build(project: Project) -> Session:
        return project.write(FILES).record()

    shared, _ = share(tmp_path_factory, "pair", build)
    return shared.copy(tmp_path / "pair")


def rungs(session: Session) -> dict[str, str]:
    """Return the rung that each experiment reached."""
    return {name: one.verdict.rung.value for name, one in session.outcomes.items()}


def test_again_in_another_order(pair: Project) -> None:
    """What ran before, in whatever process or session, does not matter."""
    session = pair.run("--repro", "test_noise.py", "second", "first")

    assert session.code == 0
    assert rungs(session) == BOTH


def test_on_two_xdist_workers(pair: Project) -> None:
    """Under xdist too, where each process collects everything."""
    session = pair.run("--repro", "-n", "2", plugins=("xdist",))

    assert session.code == 0
    assert rungs(session) == BOTH


def test_in_another_environment_of_the_shell(pair: Project) -> None:
    """Hash seed, locale, time zone and threads of the shell do not reach a worker."""
    shell = {
        "PYTHONHASHSEED": "7",
        "LANG": "de_DE.UTF-8",
        "LC_ALL": "C",
        "TZ": "America/New_York",
        "OMP_NUM_THREADS": "3",
        "PYTEST_ADDOPTS": "-v --repro-workers 2",
    }

    session = pair.run("--repro", variables=shell)

    assert rungs(session) == BOTH


def test_from_a_folder_below_the_root(pair: Project) -> None:
    """Ids, references and the worker's folder start at the root, not where one is."""
    session = pair.run("--repro", cwd="first")

    assert session.code == 0
    assert rungs(session) == {"test_sensitive": "IDENTICAL"}


def test_from_anywhere_with_rootdir(pair: Project) -> None:
    """A root may be named instead of found."""
    root = str(pair.root)

    session = pair.run("--repro", f"--rootdir={root}", root, cwd="..")

    assert rungs(session) == BOTH


def test_with_randomly(pair: Project) -> None:
    """pytest-randomly reseeds and shuffles tests, and leaves workers alone."""
    session = pair.run("--repro", plugins=("pytest_randomly",))

    assert "Using --randomly-seed" in session.output
    assert rungs(session) == BOTH


def test_with_every_plugin_that_is_installed(pair: Project) -> None:
    """As most people run it: whatever is installed is loaded, ours among it."""
    variables = environment({"PYTEST_DISABLE_PLUGIN_AUTOLOAD": ""})
    named = [] if is_installed() else ["-p", PLUGIN]

    session = pair.execute(
        [sys.executable, "-m", "pytest", *named, "--repro"], variables
    )

    assert rungs(session) == BOTH
