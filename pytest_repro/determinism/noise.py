"""Rounding-sized noise: what harmless changes do to a run, done on purpose.

Another number of threads, another processor or another library rounds other bits, and
training carries them on. How far, nobody can compute; so the run is repeated with noise
of the size of rounding, and the largest deviation of these *replicas* from the
unperturbed run is the envelope in which harmless differences are expected.

This file names the noise and waits for torch; `torch_noise` says where it goes and why.
It is not a simulation of any one change: it disturbs everything a little, while most
changes disturb a few operations.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Final

from pytest_repro.determinism.late import when_imported
from pytest_repro.determinism.seeding import derive
from pytest_repro.errors import ReproUsageError

__all__ = ["FLOW_ULPS", "HALF_ULPS", "NOISE", "STORED_ULPS", "rounding_noise"]

STORED_ULPS: Final = 8
"""For what is kept from step to step: parameters, and the state of an optimizer."""

FLOW_ULPS: Final = 32
"""For what is computed anew in each step: outputs of layers, and gradients.

Both are eight times what one rounding does. A unit that switches because of a last bit
(a ReLU) makes a jump that no factor covers, so replicas have to meet such events as
often as the changes that they stand for do. Chosen by leave-one-out on two experiments;
on five others it neither hid a fault nor raised an alarm: see the page on the contest.
"""

HALF_ULPS: Final = 1
"""For both, in numbers of 16 bits, whose last place is coarse; not calibrated."""

NOISE: Final = f"ulp-noise-stored{STORED_ULPS}-flow{FLOW_ULPS}-half{HALF_ULPS}-v1"
"""The name of the noise model; it encodes every parameter."""


@contextmanager
def rounding_noise(seed: int, replica: int) -> Iterator[None]:
    """Add rounding-sized noise to whatever torch computes while the context lasts.

    The noise has generators of its own: those of the experiment draw what they would
    have drawn. The same seed and replica give the same noise again.

    Args:
        seed: The root seed of the run.
        replica: Which noise, from 1 on; 0 is none at all.

    Yields:
        Nothing.

    Raises:
        ReproUsageError: If the replica is negative.
    """
    if replica < 0:
        msg = f"replicas count from 0, which has no noise, got {replica}"
        raise ReproUsageError(msg)
    with ExitStack() as undo:
        if replica:
            seed_of = partial(_seed_of, seed, replica)
            undo.callback(when_imported("torch", partial(_install, undo, seed_of)))
        yield


def _install(undo: ExitStack, seed_of: Callable[[str], int]) -> None:
    from pytest_repro.determinism import torch_noise  # noqa: PLC0415  # torch is there

    undo.callback(torch_noise.install(seed_of))


def _seed_of(seed: int, replica: int, device: str) -> int:
    return derive(seed, f"{NOISE}/{replica}/{device}")
