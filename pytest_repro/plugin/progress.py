"""Live progress: redrawn on a terminal, a plain line now and then elsewhere.

Output of tests is captured by pytest, so capturing pauses while something is drawn.
Nothing runs in this process meanwhile whose output could get lost.
"""

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

import pytest

from pytest_repro.records import Event, EventKind
from pytest_repro.replication import PlannedRun, Watcher

if TYPE_CHECKING:
    from rich.live import Live

__all__ = ["LiveWatcher", "PlainWatcher", "QuietWatcher", "make_watcher"]

EVERY_S: Final = 10.0
DRAW_S: Final = 0.2


def make_watcher(config: pytest.Config) -> Watcher:
    """Choose how progress is shown.

    Args:
        config: pytest's.

    Returns:
        A bar on a terminal, plain lines elsewhere, nothing in an xdist worker or
        with ``-q``.
    """
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(config, "workerinput") or config.option.verbose < 0:
        return QuietWatcher()
    writer = config.get_terminal_writer()
    is_live = writer.hasmarkup and reporter.isatty
    return LiveWatcher(config) if is_live else PlainWatcher(config)


class QuietWatcher:
    """Shows nothing."""

    def started(self, run: PlannedRun) -> None:
        """Ignore a start."""

    def heard(self, run: PlannedRun, event: Event) -> None:
        """Ignore an event."""

    def ended(self, run: PlannedRun) -> None:
        """Ignore an end."""

    def tick(self) -> None:
        """Draw nothing."""


class _Latest(QuietWatcher):
    """Keeps the newest progress of each run under way."""

    def __init__(self, config: pytest.Config, clock: Callable[[], float]) -> None:
        self._config = config
        self._clock = clock
        self._events: dict[PlannedRun, Event] = {}
        self._since: dict[PlannedRun, float] = {}

    def started(self, run: PlannedRun) -> None:
        """Remember when a run started."""
        self._since[run] = self._clock()
        self._events[run] = Event(kind=EventKind.STARTED)

    def heard(self, run: PlannedRun, event: Event) -> None:
        """Keep progress; show a warning at once."""
        if event.kind is EventKind.PROGRESS:
            self._events[run] = event
        elif event.kind is EventKind.WARNING:
            self._say(f"  {run.label}: warning: {event.message}")

    def ended(self, run: PlannedRun) -> None:
        """Forget a run."""
        self._events.pop(run, None)
        self._since.pop(run, None)

    def _describe(self, run: PlannedRun) -> str:
        event = self._events[run]
        if event.step is None:
            return f"{run.label}  starting"
        done = event.step + 1
        of = f"/{event.total}" if event.total else ""
        values = "  ".join(f"{name} {text[:9]}" for name, text in event.values.items())
        return f"{run.label}  step {done}{of}  {values}{self._left(run, event)}"

    def _left(self, run: PlannedRun, event: Event) -> str:
        if not event.total or event.step is None:
            return ""
        done = event.step + 1
        elapsed_s = self._clock() - self._since[run]
        return f"  {elapsed_s / done * (event.total - done):.0f} s left"

    def _say(self, line: str) -> None:
        with _uncaptured(self._config):
            writer = self._config.get_terminal_writer()
            writer.line()
            writer.write(line, flush=True)


class PlainWatcher(_Latest):
    """One line every ten seconds."""

    def __init__(
        self, config: pytest.Config, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Start the clock.

        Args:
            config: pytest's.
            clock: Tells the time [s].
        """
        super().__init__(config, clock)
        self._next = clock() + EVERY_S

    def tick(self) -> None:
        """Write a line for each run if it is time."""
        now = self._clock()
        if now < self._next:
            return
        self._next = now + EVERY_S
        for run in self._events:
            self._say(f"  {self._describe(run)}")


class LiveWatcher(_Latest):
    """A few lines on the terminal that redraw themselves."""

    def __init__(self, config: pytest.Config) -> None:
        """Draw nothing yet.

        Args:
            config: pytest's.
        """
        super().__init__(config, time.monotonic)
        self._live: Live | None = None
        self._next = 0.0

    def tick(self) -> None:
        """Redraw, a few times a second."""
        now = self._clock()
        if now < self._next:
            return
        self._next = now + DRAW_S
        with _uncaptured(self._config):
            self._draw()

    def ended(self, run: PlannedRun) -> None:
        """Take the lines away with the last run."""
        super().ended(run)
        if not self._events and self._live is not None:
            with _uncaptured(self._config):
                self._live.stop()
            self._live = None

    def _draw(self) -> None:
        from rich.live import Live  # noqa: PLC0415  # only on a terminal
        from rich.text import Text  # noqa: PLC0415  # as above

        lines = "\n".join(f"  {self._describe(run)}" for run in self._events)
        if self._live is None:
            self._live = Live(auto_refresh=False, transient=True)
            self._live.start()
        self._live.update(Text(lines, style="dim"), refresh=True)


@contextlib.contextmanager
def _uncaptured(config: pytest.Config) -> Iterator[None]:
    capture = config.pluginmanager.get_plugin("capturemanager")
    if capture is None:
        yield
        return
    with capture.global_and_fixture_disabled():
        yield
