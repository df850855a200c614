"""From an exception that ended an experiment to a typed cause."""

from typing import Final

from pytest_repro.disk import NO_SPACE
from pytest_repro.errors import UnstableInput
from pytest_repro.records import Cause

__all__ = ["classify", "one_line"]

# torch raises a plain RuntimeError when the CPU allocator fails
_ALLOCATOR: Final = ("can't allocate memory", "not enough memory")

MAX_LENGTH: Final = 300


def classify(error: BaseException) -> Cause:
    """Choose the cause of a failure.

    Args:
        error: What ended the experiment.

    Returns:
        No memory, no disk, interrupted, unstable input, or simply failed.
    """
    if isinstance(error, KeyboardInterrupt):
        return Cause.INTERRUPTED
    if isinstance(error, UnstableInput):
        return Cause.UNSTABLE_INPUT
    if isinstance(error, OSError) and error.errno in NO_SPACE:
        return Cause.DISK_FULL
    return Cause.OUT_OF_MEMORY if _is_memory(error) else Cause.FAILED


def _is_memory(error: BaseException) -> bool:
    if isinstance(error, RuntimeError):
        is_cuda = type(error).__name__ == "OutOfMemoryError"
        return is_cuda or any(text in str(error) for text in _ALLOCATOR)
    return isinstance(error, MemoryError)


def one_line(error: BaseException) -> str:
    """Say an exception in one line.

    Args:
        error: The exception.

    Returns:
        Its class and the first line of its text.
    """
    text = str(error).strip().partition("\n")[0]
    name = type(error).__name__
    return f"{name}: {text}"[:MAX_LENGTH] if text else name
