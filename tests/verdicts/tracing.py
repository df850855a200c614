"""Operation traces by hand, and the classical rule that ours is compared with."""

import hashlib
from collections.abc import Sequence

from pytest_repro.records import Operation, Phase

__all__ = ["call", "chain", "naive_root"]


def call(
    name: str,
    *,
    inputs: tuple[str, ...] = (),
    outputs: tuple[str, ...] = ("0123456789abcdef",),
    shapes: tuple[str, ...] = ("float32[4]",),
    arguments: str = "",
) -> Operation:
    """Make a call in the forward pass of step 0."""
    return Operation(
        step=0,
        phase=Phase.FORWARD,
        name=name,
        module="net",
        source="train.py:7",
        inputs=inputs,
        outputs=outputs,
        shapes=shapes,
        arguments=arguments,
    )


def chain(*names: str, first: str = "f" * 16) -> tuple[Operation, ...]:
    """Make calls each of which reads what the one before made.

    A name that ends in ``!`` is one whose kernel computes something else.
    """
    calls: list[Operation] = []
    digest = first
    for name in names:
        made = hashlib.sha256(f"{name} {digest}".encode()).hexdigest()[:16]
        bare = name.removesuffix("!")
        calls.append(call(bare, inputs=(digest,), outputs=(made,)))
        digest = made
    return tuple(calls)


def naive_root(
    obtained: Sequence[Operation], reference: Sequence[Operation]
) -> Operation | None:
    """Apply the classical rule: the first call with equal inputs, unequal outputs."""
    pairs = zip(obtained, reference, strict=False)
    return next(
        (
            one
            for one, other in pairs
            if one.inputs == other.inputs and one.outputs != other.outputs
        ),
        None,
    )
