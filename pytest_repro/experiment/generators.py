"""Follow the states of the global random generators from step to step, cheaply.

Each step asks three generators for some kilobytes, so this is where a ledger could cost
most for least. A state that has not moved is not digested again; that of NumPy is not
even copied. What a state means, and reading it for a fingerprint, is the matter of
`determinism`; here only matters whether two runs have the same one.
"""

import ctypes
import hashlib
import random
import struct
import sys
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from typing import Final

__all__ = ["Generators"]

KEY_BYTES: Final = 625 * 4
"""624 words and a position: what moves in a Mersenne Twister, wherever it is kept."""


class Generators:
    """The digests of all global generators that exist so far."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._known: dict[str, tuple[object, str]] = {}

    def digests(self) -> dict[str, str]:
        """Digest the states as they are now.

        Returns:
            16 hexadecimal characters by name: ``python``, ``numpy``, ``torch``,
            ``torch.cuda:0``.
        """
        found = {"python": self._digest("python", _python(), _read_python)}
        if "numpy.random" in sys.modules:
            found["numpy"] = self._digest("numpy", _numpy(), _read_numpy)
        if "torch" in sys.modules:
            for name, state in _torch().items():
                found[name] = self._digest(name, state, partial(bytes, state))
        return found

    def _digest(self, name: str, seen: object, read: Callable[[], bytes]) -> str:
        """Return the digest of a state, unless it is that of the step before."""
        known = self._known.get(name)
        if known is not None and known[0] == seen:
            return known[1]
        digest = hashlib.sha256(read()).hexdigest()[:16]
        self._known[name] = (seen, digest)
        return digest


def _python() -> object:
    """Return what tells whether the generator of `random` moved.

    Asking it makes 625 numbers, which is most of what a ledger would cost. Where the
    memory of the object has been seen to hold them, it is looked at instead.
    """
    place = _python_place()
    if not place:
        _, words, gauss = random.getstate()
        return hash(words), gauss
    return ctypes.string_at(place, KEY_BYTES), vars(_shared())["gauss_next"]


@lru_cache(maxsize=1)
def _python_place() -> int:
    """Find the state in memory; 0 if it is not where CPython keeps it."""
    shared = _shared()
    if sys.implementation.name != "cpython" or type(shared) is not random.Random:
        return 0
    if sys.getsizeof(shared) < object.__basicsize__ + KEY_BYTES:
        return 0
    place = id(shared) + object.__basicsize__
    index, *words = struct.unpack("=i624I", ctypes.string_at(place, KEY_BYTES))
    return place if (*words, index) == shared.getstate()[1] else 0


def _shared() -> random.Random:
    """Return the generator behind the functions of `random`."""
    return random.getstate.__self__  # type: ignore[attr-defined, no-any-return]  # a bound method


def _read_python() -> bytes:
    return repr(random.getstate()).encode()


def _numpy() -> object:
    from numpy.random import mtrand  # noqa: PLC0415  # only called after its import

    bits = mtrand.get_bit_generator()
    if type(bits).__name__ != "MT19937":
        return object()  # equal to nothing: read it every time
    # A cached normal number alone does not show here; the next draw does.
    return ctypes.string_at(bits.ctypes.state_address, KEY_BYTES)


def _read_numpy() -> bytes:
    from numpy.random import mtrand  # noqa: PLC0415  # as above

    return repr(sorted(_flat(mtrand.get_state(legacy=False)))).encode()


def _flat(state: dict[str, object], path: str = "") -> Iterator[tuple[str, object]]:
    for name, value in state.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{path}{name}/")
        else:
            plain = value.tolist() if hasattr(value, "tolist") else value
            yield f"{path}{name}", plain


def _torch() -> dict[str, bytes]:
    from pytest_repro.determinism import torch_generators  # noqa: PLC0415  # as above

    found = torch_generators.tensors()
    return {name: state.numpy().tobytes() for name, state in found.items()}
