"""The contract of an operation, or of a policy: what a suite can hold it to."""

from collections.abc import Mapping
from typing import Any

from pytest_repro.augmentation.operations import Operation
from pytest_repro.augmentation.parameters import Parameters
from pytest_repro.augmentation.policy import Policy
from pytest_repro.records.module_contracts import (
    BITWISE,
    AugmentationContract,
    Level,
)

__all__ = ["promise"]

Tensor = Any
"""A tensor of torch; this module does not import it."""


def promise(config: Any, *, name: str = "") -> AugmentationContract:  # noqa: ANN401  # the Config of any operation
    """Say what an operation or a policy promises.

    Bounds hold for batches in [0, 1]. Of a policy only what all its operations promise
    is promised.

    Args:
        config: The config of an operation, or of a policy.
        name: What the tests are called after; empty for the name of the operation.

    Returns:
        The contract.

    Example:
        >>> from pytest_repro.augmentation import Flip
        >>> promise(Flip.Config(p=0.25)).probability
        0.25
    """
    policy = _policy(config)
    alone = policy.operations[0] if len(policy.operations) == 1 else None
    domain = _domain(policy.operations)

    def draw(seed: int, ids: Any) -> Parameters:  # noqa: ANN401  # a collection
        return policy.draw(seed, 0, ids)

    def replay(batch: Tensor, parameters: Parameters) -> Tensor:
        return policy.apply_labelled(batch, None, parameters, note=None)[0]

    def apply(batch: Tensor, *, seed: int, ids: Any, strength: float) -> Tensor:  # noqa: ANN401  # as draw
        chosen = policy.at_strength(strength)
        return replay(batch, chosen.draw(seed, 0, ids))

    return AugmentationContract(
        name=name or (alone.name if alone else "Policy"),
        apply=apply,
        levels=_levels(policy.operations),
        arguments=domain,
        sizes=_sizes(policy.operations, domain),
        draw=draw,
        replay=replay,
        changed=_changed,
        probability=_probability(alone),
        bounds=(0.0, 1.0)
        if all(one.keeps_range for one in policy.operations)
        else None,
        preserves_label=policy.preserves_label,
    )


def _policy(config: Any) -> Policy:  # noqa: ANN401  # as promise
    if isinstance(config, Policy.Config):
        return config.build()
    return Policy.Config(operations=(config,)).build()


def _changed(parameters: Parameters) -> list[bool]:
    """On which samples some operation acts."""
    rows = zip(*(part.acted for part in parameters.parts), strict=True)
    return [any(row) for row in rows] or [False] * len(parameters.ids)


def _sizes(operations: tuple[Operation, ...], domain: str) -> Mapping[str, range]:
    """Sides of images that every operation takes; nothing where any will do."""
    least = max((one.least_side for one in operations), default=1)
    sides = {"h", "w"} & set(domain.split())
    return (
        {side: range(least, least + 8) for side in sorted(sides)} if least > 1 else {}
    )


def _levels(operations: tuple[Operation, ...]) -> Mapping[str, Level]:
    """A batch is as independent as its least independent operation."""
    weakest = BITWISE
    for one in operations:
        if one.independence.is_weaker_than(weakest):
            weakest = one.independence
    return {} if weakest == BITWISE else {"sample_independence": weakest}


def _probability(alone: Operation | None) -> float | None:
    if alone is None or not isinstance(alone.config.p, int | float):
        return None
    return float(alone.config.p) if alone.config.when.holds_in(0) else 0.0


def _domain(operations: tuple[Operation, ...]) -> str:
    """The narrowest domain: that of the operation which accepts least."""
    domains = [one.domains[0] for one in operations]
    return next((one for one in domains if "3" in one), domains[0] if domains else "")
