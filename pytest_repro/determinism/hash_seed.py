"""Which hash seed this process really runs under.

`PYTHONHASHSEED` is read before the first line of Python; setting it from inside
changes `os.environ` and nothing else, and programs do that. So the claim is checked:
the hash of a text is computed again under the claimed seed and compared with `hash`.

This records and never sets: only the parent of a process can.
"""

import os
import sys
from typing import Final

__all__ = ["hash_probe", "hash_seed_in_force"]

_PROBE: Final = "pytest-repro"
_MASK: Final = (1 << 64) - 1
_ROUNDS: Final = {"siphash13": (1, 3), "siphash24": (2, 4)}


def hash_probe() -> str:
    """Hash one fixed text, so that two runs can be told to hash text alike.

    Returns:
        ``hash("pytest-repro")`` as 16 hexadecimal characters.
    """
    return f"{hash(_PROBE) & _MASK:016x}"


def hash_seed_in_force() -> int | None:
    """Find the hash seed that this process was started with.

    Returns:
        The seed; None if hashing is random, or if the interpreter hashes text in a
        way that is not known here.
    """
    if not sys.flags.hash_randomization:
        return 0
    claim = os.environ.get("PYTHONHASHSEED", "")
    rounds = _ROUNDS.get(sys.hash_info.algorithm)
    if not (claim.isascii() and claim.isdecimal() and rounds):
        return None
    computed = _siphash(_secret(int(claim)), _PROBE.encode(), rounds)
    return int(claim) if f"{computed:016x}" == hash_probe() else None


def _secret(seed: int) -> tuple[int, int]:
    """Derive the two words of the key from a hash seed, by CPython's LCG.

    Source:
        CPython 3.11 Python/bootstrap_hash.c, `lcg_urandom`.
    """
    data = bytearray()
    state = seed
    for _ in range(16):
        state = (state * 214013 + 2531011) & 0xFFFFFFFF
        data.append(state >> 16 & 0xFF)
    return int.from_bytes(data[:8], "little"), int.from_bytes(data[8:], "little")


def _siphash(key: tuple[int, int], text: bytes, rounds: tuple[int, int]) -> int:
    """Compute SipHash-c-d of a text.

    Source:
        Aumasson and Bernstein 2012, "SipHash: a fast short-input PRF", section 2.
    """
    state = [
        key[0] ^ 0x736F6D6570736575,
        key[1] ^ 0x646F72616E646F6D,
        key[0] ^ 0x6C7967656E657261,
        key[1] ^ 0x7465646279746573,
    ]
    tail = len(text) % 8
    last = text[len(text) - tail :].ljust(7, b"\0") + bytes([len(text) & 0xFF])
    for block in (*(text[i : i + 8] for i in range(0, len(text) - tail, 8)), last):
        word = int.from_bytes(block, "little")
        state[3] ^= word
        _mix(state, rounds[0])
        state[0] ^= word
    state[2] ^= 0xFF
    _mix(state, rounds[1])
    return state[0] ^ state[1] ^ state[2] ^ state[3]


def _mix(state: list[int], rounds: int) -> None:
    """Run SipRound so many times, in place."""
    a, b, c, d = state
    for _ in range(rounds):
        a = (a + b) & _MASK
        b = _rotate(b, 13) ^ a
        a = _rotate(a, 32)
        c = (c + d) & _MASK
        d = _rotate(d, 16) ^ c
        a = (a + d) & _MASK
        d = _rotate(d, 21) ^ a
        c = (c + b) & _MASK
        b = _rotate(b, 17) ^ c
        c = _rotate(c, 32)
    state[:] = a, b, c, d


def _rotate(word: int, bits: int) -> int:
    return (word << bits | word >> (64 - bits)) & _MASK
