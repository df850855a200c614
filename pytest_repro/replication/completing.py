"""What a candidate lacks of a recorded reference, and when that is measured later.

A comparison stops as soon as it is decided, so a candidate has few seeds and was never
run under noise. Most candidates are never accepted: to measure all of it for each would
cost ten runs for every red test. So a candidate says what it lacks, the reference that
it becomes says so too, and the next session that records measures it: from runs that
have the very same bits, or not at all.
"""

from collections.abc import Iterator
from dataclasses import replace

from pytest_repro.records import Contract, Match, Rung, RunRecord
from pytest_repro.replication.plan import Mode, reference_seeds
from pytest_repro.replication.requests import Assessment, Effort
from pytest_repro.verdicts import freeze_margins

__all__ = ["completes", "lacking", "lacks_of", "settled", "with_lacks"]


def lacking(record: RunRecord, contract: Contract, effort: Effort) -> tuple[str, ...]:
    """Say what a session that records would have measured beside a record.

    Args:
        record: Runs that were only compared.
        contract: Says how many seeds a reference has.
        effort: Says what else one has.

    Returns:
        Words for people; none if nothing is lacking.
    """
    return tuple(_lacking(record, contract, effort))


def settled(record: RunRecord, lacks: tuple[str, ...]) -> RunRecord:
    """Freeze the automatic margins of a record that has all of its seeds.

    Args:
        record: Runs that were only compared.
        lacks: What it lacks; margins are not measured with few seeds.

    Returns:
        The record.
    """
    has_seeds = not any(word.endswith(" seeds") for word in lacks)
    return freeze_margins(record) if has_seeds else record


def lacks_of(state: Assessment) -> tuple[str, ...]:
    """Say what the reference of this environment key lacks.

    Args:
        state: What is known of an experiment.

    Returns:
        What its last revision says; nothing where there is no reference.
    """
    found = state.found
    if found is None or found.record is None or not found.record.history:
        return ()
    if found.match not in {Match.EXACT, Match.KEY}:
        return ()
    return found.record.history[-1].lacks


def with_lacks(record: RunRecord, lacks: tuple[str, ...]) -> RunRecord:
    """Note in the open revision of a candidate what it lacks.

    Args:
        record: The candidate.
        lacks: What it lacks.

    Returns:
        The candidate with the note.
    """
    last = replace(record.history[-1], lacks=lacks)
    return replace(record, history=(*record.history[:-1], last))


def completes(mode: Mode, state: Assessment) -> bool:
    """Tell whether this session measures what an accepted candidate lacks.

    Args:
        mode: What the session may do.
        state: What is known of the experiment.

    Returns:
        True if it may write, and every seed that the reference has gave its bits.
    """
    if mode is Mode.COMPARE or not lacks_of(state):
        return False
    reference = state.found.record if state.found else None
    known = {row.seed for row in reference.seeds} if reference else set()
    shared = [
        verdict
        for run, verdict in zip(state.runs, state.verdicts, strict=True)
        if run.seed in known
    ]
    return bool(shared) and all(one.rung is Rung.IDENTICAL for one in shared)


def _lacking(record: RunRecord, contract: Contract, effort: Effort) -> Iterator[str]:
    wanted, found = reference_seeds(contract), len(record.seeds)
    if found < wanted:
        yield f"{wanted - found} of {wanted} seeds"
    # Noise and operations come by way of torch.
    if any(name.startswith("torch.") for name in record.identity.determinism):
        if effort.replicas:
            yield "rounding envelope"
        if effort.traced:
            yield "operation trace"
