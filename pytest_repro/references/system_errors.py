"""Errors of the operating system, told in our words.

A session that cannot read a reference, or may not write one, says which, why and what
to do. This maps `OSError`; it neither retries nor hides one.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from pytest_repro.disk import telling
from pytest_repro.errors import RecordError, StoreError, StoreFull, StoreReadOnly

__all__ = ["reading", "writing"]


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


def writing(shown: str) -> AbstractContextManager[None]:
    """Turn errors of the system into `StoreError`.

    Args:
        shown: What is written, as messages should show it.

    Returns:
        A context that raises `StoreFull` if no space was left, `StoreReadOnly` if
        writing is not allowed, `StoreError` if the system refused otherwise.
    """

    def tell(kind: type[StoreError], why: str) -> str:
        if kind is StoreFull:
            return (
                f"no space to write {shown}: {why}; what it held before is untouched\n"
                "  remedy  free some space, then run again"
            )
        if kind is StoreReadOnly:
            return (
                f"not allowed to write {shown}: {why}\n"
                "  remedy  check its permissions, or leave --repro-record and "
                "--repro-update out"
            )
        return f"cannot write {shown}: {why}; run again to repair what is left"

    return telling(tell)
