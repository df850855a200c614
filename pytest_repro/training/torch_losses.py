"""Losses as components: one number to descend, from outputs and targets.

They are torch's, with three differences: shapes that torch would broadcast in silence
are refused, padding is left out of the mean by a mask that is an argument, and what
differs from the default is a field of the recipe.
"""

from dataclasses import dataclass
from typing import Final

import torch.nn.functional as F  # noqa: N812  # as the field calls it
from torch import Tensor

from pytest_repro.errors import ReproUsageError
from pytest_repro.recipes import Buildable, Component, Domain, Field

__all__ = ["BinaryCrossEntropy", "CrossEntropy", "SquaredError"]

_POSITIONS: Final = "logits without classes"
_ALL: Final = "outputs"


class CrossEntropy(Component, kind="loss"):
    """Cross entropy of logits and labels [nat], with smoothed labels if asked for.

    Rationale: the likelihood of the labels; its gradient does not vanish.
    Trade-offs: smoothing calibrates, and keeps a loss from reaching zero.
    Use when: each sample, or each position of a sequence, has one class.
    Fails when: labels are wrong often: it pays any price for the worst one.

    Source:
        Smoothing after Szegedy et al. 2016, https://arxiv.org/abs/1512.00567.
    """

    schema_in = "Float batch classes"

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Buildable["CrossEntropy"]):
        """How labels are smoothed."""

        smoothing: float = Field(
            0.0,
            search=Domain.float(0.0, 0.3),
            why="as the labels are, until calibration is looked at",
        )

    def __init__(self, config: Config) -> None:
        """Take the smoothing.

        Args:
            config: Holds it, in [0, 1).

        Raises:
            ReproUsageError: If it is outside.
        """
        if not 0 <= config.smoothing < 1:
            msg = f"smoothing lies in [0, 1), got {config.smoothing:g}"
            raise ReproUsageError(msg)
        self.smoothing = config.smoothing

    def __call__(
        self, logits: Tensor, targets: Tensor, *, is_padding: Tensor | None = None
    ) -> Tensor:
        """Compute the mean over what is no padding.

        Args:
            logits: float[batch, classes] or float[batch, time, classes].
            targets: Labels, int64[batch] or int64[batch, time]; or probabilities, of
                the shape of the logits, as mixing samples makes them.
            is_padding: bool[batch, time]; None for no padding.

        Returns:
            A number; NaN if everything is padding.

        Raises:
            ReproUsageError: If the shapes do not belong together.
        """
        is_soft = targets.shape == logits.shape and targets.is_floating_point()
        if not is_soft and targets.shape != logits.shape[:-1]:
            raise _unequal(_POSITIONS, logits.shape[:-1], targets.shape)
        flat = logits.reshape(-1, logits.shape[-1])  # [positions, classes]
        aim = targets.reshape(flat.shape) if is_soft else targets.reshape(-1)
        if is_padding is None:
            return F.cross_entropy(flat, aim, label_smoothing=self.smoothing)
        if is_padding.shape != logits.shape[:-1]:
            raise _unequal(_POSITIONS, logits.shape[:-1], is_padding.shape)
        real = ~is_padding.reshape(-1)  # [positions]
        return F.cross_entropy(flat[real], aim[real], label_smoothing=self.smoothing)


class BinaryCrossEntropy(Component, kind="loss"):
    """Binary cross entropy of log-odds and labels [nat].

    Rationale: as cross entropy, where classes do not exclude each other.
    Trade-offs: a weight of positives moves the odds that are learnt by its factor.
    Use when: each label is yes or no.
    Fails when: log-odds are passed through a sigmoid before.
    """

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Buildable["BinaryCrossEntropy"]):
        """What a positive weighs."""

        positive_weight: float = Field(1.0, why="positives weigh what negatives weigh")

    def __init__(self, config: Config) -> None:
        """Take the weight.

        Args:
            config: Holds it, positive.

        Raises:
            ReproUsageError: If it is not.
        """
        if not config.positive_weight > 0:
            msg = f"a weight is positive, got {config.positive_weight:g}"
            raise ReproUsageError(msg)
        self.positive_weight = config.positive_weight

    def __call__(self, log_odds: Tensor, targets: Tensor) -> Tensor:
        """Compute the mean over all elements.

        Args:
            log_odds: float[batch, ...].
            targets: Of the same shape, in [0, 1]; cast to the dtype of the log-odds.

        Returns:
            A number.

        Raises:
            ReproUsageError: If the shapes differ.
        """
        _check_equal(log_odds, targets)
        weight = log_odds.new_tensor(self.positive_weight)
        return F.binary_cross_entropy_with_logits(
            log_odds, targets.to(log_odds.dtype), pos_weight=weight
        )


class SquaredError(Component, kind="loss"):
    """Mean squared error.

    Rationale: its minimum is the conditional mean.
    Trade-offs: one far outlier outweighs many samples.
    Use when: errors are about normal.
    Fails when: targets have heavy tails.
    """

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Buildable["SquaredError"]):
        """Nothing to choose."""

    def __init__(self, config: Config) -> None:
        """Take nothing.

        Args:
            config: Holds nothing.
        """

    def __call__(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Compute the mean over all elements.

        Args:
            outputs: float[batch, ...].
            targets: Of the same shape.

        Returns:
            A number.

        Raises:
            ReproUsageError: If the shapes differ.
        """
        _check_equal(outputs, targets)
        return F.mse_loss(outputs, targets)


def _check_equal(outputs: Tensor, targets: Tensor) -> None:
    if outputs.shape != targets.shape:
        raise _unequal(_ALL, outputs.shape, targets.shape)


def _unequal(what: str, wanted: object, obtained: object) -> ReproUsageError:
    wanted, obtained = list(wanted), list(obtained)  # type: ignore[call-overload]  # shapes
    msg = (
        "a loss was given shapes that torch would broadcast\n"
        f"  {what}  {wanted}\n"
        f"  {'targets':{len(what)}}  {obtained}"
    )
    return ReproUsageError(msg)
