"""The session as a whole: gather outcomes, find what is wrong, tell it.

Outcomes arrive with test reports, also from xdist workers. Only the controller writes
reports, and only here is a session failed in which nothing was compared.
"""

import datetime as dt
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final, Protocol

import pytest

import pytest_repro
from pytest_repro import wire
from pytest_repro.plugin.github import annotations, place_of, tell_step
from pytest_repro.plugin.inventory import Collected, find_problems
from pytest_repro.plugin.observing import keep_observations
from pytest_repro.plugin.parent import OUTCOMES, SKIPPED
from pytest_repro.plugin.registering import find_registration_problems
from pytest_repro.plugin.settings import Settings
from pytest_repro.plugin.sharding import own_shard
from pytest_repro.records import Outcome, Problem, Session, Shard
from pytest_repro.references import ReferenceStore
from pytest_repro.replication.telling import Shelves, write_page
from pytest_repro.reports import (
    PAGE,
    Place,
    session_lines,
)
from pytest_repro.reports.files import report_files
from pytest_repro.reports.plain import one_line

__all__ = ["SessionReporter", "XdistNode"]

KEY: Final = "repro"


class XdistNode(Protocol):
    """What xdist hands to `pytest_testnodedown`."""

    workeroutput: dict[str, object]


class SessionReporter:
    """Gathers what became of the experiments, and writes the reports."""

    def __init__(self, config: pytest.Config, settings: Settings) -> None:
        """Start with no outcome.

        Args:
            config: pytest's.
            settings: The options of the session.
        """
        self._config = config
        self._settings = settings
        self._outcomes: dict[str, tuple[Outcome, ...]] = {}
        self._places: dict[str, Place] = {}
        self._skipped: set[str] = set()
        self._collected = Collected.nothing()
        self._started = time.monotonic()
        self._session: Session | None = None
        self._shard: Shard | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(
        self, session: pytest.Session, items: list[pytest.Item]
    ) -> None:
        """Note every experiment before any is deselected."""
        self._collected = Collected.of(session, items)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take outcomes from a report; of a rerun test the last ones count."""
        outcomes = getattr(report, OUTCOMES, None)
        skipped = getattr(report, SKIPPED, None)
        if outcomes is not None:
            found = tuple(wire.from_json(Outcome, one) for one in outcomes)
            self._outcomes[report.nodeid] = found
            self._places[found[0].experiment] = place_of(report.location)
        elif skipped is not None:
            self._skipped.add(skipped)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: XdistNode) -> None:
        """Take what an xdist worker collected; a crashed one leaves nothing."""
        found = getattr(node, "workeroutput", {}).get(KEY)
        self._collected = (
            Collected.incomplete()
            if found is None
            else self._collected.join(wire.from_json(Collected, found))
        )

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Hand on what was collected, or close the session and write reports."""
        output = getattr(self._config, "workeroutput", None)
        if output is not None:
            output[KEY] = wire.to_json(self._collected)
            return
        if self._config.option.collectonly:
            return
        self._session = self._report(self._close())
        fatal = any(problem.is_fatal for problem in self._session.problems)
        if fatal and exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        elif self._is_empty_part and exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
            session.exitstatus = pytest.ExitCode.OK

    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter
    ) -> None:
        """Print a block for each experiment, then one line for all."""
        if self._session is None or not (
            self._session.outcomes or self._session.problems
        ):
            return
        terminalreporter.section("reproducibility")
        for line in session_lines(self._session):
            terminalreporter.write_line(line, **_colour(line))
        root = self._config.rootpath
        for line in annotations(self._session, self._places, root):
            terminalreporter.write_line(line)

    def _close(self) -> Session:
        outcomes = tuple(
            outcome for key in sorted(self._outcomes) for outcome in self._outcomes[key]
        )
        skipped = sorted(self._skipped)
        self._shard = own_shard(self._settings, skipped)
        found = find_problems(
            self._settings, outcomes, skipped, self._collected, shard=self._shard
        )
        return Session(
            version=pytest_repro.__version__,
            outcomes=outcomes,
            problems=(
                *found,
                *self._registration_problems(outcomes),
                *self._golden_problems(outcomes),
                *keep_observations(self._settings, self._config.rootpath, outcomes),
            ),
            report=self._show(self._settings.out / "report"),
            wall_s=time.monotonic() - self._started,
        )

    @property
    def _is_empty_part(self) -> bool:
        """Whether other parts have all the experiments, which is no failure."""
        shard = self._shard
        return shard is not None and bool(shard.selected) and not shard.own

    def _registration_problems(self, outcomes: Sequence[Outcome]) -> Sequence[Problem]:
        """Ask for registrations only of what is held against a reference by workers."""
        settings = self._settings
        is_strict = settings.strict and not (settings.vary or settings.in_process)
        return find_registration_problems(outcomes, is_strict=is_strict)

    def _golden_problems(self, outcomes: Sequence[Outcome]) -> tuple[Problem, ...]:
        """Hold the session against the golden path; without one, nothing is loaded."""
        settings = self._settings
        if not os.path.lexists(settings.references / "golden.toml"):
            return ()
        from pytest_repro.replication.golden_problems import (  # noqa: PLC0415  # as above
            find_golden_problems,
        )

        return find_golden_problems(
            ReferenceStore(settings.references, base=self._config.rootpath),
            # The path is about the present environment; others have a matrix.
            {one.experiment: one for one in outcomes if not one.environment},
            runs=settings.out / "runs",
            today=dt.datetime.now(tz=dt.UTC).date(),
            ignored=("protocol.seeds",) if settings.seeds is not None else (),
        )

    def _report(self, session: Session) -> Session:
        """Write the reports; where that fails, the session has a problem more."""
        if not (session.outcomes or session.problems or self._shard):
            return session
        try:
            self._write(session)
        except OSError as error:
            message = f"the reports could not be written: {error}"
            problem = Problem(name="UNREPORTED", message=message)
            problems = (*session.problems, problem)
            return replace(session, problems=problems, report="")
        return self._with_page(session)

    def _with_page(self, session: Session) -> Session:
        """Write the page too, last: whatever happens here, the rest is written."""
        path = self._settings.out / "report" / PAGE
        try:
            # That of an earlier session is worse than none.
            path.unlink(missing_ok=True)
            write_page(session, path, shelves=self._shelves)
        except Exception as error:  # noqa: BLE001  # a fault of ours is no lost session
            message = (
                f"the page could not be written: {one_line(str(error))}"
                "\nthe same facts are in report.json beside it"
                "\nwrite it again: pytest-repro report"
            )
            problem = Problem(name="UNREPORTED", message=message, is_fatal=False)
            return replace(session, problems=(*session.problems, problem))
        return session

    @property
    def _shelves(self) -> Shelves:
        return Shelves(
            root=self._config.rootpath,
            references=self._settings.references,
            out=self._settings.out,
        )

    def _write(self, session: Session) -> None:
        folder = self._settings.out / "report"
        folder.mkdir(parents=True, exist_ok=True)
        files = report_files(session)
        try:
            for name, data in files.items():
                (folder / name).write_bytes(data)
        except OSError:
            # Half a report, or that of an earlier session, is worse than none.
            with suppress(OSError):
                for name in files:
                    (folder / name).unlink(missing_ok=True)
            raise
        tell_step(session)

    def _show(self, path: Path) -> str:
        root = self._config.rootpath
        inside = path.is_relative_to(root)
        return path.relative_to(root).as_posix() if inside else str(path)


def _colour(line: str) -> dict[str, bool]:
    words = line.split()
    if "FAILED" in words or "DIVERGED" in words or "NOT" in words:
        return {"red": True}
    if "PASSED" in words:
        return {"green": True}
    return {}
