"""What changed since the references, over all experiments of a session: pure.

One new version of a package shows in every experiment. Told once, with a count, it is
the first thing that a maintainer wants to know.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pytest_repro.reports.circumstances import SUSPECTS, Circumstance, brief

__all__ = ["Change", "Changes"]

_ORDER: Final = [suspect.name for suspect in SUSPECTS]
_REST: Final = _ORDER[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One fact that is not what it was.

    Attributes:
        fact: The path of the fact.
        obtained: What it is now; how many values, where experiments do not agree.
        reference: What it was, likewise.
        count: For how many experiments it differs.
    """

    fact: str
    obtained: str
    reference: str
    count: int


class Changes:
    """Counts what differs, sheet by sheet."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._found: dict[tuple[int, str], Counter[tuple[str, str]]] = {}

    def add(self, found: Iterable[Circumstance]) -> None:
        """Take what differs around one experiment.

        Args:
            found: Each fact once; what is not known to change bits is left out.
        """
        for one in found:
            if one.suspect != _REST:
                key = (_ORDER.index(one.suspect), one.fact)
                sides = (one.obtained, one.reference)
                self._found.setdefault(key, Counter())[sides] += 1

    def ranked(self) -> tuple[Change, ...]:
        """List what changed.

        Returns:
            Likeliest to change bits first, then what concerns most experiments.
        """
        ranked = sorted(
            self._found.items(),
            key=lambda pair: (pair[0][0], -pair[1].total(), pair[0][1]),
        )
        return tuple(
            Change(
                fact=fact,
                obtained=_one_or_many({obtained for obtained, _ in sides}),
                reference=_one_or_many({reference for _, reference in sides}),
                count=sides.total(),
            )
            for (_, fact), sides in ranked
        )


def _one_or_many(values: set[str]) -> str:
    if len(values) > 1:
        return f"{len(values)} different values"
    return brief(next(iter(values)))
