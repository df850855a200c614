"""Registrations at the door: which experiment has one, and what a session says of that.

An expectation that did not hold fails nothing. What fails is a registration that was
edited after the first run, and with `--repro-strict` one that did not come first, or is
not there at all.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import pytest

from pytest_repro.errors import RecordError
from pytest_repro.plugin.markers import experiment_id, registration_of
from pytest_repro.plugin.settings import Settings
from pytest_repro.records import Action, Order, Outcome, Problem, Registered
from pytest_repro.replication.expecting import Shelf, expect
from pytest_repro.replication.registering import Register
from pytest_repro.replication.registration_files import (
    RegistrationFile,
    choose,
    read_registrations,
)
from pytest_repro.reports.plain import shell_word

__all__ = ["Registering", "find_registration_problems", "make_registering"]

UNREGISTERED: Final = "UNREGISTERED"
REGISTRATION: Final = "REGISTRATION"


class Registering:
    """Puts beside an outcome what was registered for its experiment."""

    def __init__(self, config: pytest.Config, settings: Settings) -> None:
        """Read the registrations of the project.

        Args:
            config: pytest's.
            settings: The options of the session.

        Raises:
            pytest.UsageError: If one says anything that has no meaning.
        """
        root = config.rootpath
        try:
            self._files = read_registrations(root)
        except RecordError as error:
            raise pytest.UsageError(str(error)) from error
        self._register = Register(
            root, references=settings.references, history=settings.history
        )
        self._shelf = Shelf(root, references=settings.references, out=settings.out)

    def file_of(self, item: pytest.Item) -> RegistrationFile | None:
        """Find the registration of an experiment.

        Args:
            item: The experiment.

        Returns:
            The registration; None if it has none.

        Raises:
            pytest.UsageError: If its marker names none of it, or it has several.
        """
        try:
            return choose(self._files, experiment_id(item), named=registration_of(item))
        except RecordError as error:
            raise pytest.UsageError(str(error)) from error

    def attach(
        self, file: RegistrationFile | None, outcomes: Sequence[Outcome]
    ) -> tuple[Outcome, ...]:
        """Put beside outcomes what was expected.

        Args:
            file: The registration of the experiment; None if it has none.
            outcomes: What became of it.

        Returns:
            The outcomes; runs under variations answer another question, and get none.
        """
        if file is None:
            return tuple(outcomes)
        return tuple(
            one
            if one.action in {Action.VARIED, Action.SKIPPED}
            else replace(
                one, registration=expect(file, one, self._register, self._shelf)
            )
            for one in outcomes
        )


def make_registering(config: pytest.Config, settings: Settings) -> Registering | None:
    """Read registrations, where there can be any.

    Args:
        config: pytest's.
        settings: The options of the session.

    Returns:
        What attaches them; None for runs under variations.
    """
    return None if settings.vary else Registering(config, settings)


def find_registration_problems(
    outcomes: Sequence[Outcome], *, is_strict: bool
) -> tuple[Problem, ...]:
    """Find what is wrong with the registrations of a session.

    Args:
        outcomes: What became of the experiments.
        is_strict: Whether every experiment needs a registration that came first.

    Returns:
        Problems, each once, by experiment.
    """
    found = {one.experiment: one for one in outcomes if one.registration is not None}
    problems = [
        _problem(outcome.experiment, outcome.registration)
        for _, outcome in sorted(found.items())
        if outcome.registration is not None
        and _fails(outcome.registration.order, is_strict=is_strict)
    ]
    if is_strict:
        ran = {one.experiment for one in outcomes if one.action is not Action.SKIPPED}
        missing = ran - found.keys()
        problems += [_unregistered(name) for name in sorted(missing)]
    return tuple(problems)


def _fails(order: Order, *, is_strict: bool) -> bool:
    return order is Order.EDITED or (is_strict and not order.is_sound)


def _problem(experiment: str, registered: Registered) -> Problem:
    message = f"{registered.path} of {experiment}: {registered.order}"
    return Problem(name=REGISTRATION, message=f"{message}\n{registered.message}")


def _unregistered(experiment: str) -> Problem:
    message = (
        f"{experiment} has no registration, and --repro-strict asks for one\n"
        "write registrations/ID.toml with a hypothesis, and commit it before the first"
        " run\n"
        "begin it: pytest-repro new registration ID --for"
        f" {shell_word(experiment)}"
    )
    return Problem(name=UNREGISTERED, message=message)
