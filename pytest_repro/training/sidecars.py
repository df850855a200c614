"""What stands beside saved weights: of which recipe, data and augmentation they are.

Weights without it are numbers of unknown origin. Whoever loads them says what they are
to be, and where that differs they are refused, with both sides.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pytest_repro.errors import CheckpointError

__all__ = ["Sidecar"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sidecar:
    """The origin of saved weights.

    Attributes:
        digests: What they are of, by role: ``recipe``, ``split``, ``augmentation``, or
            any other name, each as a digest's text.
        metrics: What they reached, by name.
        step: Optimizer steps that were made.
        licence: Under which they may be used; empty if nobody said.
    """

    digests: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    step: int = 0
    licence: str = ""

    def to_plain(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {
            "digests": dict(sorted(self.digests.items())),
            "metrics": dict(sorted(self.metrics.items())),
            "step": self.step,
            "licence": self.licence,
        }

    @classmethod
    def of_plain(cls, plain: Mapping[str, Any]) -> "Sidecar":
        """Read what `to_plain` returned.

        Args:
            plain: As JSON has it.

        Returns:
            The sidecar.
        """
        return cls(
            digests=dict(plain["digests"]),
            metrics=dict(plain["metrics"]),
            step=plain["step"],
            licence=plain["licence"],
        )

    def check(self, expected: Mapping[str, str], *, path: str) -> None:
        """Refuse weights of something else.

        Args:
            expected: Digests that the weights must be of, by role.
            path: Where they lie, for the message.

        Raises:
            CheckpointError: If one is missing or another.
        """
        for role, wanted in sorted(expected.items()):
            obtained = self.digests.get(role, "")
            if obtained != wanted:
                msg = (
                    f"{path}: these weights are of another {role}\n"
                    f"  obtained  {obtained or 'nothing is said about it'}\n"
                    f"  expected  {wanted}"
                )
                raise CheckpointError(msg)
