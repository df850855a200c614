"""What a project says about trying a run again: `[tool.pytest_repro.retries]`.

A retry is for accidents of the machine. An exception of the experiment itself comes
again, so no declaration allows to retry it: that would hide a fault, and spend a
machine on it. Pure: the table is passed in.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pytest_repro.policy.toml_entries import Entry, nearest
from pytest_repro.records import Cause

__all__ = ["RETRYABLE", "Retries", "read_retries"]

RETRYABLE: Final = (
    Cause.INTERRUPTED,
    Cause.DISK_FULL,
    Cause.CRASHED,
    Cause.TIMED_OUT,
    Cause.OUT_OF_MEMORY,
)
"""Accidents: what may not happen again."""

KEY: Final = "retries"
MOST: Final = 100
MOST_WAIT_S: Final = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """How often a run is tried again, and after what.

    Attributes:
        count: How often at most; 0 for never.
        causes: After which causes.
        wait_s: How long to wait before the first retry; each further one waits twice
            as long as the one before it [s].
    """

    count: int = 0
    causes: tuple[Cause, ...] = (Cause.INTERRUPTED,)
    wait_s: float = 1.0

    def wait_before_s(self, retry: int) -> float:
        """Say how long to wait.

        Args:
            retry: Which one, from 1 on.

        Returns:
            The time, at most an hour [s].
        """
        return float(min(self.wait_s * 2 ** (retry - 1), MOST_WAIT_S))


def read_retries(own: Entry) -> Retries:
    """Read what a project declares.

    Args:
        own: The project's own table.

    Returns:
        The retries; none where nothing is declared.

    Raises:
        PolicyError: If a key has no meaning, or a cause is none that can be retried.
    """
    entry = own.table(KEY)
    entry.check_keys(("count", "causes", "wait_s"))
    default = Retries()
    wait_s = entry.count("wait_s", least=0, most=MOST_WAIT_S)
    causes = entry.texts("causes", is_needed=False)
    return Retries(
        count=entry.count("count", least=0, most=MOST) or 0,
        causes=tuple(_causes(entry, causes)) or default.causes,
        wait_s=default.wait_s if wait_s is None else float(wait_s),
    )


def _causes(entry: Entry, names: tuple[str, ...]) -> Iterator[Cause]:
    allowed = {cause.value: cause for cause in RETRYABLE}
    for name in names:
        if name == Cause.FAILED.value:
            entry.refuse(
                "an exception of the experiment comes again and is never retried: "
                f"take {name!r} out of causes"
            )
        if name not in allowed:
            entry.refuse(f"no cause {name!r} can be retried{nearest(name, allowed)}")
        yield allowed[name]
