"""`--repro-continue` on this side of a launch: keep a journal, and go on with one.

Every session keeps one, whether or not it goes on with another, so that the next can.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

import pytest

from pytest_repro.launchers import Launcher
from pytest_repro.plugin.jobs import Jobs
from pytest_repro.plugin.reading import ACCEPTED, ESCAPED, UNGUARDED
from pytest_repro.plugin.settings import Settings
from pytest_repro.provenance import Looker, changed_inputs
from pytest_repro.provenance.footings import Footings
from pytest_repro.records import Inputs, Job, Outcome
from pytest_repro.replication import Request
from pytest_repro.replication.continuing import ContinuingLauncher, Grounds
from pytest_repro.replication.journal import Entry, Journal, What

__all__ = ["JOURNAL", "Continuing"]

JOURNAL = "session.jsonl"
"""In the folder of runs and reports: what the last session submitted."""

NOTHING = "no interrupted session to continue: everything runs"

_CHANCE = (ACCEPTED, UNGUARDED, ESCAPED)
"""Doubts whether a run could be repeated; here it is not, it has happened."""

_OVER = {
    pytest.ExitCode.OK,
    pytest.ExitCode.TESTS_FAILED,
    pytest.ExitCode.NO_TESTS_COLLECTED,
}


class Continuing:
    """The journal of this session, and what it goes on with."""

    def __init__(
        self, config: pytest.Config, settings: Settings, jobs: Jobs, launcher: Launcher
    ) -> None:
        """Begin the session's journal, or go on with an interrupted one.

        Args:
            config: pytest's.
            settings: The options of the session.
            jobs: Knows what workers get.
            launcher: Where jobs are executed.
        """
        self._config = config
        self._journal = Journal(settings.out / JOURNAL)
        looker = Looker(config.rootpath, jobs.inherited())
        self._looker = looker
        self._footings = Footings(config.rootpath)
        self.launcher = ContinuingLauncher(
            launcher,
            self._journal,
            out=settings.out,
            grounds=Grounds(footing=self._footing, changes=self._changes),
        )
        self._first = "" if self._begin(settings) else NOTHING
        if not settings.continues:
            self._first = ""

    def run(self, request: Request, run: Callable[[Request], Outcome]) -> Outcome:
        """Run an experiment, and say which of its runs were taken over.

        Args:
            request: The experiment.
            run: Runs and judges it.

        Returns:
            What became of it.
        """
        outcome = run(request)
        told, self._first = (self._first, self.launcher.told(request.experiment)), ""
        message = "\n".join(filter(None, (*told, outcome.message)))
        return replace(outcome, message=message)

    def close(self, session: pytest.Session, exitstatus: int) -> None:
        """Close the journal, if the session came to its end.

        Args:
            session: pytest's.
            exitstatus: How it ended.
        """
        is_over = exitstatus in _OVER and not (session.shouldstop or session.shouldfail)
        if is_over and not self._is_part and not self._config.option.collectonly:
            with suppress(OSError):  # then it can be continued, which runs nothing
                self._journal.append(Entry(what=What.CLOSED))

    @property
    def _is_part(self) -> bool:
        """Whether this is an xdist worker: the controller keeps the journal."""
        return hasattr(self._config, "workerinput")

    def _begin(self, settings: Settings) -> bool:
        if self._config.option.collectonly:
            return False
        if self._is_part:
            return settings.continues and self._journal.recall()
        try:
            return self._journal.begin(continues=settings.continues)
        except OSError:  # whoever needs the folder next says what is amiss
            return False

    def _footing(self, job: Job) -> str:
        return self._footings.footing(job.experiment.partition("::")[0])

    def _changes(self, inputs: Inputs) -> Sequence[str]:
        untold = [
            f"cannot tell: {one}"
            for one in inputs.unseen
            if not one.startswith(_CHANCE)
        ]
        found = changed_inputs(inputs.items, self._looker)
        return (*untold, *(change.text for change in found))
