"""The recipe of a run: resolved, overridden, noted, and given out to be read.

What a run is recorded under is the whole configuration with every default, so that a
default that changes in the code is a changed configuration, and says which field.
"""

from dataclasses import dataclass, replace
from typing import Any

from pytest_repro.errors import ReproUsageError
from pytest_repro.experiment.recorder import Recorder
from pytest_repro.recipes import Recipe, RecipeFunction, digest, dump, set_texts
from pytest_repro.recipes.operative import Operative
from pytest_repro.records import RecipeUse

__all__ = ["Counter"]

MANY = 6


@dataclass(frozen=True, slots=True)
class _Given:
    """The recipe that was given out.

    Attributes:
        operative: What takes notes.
        plain: The same without.
    """

    operative: Operative
    plain: object


class Counter:
    """Where an experiment asks for its recipe; once, or for the same one again."""

    def __init__(self, recorder: Recorder) -> None:
        """Wait for the question.

        Args:
            recorder: Where the answer is kept.
        """
        self._recorder = recorder
        self._overrides: tuple[str, ...] = ()
        self._given: _Given | None = None

    def override(self, texts: tuple[str, ...]) -> None:
        """Take what the command line sets.

        Args:
            texts: Such as ``optim.lr=0.1``.
        """
        self._overrides = texts
        if texts:
            self._recorder.at_finish(self._check_asked)

    def ask(self, subject: Any) -> Any:  # noqa: ANN401  # a recipe of any class
        """Give a recipe out, and record it.

        Args:
            subject: What `@recipe` made, a `Recipe`, or a frozen dataclass.

        Returns:
            The configuration, which notes what is read.

        Raises:
            RecipeError: If an override has no place, or a value does not fit.
            ReproUsageError: If the run asked for another one before.
        """
        is_function = isinstance(subject, RecipeFunction)
        config = subject.resolve() if is_function else subject
        config = set_texts(config, self._overrides)
        use = RecipeUse(
            name=_name(subject),
            digest=digest(config),
            dump=dump(config),
            overrides=(*(subject.texts if is_function else ()), *self._overrides),
        )
        if self._given is not None:
            return self._again(use)
        self._given = _Given(Operative(config), config)
        self._recorder.recipe = use
        self._recorder.at_finish(self._tell_unread)
        return self._given.operative.config

    def _again(self, use: RecipeUse) -> Any:  # noqa: ANN401  # a recipe of any class
        known = self._recorder.recipe
        if self._given is None or known is None or known.digest != use.digest:
            first = "" if known is None else known.name
            msg = f"a run has one recipe: first {first}, now {use.name}"
            raise ReproUsageError(msg)
        return self._given.operative.config

    def _check_asked(self) -> None:
        if self._given is None and not self._recorder.is_over:
            self._recorder.warn(
                f"--repro-set {' '.join(self._overrides)} set nothing: the experiment"
                " asks for no recipe; ask with repro.recipe(…)"
            )

    def _tell_unread(self) -> None:
        """Tell what a whole run never read; of its beginning nobody can say."""
        use, given = self._recorder.recipe, self._given
        if use is None or given is None or self._recorder.is_over:
            return
        unread = given.operative.unread
        self._recorder.recipe = replace(use, unread=unread)
        if unread:
            shown = ", ".join(unread[:MANY])
            rest = f" and {len(unread) - MANY} more" if len(unread) > MANY else ""
            self._recorder.warn(
                f"recipe {use.name}: never read in the whole run: {shown}{rest};"
                " dead, or misspelt"
            )


def _name(subject: object) -> str:
    if isinstance(subject, RecipeFunction):
        return subject.name
    kind = Recipe if isinstance(subject, Recipe) else subject.__class__
    return f"{kind.__module__}:{kind.__qualname__}"
