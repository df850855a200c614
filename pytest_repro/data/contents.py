"""Turn the bytes of samples into what can be compared: texts and arrays.

Pictures in formats that need a decoder are left to their owners, who hand arrays to
`find_near`; here only what NumPy and UTF-8 can read is read, and nothing is unpickled.
"""

import io
from collections.abc import Mapping
from typing import Final

from pytest_repro.errors import ReproUsageError

__all__ = ["comparable"]

ARRAY: Final = b"\x93NUMPY"
BINARY: Final = frozenset(b"\0")


def comparable(contents: Mapping[str, bytes]) -> dict[str, object]:
    """Decode what can be decoded.

    Args:
        contents: Bytes by id.

    Returns:
        Texts and arrays by id; what is neither a text nor a ``.npy`` array is left out.
    """
    found: dict[str, object] = {}
    for name, data in contents.items():
        decoded = _array(name, data) if data.startswith(ARRAY) else _text(data)
        if decoded is not None:
            found[name] = decoded
    return found


def _array(name: str, data: bytes) -> object:
    import numpy as np  # noqa: PLC0415  # only where there are arrays

    try:
        return np.load(io.BytesIO(data), allow_pickle=False)
    except (ValueError, EOFError) as error:
        msg = f"sample {name!r} is no whole array: {error}"
        raise ReproUsageError(msg) from error


def _text(data: bytes) -> str | None:
    if not BINARY.isdisjoint(data):
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None
