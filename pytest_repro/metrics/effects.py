"""What one circumstance of training changes: unseen data, or augmentation."""

from dataclasses import dataclass, field

from pytest_repro.metrics.estimates import Estimate
from pytest_repro.metrics.inputs import check_rows, read_values
from pytest_repro.metrics.resampling import Bootstrap

__all__ = ["AugmentationEffect", "GeneralisationGap"]

LEAST = 2
"""Rows below which nothing spreads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneralisationGap:
    """The mean of a quantity on what was trained on, less that on what was not.

    ::

        gap = mean(train) − mean(test)

    In the unit of the quantity: positive for an accuracy, negative for a loss, where a
    model remembers more than it understood. Rows of training and test are different
    rows, so each side is drawn anew for itself. Where rows are runs, one pair for each
    seed or fold, they are paired, and pairs are drawn.

    Attributes:
        is_paired: Whether the n-th row of both sides comes from the same run.
        bootstrap: How the interval is made.
    """

    is_paired: bool = False
    bootstrap: Bootstrap = field(default_factory=Bootstrap)

    @property
    def definition(self) -> str:
        """The name of exactly this metric."""
        rows = "paired" if self.is_paired else "unpaired"
        return f"generalisation-gap-train-test-{rows}-{self.bootstrap.definition}-v1"

    def __call__(self, train: object, test: object, *, seed: int) -> Estimate:
        """Compute the gap.

        Args:
            train: A number for each row, such as 1 for a hit and 0 for a miss.
            test: The same for rows, or runs, of the test.
            seed: Of the interval: ``repro.seed``.

        Returns:
            The gap and its interval.

        Raises:
            MetricError: If a side has fewer than two rows, a number is not finite, or
                pairs have no partner.
        """
        seen = read_values("train", train, least=LEAST)
        unseen = read_values("test", test, least=LEAST)
        if not self.is_paired:
            return self.bootstrap.difference(seen, unseen, seed=seed)
        check_rows("test", len(unseen), len(seen))
        return self.bootstrap.mean(seen - unseen, seed=seed)


@dataclass(frozen=True, slots=True, kw_only=True)
class AugmentationEffect:
    """What augmentation changes, on the same rows or from the same seeds.

    ::

        effect = mean(with_it − without)

    In the unit of the quantity; positive where augmentation raises it.

    Attributes:
        bootstrap: How the interval is made.
    """

    bootstrap: Bootstrap = field(default_factory=Bootstrap)

    @property
    def definition(self) -> str:
        """The name of exactly this metric."""
        return f"augmentation-effect-paired-{self.bootstrap.definition}-v1"

    def __call__(self, with_it: object, without: object, *, seed: int) -> Estimate:
        """Compute the effect.

        Args:
            with_it: A number for each row of the test, or for each seed, of models
                that were trained with augmentation.
            without: The same rows or seeds, without it.
            seed: Of the interval: ``repro.seed``.

        Returns:
            The effect and its interval.

        Raises:
            MetricError: If there are fewer than two pairs, a number is not finite, or
                pairs have no partner.
        """
        treated = read_values("with_it", with_it, least=LEAST)
        plain = read_values("without", without, least=LEAST)
        check_rows("without", len(plain), len(treated))
        return self.bootstrap.mean(treated - plain, seed=seed)
