"""`--repro-in-process` runs seed 0 here, for debuggers, and leaves no trace."""

import pytest

from pytest_repro.records import Cause, Rung
from tests.plugin.project import WALK, Project

# Tests before and after the experiments say what became of this process.
AROUND = """\
import os, random
import pytest
import numpy as np
from pytest_repro.errors import HorizonReached

HERE = {{}}

def state():
    words = np.random.get_state()
    flags = ()
    {torch}
    return random.getstate(), words[1].tolist(), words[2:], flags

def test_before():
    random.seed(11)
    np.random.seed(12)
    HERE.update(pid=os.getpid(), state=state())

def test_here(repro):
    assert HERE["pid"] == os.getpid()
    assert HERE["state"] != state()
    repro.log("end", random.random())
    repro.log("drawn", float(np.random.random()))

def test_raises(repro):
    repro.log("end", random.random())
    raise ValueError("too late")

def test_ends_itself(repro):
    repro.log("end", random.random())
    raise HorizonReached

@pytest.fixture
def broken():
    random.random()
    raise RuntimeError("no data")

def test_setup_fails(repro, broken):
    pass

def test_gives_up(repro):
    random.random()
    pytest.skip("no GPU")

def test_after():
    assert HERE["state"] == state()
"""

TORCH = """import torch
    drawn = torch.get_rng_state().tolist()
    flags = drawn, torch.are_deterministic_algorithms_enabled(), (
        torch.backends.cudnn.benchmark, torch.get_num_threads(),
        torch.get_float32_matmul_precision(), torch.get_default_dtype(),
    )"""

HERE = ("--repro", "--repro-in-process")


def test_worker_and_this_process_give_the_same_bits(walk: Project) -> None:
    """Seeds are the same, so a reference of a worker holds here."""
    before = walk.reference_bytes()

    session = walk.run(*HERE)

    outcome = session.outcomes["test_walk"]
    assert session.code == 0
    assert outcome.verdict.rung is Rung.IDENTICAL
    assert walk.reference_bytes() == before


@pytest.mark.parametrize("torch", ["", TORCH], ids=["without-torch", "with-torch"])
def test_process_is_put_back_as_it_was(project: Project, torch: str) -> None:
    """After a return, an exception, a skip and a failing fixture alike."""
    project.write({"test_around.py": AROUND.format(torch=torch)})

    session = project.run(*HERE)

    assert session.counts == {"passed": 2, "failed": 3, "skipped": 1, "errors": 1}
    causes = {name: one.verdict.cause for name, one in session.outcomes.items()}
    assert causes == {
        "test_here": Cause.MISSING_REFERENCE,
        "test_raises": Cause.FAILED,
        "test_ends_itself": Cause.FAILED,
    }
    assert not (project.root / ".repro" / "runs").exists()


def test_only_seed_0_runs(walk: Project) -> None:
    """A debugger stops once, whatever the contract allows."""
    text = WALK.replace("def", "import pytest\n@pytest.mark.repro(seeds=5)\ndef")

    session = walk.write({"test_walk.py": text}).run(*HERE)

    outcome = session.outcomes["test_walk"]
    assert [(one.seed, one.verdict.rung) for one in outcome.seeds] == [
        (0, Rung.IDENTICAL)
    ]


def test_nothing_is_written(walk: Project) -> None:
    """No reference, and no candidate that somebody could accept."""
    before = walk.reference_bytes()
    moved = WALK.replace("random.random()", "0.5")

    session = walk.write({"test_walk.py": moved}).run(*HERE)

    assert session.code == 1
    assert walk.reference_bytes() == before
    assert walk.pending.entries() == ()


def test_recording_here_is_refused(project: Project) -> None:
    """What ran in a process with a past is no reference."""
    session = project.run("--repro-in-process", "--repro-record")

    assert session.code == 4
    assert "--repro-in-process never writes references" in session.output


def test_output_is_shown_as_it_comes(walk: Project) -> None:
    """`-s` does here what it does for any test."""
    text = f"{WALK}    print('half way')\n"

    session = walk.write({"test_walk.py": text}).run(*HERE, "-s")

    assert session.code == 0
    assert session.output.count("half way") == 1


@pytest.mark.parametrize(
    ("line", "flag"),
    [("breakpoint()", "--repro"), ("raise ValueError('late')", "--pdb")],
    ids=["breakpoint", "post-mortem"],
)
def test_debugger_stops_in_the_experiment(walk: Project, line: str, flag: str) -> None:
    """At a breakpoint, and where an exception was raised."""
    session = walk.write({"test_walk.py": f"{WALK}    {line}\n"}).run(*HERE, flag)

    assert "(Pdb)" in session.output
    assert "test_walk.py(" in session.output


def test_breakpoint_in_a_worker_names_the_flag(walk: Project) -> None:
    """There is no terminal there, and the failure says what to type."""
    session = walk.write({"test_walk.py": f"{WALK}    breakpoint()\n"}).run("--repro")

    assert session.code == 1
    assert "add --repro-in-process" in session.outcomes["test_walk"].verdict.reason
