"""The operating system's entropy, held still: the same bytes in every run.

This does not make an experiment right. It tells that a difference comes from there,
and gives ground on which other circumstances can be told apart. What reads the kernel
without Python, such as `torch.seed`, is not reached.
"""

import itertools
import os
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from typing import Any, Final

__all__ = ["still_entropy"]

SEED_BYTES: Final = 32


@contextmanager
def still_entropy() -> Iterator[None]:
    """Draw the same bytes in the same order in every run while the context lasts.

    `secrets`, `uuid.uuid4`, `random.SystemRandom`, generators of `random` and of numpy
    without a seed draw by way of these names.

    Yields:
        Nothing.
    """
    urandom = _stream()
    seed = random.Random.seed

    def seeded(self: random.Random, a: Any = None, version: int = 2) -> None:  # noqa: ANN401  # its own
        given = int.from_bytes(urandom(SEED_BYTES), "big") if a is None else a
        seed(self, given, version)

    with ExitStack() as undo:
        for owner, name, value in (
            (os, "urandom", urandom),
            (random, "_urandom", urandom),
            (random.Random, "seed", seeded),
            (random, "seed", lambda a=None, version=2: seeded(_hidden(), a, version)),
        ):
            undo.callback(setattr, owner, name, getattr(owner, name))
            setattr(owner, name, value)
        yield


def _hidden() -> random.Random:
    """Return the generator behind the functions of `random`."""
    owner: random.Random = random.random.__self__  # type: ignore[attr-defined]  # a bound method
    return owner


def _stream() -> Callable[[int], bytes]:
    """Make a source whose reads are told apart by their number."""
    reads = itertools.count()

    def read(size: int, /) -> bytes:
        number = next(reads)
        blocks = range(-(-size // sha256().digest_size))
        parts = (sha256(f"{number}/{block}".encode()).digest() for block in blocks)
        return b"".join(parts)[:size]

    return read
