"""What a run under split batches says, beside its verdict.

Parts of a batch with accumulated gradients give the same step, but for rounding, if a
layer, a loss and a log take a part for a part. Where they do not, other bits are no
matter of rounding, and no fault either: nothing says how far they may be.
"""

from dataclasses import replace
from typing import Final

from pytest_repro.determinism import BATCHES, KEPT_WHOLE, SPLIT_BY, WHOLE
from pytest_repro.records import Effect, Standing, Verdict
from pytest_repro.replication.attempts import Result

__all__ = ["told_of_batches", "untouched"]

_LAYERS: Final = "{0}: a part is another batch to it, so no accumulation is equal"
_OWNER: Final = (
    "split by {0}, which weights every part alike: a loss that is no mean over rows,"
    " and what is logged of a batch, are others then"
)


def told_of_batches(effect: Effect, result: Result) -> Effect:
    """Add what a run says of the batches that were split in it.

    Args:
        effect: What the run was found to be, next to the plain one.
        result: The run.

    Returns:
        The effect: no worse than a dependence where a part is another batch to a layer,
        or a trainer split them that owns its loop; and nothing to vary, with the reason
        where somebody knows it, if none was split.
    """
    if isinstance(result, Verdict) or BATCHES not in result.identity.determinism:
        return effect
    facts = result.identity.determinism
    if not facts[BATCHES]:
        return untouched(effect, why=str(facts.get(KEPT_WHOLE, "")))
    layers, owner = facts[WHOLE], facts.get(SPLIT_BY)
    if effect.standing is Standing.SAME or not (layers or owner):
        return effect
    standing = min(effect.standing, Standing.DEPENDS, key=list(Standing).index)
    if not layers and standing is Standing.WITHIN:
        return effect
    note = _LAYERS.format(layers) if layers else _OWNER.format(owner)
    return replace(effect, standing=standing, note=note)


def untouched(effect: Effect, *, why: str = "") -> Effect:
    """Say that a variation found nothing that it could change.

    Args:
        effect: What the run was found to be.
        why: Why there was nothing; empty where nobody knows.

    Returns:
        The effect, which clears nothing.
    """
    return replace(effect, standing=Standing.UNTOUCHED, note=why)
