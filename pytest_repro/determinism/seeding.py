"""Seeds from names, and the generators of Python, numpy and torch as one thing.

A derived seed depends on the root seed and a name, never on the order of calls, so a
new consumer does not shift the others. The three libraries get different seeds on
purpose: numpy and torch both run MT19937, and from one seed they draw the very same
32-bit words, so an augmentation would be correlated with the weights.

`numpy.random.default_rng()` without a seed asks the operating system; nothing here can
pin it. For a generator of one's own see `torch_generators.make_generator`.
"""

import random
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from pytest_repro.determinism.late import is_imported, when_imported
from pytest_repro.digests import digest_of_parts

__all__ = [
    "DERIVATION",
    "LIBRARIES",
    "Library",
    "derive",
    "generator_states",
    "keep_generators",
    "seed_everything",
]

DERIVATION: Final = "derive-sha256-v1"
"""The name of the algorithm of `derive`."""

_NUMPY_SEED_BITS: Final = 32


def derive(seed: int, name: str) -> int:
    """Derive a seed for one consumer of randomness.

    ``derive-sha256-v1`` is SHA-256 over three parts, each preceded by its length as 8
    little-endian bytes: the name of the algorithm, the root seed in decimal, and the
    consumer's name in UTF-8. The first 8 bytes of that, big-endian, without the last
    bit, are the derived seed.

    Law: the result depends on both arguments and on nothing else.

    Args:
        seed: The root seed, any integer.
        name: Who will draw, such as ``shuffle``; not empty.

    Returns:
        An integer in [0, 2**63).

    Example:
        >>> derive(0, "shuffle")
        4463085416754510212
    """
    digest = digest_of_parts(DERIVATION, (str(seed).encode(), name.encode()))
    return int(digest.rpartition(":")[2][:16], 16) >> 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """A library with global generators.

    Attributes:
        name: What its seed is derived from.
        module: The module whose import brings the generators.
        seed: Seed all of them.
        keep: Remember their states; returns what puts them back.
        states: Their states as bytes, by name.
    """

    name: str
    module: str
    seed: Callable[[int], None]
    keep: Callable[[], Callable[[], None]]
    states: Callable[[], dict[str, bytes]]


def seed_everything(seed: int) -> Callable[[], None]:
    """Seed the global generators of Python, numpy and torch.

    A library that is not imported yet is seeded at the moment it is.

    Args:
        seed: The root seed; each library gets one derived from it.

    Returns:
        A function that forgets the libraries that have not come yet.
    """
    waiting = [
        when_imported(library.module, partial(library.seed, derive(seed, library.name)))
        for library in LIBRARIES
    ]
    return partial(_call_all, waiting)


def generator_states() -> dict[str, bytes]:
    """Read the states of all global generators that exist so far.

    Returns:
        Canonical bytes by name: ``python``, ``numpy``, ``torch``, ``torch.cuda:0``.
        Equal states give equal bytes on every platform of one version of a library.
    """
    return {
        name: state
        for library in LIBRARIES
        if is_imported(library.module)
        for name, state in library.states().items()
    }


def keep_generators() -> Callable[[], None]:
    """Remember the states of all global generators that exist so far.

    Returns:
        A function that puts them back exactly.
    """
    return partial(
        _call_all,
        [library.keep() for library in LIBRARIES if is_imported(library.module)],
    )


def _call_all(actions: list[Callable[[], None]]) -> None:
    for action in actions:
        action()


def _keep_python() -> Callable[[], None]:
    return partial(random.setstate, random.getstate())


def _python_states() -> dict[str, bytes]:
    version, words, gauss = random.getstate()
    pending = b"" if gauss is None else struct.pack("<d", gauss)
    return {"python": struct.pack(f"<{len(words) + 1}Q", version, *words) + pending}


def _seed_numpy(seed: int) -> None:
    from numpy.random import mtrand  # noqa: PLC0415  # only called after its import

    mtrand.seed(seed % 2**_NUMPY_SEED_BITS)


def _keep_numpy() -> Callable[[], None]:
    from numpy.random import mtrand  # noqa: PLC0415  # as above

    bits = mtrand.get_bit_generator()
    state = mtrand.get_state(legacy=False)

    def put_back() -> None:
        mtrand.set_bit_generator(bits)
        mtrand.set_state(state)

    return put_back


def _numpy_states() -> dict[str, bytes]:
    from numpy.random import mtrand  # noqa: PLC0415  # as above

    return {"numpy": _to_bytes(mtrand.get_state(legacy=False))}


def _to_bytes(state: object) -> bytes:
    """Flatten a bit generator's state; every part is preceded by its length."""
    if isinstance(state, Mapping):
        parts = [
            part
            for name in sorted(state)
            for part in (name.encode(), _to_bytes(state[name]))
        ]
        return b"".join(len(part).to_bytes(8, "little") + part for part in parts)
    if isinstance(state, float):
        return struct.pack("<d", state)
    if isinstance(state, int | str):
        return str(state).encode()
    return _array_to_bytes(state)


def _array_to_bytes(state: object) -> bytes:
    import numpy as np  # noqa: PLC0415  # as above

    words = np.asarray(state, dtype="<u8")
    return words.tobytes()


def _seed_torch(seed: int) -> None:
    from pytest_repro.determinism import torch_generators  # noqa: PLC0415  # as numpy

    torch_generators.seed(seed)


def _keep_torch() -> Callable[[], None]:
    from pytest_repro.determinism import torch_generators  # noqa: PLC0415  # as above

    return torch_generators.keep()


def _torch_states() -> dict[str, bytes]:
    from pytest_repro.determinism import torch_generators  # noqa: PLC0415  # as above

    return torch_generators.states()


LIBRARIES: Final = (
    Library(
        name="python",
        module="random",
        seed=random.seed,
        keep=_keep_python,
        states=_python_states,
    ),
    Library(
        name="numpy",
        module="numpy.random",
        seed=_seed_numpy,
        keep=_keep_numpy,
        states=_numpy_states,
    ),
    Library(
        name="torch",
        module="torch",
        seed=_seed_torch,
        keep=_keep_torch,
        states=_torch_states,
    ),
)
"""In the order in which they are seeded."""
