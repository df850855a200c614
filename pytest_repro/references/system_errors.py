"""Errors of the operating system, told in our words.

A session that cannot read a reference, or may not write one, says which, why and what
to do. This maps `OSError`; it neither retries nor hides one.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from pytest_repro.errors import RecordError, StoreError, StoreFull, StoreReadOnly

__all__ = ["reading", "writing"]

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_READ_ONLY: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


@contextmanager
def reading(shown: str) -> Iterator[None]:
    """Turn errors of the system into `RecordError`.

    Args:
        shown: What is read, as messages should show it.

    Yields:
        Nothing.

    Raises:
        RecordError: If the system refused.
    """
    try:
        yield
    except OSError as error:
        msg = f"it cannot be read: {error.strerror or error}"
        remedy = "check that it exists and may be read"
        raise RecordError(msg, path=shown, remedy=remedy) from error


@contextmanager
def writing(shown: str) -> Iterator[None]:
    """Turn errors of the system into `StoreError`.

    Args:
        shown: What is written, as messages should show it.

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
        raise _translate(error, shown) from error


def _translate(error: OSError, shown: str) -> StoreError:
    why = error.strerror or str(error)
    if error.errno in _FULL:
        return StoreFull(
            f"no space to write {shown}: {why}; what it held before is untouched\n"
            "  remedy  free some space, then run again"
        )
    if error.errno in _READ_ONLY:
        return StoreReadOnly(
            f"not allowed to write {shown}: {why}\n"
            "  remedy  check its permissions, or leave --repro-record and "
            "--repro-update out"
        )
    return StoreError(f"cannot write {shown}: {why}; run again to repair what is left")
