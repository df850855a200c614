"""Replace files whole, and say of what kind the system's refusals are.

What a person or another process reads is never half of a file. And whoever writes, a
reference or an asset, tells a full disk from one that may not be written to.
"""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pytest_repro.errors import StoreError, StoreFull, StoreReadOnly

__all__ = ["NO_SPACE", "replace_file", "telling"]

NO_SPACE: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""The numbers of errors that say that there is no space left."""

_NOT_ALLOWED: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


def replace_file(path: Path, data: bytes) -> None:
    """Replace a file as a whole; processes that do so at once do not mix.

    Args:
        path: The file; its folder exists.
        data: What it is to hold.

    Raises:
        OSError: If that is not possible; the file is then as it was.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.unfinished")
    try:
        unfinished.write_bytes(data)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def telling(tell: Callable[[type[StoreError], str], str]) -> Iterator[None]:
    """Turn errors of the system into errors of a store.

    Args:
        tell: Makes the message of the kind of error and the system's reason.

    Yields:
        Nothing.

    Raises:
        StoreFull: If no space was left.
        StoreReadOnly: If writing is not allowed.
        StoreError: If the system refused for another reason.
    """
    try:
        yield
    except StoreError:
        raise
    except OSError as error:
        kind = _kind_of(error)
        raise kind(tell(kind, error.strerror or str(error))) from error


def _kind_of(error: OSError) -> type[StoreError]:
    if error.errno in NO_SPACE:
        return StoreFull
    return StoreReadOnly if error.errno in _NOT_ALLOWED else StoreError
