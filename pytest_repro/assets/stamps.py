"""What the file system says of a file, and whether that can be trusted.

Nothing is hashed here.
"""

import os
from dataclasses import dataclass

__all__ = ["Stamp", "stamp_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What the file system says of a file; changes with nearly every write.

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
        device=status.st_dev,
        inode=status.st_ino,
        size_bytes=status.st_size,
        modified_ns=status.st_mtime_ns,
        changed_ns=status.st_ctime_ns,
    )
