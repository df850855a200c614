"""The stops of the tour: what is said, typed, edited and expected at each. Only data.

One reproduction, one divergence, one accepted change. Every command is one that a
person types in a project of their own.
"""

from dataclasses import dataclass
from typing import Final

__all__ = ["END", "FILE", "START", "STOPS", "Edit", "Step", "Stop"]

FILE: Final = "experiments/test_circle.py"

START: Final = (
    "A tour of pytest-repro: one result that holds, one that changes, and one change"
    " that is accepted. Everything happens in a project that is made for it; each"
    " command is real, and so is what it prints."
)

END: Final = (
    ("next", "in a project of yours that trains: pytest-repro init"),
    ("or", "begin anew: pytest-repro new experiment NAME"),
    ("all", "pytest-repro --help"),
)
"""What to type after the tour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A line of the experiment that is changed, as somebody would in an editor.

    Attributes:
        old: What is there; exactly once.
        new: What is put there.
    """

    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A command.

    Attributes:
        words: As they are typed.
        status: How it has to end.
        is_shown: Whether it is told; what only keeps house is not.
    """

    words: tuple[str, ...]
    status: int = 0
    is_shown: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One thing to see.

    Attributes:
        title: In a few words.
        before: What is about to happen.
        steps: The commands, in order.
        after: What was seen, and what it means.
        edit: What is changed before them.
    """

    title: str
    before: str
    steps: tuple[Step, ...]
    after: str
    edit: Edit | None = None


def _commit(message: str) -> tuple[Step, ...]:
    return (
        Step(words=("git", "add", "--all"), is_shown=False),
        Step(words=("git", "commit", "--quiet", "-m", message)),
    )


STOPS: Final = (
    Stop(
        title="An experiment",
        before="An experiment is a pytest test that asks for the fixture `repro`. This"
        " command writes a small one, which trains a network with NumPy.",
        steps=(
            Step(
                words=(
                    *("pytest-repro", "new", "experiment", "circle"),
                    *("--with", "numpy"),
                )
            ),
            *_commit("an experiment"),
            Step(words=("pytest",)),
        ),
        after="Plain pytest skips experiments, so they cost nothing in everyday work.",
    ),
    Stop(
        title="A reference",
        before="The first run is recorded. Later ones are compared with it.",
        steps=(
            Step(words=("pytest", "--repro-record")),
            *_commit("its reference"),
        ),
        after="It lies in reference_runs/, as text. It belongs into git, and is read in"
        " a pull request as code is.",
    ),
    Stop(
        title="A reproduction",
        before="The same code again, in a process of its own, with the same seed.",
        steps=(Step(words=("pytest", "--repro")),),
        after="IDENTICAL is the highest rung of the ladder: every number of the trace,"
        " the final metrics and the weights have the same bits.",
    ),
    Stop(
        title="A divergence",
        before="Somebody changes the learning rate by a tenth. The accuracy may well"
        " stay what it was.",
        edit=Edit(old="rate = 1.0", new="rate = 1.1"),
        steps=(
            Step(words=("git", "diff", "--unified=0")),
            Step(words=("pytest", "--repro"), status=1),
            Step(words=("pytest-repro", "diff", "circle"), status=1),
        ),
        after="DIVERGED is a failed test. Step 0 is still the same: it was computed"
        " before the rate was used; step 1 is not. Both sides stand below each other,"
        " as decimals and as bits, and the changed file is named as the likeliest"
        " cause.",
    ),
    Stop(
        title="An accepted change",
        before="If the change was wanted, the new run becomes the reference, for a"
        " reason that stays with it. Had it not been, you would undo it, or reject it.",
        steps=(
            Step(
                words=(
                    *("pytest-repro", "accept", "circle"),
                    *("--reason", "a larger step learns faster"),
                )
            ),
            Step(words=("pytest", "--repro")),
            *_commit("a larger step, and its reference"),
            Step(words=("pytest-repro", "show", "circle")),
        ),
        after="Code and reference are one commit, so whoever reviews it sees what the"
        " change does to the numbers. The older state stays in the history:"
        " `pytest-repro rollback circle` would restore it.",
    ),
)
"""The way."""
