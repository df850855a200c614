"""The documented byte layouts once more, written from the text alone.

An independent implementation in struct and hashlib, so that the package cannot change
an algorithm and its tests together. It knows nothing of the package's code.
"""

import hashlib
import struct


def frame(part: bytes) -> bytes:
    """Put the length before some bytes."""
    return struct.pack("<Q", len(part)) + part


def digest(algorithm: str, *parts: bytes) -> str:
    """Hash the algorithm's name and the parts, each in a frame."""
    framed = b"".join(frame(part) for part in (algorithm.encode(), *parts))
    return f"{algorithm}:{hashlib.sha256(framed).hexdigest()}"


def tensor(dtype: str, shape: tuple[int, ...], data: bytes) -> str:
    """Compute ``tensor-sha256-v1``."""
    extents = b"".join(struct.pack("<Q", extent) for extent in shape)
    return digest("tensor-sha256-v1", dtype.encode(), extents, data)


def sparse(layout: str, shape: tuple[int, ...], *components: str) -> str:
    """Compute ``sparse-tensor-sha256-v1``."""
    extents = b"".join(struct.pack("<Q", extent) for extent in shape)
    texts = (component.encode() for component in components)
    return digest("sparse-tensor-sha256-v1", layout.encode(), extents, *texts)


def node(kind: str, *parts: bytes | str) -> str:
    """Compute the node of ``tree-sha256-v1``; text parts are digests or names."""
    raw = (part.encode() if isinstance(part, str) else part for part in parts)
    return digest("tree-sha256-v1", kind.encode(), *raw)


def rolling(name: str, points: list[tuple[int, str, bytes]]) -> str:
    """Compute ``rolling-sha256-v1``."""
    start = frame(b"rolling-sha256-v1") + frame(name.encode())
    chain = hashlib.sha256(start).digest()
    for step, dtype, bits in points:
        middle = struct.pack("<q", step) + frame(dtype.encode())
        chain = hashlib.sha256(chain + middle + bits).digest()
    return f"rolling-sha256-v1:{chain.hex()}"
