"""The rolling digest of a series of numbers: one head vouches for the whole path.

It advances at every point although only some points are kept, so that two runs which
log thinly still show between which two kept points they parted. It says nothing about
how far apart numbers are.

``rolling-sha256-v1``, where ``frame(x)`` is the number of bytes of x as an unsigned
64-bit little-endian integer, then x::

    chain 0 = SHA-256( frame("rolling-sha256-v1") ‖ frame(series name, UTF-8) )
    chain i = SHA-256( chain i−1 (32 bytes) ‖ step (signed 64-bit little-endian)
                       ‖ frame(dtype name, UTF-8) ‖ bits of the number )

``root-sha256-v1`` makes one digest of the heads of several series::

    SHA-256( frame("root-sha256-v1")
             ‖ frame(name, UTF-8) ‖ frame(text of its head)   for each, by name )

``state-sha256-v1`` makes one of the fingerprints that decide, in their order::

    SHA-256( frame("state-sha256-v1") ‖ frame(name TAB step TAB digest)   for each )
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from struct import Struct, error
from typing import Final

from pytest_repro.digests import Digest, digest_of_parts
from pytest_repro.errors import FingerprintError
from pytest_repro.records import Fingerprint

__all__ = [
    "ALGORITHM",
    "ROOT_ALGORITHM",
    "RollingDigest",
    "root_of_heads",
    "root_of_state",
]

ALGORITHM: Final = "rolling-sha256-v1"
ROOT_ALGORITHM: Final = "root-sha256-v1"
STATE_ALGORITHM: Final = "state-sha256-v1"

SHORT_BYTES: Final = 8

_pack_step: Final = Struct("<q").pack


class RollingDigest:
    """A hash chain over the points of one series.

    Example:
        >>> rolling = RollingDigest("train/loss")
        >>> rolling.advance(0, "float32", bytes.fromhex("3f68f5c3"))
        >>> rolling.short
        '877d9a32fd63c9e4'
    """

    __slots__ = ("_chain",)

    def __init__(self, name: str) -> None:
        """Start at chain 0.

        Args:
            name: The name of the series; the same points under another name differ.
        """
        self._chain = sha256(_frame(ALGORITHM) + _frame(name)).digest()

    def advance(self, step: int, dtype: str, bits: bytes) -> None:
        """Take one point in.

        Args:
            step: Its step, a signed 64-bit integer.
            dtype: The number type.
            bits: The bytes of the number, in the order in which records keep them.

        Raises:
            FingerprintError: If the step is no 64-bit integer; the chain stays.
        """
        self.advance_many((step,), dtype, (bits,))

    def advance_many(
        self, steps: Iterable[int], dtype: str, bits: Iterable[bytes]
    ) -> list[str]:
        """Take points of one dtype in, one after the other.

        Args:
            steps: Their steps.
            dtype: The number type of all.
            bits: The bytes of each.

        Returns:
            What `short` is after each.

        Raises:
            FingerprintError: If a step is no 64-bit integer; the chain stays.
        """
        chain, middle = self._chain, _frame(dtype)
        shorts = []
        for step, one in zip(steps, bits, strict=True):
            chain = sha256(chain + _packed(step) + middle + one).digest()
            shorts.append(chain[:SHORT_BYTES].hex())
        self._chain = chain
        return shorts

    @property
    def state(self) -> bytes:
        """The last link of the chain, from which another can go on."""
        return self._chain

    @state.setter
    def state(self, chain: bytes) -> None:
        self._chain = chain

    @property
    def short(self) -> str:
        """The current state in 16 hexadecimal characters, to be kept beside a point."""
        return self._chain[:SHORT_BYTES].hex()

    @property
    def head(self) -> Digest:
        """The current state as a digest."""
        return Digest(f"{ALGORITHM}:{self._chain.hex()}")


def root_of_heads(heads: Mapping[str, Digest]) -> Digest:
    """Compute one digest of several series.

    Args:
        heads: The head of each series by its name; their order does not count.

    Returns:
        ``root-sha256-v1:`` and 64 hexadecimal characters.
    """
    pairs = sorted((name.encode(), head.encode()) for name, head in heads.items())
    parts = tuple(part for pair in pairs for part in pair)
    return digest_of_parts(ROOT_ALGORITHM, parts)


def root_of_state(state: Sequence[Fingerprint]) -> Digest:
    """Compute one digest of all fingerprints that decide.

    Args:
        state: Fingerprints in the order in which they were taken.

    Returns:
        A digest of their names, steps and digests, in that order.
    """
    deciding = (one for one in state if not one.is_evidence)
    lines = (f"{one.name}\t{one.step}\t{one.digest}" for one in deciding)
    return digest_of_parts(STATE_ALGORITHM, tuple(line.encode() for line in lines))


def _frame(text: str) -> bytes:
    data = text.encode()
    return len(data).to_bytes(8, "little") + data


def _packed(step: int) -> bytes:
    try:
        return _pack_step(step)
    except error:
        msg = f"a step is a signed 64-bit integer, got {step!r}"
        raise FingerprintError(msg) from None
