"""Where between 0 and 1 a sample lies, whatever other samples there are.

Splits and folds are read off this place. It depends on a salt and on the sample alone,
so it stays when samples are added, removed or listed in another order. A salt is no
seed: it names one way of cutting a data set, and is part of the record.
"""

import enum
from typing import Final, assert_never

from pytest_repro.data.samples import Sample
from pytest_repro.digests import digest_of_parts
from pytest_repro.errors import ReproUsageError

__all__ = ["WHOLE", "By", "check_salt", "place_of", "read_by", "unit_of"]

BITS: Final = 64
WHOLE: Final = 2**BITS
"""Places are integers in [0, WHOLE), so that no rounding decides where one lies."""

MAX_SALT: Final = 128


class By(enum.StrEnum):
    """What keeps samples together."""

    ID = "id"
    """Nothing: each sample lies for itself."""

    GROUP = "group"
    """Its group; a sample without one lies for itself."""

    DIGEST = "digest"
    """Its content: equal contents are never torn apart."""


def unit_of(sample: Sample, by: str) -> tuple[str, str]:
    """Name what a sample is kept together with.

    Args:
        sample: The sample.
        by: What keeps samples together, one of `By`.

    Returns:
        A kind and a name; samples with equal ones have equal places.
    """
    match By(by):
        case By.ID:
            return ("id", sample.id)
        case By.GROUP:
            return ("group", sample.group) if sample.group else ("id", sample.id)
        case By.DIGEST:
            return ("digest", sample.digest)
        case other:
            assert_never(other)


def place_of(algorithm: str, salt: str, unit: tuple[str, str]) -> int:
    """Compute where something lies.

    ::

        place = first 64 bits of SHA-256(algorithm, salt, kind, name)

    Args:
        algorithm: What the place is for; two purposes have independent places.
        salt: Names the way of cutting.
        unit: What `unit_of` gave.

    Returns:
        An integer in [0, 2**64).
    """
    parts = (salt.encode(), unit[0].encode(), unit[1].encode())
    _, _, digits = digest_of_parts(algorithm, parts).partition(":")
    return int(digits[: BITS // 4], 16)


def check_salt(salt: object) -> str:
    """Check a salt.

    Args:
        salt: What was given as one.

    Returns:
        The salt.

    Raises:
        ReproUsageError: If it is no printable text of 1 to 128 characters.
    """
    is_text = isinstance(salt, str) and salt.isprintable() and salt == salt.strip()
    if not (isinstance(salt, str) and is_text and 0 < len(salt) <= MAX_SALT):
        msg = f"salt: a printable text of 1 to {MAX_SALT} characters, got {salt!r}"
        raise ReproUsageError(msg)
    return salt


def read_by(by: object) -> By:
    """Read what keeps samples together.

    Args:
        by: A member of `By`, or its text.

    Returns:
        The member.

    Raises:
        ReproUsageError: If there is no such.
    """
    try:
        return By(str(by))
    except ValueError:
        msg = f"samples are kept together by one of {', '.join(By)}, got {by!r}"
        raise ReproUsageError(msg) from None
