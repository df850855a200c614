"""What an experiment may draw although no seed governs it: declared, with a bound.

An acceptance is part of the contract, so that whoever reviews a reference reads the
reason beside the values. It accepts so many draws in one run, and not one more.
"""

from dataclasses import dataclass
from typing import Final

from pytest_repro.errors import ContractError

__all__ = ["MIN_REASON", "Entropy"]

MIN_REASON: Final = 10
"""Shorter reasons explain nothing [characters]."""


@dataclass(frozen=True, slots=True)
class Entropy:
    """Accept a source of randomness, with a reason and a bound.

    Attributes:
        source: Its name, such as ``os.urandom``; ``file:data/a.csv`` accepts one file,
            ``file`` any.
        reason: Why it cannot change the result, at least ten characters.
        at_most: How often one run may draw from it.
    """

    source: str
    reason: str
    at_most: int

    def __post_init__(self) -> None:
        """Refuse an acceptance that explains or bounds nothing.

        Raises:
            ContractError: If the source is no text, the reason too short, or the bound
                no number from 1 on.
        """
        _check_source(self.source)
        _check_reason(self.source, self.reason)
        _check_bound(self.source, self.at_most)

    def covers(self, source: str, detail: str) -> bool:
        """Tell whether this accepts a draw.

        Args:
            source: The name of the source.
            detail: What of it, such as the name of a file; may be empty.

        Returns:
            Whether the source, or that very part of it, is the one accepted.
        """
        return self.source in {source, f"{source}:{detail}"}


def _check_source(source: object) -> None:
    if not isinstance(source, str) or not source:
        msg = f"Entropy() takes the name of a source first, got {source!r}"
        raise ContractError(msg)


def _check_reason(source: str, reason: object) -> None:
    if not isinstance(reason, str) or len(reason.strip()) < MIN_REASON:
        msg = (
            f"Entropy({source!r}) needs a reason of at least ten characters, "
            f"got {reason!r}"
        )
        raise ContractError(msg)


def _check_bound(source: str, bound: object) -> None:
    if isinstance(bound, bool) or not isinstance(bound, int) or bound < 1:
        msg = (
            f"Entropy({source!r}) needs at_most=, the draws of one run, from 1 on; "
            f"got {bound!r}"
        )
        raise ContractError(msg)
