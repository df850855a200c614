"""Run one seed under harmless variations, and say what its bits depend on.

First a plain run. Then everything that must not matter is changed at once: if no bit
differs, one run has cleared it all; if one does, bisection finds which. Where not even
the same run gives the same bits, what disturbs it is looked for and held still, so
that the rest can be told apart. What may round differently is tried one by one, since
each of those is expected to make a difference. No reference is needed, or written.
"""

from collections.abc import Collection

from pytest_repro.determinism import RESUMED, Facts, variations
from pytest_repro.errors import LaunchError
from pytest_repro.records import (
    Match,
    Outcome,
    Rung,
    RunRecord,
    Scorecard,
    Tier,
    Variation,
    Verdict,
)
from pytest_repro.references import Found, ReferenceStore
from pytest_repro.replication.assess import Assessor
from pytest_repro.replication.attempts import SEED, Attempts
from pytest_repro.replication.outcomes import not_launched, refused, skipped
from pytest_repro.replication.pool import Pool
from pytest_repro.replication.requests import Request
from pytest_repro.replication.scoring import varied
from pytest_repro.replication.survey import Survey
from pytest_repro.verdicts import judge

__all__ = ["Vary"]


class Vary:
    """Runs experiments under variations."""

    def __init__(
        self, pool: Pool, *, store: ReferenceStore, tier: Tier, axes: Collection[str]
    ) -> None:
        """Join what is needed.

        Args:
            pool: Runs several at a time.
            store: May hold a rounding envelope for the plain run.
            tier: Under `PR`, runs under variations end at the horizon.
            axes: The circumstances that are varied.
        """
        self._pool = pool
        self._store = store
        self._tier = tier
        self._axes = axes

    def run(self, request: Request) -> Outcome:
        """Find out what the bits of an experiment depend on.

        Args:
            request: The experiment.

        Returns:
            What became of it, with a scorecard unless the plain run failed.
        """
        try:
            return self._run(request)
        except LaunchError as error:
            return not_launched(request, error)

    def _run(self, request: Request) -> Outcome:
        attempts = Attempts(self._pool, request, is_short=self._tier is Tier.PR)
        first = attempts.plain()
        if first.ending.skipped:
            return skipped(request, first.ending.skipped)
        plain = attempts.read(first)
        if isinstance(plain, RunRecord):
            alone = judge(plain, plain, contract=request.contract, match=Match.EXACT)
            plain = plain if alone.holds else alone
        if isinstance(plain, Verdict):
            return refused(request, plain, first)
        found = _envelope(request, plain, Assessor(self._store))
        survey = Survey(
            attempts,
            plain,
            contract=request.contract,
            envelope=found.record if found else None,
        )
        survey.make(self._table(plain, attempts), resumes=RESUMED.axis in self._axes)
        folder = found.folder if found and survey.has_envelope else None
        card = Scorecard(
            experiment=request.experiment,
            seed=SEED,
            effects=tuple(survey.effects),
            still=tuple(one.axis for one in attempts.still),
            is_steady=survey.is_steady,
            envelope=self._store.show(folder) if folder else "",
            runs=len(attempts.runs),
            wall_s=sum(run.wall_s for run in attempts.runs),
        )
        key = plain.identity.environment.key
        return varied(card, request.contract, key=key)

    def _table(self, plain: RunRecord, attempts: Attempts) -> tuple[Variation, ...]:
        machine = plain.identity.environment.facts
        facts = Facts(machine=machine, determinism=attempts.determinism)
        return tuple(one for one in variations(facts) if one.axis in self._axes)


def _envelope(request: Request, plain: RunRecord, assessor: Assessor) -> Found | None:
    """Find a reference of these very bits with a rounding envelope.

    Around other bits it was not measured, and would say nothing.
    """
    found = assessor.look_up(request, plain)
    if isinstance(found, Verdict) or found.record is None:
        return None
    if found.match is Match.NEAREST or found.record.rounding is None:
        return None
    contract, record = request.contract, found.record
    verdict = judge(plain, record, contract=contract, match=found.match)
    return found if verdict.rung is Rung.IDENTICAL else None
