"""`--repro-vary` says what bits depend on, and fails what must not matter.

Each experiment of `dependent_experiments` plants its dependencies. One session runs all
those that need no torch, and one those that do; the tests read what they left.
"""

import json

import pytest

from pytest_repro import wire
from pytest_repro.records import Action, Effect, Rung, Scorecard, Standing
from pytest_repro.references import read_record
from tests.plugin.dependent_experiments import (
    BAD,
    CLEAN,
    FILES,
    MEMORY,
    PLANTED,
    ROOM,
    TOGETHER,
)
from tests.plugin.project import WALK, Project, Session, share

HARMLESS = [
    "hash seed",
    "directory order",
    "time zone",
    "locale",
    "current directory",
    "home",
    "clock",
    "a run before",
    "processors",
]


def card_of(session: Session, name: str) -> Scorecard:
    """Return the scorecard of an experiment."""
    card = session.outcomes[name].scorecard
    assert card is not None, session.output
    return card


def broken(session: Session, name: str) -> dict[str, Effect]:
    """Return what breaks an experiment, by the circumstances it takes."""
    return {" with ".join(one.axes): one for one in card_of(session, name).broken}


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Session]:
    """A session of a clean experiment, and of one with eight dependencies."""

    def build(project: Project) -> Session:
        project.write({**FILES, "umlaut.txt": "x", "test_planted.py": PLANTED})
        axes = "--repro-vary-axes=-contention"  # costs processors, and is seen below
        return project.write({"test_clean.py": CLEAN}).run("--repro-vary", axes)

    return share(tmp_path_factory, "vary", build)


def test_every_planted_dependency_is_found(planted: tuple[Project, Session]) -> None:
    """Each by its name, with the step and the trace that it disturbs first."""
    found = broken(planted[1], "test_planted")

    places = {
        axis: (one.verdict.divergence.step, one.verdict.divergence.path)
        for axis, one in found.items()
        if one.verdict.divergence is not None
    }
    assert places == {
        "hash seed": (2, "set"),
        "directory order": (1, "listing"),
        "time zone": (4, "zone"),
        "locale": (0, "locale"),
        "current directory": (3, "folder"),
        "home": (5, "home"),
        "clock": (6, "year"),
        "a run before": (7, "calls"),
    }


def test_no_other_dependency_is_claimed(planted: tuple[Project, Session]) -> None:
    """What was not planted is cleared, and the clean experiment of everything."""
    guilty, clean = (
        card_of(planted[1], "test_planted"),
        card_of(planted[1], "test_clean"),
    )

    assert "threads" in guilty.axes(Standing.SAME)
    assert {"threads", *HARMLESS} <= {*clean.axes(Standing.SAME)}
    assert {one.standing for one in clean.effects} <= {
        Standing.SAME,
        Standing.UNTOUCHED,
    }


def test_clean_experiment_passes_and_a_dependent_one_fails(
    planted: tuple[Project, Session],
) -> None:
    """A scorecard is a verdict, and its failure a failed test."""
    session = planted[1]

    assert session.code == 1
    assert session.counts == {"passed": 1, "failed": 1}
    assert session.outcomes["test_clean"].action is Action.VARIED
    assert session.outcomes["test_clean"].verdict.rung is Rung.IDENTICAL
    assert not session.outcomes["test_planted"].verdict.holds


def test_clean_experiment_takes_few_runs(planted: tuple[Project, Session]) -> None:
    """Whatever must not matter is cleared at once, not one by one."""
    assert card_of(planted[1], "test_clean").runs <= 9


def test_scorecard_is_told_and_kept(planted: tuple[Project, Session]) -> None:
    """In the terminal, in both reports, and in a file of its own."""
    project, session = planted
    out = project.root / ".repro"

    line = "  bits depend on         nothing that was varied"
    assert line in session.output
    assert "listing=reversed  breaks: listing differs at step 1" in session.output
    assert "break under" in (out / "report" / "summary.md").read_text()
    assert json.loads((out / "report" / "report.json").read_text())["outcomes"]
    (kept, _) = sorted(out.glob("vary/**/scorecard.json"))
    assert wire.read(Scorecard, kept.read_bytes()) == card_of(session, "test_clean")


def test_record_of_a_varied_run_says_what_was_varied(
    planted: tuple[Project, Session],
) -> None:
    """Whoever reads it sees the variation, and what was in force under it."""
    vary = planted[0].root / ".repro" / "vary"

    # What is found is run under once more: there are two of this.
    folder = min(vary.glob("**/*-hash-seed=1/record"))
    facts = read_record(folder).identity.determinism

    assert facts["variation"] == "hash-seed=1"
    assert facts["hash_seed"] == 1
    folder = min(vary.glob("test_planted.py/**/*-time-zone=UTC-14/record"))
    assert read_record(folder).identity.determinism["env.TZ"] == "XYZ-14"


def test_nothing_is_written_that_could_be_judged(
    planted: tuple[Project, Session],
) -> None:
    """No reference, no candidate, and no run where obtained runs are looked for."""
    root = planted[0].root

    assert not (root / "reference_runs").exists()
    assert not (root / ".repro" / "pending").exists()
    assert not (root / ".repro" / "runs").exists()


def test_neighbours_make_no_difference(project: Project) -> None:
    """A run beside others that want its processors gives the same bits."""
    project.write({"test_walk.py": WALK})

    session = project.run("--repro-vary", "--repro-vary-axes=contention")

    assert card_of(session, "test_walk").axes(Standing.SAME) == ("contention",)


def test_two_that_matter_only_together_are_named_together(project: Project) -> None:
    """The difference takes another time zone and an empty home."""
    project.write({"test_together.py": TOGETHER})

    session = project.run("--repro-vary", "--repro-vary-axes=Time Zone, home, locale")

    card = card_of(session, "test_together")
    assert list(broken(session, "test_together")) == ["time zone with home"]
    assert card.axes(Standing.SAME) == ("locale",)


