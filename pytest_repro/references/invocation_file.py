"""`invocation.json`: how the anchor's run came about, as canonical JSON.

For people and for audits: a command line, a CI run, what waiting and energy cost. It
holds nothing that a verdict looks at, and a record may lack it.
"""

import math
import re
from dataclasses import dataclass
from typing import Final

from pytest_repro import canonical, wire
from pytest_repro.errors import FutureFormat
from pytest_repro.records import Invocation

__all__ = [
    "check_invocation",
    "fit_invocation",
    "read_invocation",
    "write_invocation",
]

SCHEMA: Final = "pytest-repro/invocation/1"
MAX_BYTES: Final = 64 * 1024
MAX_WORDS: Final = 1000
MAX_WORD: Final = 4096

_VERSION: Final = re.compile(r"pytest-repro/invocation/([1-9][0-9]{0,8})")


@dataclass(frozen=True, slots=True, kw_only=True)
class InvocationFile:
    """The content of the file.

    Attributes:
        invocation: How the run came about.
        schema: The version of this structure.
    """

    invocation: Invocation
    schema: str = SCHEMA


def write_invocation(invocation: Invocation) -> bytes:
    """Write how a run came about.

    Args:
        invocation: What `check_invocation` accepts.

    Returns:
        ASCII bytes.
    """
    return wire.write(InvocationFile(invocation=invocation))


def fit_invocation(invocation: Invocation, max_bytes: int | None) -> Invocation:
    """Keep it as it is: its size is bounded.

    Args:
        invocation: How the run came about.
        max_bytes: Larger than that bound.

    Returns:
        The same.
    """
    del max_bytes
    return invocation


def read_invocation(data: bytes) -> Invocation:
    """Read how a run came about, strictly.

    Args:
        data: The bytes of the file.

    Returns:
        How it came about.

    Raises:
        FutureFormat: If a later version wrote it.
        ValueError: If the bytes are not canonical or not of this schema.
    """
    value = canonical.loads(data, max_bytes=MAX_BYTES)
    schema = str(value.get("schema")) if isinstance(value, dict) else ""
    if schema != SCHEMA:
        msg = f"schema {schema[:80]!a}, this is a reader of {SCHEMA}"
        raise (FutureFormat if _VERSION.fullmatch(schema) else ValueError)(msg)
    if canonical.dumps(value) != data:
        msg = "the bytes are not in canonical form: edited by hand, or merged"
        raise ValueError(msg)
    invocation = wire.from_json(InvocationFile, value).invocation
    check_invocation(invocation)
    return invocation


def check_invocation(invocation: Invocation) -> None:
    """Check what no file may contradict.

    Args:
        invocation: How a run came about.

    Raises:
        ValueError: If a number is negative or not finite, or texts are too long.
    """
    energy_j = invocation.energy_j or 0.0
    if not (math.isfinite(energy_j) and energy_j >= 0):
        msg = f"energy_j is finite and not negative, got {energy_j!r}"
        raise ValueError(msg)
    words = (*invocation.command, *invocation.ci.values())
    if len(words) > MAX_WORDS or any(len(word) > MAX_WORD for word in words):
        msg = f"a command has at most {MAX_WORDS} words of {MAX_WORD} characters"
        raise ValueError(msg)
    if len(write_invocation(invocation)) > MAX_BYTES:
        msg = f"{len(write_invocation(invocation))} bytes are over {MAX_BYTES}"
        raise ValueError(msg)
