"""Digests: `algorithm:hex`, and the one way in which bytes become one.

A digest travels as text and names its algorithm, so that a changed algorithm can
never be mistaken for changed data. Nothing here reads files or tensors.
"""

import hashlib
import re
from typing import Final, NewType

__all__ = ["Digest", "digest_of_bytes", "digest_of_parts", "parse_digest"]

Digest = NewType("Digest", str)
"""`algorithm:hex`, for example ``sha256:9f86d0…``."""

_PATTERN: Final = re.compile(r"[a-z0-9][a-z0-9.-]*:(?:[0-9a-f]{2})+")


def digest_of_bytes(data: bytes | memoryview) -> Digest:
    """Compute the SHA-256 of exactly these bytes.

    Args:
        data: The bytes.

    Returns:
        ``sha256:`` and 64 hexadecimal characters.

    Example:
        >>> digest_of_bytes(b"")[:15]
        'sha256:e3b0c442'

    Source:
        FIPS 180-4.
    """
    return Digest(f"sha256:{hashlib.sha256(data).hexdigest()}")


def digest_of_parts(algorithm: str, parts: tuple[bytes, ...]) -> Digest:
    """Compute one digest of several byte strings that cannot run into each other.

    Each part is preceded by its length, and the whole by the algorithm's name, so
    ``("ab", "c")`` and ``("a", "bc")`` differ, and so do two algorithms.

    Args:
        algorithm: The name that the digest carries; it is hashed too.
        parts: The byte strings, in order.

    Returns:
        ``algorithm:`` and 64 hexadecimal characters.
    """
    state = hashlib.sha256()
    for part in (algorithm.encode(), *parts):
        state.update(len(part).to_bytes(8, "little"))
        state.update(part)
    return Digest(f"{algorithm}:{state.hexdigest()}")


def parse_digest(text: str) -> Digest:
    """Check that a text is a digest.

    Args:
        text: What may be a digest.

    Returns:
        The same text, typed.

    Raises:
        ValueError: If the text is not ``algorithm:hex`` in lower case.
    """
    if _PATTERN.fullmatch(text) is None:
        msg = f"not a digest: {text!r} (expected algorithm:hex in lower case)"
        raise ValueError(msg)
    return Digest(text)
