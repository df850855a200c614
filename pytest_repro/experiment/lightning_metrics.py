"""Record what a Lightning module logs in a program that knows nothing of a run.

`for_lightning.fit` is for who holds the Trainer in their hands; here it is made
somewhere inside of the program, so each Trainer gets a callback when it begins to fit,
validate or test.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from pytest_repro.experiment.measured import is_clock

if TYPE_CHECKING:
    from pytest_repro.experiment.run import Run
    from pytest_repro.experiment.torch_programs import Follower

__all__ = ["listening"]

MODULES: Final = {
    "lightning": "lightning.pytorch",
    "pytorch_lightning": "pytorch_lightning",
}
"""The same package under two names, whose classes are not the same."""

BEGINNINGS: Final = ("fit", "validate", "test")


@contextmanager
def listening(run: "Run", follower: "Follower", trainer: str) -> Iterator[None]:
    """Give every Trainer a callback that records what is logged.

    Args:
        run: The run.
        follower: Counts the optimizer's steps.
        trainer: By which name Lightning is imported.

    Yields:
        Nothing.
    """
    pl = import_module(MODULES[trainer])
    callback = _callback(pl, _Log(run, follower))
    kept = {name: getattr(pl.Trainer, name) for name in BEGINNINGS}
    for name, method in kept.items():
        setattr(pl.Trainer, name, _with_callback(method, callback))
    try:
        yield
    finally:
        for name, method in kept.items():
            setattr(pl.Trainer, name, method)


def _with_callback(method: Any, callback: object) -> Any:  # noqa: ANN401  # a method of theirs
    @wraps(method)
    def begun(trainer: Any, *given: Any, **named: Any) -> Any:  # noqa: ANN401  # as theirs
        if callback not in trainer.callbacks:
            trainer.callbacks.append(callback)
        return method(trainer, *given, **named)

    return begun


class _Log:
    """Numbers of a Trainer, each at the step that the optimizer has come to."""

    def __init__(self, run: "Run", follower: "Follower") -> None:
        self._run = run
        self._follower = follower
        self._steps: dict[str, int] = {}
        self._final: set[str] = set()

    def hear(self, metrics: Mapping[str, Any]) -> None:
        """Record the metrics that are new at this step."""
        step = max(self._follower.step - 1, 0)
        for name, value in sorted(metrics.items()):
            if self._steps.get(name, -1) < step and not is_clock(name):
                self._steps[name] = step
                self._run.log(f"logged/{name}", value, step=step)

    def finish(self, metrics: Mapping[str, Any]) -> None:
        """Record final metrics, such as those of a test."""
        for name, value in sorted(metrics.items()):
            if name not in self._final and not is_clock(name):
                self._final.add(name)
                self._run.log(f"final/{name}", value)


def _callback(pl: Any, log: _Log) -> Any:  # noqa: ANN401  # a module and a class of theirs
    class Listening(pl.Callback):  # type: ignore[misc]  # known when it runs
        """Tells what was logged at the end of a validation, a test or a fit."""

        def on_validation_end(self, trainer: Any, pl_module: object) -> None:  # noqa: ANN401, ARG002
            if not trainer.sanity_checking:
                log.hear(trainer.callback_metrics)

        def on_train_epoch_end(self, trainer: Any, pl_module: object) -> None:  # noqa: ANN401, ARG002
            log.hear(trainer.callback_metrics)

        def on_test_end(self, trainer: Any, pl_module: object) -> None:  # noqa: ANN401, ARG002
            log.finish(trainer.callback_metrics)

    return Listening()
