"""`--repro-workers` says how many seeds of an experiment run side by side."""

from pathlib import Path

import pytest

from tests.plugin.project import Project

OVERLAPS = """\
import pathlib, time
import pytest

@pytest.mark.repro(seeds=3)
def test_overlaps(repro):
    note = pathlib.Path(__file__).with_name(f"seed-{repro.seed}.txt")
    start = time.monotonic()
    deadline = start + 20
    while time.monotonic() < deadline:
        note.write_text(f"{start} {time.monotonic()}")
        if repro.seed == 0 or len(list(note.parent.glob("seed-[12].txt"))) >= WANTED:
            break
        time.sleep(0.02)
    time.sleep(0.3)
    note.write_text(f"{start} {time.monotonic()}")
    repro.log("loss", float(repro.seed))
"""


def most_at_once(root: Path) -> int:
    """Count how many of the runs overlapped at most."""
    spans = [
        tuple(map(float, path.read_text().split()))
        for path in sorted(root.glob("seed-*.txt"))
    ]
    return max(sum(a <= start <= b for a, b in spans) for start, _ in spans)


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [((), 1), (("--repro-workers=2",), 2), (("-o", "repro_workers=2"), 2)],
    ids=["default", "flag", "ini"],
)
def test_so_many_seeds_run_at_once(
    project: Project, arguments: tuple[str, ...], wanted: int
) -> None:
    """One by default; never more than allowed; and all of them are recorded."""
    text = OVERLAPS.replace("WANTED", str(wanted))

    session = project.write({"test_overlaps.py": text}).run(
        "--repro-record", *arguments
    )

    rows = project.reference("test_overlaps.py::test_overlaps").seeds
    assert session.code == 0
    assert [row.seed for row in rows] == [0, 1, 2]
    assert [row.metrics[0].scalar.value for row in rows] == [0, 1, 2]
    assert most_at_once(project.root) == wanted


def test_first_seed_runs_alone(project: Project) -> None:
    """It may decide the case, so the others wait for it however many are allowed."""
    text = OVERLAPS.replace("WANTED", "1")
    project.write({"test_overlaps.py": text}).record()
    for note in project.root.glob("seed-*.txt"):
        note.unlink()

    session = project.run("--repro", "--repro-workers=3")

    assert session.outcomes["test_overlaps"].passed
    assert [note.name for note in project.root.glob("seed-*.txt")] == ["seed-0.txt"]


@pytest.mark.parametrize("value", ["0", "-1", "two", "1.5"])
def test_number_of_workers_is_at_least_one(project: Project, value: str) -> None:
    """Anything else is a usage error."""
    session = project.run("--repro", f"--repro-workers={value}")

    assert session.code == 4
    assert "workers" in session.output
