"""Names of metrics and fingerprints: what is allowed, and why not.

A name ends up in tables, terminals and web pages, so it is one printable line. Bidi
and control characters could make a reviewer read something else than what is stored.
"""

import operator
import unicodedata
from functools import lru_cache
from typing import Final, SupportsIndex

from pytest_repro.errors import MetricError, ReproUsageError

__all__ = ["MAX_LENGTH", "check_name", "check_step", "check_total"]

MAX_LENGTH: Final = 128
MAX_STEP: Final = 2**53

REMEMBERED: Final = 4096
"""Names that were checked are known again; training uses the same ones all along."""


def check_name(name: object) -> str:
    """Check the name of a metric or fingerprint.

    Args:
        name: What was given as a name.

    Returns:
        The name, in Unicode normal form C.

    Raises:
        MetricError: If it is not text, empty, over 128 characters, or not printable.
    """
    if not isinstance(name, str):
        msg = f"a metric's name is text, got {type(name).__name__}: {name!r}"
        raise MetricError(msg)
    return _normal(name)


@lru_cache(REMEMBERED)
def _normal(name: str) -> str:
    normal = unicodedata.normalize("NFC", name)
    if not normal.strip() or normal != normal.strip():
        msg = f"a metric's name has no blanks at its ends, got {name!r}"
        raise MetricError(msg)
    if len(normal) > MAX_LENGTH:
        msg = f"a metric's name has at most {MAX_LENGTH} characters: {name[:40]!r}…"
        raise MetricError(msg)
    if not normal.isprintable() or normal.startswith("#"):
        msg = f"a metric's name is one printable line and starts without #: {name!r}"
        raise MetricError(msg)
    return normal


def check_step(name: str, step: object) -> int:
    """Check the step of a logged point.

    Args:
        name: The metric's name, for the message.
        step: What was given as a step.

    Returns:
        The step as an int.

    Raises:
        MetricError: If it is not an integer in [0, 2**53).
    """
    if type(step) is int and 0 <= step < MAX_STEP:
        return step
    if isinstance(step, bool) or not isinstance(step, SupportsIndex):
        msg = f"the step of {name!r} is an integer, got {step!r}"
        raise MetricError(msg)
    number = operator.index(step)
    if not 0 <= number < MAX_STEP:
        msg = f"the step of {name!r} lies in [0, 2**53), got {number}"
        raise MetricError(msg)
    return number


def check_total(total: object) -> None:
    """Check how many steps a loop is to have.

    Args:
        total: What was given as a number of steps; None for as many as there are.

    Raises:
        ReproUsageError: If it is no whole number from 1 on.
    """
    is_whole = isinstance(total, int) and not isinstance(total, bool) and total > 0
    if not (total is None or is_whole):
        msg = f"steps(total=…) is a number of steps from 1 on, got {total!r}"
        raise ReproUsageError(msg)
