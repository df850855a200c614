"""A run that was killed and resumed, held against one that was not: bits, all of them.

Stricter than any contract. Evidence that decides nothing elsewhere, such as the states
of random generators, has to be the same here, too, and so has the order of events.
"""

from pytest_repro.records import (
    Contract,
    Divergence,
    Fingerprint,
    Match,
    Rung,
    RunRecord,
    Verdict,
)
from pytest_repro.verdicts.identity import differences, parted_at, shorten
from pytest_repro.verdicts.pairs import Pair

__all__ = ["judge_resumed"]


def judge_resumed(obtained: RunRecord, reference: RunRecord) -> Verdict:
    """Judge a resumed run.

    Args:
        obtained: Its record.
        reference: The record of the same run without an interruption.

    Returns:
        `IDENTICAL`, or `DIVERGED` with the place at which they part first.
    """
    place = _first_difference(obtained, reference)
    is_same = place is None
    reason = "resumed runs have the bits of a run that was not interrupted"
    if place is not None:
        reason = f"the resumed run parted {parted_at(place)}"
    return Verdict(
        rung=Rung.IDENTICAL if is_same else Rung.DIVERGED,
        required=Rung.IDENTICAL,
        reason=reason,
        divergence=place,
        match=Match.EXACT,
    )


def _first_difference(obtained: RunRecord, reference: RunRecord) -> Divergence | None:
    pair = Pair(
        obtained=obtained,
        reference=reference,
        contract=Contract(),
        match=Match.EXACT,
    )
    found = differences(pair, reference.anchor)
    if found:
        return found[0].divergence
    return _evidence(obtained.state, reference.state) or _rest(obtained, reference)


def _evidence(
    obtained: tuple[Fingerprint, ...], reference: tuple[Fingerprint, ...]
) -> Divergence | None:
    for one, other in zip(obtained, reference, strict=False):
        if one != other:
            return Divergence(
                path=one.name,
                step=one.step,
                obtained=shorten(one.digest),
                reference=shorten(other.digest),
                obtained_bits=one.digest,
                reference_bits=other.digest,
            )
    return None


def _rest(obtained: RunRecord, reference: RunRecord) -> Divergence | None:
    """Compare what no digest covers: positions in the run, assets, the horizon."""
    ours, theirs = _outline(obtained), _outline(reference)
    for name, value in theirs.items():
        if ours[name] != value:
            return Divergence(
                path=name, step=None, obtained=str(ours[name]), reference=str(value)
            )
    return None


def _outline(record: RunRecord) -> dict[str, object]:
    return {
        "order of events": [one.orders for one in record.series],
        "number of fingerprints": len(record.state),
        "assets": record.identity.assets,
        "horizon": record.horizon,
        "number of steps": record.anchor.resources.steps,
    }
