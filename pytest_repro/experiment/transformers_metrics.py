"""Record what a Transformers Trainer logs in a program that knows nothing of a run.

`for_transformers.train` is for who holds the Trainer in their hands; here it is made
somewhere inside of the program, so each gets a callback when it begins to train or to
evaluate.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

import transformers

from pytest_repro.experiment.measured import is_clock

if TYPE_CHECKING:
    from pytest_repro.experiment.run import Run
    from pytest_repro.experiment.torch_programs import Follower

__all__ = ["listening"]

BEGINNINGS: Final = ("train", "evaluate")


class _Listening(transformers.TrainerCallback):
    """Tells a run whatever number is logged, but for what the clock says."""

    def __init__(self, run: "Run", follower: "Follower") -> None:
        self._run = run
        self._follower = follower
        self._steps: dict[str, int] = {}

    def on_log(
        self,
        args: object,  # noqa: ARG002  # the hook's signature
        state: object,  # noqa: ARG002  # as above
        control: object,  # noqa: ARG002  # as above
        logs: dict[str, Any] | None = None,
        **rest: object,  # noqa: ARG002  # as above
    ) -> None:
        """Record what is new at this step."""
        step = max(self._follower.step - 1, 0)
        for name, value in sorted((logs or {}).items()):
            is_new = self._steps.get(name, -1) < step
            if is_new and isinstance(value, int | float) and not is_clock(name):
                self._steps[name] = step
                self._run.log(f"logged/{name}", value, step=step)


@contextmanager
def listening(run: "Run", follower: "Follower") -> Iterator[None]:
    """Give every Trainer a callback that records what is logged.

    Args:
        run: The run.
        follower: Counts the optimizer's steps.

    Yields:
        Nothing.
    """
    callback = _Listening(run, follower)
    kept = {name: getattr(transformers.Trainer, name) for name in BEGINNINGS}
    for name, method in kept.items():
        setattr(transformers.Trainer, name, _with_callback(method, callback))
    try:
        yield
    finally:
        for name, method in kept.items():
            setattr(transformers.Trainer, name, method)


def _with_callback(method: Any, callback: object) -> Any:  # noqa: ANN401  # a method of theirs
    @wraps(method)
    def begun(trainer: Any, *given: Any, **named: Any) -> Any:  # noqa: ANN401  # as theirs
        if callback not in trainer.callback_handler.callbacks:
            trainer.add_callback(callback)
        return method(trainer, *given, **named)

    return begun
