"""A person sees how a long run is getting on, and a log is not flooded with it."""

import io
import os
import subprocess
import threading
from collections.abc import Iterator

import pytest

from pytest_repro.plugin.progress import PlainWatcher
from pytest_repro.records import Event, EventKind
from pytest_repro.replication import PlannedRun
from tests.plugin.project import Project, command, environment

SLOW = """\
import time

def test_slow(repro):
    for step in repro.steps(total=4):
        time.sleep(0.4)
        repro.log("loss", 1 / (1 + step), step=step)
"""


class Clock:
    """A clock that somebody sets."""

    now = 0.0

    def __call__(self) -> float:
        """Tell the time [s]."""
        return self.now


class Watched:
    """A watcher with a clock, and what it has printed."""

    def __init__(self, config: pytest.Config) -> None:
        """Start at time 0, and print into memory."""
        self._printed = io.StringIO()
        reporter = pytest.TerminalReporter(config, self._printed)
        config.pluginmanager.unregister(name="terminalreporter")
        config.pluginmanager.register(reporter, "terminalreporter")
        self.clock = Clock()
        self.watcher = PlainWatcher(config, self.clock)

    def lines_at(self, now: float) -> list[str]:
        """Set the clock, give it a chance to draw, and read what it printed."""
        self.clock.now = now
        self.watcher.tick()
        text = self._printed.getvalue()
        self._printed.truncate(self._printed.seek(0))
        return [line for line in text.splitlines() if line]


@pytest.fixture
def watched(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Watched:
    """A watcher of a session that captures nothing."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_ADDOPTS", "")
    return Watched(pytester.parseconfigure("-s"))


def progress(step: int, total: int | None = None) -> Event:
    """Tell that a step is over."""
    values = {"train/loss": "0.123456789012"}
    return Event(kind=EventKind.PROGRESS, step=step, total=total, values=values)


def test_line_comes_every_ten_seconds(watched: Watched) -> None:
    """Short runs print nothing, long ones a line now and then."""
    watched.watcher.started(PlannedRun(seed=0))
    watched.watcher.heard(PlannedRun(seed=0), progress(19, 100))

    printed = {now: watched.lines_at(now) for now in (0, 9.9, 10, 10.1, 19.9, 20)}

    assert printed == {
        0: [],
        9.9: [],
        10: ["  seed 0  step 20/100  train/loss 0.1234567  40 s left"],
        10.1: [],
        19.9: [],
        20: ["  seed 0  step 20/100  train/loss 0.1234567  80 s left"],
    }


def test_line_for_each_seed_that_runs(watched: Watched) -> None:
    """As they started; one that ended is gone, one that said nothing is starting."""
    for seed in (2, 0, 1):
        watched.watcher.started(PlannedRun(seed=seed))
    watched.watcher.heard(PlannedRun(seed=2), progress(4))
    watched.watcher.ended(PlannedRun(seed=1))

    assert watched.lines_at(10) == [
        "  seed 2  step 5  train/loss 0.1234567",
        "  seed 0  starting",
    ]


def test_time_left_is_of_the_seed(watched: Watched) -> None:
    """A seed that started later has had less time for its steps."""
    watched.clock.now = 8
    watched.watcher.started(PlannedRun(seed=3))
    watched.watcher.heard(PlannedRun(seed=3), progress(0, 3))

    assert watched.lines_at(10) == [
        "  seed 3  step 1/3  train/loss 0.1234567  4 s left"
    ]


def test_warning_is_shown_at_once(watched: Watched) -> None:
    """What may spoil a long run is worth a line now."""
    watched.watcher.started(PlannedRun(seed=0))

    watched.watcher.heard(
        PlannedRun(seed=0), Event(kind=EventKind.WARNING, message="no total")
    )

    assert watched.lines_at(1) == ["  seed 0: warning: no total"]


def test_short_run_prints_no_progress(walk: Project) -> None:
    """Nor does one into a file or a pipe draw anything."""
    session = walk.run("--repro")

    assert "\x1b" not in session.output
    assert "step 5/5" not in session.output
    assert "starting" not in session.output


def on_terminal(project: Project, *arguments: str) -> str:
    """Run a session on a terminal, and read what it wrote there."""
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        command("--repro", *arguments),
        cwd=project.root,
        env=environment({"TERM": "xterm-256color", "COLUMNS": "100"}),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    deadline = threading.Timer(60, process.kill)
    deadline.start()
    shown = b"".join(_read(ours))
    process.wait()
    deadline.cancel()
    os.close(ours)
    return shown.decode("utf-8", errors="replace")


def _read(descriptor: int) -> Iterator[bytes]:
    while True:
        try:
            yield os.read(descriptor, 65536)
        except OSError:  # the other side is closed
            return


@pytest.fixture
def slow(project: Project) -> Project:
    """An experiment that takes long enough to be watched."""
    return project.write({"test_slow.py": SLOW})


def test_lines_are_redrawn_on_a_terminal(slow: Project) -> None:
    """Seed, step and metric are seen while it runs, and are gone afterwards."""
    shown = on_terminal(slow)

    drawn, _, rest = shown.partition("FAILURES")
    assert "seed 0  starting" in drawn
    assert "seed 0  step " in drawn
    assert "/4  loss " in drawn
    assert " s left" in drawn
    assert "\x1b[2K" in drawn
    assert "s left" not in rest


@pytest.mark.parametrize("flags", [("-q",), ("-n", "1")], ids=["quiet", "xdist"])
def test_quiet_session_draws_nothing(slow: Project, flags: tuple[str, ...]) -> None:
    """With -q, and in a worker of xdist, which has no terminal of its own."""
    shown = on_terminal(slow, *flags, "-p", "xdist")

    assert "seed 0  starting" not in shown
    assert "s left" not in shown
