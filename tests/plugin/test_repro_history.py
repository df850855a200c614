"""`--repro-history`: each session appends what it observed, and nothing else does."""

from pathlib import Path

from pytest_repro.records import Cause, Observation, Rung, Tier
from pytest_repro.references import History
from tests.plugin.project import WALK, Project

MOVED = WALK.replace('"end", random.random()', '"end", random.random() + 1')


def observed(project: Project, folder: str = ".repro/history") -> list[Observation]:
    """Read what the sessions observed."""
    chronicle = History(project.root / folder).read()
    assert chronicle.blemishes == ()
    return list(chronicle.observations)


def test_a_comparison_is_observed(walk: Project) -> None:
    """What held, at which rung, with which final metrics, against which revision."""
    session = walk.run("--repro")

    assert session.code == 0, session.output
    (found,) = observed(walk)
    reference = walk.reference("test_walk.py::test_walk")
    assert found.experiment == "test_walk.py::test_walk"
    assert found.environment_key == reference.identity.environment.key
    assert (found.rung, found.passed, found.tier) == (
        Rung.IDENTICAL,
        True,
        Tier.NIGHTLY,
    )
    assert found.metrics == reference.anchor.metrics
    assert (found.seeds, found.seeds_allowed) == (1, 1)
    assert found.wall_s > 0
    assert found.cpu_s > 0
    assert found.peak_rss_bytes > 1_000_000
    assert found.standard is not None
    assert (found.standard.revision, found.standard.digest is None) == (1, False)
    assert found.owner == ""


def test_sessions_add_up_and_failures_are_points_too(walk: Project) -> None:
    """A result that moved is observed with what it moved to."""
    walk.run("--repro")
    walk.write({"test_walk.py": MOVED}).run("--repro")

    first, second = sorted(observed(walk), key=lambda one: not one.passed)

    assert (first.passed, second.passed) == (True, False)
    assert second.rung is Rung.DIVERGED
    assert second.metrics[0].scalar.value > 1
    assert first.reason != second.reason


def test_a_crash_has_its_cause(walk: Project) -> None:
    """A run without a result is no gap in the history."""
    crash = WALK.replace("for step", "raise ValueError('no')\n    for step")

    walk.write({"test_walk.py": crash}).run("--repro")

    (found,) = observed(walk)
    assert (found.passed, found.cause) == (False, Cause.FAILED)
    assert found.metrics == ()


def test_recording_is_no_comparison(walk: Project) -> None:
    """A session that wrote the reference says nothing of how well it holds."""
    walk.write({"test_walk.py": MOVED})

    walk.run("--repro-update", "--repro-reason=the walk starts elsewhere")

    assert observed(walk) == []


def test_looking_is_no_session(walk: Project) -> None:
    """Neither ``--collect-only`` nor a plain session leaves anything."""
    walk.run("--repro", "--collect-only")
    walk.run()

    assert not (walk.root / ".repro" / "history").exists()


def test_runs_in_this_process_are_left_out(walk: Project) -> None:
    """They have no controlled environment, so they are no night of the history."""
    walk.run("--repro", "--repro-in-process")

    assert observed(walk) == []


def test_the_folder_can_be_chosen(walk: Project) -> None:
    """By the flag, and by the ini key."""
    walk.run("--repro", "--repro-history=kept")
    ini = walk.root / "pytest.ini"
    ini.write_text(f"{ini.read_text()}repro_history = also\n")
    walk.run("--repro")

    assert len(observed(walk, "kept")) == 1
    assert len(observed(walk, "also")) == 1
    assert observed(walk) == []


def test_under_xdist_each_experiment_is_observed_once(walk: Project) -> None:
    """Only the controller appends."""
    names = ("test_run.py", "test_stroll.py")
    for name in names:
        walk.write({name: WALK.replace("test_walk", name.removesuffix(".py"))})

    walk.run("--repro", "-n", "2", plugins=("xdist",))

    found = [one.experiment.partition("::")[0] for one in observed(walk)]
    assert sorted(found) == [*names, "test_walk.py"]


def test_a_history_that_cannot_be_written_fails_nothing(walk: Project) -> None:
    """The session says why, and its verdict stands."""
    (walk.root / "kept").write_text("a file\n")

    session = walk.run("--repro", "--repro-history=kept")

    assert session.code == 0, session.output
    assert session.problems == ["UNOBSERVED"]
    assert "the history could not be written" in session.output


def test_the_history_holds_no_path(walk: Project, tmp_path: Path) -> None:
    """It may be published, so it is portable as references are."""
    walk.run("--repro")

    (path,) = (walk.root / ".repro" / "history").rglob("*.jsonl")
    assert str(tmp_path).encode() not in path.read_bytes()
