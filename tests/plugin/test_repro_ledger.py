"""`--repro-ledger` says whether runs are followed step by step."""

import sys

import pytest

from pytest_repro.records import Lane
from pytest_repro.references import read_record
from tests.plugin.project import Project, environment

DRAWS = """\
import random

def test_draws(repro):
    for step, item in repro.steps([[1, 2], [3, 4], [5, 6]]):
        repro.log("draw", random.random(), step=step)
"""
NAME = "test_draws.py::test_draws"
SHY = """\
class Shy(str):
    def __repr__(self):
        raise ValueError("no text to read")

"""
MORE = "        random.random() if step == 1 else None\n"


def obtained(project: Project) -> tuple[Lane, ...]:
    """Read the ledger of the last run of seed 0."""
    (folder,) = project.root.glob(".repro/runs/**/seed-0/record")
    return read_record(folder).ledger


@pytest.mark.parametrize(
    "arguments",
    [("--repro-ledger=off",), ("-o", "repro_ledger=off")],
    ids=["flag", "ini"],
)
def test_ledger_can_be_left_out(project: Project, arguments: tuple[str, ...]) -> None:
    """By default a record and its reference have one; with `off` neither has."""
    project.write({"test_draws.py": DRAWS}).record()
    followed = obtained(project), project.reference(NAME).ledger

    session = project.run("--repro", *arguments)

    assert session.code == 0
    assert followed[0] == followed[1] != ()
    assert obtained(project) == ()


def test_end_of_a_session_names_the_class(project: Project) -> None:
    """One line says which part differed first, and at which step."""
    project.write({"test_draws.py": DRAWS}).record()
    project.write({"test_draws.py": DRAWS + MORE})

    session = project.run("--repro")

    assert session.code == 1
    assert (
        "  cause    RNG consumption at step 1: "
        "rng/python stands elsewhere when step 2 begins\n"
    ) in session.output


def test_in_process_too(project: Project) -> None:
    """A debugger sees the same line."""
    project.write({"test_draws.py": DRAWS}).record()
    project.write({"test_draws.py": DRAWS + MORE})

    session = project.run("--repro", "--repro-in-process")

    assert "cause    RNG consumption at step 1" in session.output


def test_another_value_is_refused(project: Project) -> None:
    """There are two."""
    session = project.run("--repro", "--repro-ledger=maybe")

    assert session.code == 4
    assert "invalid choice: 'maybe'" in session.output


def test_lane_that_was_lost_is_told_as_a_limit(project: Project) -> None:
    """At the end of the session, in the page, and by `why`."""
    project.write({"test_draws.py": DRAWS}).record()
    shy = SHY + DRAWS.replace("[1, 2]", '[Shy("1"), 2]')
    project.write({"test_draws.py": shy + MORE})
    limit = (
        "not followed in the obtained run: data/batch from step 0 on "
        "(ValueError: no text to read)"
    )

    session = project.run("--repro")
    page = (project.root / ".repro/report/index.html").read_text(encoding="utf-8")
    words = [sys.executable, "-m", "pytest_repro", "why", "--from-records", "draws"]
    why = project.execute(words, environment({}))

    assert session.code == 1
    assert f"; {limit}" in session.output
    assert limit in page
    assert "limits  not followed in the obtained run: data/batch" in why.output
