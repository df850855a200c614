"""`--repro-changed` on this side of a launch: leave out what no change can affect.

Every plain comparison that holds leaves evidence, whether or not this session makes
use of any, so that the next one can.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import pytest

from pytest_repro import wire
from pytest_repro.canonical import dumps
from pytest_repro.digests import Digest, digest_of_bytes
from pytest_repro.errors import RecordError, ReproUsageError
from pytest_repro.launchers.protocol import RECORD
from pytest_repro.plugin.jobs import Jobs
from pytest_repro.plugin.settings import Settings
from pytest_repro.provenance import (
    Looker,
    changed_inputs,
    check_revision,
    is_ancestor,
    sees_gpus,
)
from pytest_repro.records import (
    Action,
    Contract,
    Environment,
    Evidence,
    Input,
    InputChange,
    InputKind,
    Inputs,
    Job,
    Outcome,
    RunRecord,
)
from pytest_repro.references import ReferenceStore, read_record
from pytest_repro.replication import (
    SHELF,
    EvidenceShelf,
    PlannedRun,
    Request,
    changed_options,
    choose,
    join_inputs,
    read_inputs,
    unchanged,
)

__all__ = ["Changed"]

UNKNOWN_GPU: Final = "the system does not tell which GPU it used"

Options = tuple[Input, ...]


@dataclass(slots=True)
class _Noted:
    """The plain runs of one request, as they are launched."""

    job_for: Callable[[PlannedRun], Job]
    runs: dict[PlannedRun, Path] = field(default_factory=dict)

    def make(self, run: PlannedRun) -> Job:
        job = self.job_for(run)
        if not (run.replica or run.window or run.variation or run.attempt):
            self.runs[run] = Path(job.folder)
        return job


class Changed:
    """Chooses experiments by what changed, and remembers those that passed."""

    def __init__(self, config: pytest.Config, settings: Settings, jobs: Jobs) -> None:
        """Look at nothing yet.

        Args:
            config: pytest's.
            settings: The options of the session.
            jobs: Knows what workers get.
        """
        self._path = config.rootpath
        self._root = str(config.rootpath)
        self._settings = settings
        self._jobs = jobs
        self._shelf = EvidenceShelf(settings.out / SHELF)
        self._store = ReferenceStore(settings.references, base=config.rootpath)
        self._looker = Looker(config.rootpath, jobs.inherited())
        now = dt.datetime.now(tz=dt.UTC)
        self._since = _commit(config, settings.changed_since)
        self._created_utc = now.strftime("%Y-%m-%dT%H:%M:%SZ")

    def run(
        self, item: pytest.Function, request: Request, run: Callable[[Request], Outcome]
    ) -> Outcome:
        """Run an experiment, unless nothing that it reads has changed.

        Args:
            item: The experiment.
            request: The same, to be run and judged.
            run: Runs and judges it.

        Returns:
            What became of it.
        """
        options = self._options(item, request.contract)
        told = ""
        if self._settings.changed:
            evidence = self._evidence(request.experiment)
            changes = self._changes(evidence, options)
            choice = choose(
                evidence,
                changes,
                reference=None if evidence is None else self._reference(evidence),
                tier=self._settings.tier,
            )
            if evidence is not None and not choice.runs:
                return unchanged(evidence, choice)
            told = choice.reason
        self._shelf.remove(request.experiment)
        noted = _Noted(request.job_for)
        outcome = run(replace(request, job_for=noted.make))
        self._keep(outcome, noted.runs, options)
        message = "\n".join(filter(None, (told, outcome.message)))
        return replace(outcome, message=message)

    def _evidence(self, experiment: str) -> Evidence | None:
        """Read what is known, as far as it comes from the revision that counts."""
        found = self._shelf.read(experiment)
        if found is None or not self._since:
            return found
        return found if is_ancestor(self._path, found.commit, self._since) else None

    def _changes(
        self, evidence: Evidence | None, options: Options
    ) -> Sequence[InputChange]:
        if evidence is None or evidence.inputs.unseen:
            return ()
        items = evidence.inputs.items
        return (*changed_options(items, options), *changed_inputs(items, self._looker))

    def _reference(self, evidence: Evidence) -> Digest | None:
        return self._sums(evidence.outcome.experiment, evidence.environment)

    def _sums(self, experiment: str, environment: Environment) -> Digest | None:
        try:
            return self._store.find(experiment, environment).sums
        except RecordError:
            return None

    def _keep(
        self, outcome: Outcome, runs: dict[PlannedRun, Path], options: Options
    ) -> None:
        """Keep evidence of a comparison that held, if all its runs are known."""
        if outcome.action is not Action.COMPARED or not outcome.passed:
            return
        read = [read_inputs(folder) for folder in runs.values()]
        inputs = [one for one in read if one is not None]
        judged = {one.seed for one in outcome.seeds}
        if len(inputs) < len(read) or not judged <= {run.seed for run in runs}:
            return
        try:
            record = read_record(next(iter(runs.values())) / RECORD)
        except RecordError:
            return
        environment = record.identity.environment
        sums = self._sums(outcome.experiment, environment)
        if sums is None:
            return
        self._shelf.write(
            Evidence(
                outcome=outcome,
                environment=environment,
                reference=sums,
                created_utc=self._created_utc,
                is_short=all(run.is_short for run in runs),
                inputs=join_inputs([*inputs, _doubts(environment)], options),
                commit=_clean_commit(record),
            )
        )

    def _options(self, item: pytest.Function, contract: Contract) -> Options:
        settings = self._settings
        words = self._jobs.arguments(item, Path())
        asked = {
            "arguments": [word.replace(self._root, "") for word in words],
            "checkpoints": settings.checkpoint_every,
            "contract": wire.to_json(contract),
            "determinism": wire.to_json(settings.determinism),
            "options of conftest files": dict(self._jobs.options),
        }
        return tuple(
            Input(
                kind=InputKind.OPTION,
                name=name,
                state=str(digest_of_bytes(dumps(value))),
            )
            for name, value in asked.items()
        )


def _commit(config: pytest.Config, revision: str) -> str:
    if not revision:
        return ""
    try:
        return check_revision(config.rootpath, revision)
    except ReproUsageError as error:
        raise pytest.UsageError(str(error)) from error


def _doubts(environment: Environment) -> Inputs:
    """Doubt a run on a GPU of which the system does not say which it is."""
    is_on_cpu = dict(environment.axes).get("accelerator", "cpu") == "cpu"
    return Inputs() if is_on_cpu or sees_gpus() else Inputs(unseen=(UNKNOWN_GPU,))


def _clean_commit(record: RunRecord) -> str:
    """Name the commit whose code ran, if it was that and nothing else."""
    code = record.identity.code
    is_clean = code.get("is_dirty") is False
    return str(code.get("commit", "")) if is_clean else ""
