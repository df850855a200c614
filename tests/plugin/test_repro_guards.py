"""`--repro-guards`: off, warn or error, in workers and in the session's own process."""

import re
from pathlib import Path

import pytest

from tests.determinism import planted
from tests.plugin.project import INI, Project, Session

PLANTED = Path(planted.__file__).read_text()
MARKED = [
    number for number, line in enumerate(PLANTED.splitlines(), 1) if "# drawn: " in line
]

EVERYTHING = """
from types import FunctionType

def test_everything(repro):
    for name, function in sorted(globals().items()):
        own = isinstance(function, FunctionType) and not name.startswith(("_", "test"))
        if own and function.__module__ == __name__ and name != "repro":
            repr(function())
    repro.log("end", 1.0)
"""

SESSION_ID = """\
import os

def test_session(repro):
    name = os.urandom(4).hex()
    repro.log("end", 1.0)
"""
WHERE = "test_session.py:4 os.urandom(4) draws bytes from the operating system"

ACCEPTING = """\
import os
import pytest
from pytest_repro import Entropy

@pytest.mark.repro(
    accepts=[Entropy("os.urandom", reason="names a session only", at_most=AT_MOST)]
)
def test_session(repro):
    for _ in range(2):
        os.urandom(4)
    repro.log("end", 1.0)
"""

AT_IMPORT = """\
import random

SHUFFLER = random.Random()

def test_session(repro):
    repro.log("end", 1.0)
"""

SWALLOWED = """\
import os

def test_session(repro):
    try:
        os.urandom(4)
    except Exception:
        pass
    repro.log("end", 1.0)
"""


def escapes(session: Session) -> tuple[str, ...]:
    """Read what the report says about the only experiment."""
    (outcome,) = session.outcomes.values()
    return outcome.escapes


def test_every_planted_line_is_told_by_a_worker(project: Project) -> None:
    """Each source, at its line, in the report and in the record, and no other line."""
    project.write({"test_all.py": PLANTED + EVERYTHING})

    session = project.record("--repro-guards=warn")

    told = escapes(session)
    facts = project.reference("test_all.py::test_everything").identity.determinism
    assert [int(text.split(":")[1].split()[0]) for text in told] == MARKED
    assert facts["guards"] == "warn"
    assert [facts[name] for name in sorted(facts) if "escape." in name] == list(told)


def test_escape_is_told_while_the_worker_runs_and_in_the_report(
    project: Project,
) -> None:
    """By default: one line at once, one in the report, and the experiment passes."""
    session = project.write({"test_session.py": SESSION_ID}).record()

    assert re.search(rf"seed 0: warning: {re.escape(WHERE)}", session.output)
    assert re.search(rf"^  escaped  {re.escape(WHERE)}", session.output, re.MULTILINE)


@pytest.mark.parametrize("where", [(), ("--repro-in-process",)], ids=str)
def test_error_fails_the_run_at_the_line(
    project: Project, where: tuple[str, ...]
) -> None:
    """The traceback ends at the line, the message says what to write instead."""
    project.write({"test_session.py": SESSION_ID})

    session = project.run("--repro", "--repro-guards=error", *where)

    assert session.counts == {"failed": 1}
    assert f"EscapedEntropy: {WHERE}" in session.output
    assert "random.Random(repro.derive('name'))" in session.output
    assert "Entropy('os.urandom', reason=\"…\", at_most=1)" in session.output


def test_error_that_was_swallowed_fails_the_run(project: Project) -> None:
    """`except Exception` does not get past the guards."""
    project.write({"test_session.py": SWALLOWED})

    session = project.run("--repro", "--repro-guards=error")

    assert session.counts == {"failed": 1}
    assert "EscapedEntropy: test_session.py:5 os.urandom(4)" in session.output


def test_off_says_nothing(project: Project) -> None:
    """And the record says that nobody looked."""
    project.write({"test_session.py": SESSION_ID})

    session = project.record("--repro-guards=off")

    facts = project.reference("test_session.py::test_session").identity.determinism
    assert escapes(session) == ()
    assert facts["guards"] == "off"
    assert "warning" not in session.output


def test_ini_key_does_the_same(project: Project) -> None:
    """A project can forbid it once for all."""
    project.write({"pytest.ini": f"{INI}repro_guards = error\n"})
    project.write({"test_session.py": SESSION_ID})

    session = project.run("--repro")

    assert f"EscapedEntropy: {WHERE}" in session.output


def test_draw_at_import_is_caught(project: Project) -> None:
    """Guards stand before the first line of the project is run."""
    session = project.write({"test_session.py": AT_IMPORT}).record()

    (text,) = escapes(session)
    assert text == (
        "test_session.py:3 random.Random() makes a generator without a seed "
        "[random.Random]"
    )


def test_accepted_draw_is_kept_in_the_contract(project: Project) -> None:
    """Nothing is told, and a reviewer finds source, reason and bound."""
    text = ACCEPTING.replace("AT_MOST", "2")
    project.write({"test_session.py": text})

    session = project.record("--repro-guards=error")

    contract = project.reference("test_session.py::test_session").identity.contract
    (accepted,) = contract.accepts
    assert escapes(session) == ()
    assert accepted.reason == "names a session only"
    assert (accepted.source, accepted.at_most) == ("os.urandom", 2)


def test_draw_beyond_the_bound_escapes(project: Project) -> None:
    """A bound is one: the second of two draws fails where one was accepted."""
    project.write({"test_session.py": ACCEPTING.replace("AT_MOST", "1")})

    session = project.run("--repro", "--repro-guards=error")

    assert "EscapedEntropy: test_session.py:10 os.urandom(4)" in session.output


def test_process_of_a_debugger_is_as_before(project: Project) -> None:
    """An ordinary test that runs afterwards draws from the operating system."""
    after = "import os, random, time\n\ndef test_z():\n    " + "; ".join(
        f"assert type({name}).__module__ == 'builtins'"
        for name in ("os.urandom", "time.time", "os.listdir", "random.random")
    )
    project.write({"test_session.py": SESSION_ID, "test_z.py": f"{after}\n"})
    project.record()

    session = project.run("--repro", "--repro-in-process", "-p", "no:randomly")

    assert session.counts == {"passed": 2}
    assert f"  escaped  {WHERE}" in session.output
