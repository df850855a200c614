"""What the file system says of a file, and whether that can be trusted.

Nothing is hashed here.
"""

import os
from typing import NamedTuple

__all__ = ["Stamp", "stamp_of"]


class Stamp(NamedTuple):
    """What the file system says of a file; changes with nearly every write.

    A tuple, as a hundred thousand of them are made for a folder.

    Attributes:
        device: The device it is on.
        inode: Its number there; a replaced file has another.
        size_bytes: Its size.
        modified_ns: When its bytes changed; anybody can set it.
        changed_ns: When its inode changed; only the kernel sets it.
    """

    device: int
    inode: int
    size_bytes: int
    modified_ns: int
    changed_ns: int


def stamp_of(status: os.stat_result) -> Stamp:
    """Take the stamp out of what the system tells.

    Args:
        status: What `stat` gave.

    Returns:
        The stamp.
    """
    return Stamp(
        status.st_dev,
        status.st_ino,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
    )
