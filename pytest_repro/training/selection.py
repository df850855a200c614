"""Choose what to learn from next, and keep why each sample was chosen or not.

Active and semi-supervised learning choose samples by a score. The rule is declared,
ties are broken by the samples' ids, and the log has a line for every candidate, so
whoever reads the record can choose again and must come to the same samples.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pytest_repro.digests import Digest, digest_of_parts
from pytest_repro.errors import ReproUsageError

__all__ = ["Choice", "Selected", "Selection"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What was decided about one sample.

    Attributes:
        id: Which sample.
        score: What it was decided by.
        rank: Its place among all candidates, from 1 on.
        is_chosen: What was decided.
        reason: Why, as a sentence.
    """

    id: str
    score: float
    rank: int
    is_chosen: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """What one round of selection decided.

    Attributes:
        rule: The rule, as one line.
        choices: One for each candidate, best first.
    """

    rule: str
    choices: tuple[Choice, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids that were chosen, sorted."""
        return tuple(sorted(one.id for one in self.choices if one.is_chosen))

    @property
    def log(self) -> str:
        """The decisions as a tab-separated table; equal ones are equal bytes."""
        rows = [
            f"{one.rank}\t{one.id}\t{one.score!r}\t{one.reason}" for one in self.choices
        ]
        return "\n".join([f"# {self.rule}", "rank\tid\tscore\treason", *rows]) + "\n"

    @property
    def digest(self) -> Digest:
        """One digest of the rule and of all decisions."""
        return digest_of_parts("selection-sha256-v1", (self.log.encode(),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """A rule by which samples are chosen.

    Attributes:
        name: What the score is, such as ``entropy of the prediction``.
        score: Gives the score of a sample by its id.
        count: How many are chosen at most.
        at_least: A score that a chosen sample has at least, such as a confidence.
    """

    name: str
    score: Callable[[str], float]
    count: int
    at_least: float = -math.inf

    def select(self, candidates: Mapping[str, object] | tuple[str, ...]) -> Selected:
        """Choose among candidates: the highest scores, ties by id.

        Args:
            candidates: The ids, in any order.

        Returns:
            The decisions.

        Raises:
            ReproUsageError: If a score is no number.
        """
        scores = {one: float(self.score(one)) for one in sorted(candidates)}
        wrong = [one for one, score in scores.items() if math.isnan(score)]
        if wrong:
            msg = f"the score of {wrong[0]!r} is no number: {self.name}"
            raise ReproUsageError(msg)
        ranked = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
        rule = f"{self.name}: the highest {self.count}, at least {self.at_least!r}"
        choices = (self._choose(*pair, rank=at) for at, pair in enumerate(ranked, 1))
        return Selected(rule=rule, choices=tuple(choices))

    def _choose(self, one: str, score: float, *, rank: int) -> Choice:
        if score < self.at_least:
            reason = f"left: below {self.at_least!r}"
        elif rank > self.count:
            reason = f"left: {self.count} are better, or equal with an earlier id"
        else:
            reason = f"chosen: number {rank} of {self.count}"
        is_chosen = reason.startswith("chosen")
        return Choice(
            id=one, score=score, rank=rank, is_chosen=is_chosen, reason=reason
        )
