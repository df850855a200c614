"""A worker never outlives what started it, and takes everything with it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pytest_repro.errors import LaunchError
from pytest_repro.launchers.groups import ProcessGroup

SLEEPER = "import time; time.sleep(60)"

FORKS_AND_SLEEPS = """
import os, sys, time
pid = os.fork()
if pid:
    open(sys.argv[1], "w").write(str(pid))
time.sleep(60)
"""

PARENT = """
import os, sys, time
from pathlib import Path
from pytest_repro.launchers.groups import ProcessGroup
child = "from pytest_repro.plugin.lifeline import hold_lifeline; hold_lifeline();"
child += "import time, pathlib, sys; pathlib.Path(sys.argv[1]).touch(); time.sleep(60)"
ready = sys.argv[1] + ".ready"
command = [sys.executable, "-c", child, ready]
group = ProcessGroup(command, cwd=".", variables=dict(os.environ))
while not Path(ready).exists():
    time.sleep(0.01)
Path(sys.argv[1]).write_text(str(group.pid))
time.sleep(60)
"""


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; a zombie does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_until_dead(pid: int) -> bool:
    """Wait up to five seconds for a process to end."""
    end = time.monotonic() + 5
    while is_alive(pid) and time.monotonic() < end:
        time.sleep(0.02)
    return not is_alive(pid)


def wait_for(path: Path) -> str:
    """Wait up to twenty seconds for a file with something in it."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if path.exists() and (text := path.read_text()):
            return text
        time.sleep(0.02)
    pytest.fail(f"{path} never appeared")


def start(code: str, *arguments: str) -> ProcessGroup:
    """Start a Python program in a group of its own."""
    command = [sys.executable, "-c", code, *arguments]
    return ProcessGroup(command, cwd=".", variables=dict(os.environ))


def test_ending_a_group_ends_what_the_child_forked(tmp_path: Path) -> None:
    """A grandchild dies with the group."""
    group = start(FORKS_AND_SLEEPS, str(tmp_path / "pid"))
    grandchild = int(wait_for(tmp_path / "pid"))

    group.end()

    assert wait_until_dead(grandchild)
    assert wait_until_dead(group.pid)


def test_ending_insists_when_the_child_ignores_the_request() -> None:
    """SIGKILL follows a SIGTERM that was ignored."""
    code = (
        "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True)"
    )
    group = start(f"{code}; time.sleep(60)")
    os.read(group.output, 1)

    group.end(grace_s=0.2)

    assert group.poll() == -signal.SIGKILL


def test_ending_twice_is_harmless() -> None:
    """A group that has ended can be ended again."""
    group = start(SLEEPER)

    group.end(grace_s=0)
    group.end(grace_s=0)

    assert not is_alive(group.pid)


def test_a_worker_dies_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    """The lifeline works even when the parent had no chance to clean up."""
    note = tmp_path / "pid"
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(note)])
    worker = int(wait_for(note))

    parent.kill()
    parent.wait()

    assert wait_until_dead(worker)


def test_a_process_without_lifeline_would_survive(tmp_path: Path) -> None:
    """The previous test can fail: without the lifeline the child stays."""
    note = tmp_path / "pid"
    deaf = PARENT.replace("hold_lifeline();", "", 1).replace(
        "import hold_lifeline; ", "import hold_lifeline as _;", 1
    )
    parent = subprocess.Popen([sys.executable, "-c", deaf, str(note)])
    worker = int(wait_for(note))

    parent.kill()
    parent.wait()
    time.sleep(0.5)

    assert is_alive(worker)
    os.kill(worker, signal.SIGKILL)


def test_a_command_that_does_not_exist_is_a_launch_error() -> None:
    """The message says what could not be started."""
    with pytest.raises(LaunchError, match=r"cannot start a worker[\s\S]*/no/such"):
        ProcessGroup(["/no/such/program"], cwd=".", variables={})
