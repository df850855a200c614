"""Single cells of a stored table: names, integers, floats, seconds; each strict.

One value has one spelling, so that equal records are equal bytes and a reviewer reads
what the machine compares. Names are checked against fixed ranges, not against the
Unicode tables of the running Python: a file must not become unreadable by an upgrade.
"""

import math
import re
from collections.abc import Sequence
from itertools import pairwise
from operator import lt
from typing import Final

__all__ = [
    "MAX_NAME",
    "MISSING",
    "check_name",
    "check_names",
    "first_unequal",
    "is_increasing",
    "read_bound",
    "read_float",
    "read_integer",
    "read_integers",
    "read_seconds",
    "write_bound",
    "write_float",
    "write_seconds",
]

MAX_NAME: Final = 128
MISSING: Final = "-"

_MAX_DIGITS: Final = 20
_INTEGERS: Final = re.compile(f"(?:(?:0|-?[1-9][0-9]{{0,{_MAX_DIGITS - 1}}})\t)*+")
_INVISIBLE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
"""Controls, surrogates, and what reorders or hides text (UTS 39, UAX 9)."""


def check_name(name: str, *, longest: int = MAX_NAME) -> str:
    """Check the name of a metric or fingerprint.

    Args:
        name: What may be a name.
        longest: How many characters it may have.

    Returns:
        The same name.

    Raises:
        ValueError: If it is empty, too long, starts with ``#``, has blanks at its ends,
            or holds control, bidi or invisible characters.
    """
    if not name or name != name.strip() or name.startswith("#"):
        msg = f"name {name!r} is empty, starts with '#' or has blanks at its ends"
        raise ValueError(msg)
    if len(name) > longest:
        msg = f"name {name[:40]!r}… has {len(name)} characters, over {longest}"
        raise ValueError(msg)
    if _INVISIBLE.search(name):
        msg = f"name {name!a} holds a control, bidi or invisible character"
        raise ValueError(msg)
    return name


def check_names(names: Sequence[str], *, limit: int, longest: int = MAX_NAME) -> None:
    """Check names that must be distinct and in order.

    Args:
        names: The names.
        limit: How many there may be.
        longest: How many characters each may have.

    Raises:
        ValueError: If one is no name, they are not strictly sorted, or too many.
    """
    if len(names) > limit:
        msg = f"{len(names)} names are over the limit of {limit}"
        raise ValueError(msg)
    for name in names:
        check_name(name, longest=longest)
    for one, other in pairwise(names):
        if one >= other:
            fault = "appears twice" if one == other else f"stands before {other!r}"
            msg = f"names are distinct and sorted: {one!r} {fault}"
            raise ValueError(msg)


def read_integer(text: str) -> int:
    """Read an integer in its one spelling.

    Args:
        text: Such as ``-3`` or ``18446744073709551615``.

    Returns:
        The integer.

    Raises:
        ValueError: If it has over 20 digits or is another spelling of the same.
    """
    return read_integers((text,))[0]


def read_integers(column: Sequence[str]) -> tuple[int, ...]:
    """Read a column of integers, each in its one spelling.

    Args:
        column: The cells.

    Returns:
        The integers.

    Raises:
        ValueError: If one has over 20 digits or is not spelled canonically.
    """
    if _INTEGERS.fullmatch("\t".join((*column, ""))) is None:
        wrong = next(cell for cell in column if not _INTEGERS.fullmatch(f"{cell}\t"))
        msg = f"{wrong[:40]!a} is no integer of at most {_MAX_DIGITS} digits"
        raise ValueError(msg)
    return tuple(map(int, column))


def first_unequal(obtained: Sequence[str], reference: Sequence[str]) -> int | None:
    """Find the first cell that differs.

    Args:
        obtained: Cells.
        reference: As many cells, in a sequence of the same type.

    Returns:
        Its index, or None if all are equal.
    """
    if obtained == reference:
        return None
    pairs = enumerate(zip(obtained, reference, strict=True))
    return next((index for index, (one, other) in pairs if one != other), None)


def is_increasing(numbers: Sequence[int]) -> bool:
    """Tell whether numbers strictly increase.

    Args:
        numbers: The numbers.

    Returns:
        Whether each is larger than the one before.
    """
    return all(map(lt, numbers, numbers[1:]))


def write_seconds(seconds: float) -> str:
    """Write a duration.

    Args:
        seconds: The duration [s], finite and not negative.

    Returns:
        Its shortest decimal.

    Raises:
        ValueError: If it is negative or not finite.
    """
    number = float(seconds)
    if not (math.isfinite(number) and math.copysign(1, number) > 0):
        msg = f"a duration is finite and not negative, got {seconds!r}"
        raise ValueError(msg)
    return repr(number)


def read_seconds(text: str) -> float:
    """Read a duration in its one spelling.

    Args:
        text: What `write_seconds` gave.

    Returns:
        The duration [s].

    Raises:
        ValueError: If it is negative, not finite or spelled otherwise.
    """
    number = float(text)
    if write_seconds(number) != text:
        msg = f"duration {text!r} is spelled {number!r}"
        raise ValueError(msg)
    return number


def write_float(number: float) -> str:
    """Write a number that explains and is never compared bit by bit.

    Args:
        number: Any float.

    Returns:
        Its shortest decimal; ``nan``, ``inf`` and ``-inf`` as such.
    """
    return repr(float(number))


def read_float(text: str) -> float:
    """Read a float in its one spelling.

    Args:
        text: What `write_float` gave.

    Returns:
        The number.

    Raises:
        ValueError: If it is no number or spelled otherwise.
    """
    number = float(text)
    if write_float(number) != text:
        msg = f"number {text!r} is spelled {number!r}"
        raise ValueError(msg)
    return number


def write_bound(bound: float) -> str:
    """Write how far something may deviate.

    Args:
        bound: Not negative, and no NaN; an infinite bound says that no perturbed run
            was finite there.

    Returns:
        Its shortest decimal.

    Raises:
        ValueError: If it is negative or NaN.
    """
    if math.isnan(bound) or math.copysign(1, bound) < 0:
        msg = f"an envelope is no NaN and not negative, got {bound!r}"
        raise ValueError(msg)
    return write_float(bound)


def read_bound(text: str) -> float:
    """Read a bound in its one spelling.

    Args:
        text: What `write_bound` gave.

    Returns:
        The bound.

    Raises:
        ValueError: If it is negative, no number or spelled otherwise.
    """
    bound = read_float(text)
    write_bound(bound)
    return bound
