"""`--repro-workers` says how many seeds of an experiment run side by side."""

from pathlib import Path

import pytest

from tests.plugin.project import Project, Session, share

# Seeds 1 and 2 wait for each other, so that a slow machine changes nothing.
MEETS = """\
import pathlib, time
import pytest

HERE = pathlib.Path(__file__).parent

@pytest.mark.repro(seeds=3)
def test_meets(repro):
    start = time.monotonic()
    note = HERE / f"seed-{repro.seed}.txt"
    note.touch()
    while repro.seed and len(list(HERE.glob("seed-[12].txt"))) < 2:
        assert time.monotonic() < start + 60, "nobody else is here"
        time.sleep(0.02)
    time.sleep(0.3)
    note.write_text(f"{start} {time.monotonic()}")
    repro.log("loss", float(repro.seed))
"""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Session]:
    """Three seeds, of which two must run at the same time, and a reference."""

    def build(project: Project) -> Session:
        return project.write({"test_meets.py": MEETS}).record("--repro-workers=2")

    return share(tmp_path_factory, "workers", build)


def spans(project: Project) -> list[tuple[float, ...]]:
    """Return start and end of each run, by seed [s]."""
    notes = sorted(project.root.glob("seed-*.txt"))
    return [tuple(map(float, note.read_text().split())) for note in notes]


def test_seeds_run_side_by_side(shared: tuple[Project, Session]) -> None:
    """Seeds 1 and 2 overlap in time."""
    _, one, other = spans(shared[0])

    assert max(one[0], other[0]) < min(one[1], other[1])


def test_first_seed_runs_alone(shared: tuple[Project, Session]) -> None:
    """It may decide the case, so the others wait for it."""
    first, one, other = spans(shared[0])

    assert first[1] < min(one[0], other[0])


def test_reference_holds_every_seed_in_order(shared: tuple[Project, Session]) -> None:
    """Whichever ended first, each row holds the numbers of its own seed."""
    rows = shared[0].reference("test_meets.py::test_meets").seeds

    assert [row.seed for row in rows] == [0, 1, 2]
    assert [row.metrics[0].scalar.value for row in rows] == [0, 1, 2]


def test_no_seed_runs_that_is_not_needed(
    shared: tuple[Project, Session], tmp_path: Path
) -> None:
    """However many may run at once, the first one decides here."""
    project = shared[0].copy(tmp_path / "again")
    for note in project.root.glob("seed-*.txt"):
        note.unlink()

    session = project.run("--repro", "--repro-workers=3")

    assert session.outcomes["test_meets"].passed
    assert [note.name for note in project.root.glob("seed-*.txt")] == ["seed-0.txt"]
