"""Methods of other people's classes are wrapped for a while, and no longer."""

from contextlib import suppress

from pytest_repro.experiment.patching import beforehand


class Trainer:
    """Somebody's class."""

    def __init__(self) -> None:
        """Begin with no callback."""
        self.heard: list[str] = []

    def fit(self, *, steps: int) -> int:
        """Say what was heard before."""
        self.heard.append("fit")
        return steps


def test_something_is_called_before_a_method_begins() -> None:
    """With the object; arguments and result pass through."""
    trainer = Trainer()

    with beforehand(Trainer, ("fit",), lambda one: one.heard.append("before")):
        found = trainer.fit(steps=3)

    assert (found, trainer.heard) == (3, ["before", "fit"])


def test_methods_are_put_back_after_an_error_too() -> None:
    """Whoever trains next is not listened to."""
    before = Trainer.fit

    with suppress(ZeroDivisionError), beforehand(Trainer, ("fit",), print):
        raise ZeroDivisionError

    assert Trainer.fit is before
