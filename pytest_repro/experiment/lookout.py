"""The lookout for the horizon: the moment at which a certain step would begin.

A pull request is judged by the first steps alone. A full run notes where in its course
that moment lay; a short run ends there. Both keep the same lookout, so that whatever a
short run recorded is the beginning of what a full run records.
"""

from typing import Final, NoReturn

from pytest_repro.errors import HorizonReached, ReproUsageError
from pytest_repro.records import Horizon

__all__ = ["NEVER", "Lookout"]

NEVER: Final = 2**53
"""No step is that late."""


class Lookout:
    """Waits for a step to begin, once.

    Attributes:
        step: The step that is waited for; `NEVER` if it has begun, or none is.
        horizon: Where the moment lay; None as long as it has not come.
        is_over: Whether the run has come to its end.
    """

    __slots__ = ("_is_end", "horizon", "is_over", "step")

    def __init__(self, step: int | None, *, is_end: bool) -> None:
        """Begin to wait.

        Args:
            step: The step, at least 1; None to wait for nothing.
            is_end: Whether the run ends at that moment.

        Raises:
            ReproUsageError: If the step is below 1.
        """
        if step is not None and step < 1:
            msg = f"a horizon is a step from 1 on, got {step}"
            raise ReproUsageError(msg)
        self.step = NEVER if step is None else step
        self.horizon: Horizon | None = None
        self.is_over = False
        self._is_end = is_end

    def reach(self, order: int) -> None:
        """Note that the step begins, or that a later one does.

        Args:
            order: How many events were recorded so far.

        Raises:
            HorizonReached: If the run ends here.
        """
        self.horizon = Horizon(step=self.step, order=order, is_end=self._is_end)
        self.is_over = self._is_end
        self.step = NEVER
        if self.is_over:
            self.stop()

    def resume(self, passed: tuple[int, int, bool] | None, *, steps: int) -> None:
        """Go on at a later moment of the run.

        Args:
            passed: Step and order of the horizon, if it had come by then.
            steps: How many steps were over by then.

        Raises:
            ReproUsageError: If the run was to end before.
        """
        is_noted = passed is not None and passed[0] == self.step
        if not (is_noted or self.step < steps):
            return
        if self._is_end:
            msg = f"a run that ends at step {self.step} cannot begin after it"
            raise ReproUsageError(msg)
        if passed is not None and is_noted:
            self.horizon = Horizon(step=passed[0], order=passed[1], is_end=False)
        self.step = NEVER

    def stop(self) -> NoReturn:
        """End a run that is over, again if somebody caught that it had ended.

        Raises:
            HorizonReached: Always.
        """
        step = "that step" if self.horizon is None else f"step {self.horizon.step}"
        msg = f"a short run ends where {step} would begin"
        raise HorizonReached(msg)

    def close(self, *, has_stopped: bool) -> None:
        """Stop waiting: what is done after the experiment belongs to no step.

        Args:
            has_stopped: Whether `HorizonReached` ended the experiment.

        Raises:
            ReproUsageError: If the run was over and the experiment went on, or the
                experiment raised `HorizonReached` by itself.
        """
        self.step = NEVER
        if self.is_over == has_stopped:
            return
        if has_stopped:
            msg = "the experiment raised HorizonReached before its horizon was reached"
            raise ReproUsageError(msg)
        msg = (
            "the experiment went on after it had ended at its horizon\n"
            "  remedy  let HorizonReached pass: no bare except, no except BaseException"
        )
        raise ReproUsageError(msg)
