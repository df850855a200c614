"""A worker whose job ends at a horizon leaves a complete record of a short run."""

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_repro.launchers import Ending, LocalLauncher
from pytest_repro.launchers.protocol import JOB, RECORD
from pytest_repro.records import WORKER_FLAG, Job, RunRecord
from pytest_repro.references import read_record
from tests.plugin.project import PLUGIN, Project, environment

AROUND = """\
import random
from pathlib import Path
import pytest

@pytest.fixture
def told():
    yield
    Path("torn down").touch()

@pytest.fixture
def trained(repro):
    for step in repro.steps(total=5):
        repro.log("position", random.random(), step=step)

def test_walk(repro, told):
    try:
        for step in repro.steps(total=5):
            repro.log("position", random.random(), step=step)
        repro.log("end", random.random())
    finally:
        Path("tidied up").touch()

def test_in_a_fixture(repro, trained):
    repro.log("end", random.random())

def test_swallows(repro):
    for step in range(5):
        try:
            repro.log("position", random.random(), step=step)
        except:
            break

def test_turns_it_into_an_error(repro):
    try:
        for step in range(5):
            repro.log("position", random.random(), step=step)
    except BaseException as error:
        raise ValueError("interrupted") from error
"""


@pytest.fixture
def around(project: Project) -> Project:
    """Give a project whose experiments meet their horizon in several ways."""
    return project.write({"test_around.py": AROUND})


def launch(project: Project, test: str, *, is_short: bool) -> tuple[Ending, Path]:
    """Run one experiment in a worker with a horizon of three steps."""
    folder = project.root / f"run-{test}-{is_short}"
    folder.mkdir()
    job = Job(
        experiment=f"test_around.py::{test}",
        seed=0,
        root=str(project.root),
        folder=str(folder),
        arguments=(
            *("-p", PLUGIN, "-p", "no:cacheprovider", "--capture=no"),
            f"{WORKER_FLAG}={folder / JOB}",
            f"test_around.py::{test}",
        ),
        timeout_s=60.0,
        horizon=3,
        ends_at_horizon=is_short,
    )
    submission = LocalLauncher(environment(dict(os.environ))).submit(job)
    while (ending := submission.poll()) is None:
        time.sleep(0.02)
    return ending, folder / RECORD


def columns(record: RunRecord) -> list[tuple[object, ...]]:
    """List the points of the only trace of a record."""
    (one,) = record.series
    return list(zip(one.orders, one.steps, one.bits, one.chains, strict=True))


def test_a_worker_ends_at_its_horizon(around: Project) -> None:
    """Without failure, with the first steps of a full run, and all tidied up."""
    short, short_record = launch(around, "test_walk", is_short=True)
    full, full_record = launch(around, "test_walk", is_short=False)

    assert short == replace(full, output=short.output)
    assert short.failure is None
    beginning, whole = read_record(short_record), read_record(full_record)
    assert columns(beginning) == columns(whole)[:3]
    assert beginning.anchor.metrics == ()
    assert [one.name for one in whole.anchor.metrics] == ["end"]
    assert (around.root / "tidied up").exists()
    assert (around.root / "torn down").exists()


def test_a_horizon_in_a_fixture_ends_the_run_too(around: Project) -> None:
    """Some train in a fixture and only judge in the function."""
    ending, record = launch(around, "test_in_a_fixture", is_short=True)

    assert ending.failure is None
    assert [row[1] for row in columns(read_record(record))] == [0, 1, 2]


def test_an_experiment_that_swallows_its_end_fails(around: Project) -> None:
    """Silently compared it would be a beginning with something behind it."""
    ending, _ = launch(around, "test_swallows", is_short=True)

    assert ending.failure is not None
    assert "went on after it had ended at its horizon" in ending.failure.message


def test_an_experiment_that_makes_an_error_of_its_end_fails(around: Project) -> None:
    """The error says itself what happened."""
    ending, _ = launch(around, "test_turns_it_into_an_error", is_short=True)

    assert ending.failure is not None
    assert ending.failure.message == "ValueError: interrupted"