@pytest.fixture(scope="module")
def torch(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """A session of experiments that read fresh memory, of torch and of numpy."""

    def build(project: Project) -> Session:
        axes = "--repro-vary-axes=memory fill, loader workers, threads"
        files = {"test_memory.py": MEMORY, "test_room.py": ROOM}
        return project.write(files).run("--repro-vary", axes)

    return share(tmp_path_factory, "vary-torch", build)[1]


def test_uninitialised_memory_is_named(torch: Session) -> None:
    """The fill is the difference, and a word says what that means."""
    found = broken(torch, "test_memory")

    assert list(found) == ["memory fill"]
    assert found["memory fill"].note == "reads uninitialised memory"


def test_uninitialised_array_of_numpy_is_named(torch: Session) -> None:
    """Torch cannot fill what numpy asks of malloc; malloc can."""
    (effect,) = broken(torch, "test_room").values()

    assert effect.axes == ("memory fill",)
    assert effect.variations == ("malloc=filled",)
    assert effect.verdict.divergence is not None
    assert effect.verdict.divergence.path == "rest"
    assert effect.note == "reads uninitialised memory"


def test_threads_may_round_where_nothing_says_how_far(torch: Session) -> None:
    """Without an envelope a dependence is told, and is no failure."""
    card = card_of(torch, "test_memory")

    assert card.axes(Standing.DEPENDS) == ("threads",)
    assert "no envelope tells for  threads" in torch.output


def test_loaders_that_do_not_exist_are_not_cleared(torch: Session) -> None:
    """An experiment without a data loader says nothing about its workers."""
    card = card_of(torch, "test_memory")

    assert card.axes(Standing.UNTOUCHED) == ("loader workers",)


KEPT = """\
import random

def test_walk(repro):
    for step in repro.steps(total=10):
        repro.log("position", random.random(), step=step)
"""

FORGETFUL = """\
def test_sum(repro):
    total = 0.0
    for step in repro.steps(total=10):
        total += step
        repro.log("total", total, step=step)
"""

WITHOUT_STEPS = """\
def test_plain(repro):
    for step in range(10):
        repro.log("square", step**2, step=step)
"""


def test_a_run_is_killed_and_resumed(project: Project) -> None:
    """What no checkpoint holds breaks; a loop that has no checkpoints is not judged."""
    files = {"test_walk.py": KEPT, "test_sum.py": FORGETFUL}
    project.write({**files, "test_plain.py": WITHOUT_STEPS})

    session = project.run("--repro-vary", "--repro-vary-axes=checkpoint and resume")

    told = {name: card_of(session, name).effects for name in session.outcomes}
    assert {name: [one.standing for one in told[name]] for name in told} == {
        "test_walk": [Standing.SAME],
        "test_sum": [Standing.BREAKS],
        "test_plain": [Standing.UNTOUCHED],
    }
    place = told["test_sum"][0].verdict.divergence
    assert place is not None
    assert place.path == "total"


@pytest.mark.campaign
def test_bad_example_is_seen_through(project: Project) -> None:
    """Four faults at once are each named, and nothing else that must not matter."""
    project.write({**FILES, "test_bad.py": BAD})
    axes = ", ".join([*HARMLESS, "memory fill", "loader workers"])

    session = project.run("--repro-vary", f"--repro-vary-axes={axes}")

    assert sorted(broken(session, "test_letters")) == [
        "clock",
        "directory order",
        "hash seed",
        "loader workers",
    ]
    assert card_of(session, "test_letters").still == ("clock",)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("--repro-vary", "--repro-record"), "never writes references"),
        (("--repro-vary", "--repro-in-process"), "needs workers"),
        (
            ("--repro-vary", "--repro-vary-axes=tread"),
            "names 'tread', which is not varied; did you mean threads?",
        ),
        (("--repro-vary", "--repro-vary-axes=-moon"), "names 'moon'"),
    ],
)
def test_what_has_no_meaning_is_refused(
    project: Project, arguments: tuple[str, ...], text: str
) -> None:
    """Before anything runs, and with what to do."""
    session = project.write({"test_walk.py": WALK}).run(*arguments)

    assert session.code == pytest.ExitCode.USAGE_ERROR
    assert text in session.output


def test_ini_key_varies_only_where_experiments_run(project: Project) -> None:
    """Without `--repro` experiments are skipped as ever."""
    project.write({"test_walk.py": WALK})

    session = project.run("-o", "repro_vary=true")

    assert session.counts == {"skipped": 1}


def test_experiment_that_fails_plainly_is_not_varied(project: Project) -> None:
    """Its own failure is the news, after one run."""
    text = "def test_fails(repro):\n    raise ValueError('no data')\n"

    session = project.write({"test_fails.py": text}).run("--repro-vary")

    assert session.outcomes["test_fails"].scorecard is None
    assert "no data" in session.output


LATE = """\
import os
import pytest

@pytest.mark.repro(horizon=2)
@pytest.mark.parametrize("start", [1, 3])
def test_late(repro, start):
    for step in repro.steps(total=4):
        repro.log("loss", len(os.environ["HOME"]) * (step // start), step=step)
"""


def test_short_tier_ends_at_the_horizon(project: Project) -> None:
    """A dependency before it is seen, and one after it is not."""
    project.write({"test_late.py": LATE})

    session = project.run("--repro-vary", "--repro-tier=pr", "--repro-vary-axes=home")

    passed = {name: one.passed for name, one in session.outcomes.items()}
    assert passed == {"test_late[1]": False, "test_late[3]": True}
