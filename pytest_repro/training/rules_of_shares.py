"""Rules of sampling by shares: of sources, and of labels.

Each makes a sampling that is `Counted`: how many samples of what an epoch has can be
told, and is recorded.
"""

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from pytest_repro.errors import ReproUsageError
from pytest_repro.recipes import Domain, Field
from pytest_repro.training.balance import Balanced, Stratified
from pytest_repro.training.budgets import DataBudget
from pytest_repro.training.mixtures import Mixture
from pytest_repro.training.rules import SamplingConfig, SamplingRule
from pytest_repro.training.sampling import Sampling
from pytest_repro.training.sources import Joined, KnowsLabels, Source

__all__ = ["Arm", "Balance", "Mix", "Share", "Stratify"]


class Arm(enum.StrEnum):
    """Which of the three arms that tell what a gain comes from."""

    DECLARED = "declared"
    """The mixture as it was declared."""

    SIZE_MATCHED = "size-matched"
    """As many samples, of each source in proportion to its size."""

    SOURCE_BLIND = "source-blind"
    """The same counts, of sources whose samples were dealt at random."""


_ARMS: Final[Mapping[str, Callable[[Mixture], Mixture]]] = {
    Arm.DECLARED: lambda mixture: mixture,
    Arm.SIZE_MATCHED: Mixture.size_matched,
    Arm.SOURCE_BLIND: Mixture.source_blind,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What a mixture takes of one source.

    Attributes:
        source: Its name.
        weight: Its share; weights need not sum to 1.
        most: How many samples of it may be used; None for no limit of its own.
    """

    source: str
    weight: float = Field(1.0, search=Domain.float(0.0, 1.0), why="all alike")
    most: int | None = Field(None, why="the total is the limit")


class Mix(SamplingRule):
    """Have so many samples of each of several joined sources.

    Rationale:
        weights are wishes; whole numbers by largest remainder are what is used,
        and what is recorded.
    Trade-offs:
        an epoch has the samples that were chosen once for a seed; a small
        source with a large share repeats.
    Use when:
        sources differ in quality or in kind.
    Fails when:
        a gain is claimed without its control arms, see `arm`.
    """

    differs_by_epoch = False

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(SamplingConfig):
        """Shares, and how many samples in all."""

        shares: tuple[Share, ...] = Field(why="one for each source")
        total: int = Field(why="what the budget allows")
        merge: str = Field("interleave", why="every stretch has all sources")
        arm: str = Field("declared", why="the others are its controls")

    config: Config

    def __init__(self, config: Config) -> None:
        """Take what was declared.

        Args:
            config: Of the component.

        Raises:
            ReproUsageError: If there is no such arm.
        """
        if config.arm not in _ARMS:
            msg = f"arm: one of {', '.join(Arm)}, got {config.arm!r}"
            raise ReproUsageError(msg)
        super().__init__(config)

    def of(self, source: Source) -> Sampling:
        """Make the sampling of joined sources.

        Args:
            source: A `Joined`.

        Returns:
            The mixture, or its control arm.

        Raises:
            ReproUsageError: If it is not joined of sources, or shares and budget do
                not fit it.
        """
        if not isinstance(source, Joined):
            msg = (
                f"a mixture is one of several sources, got a {type(source).__name__}\n"
                "  remedy  Joined({'web': web, 'books': books})"
            )
            raise ReproUsageError(msg)
        shares = self.config.shares
        limits = {one.source: one.most for one in shares if one.most is not None}
        mixture = Mixture.of(
            source.sizes,
            {one.source: one.weight for one in shares},
            DataBudget(total=self.config.total, per_source=limits),
            merge=self.config.merge,
        )
        return _ARMS[self.config.arm](mixture)


class Balance(SamplingRule):
    """Have as many samples of each label.

    Rationale: a rare label is drowned by frequent ones.
    Trade-offs: rare samples repeat, or frequent ones are left out.
    Use when: errors on rare labels matter as much.
    Fails when: predicted probabilities should be those of the data.
    """

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(SamplingConfig):
        """How many of each."""

        to: str | int = Field("most", why="nothing is left out")

    config: Config

    def of(self, source: Source) -> Sampling:
        """Make the sampling of a source whose labels are known.

        Args:
            source: Has labels.

        Returns:
            The sampling.

        Raises:
            ReproUsageError: If it has no labels.
        """
        return Balanced(_labelled(source).labels, to=self.config.to)


class Stratify(SamplingRule):
    """Have each sample once, and in every stretch all labels in their shares.

    Rationale: batches of one label pull a model back and forth.
    Trade-offs: batches are more alike than chance would have them.
    Use when: batches are small, or labels rare.
    Fails when: labels are not known before training.
    """

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(SamplingConfig):
        """Nothing can be set."""

    def of(self, source: Source) -> Sampling:
        """Make the sampling of a source whose labels are known.

        Args:
            source: Has labels.

        Returns:
            The sampling.

        Raises:
            ReproUsageError: If it has no labels.
        """
        return Stratified(_labelled(source).labels)


def _labelled(source: Source) -> KnowsLabels:
    if not isinstance(source, KnowsLabels):
        msg = (
            f"labels are to be counted, and a {type(source).__name__} has none\n"
            "  remedy  give the source `labels`, one text for each sample"
        )
        raise ReproUsageError(msg)
    return source
