"""Two runs of an experiment in different places: does one reproduce the other?

Neither need be approved, so nothing is a reference by right. The same ladder is climbed
down all the same, by `judge` and `fold`; here is only decided what each rung may rest
on. An envelope counts where it holds, see `carrying`. Where none does, runs that differ
in bits are compared by the margins of the contract over seeds, or not at all: that two
places differ says nothing, as long as nobody has said how far they may.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pytest_repro.records import Cause, Contract, Match, Rung, RunRecord, Verdict
from pytest_repro.verdicts.carrying import carry
from pytest_repro.verdicts.judge import judge
from pytest_repro.verdicts.seeds import fold
from pytest_repro.verdicts.tolerances import is_pairwise

__all__ = ["Runs", "compare_runs"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """What one place has of one experiment.

    Attributes:
        record: All its seeds, as a reference has them: traces of the anchor only.
        rest: The runs of the other seeds, each a record of its own, as far as they are
            known.
    """

    record: RunRecord
    rest: tuple[RunRecord, ...] = ()

    @property
    def each(self) -> tuple[RunRecord, ...]:
        """One record a seed, in their order."""
        known = {one.anchor.seed: one for one in self.rest}
        return tuple(
            known.get(row.seed, replace(self.record, seeds=(row,)))
            for row in self.record.seeds
            if row.seed in known or row == self.record.anchor
        )


def compare_runs(
    obtained: Runs, reference: Runs, *, approved: Sequence[RunRecord] = ()
) -> Verdict:
    """Compare what two places have.

    Args:
        obtained: One side.
        reference: The other.
        approved: Approved references of the experiment; the contract and the envelope
            of the first one that applies count.

    Returns:
        The highest rung that holds; it passes from `EQUIVALENT` on.
    """
    contract = _contract([*approved, reference.record])
    base, has_envelope = _based(reference.record, approved, contract)
    is_declared = any(is_pairwise(one) for _, one in contract.tolerances)
    pairs = []
    for run in _common(obtained, reference):
        is_bounded = has_envelope and run.anchor.seed == base.anchor.seed
        # Without an envelope or a declared bound, other bits are a question, no answer.
        match = Match.KEY if is_bounded or is_declared else Match.NEAREST
        pairs.append((run, judge(run, base, contract=contract, match=match)))
    return _folded(pairs, base, contract)


def _contract(records: Sequence[RunRecord]) -> Contract:
    """Ask for less than bits: a table tells each rung, whichever one is required."""
    return replace(records[0].identity.contract, required=Rung.EQUIVALENT)


def _common(obtained: Runs, reference: Runs) -> tuple[RunRecord, ...]:
    """List the runs of seeds that both have; the first one if they share none."""
    seeds = {row.seed for row in reference.record.seeds}
    found = tuple(run for run in obtained.each if run.anchor.seed in seeds)
    return found or obtained.each[:1]


def _folded(
    pairs: Sequence[tuple[RunRecord, Verdict]], base: RunRecord, contract: Contract
) -> Verdict:
    """Fold, leaving out seeds of which nobody can say more than that bits differ.

    Not where the others have the same bits: one seed with other bits is enough.
    """
    mute = [pair for pair in pairs if pair[1].cause is Cause.OTHER_ENVIRONMENT]
    heard = [pair for pair in pairs if pair[1].cause is not Cause.OTHER_ENVIRONMENT]
    whole = fold(heard or pairs, base, contract=contract, match=Match.NEAREST)
    if not mute or not heard:
        return whole
    if whole.rung is Rung.IDENTICAL:
        return fold(pairs, base, contract=contract, match=Match.NEAREST)
    seeds = ", ".join(str(run.anchor.seed) for run, _ in mute)
    return replace(whole, reason=f"{whole.reason}; no bound for other bits at {seeds}")


def _based(
    record: RunRecord, approved: Sequence[RunRecord], contract: Contract
) -> tuple[RunRecord, bool]:
    """Choose what the envelope is centred on, and tell whether there is one."""
    if record.rounding is not None:
        return record, True
    for one in approved:
        if one.rounding is not None and _is_inside(record, one, contract):
            return carry(one, to=record), True
    return record, False


def _is_inside(run: RunRecord, approved: RunRecord, contract: Contract) -> bool:
    first = replace(run, seeds=run.seeds[:1])
    if not first.seeds or first.anchor.seed != approved.anchor.seed:
        return False
    verdict = judge(first, approved, contract=contract, match=Match.KEY)
    return verdict.rung.height >= Rung.WITHIN_ROUNDING.height
