"""Where nothing can be written, a session says so, fails, and loses nothing."""

import shutil
import sys
from typing import Final

import pytest

from pytest_repro.records import Action, Cause, Rung
from tests.plugin.project import WALK, Project, Session, command, environment

# Root may write everywhere, so these sessions are started without that capability.
UNPRIVILEGED: Final = """\
import ctypes, os, sys
libc = ctypes.CDLL(None)
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE = 24, 1
libc.prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE)
os.execv(sys.argv[1], sys.argv[1:])
"""

LONG: Final = WALK.replace("total=5", "total=2000")
MOVED: Final = LONG.replace("random.random()", "-random.random()")

# A disk that is full for this process only; its workers have the disk of before.
FULL: Final = """\
import resource, sys

_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
is_worker = any(word.startswith("--repro-worker") for word in sys.argv)
resource.setrlimit(resource.RLIMIT_FSIZE, (hard if is_worker else BYTES, hard))
"""

UPDATE: Final = ("--repro-update", "--repro-reason=the walk goes the other way now")


def full(limit: int) -> str:
    """Write a conftest file that lets the session write no file beyond a limit."""
    return FULL.replace("BYTES", str(limit))


def stored(project: Project) -> dict[str, bytes]:
    """Read the references, without the locks that git ignores."""
    files = project.reference_bytes()
    return {name: data for name, (data, _) in files.items() if ".staging" not in name}


@pytest.fixture(autouse=True)
def _unmeasured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep coverage out of these sessions: it too would fail to write, and say so."""
    for name in ("COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START"):
        monkeypatch.delenv(name, raising=False)


def run_unprivileged(project: Project, *arguments: str) -> Session:
    """Run a session that obeys permissions."""
    words = [sys.executable, "-c", UNPRIVILEGED, *command(*arguments)]
    return project.execute(words, environment({}))


def test_read_only_store(walk: Project) -> None:
    """The verdict is kept, and so is the run, as a candidate."""
    before = stored(walk)
    new = WALK.replace("test_walk", "test_new")
    (walk.root / "reference_runs").chmod(0o555)

    session = run_unprivileged(walk.write({"test_new.py": new}), "--repro-record")

    outcome = session.outcomes["test_new"]
    assert session.code == 1
    assert session.counts == {"passed": 1, "failed": 1}
    assert outcome.action is Action.COMPARED
    assert outcome.verdict.cause is Cause.MISSING_REFERENCE
    assert "not allowed to write reference_runs/test_new.py" in outcome.message
    assert "not allowed to write reference_runs/test_new.py" in session.output
    assert "Traceback" not in session.output
    assert walk.candidate("test_new.py::test_new").anchor.metrics
    assert stored(walk) == before


def test_read_only_store_is_compared_with(walk: Project) -> None:
    """Comparing needs no permission to write references."""
    (walk.root / "reference_runs").chmod(0o555)

    session = run_unprivileged(walk, "--repro")

    assert session.code == 0
    assert session.outcomes["test_walk"].verdict.rung is Rung.IDENTICAL


def test_read_only_candidates(walk: Project) -> None:
    """A candidate that cannot be kept does not hide the verdict."""
    pending = walk.root / ".repro" / "pending"
    pending.mkdir()
    pending.chmod(0o555)
    moved = WALK.replace("random.random()", "-random.random()")

    session = run_unprivileged(walk.write({"test_walk.py": moved}), "--repro")

    outcome = session.outcomes["test_walk"]
    assert session.code == 1
    assert outcome.verdict.rung is Rung.DIVERGED
    assert outcome.candidate == ""
    assert "the candidate could not be written: not allowed" in outcome.message
    assert "Traceback" not in session.output


@pytest.mark.parametrize(
    ("folder", "report"),
    [(".repro/runs", "cause    crashed"), (".repro", "UNREPORTED  the reports could")],
)
def test_nowhere_to_run(walk: Project, folder: str, report: str) -> None:
    """Without a folder for a worker there is an outcome all the same."""
    shutil.rmtree(walk.root / folder)
    (walk.root / folder).mkdir(mode=0o555)
    before = stored(walk)

    session = run_unprivileged(walk, *UPDATE)

    assert session.code == 1
    assert "no worker can be started: PermissionError" in session.output
    assert report in session.output
    assert "Traceback" not in session.output
    assert stored(walk) == before


def test_nowhere_to_report(walk: Project) -> None:
    """A session whose reports cannot be written fails, though its experiments hold."""
    (walk.root / ".repro" / "report").chmod(0o555)

    session = run_unprivileged(walk, "--repro")

    assert session.code == 1
    assert session.counts == {"passed": 1}
    assert "UNREPORTED  the reports could not be written" in session.output
    assert "Traceback" not in session.output


def test_full_disk(project: Project) -> None:
    """The old reference is untouched, and still the one that is compared with."""
    project.write({"test_walk.py": LONG}).record()
    before = stored(project)
    project.write({"test_walk.py": MOVED, "conftest.py": full(40_000)})

    session = project.run(*UPDATE)

    outcome = session.outcomes["test_walk"]
    assert session.code == 1
    assert outcome.verdict.rung is Rung.DIVERGED
    assert "no space to write reference_runs/test_walk.py" in outcome.message
    assert "what it held before is untouched" in outcome.message
    assert "the candidate could not be written: no space" in outcome.message
    assert "Traceback" not in session.output
    assert stored(project) == before
    assert project.write({"test_walk.py": LONG}).run("--repro").code == 0


def test_full_disk_before_the_worker(walk: Project) -> None:
    """When not even a job can be written down, the cause is the disk."""
    walk.write({"conftest.py": full(900)})
    before = stored(walk)

    session = walk.run("--repro-record", "-p", "no:cacheprovider")

    assert session.code == 1
    assert "no worker can be started" in session.output
    assert "disk full" in session.output
    assert stored(walk) == before
