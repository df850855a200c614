"""What of a data set's contents can be compared: its texts and its arrays.

All contents are checked once and none is kept, so a data set may be larger than memory:
what is asked for is read again. Pictures in formats that need a decoder are left to
their owners, who hand arrays to `find_near`; nothing is unpickled.
"""

import io
from collections.abc import Iterator, Mapping
from typing import Final

from pytest_repro.data.materialise import Reader, examine
from pytest_repro.data.samples import Manifest, Sample

__all__ = ["Contents", "decode"]

ARRAY: Final = b"\x93NUMPY"


class Contents(Mapping[str, object]):
    """The texts and arrays of a data set, by id, read when they are asked for.

    Attributes:
        problems: A message for each content that is missing or not what it should be.
    """

    def __init__(self, manifest: Manifest, read: Reader) -> None:
        """Check every content.

        Args:
            manifest: The samples.
            read: Gives the bytes of a sample.
        """
        self._read = read
        self._samples: dict[str, Sample] = {}
        problems = []
        for sample, data, problem in examine(manifest, read):
            if problem:
                problems.append(problem)
            elif data is not None and decode(data) is not None:
                self._samples[sample.id] = sample
        self.problems = tuple(problems)

    def __getitem__(self, name: str) -> object:
        """Read the content of a sample."""
        return decode(self._read(self._samples[name]))

    def __iter__(self) -> Iterator[str]:
        """Go through the ids of what can be compared."""
        return iter(self._samples)

    def __len__(self) -> int:
        """Return how many contents can be compared."""
        return len(self._samples)


def decode(data: bytes) -> object:
    """Make a text or an array of bytes.

    Args:
        data: The content of a sample.

    Returns:
        A text, or an array that can be compared; None if it is neither.
    """
    if data.startswith(ARRAY):
        return _array(data)
    if b"\0" in data:
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _array(data: bytes) -> object:
    import numpy as np  # noqa: PLC0415  # only where there are arrays

    from pytest_repro.data.near_arrays import is_comparable  # noqa: PLC0415  # likewise

    try:
        array = np.load(io.BytesIO(data), allow_pickle=False)
    except (ValueError, EOFError):
        return None  # objects, or half a file
    return array if is_comparable(array) else None
