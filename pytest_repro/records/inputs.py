"""What a run read that can change its bits, and what became of it since.

An input is kept as something to look at again: a kind, a name, and the state in which
the run found it. Equal states of all inputs are what makes a run the same run.
"""

import enum
from dataclasses import dataclass
from typing import Final

__all__ = ["ABSENT", "FOLDER", "Input", "InputChange", "InputKind", "Inputs"]

ABSENT: Final = "absent"
"""The state of what was looked for and is not there."""

FOLDER: Final = "folder"
"""The state of a folder of which only the existence was asked."""


class InputKind(enum.StrEnum):
    """What an input is, and so how it is looked at again."""

    FILE = "file"
    """A file, or that there is none."""

    LISTING = "listing"
    """The names in a folder that was listed."""

    IMPORT = "import"
    """What a folder offers for the modules that were looked for in it."""

    VARIABLE = "variable"
    """An environment variable; with a ``*`` at its end, all that begin so."""

    PACKAGE = "package"
    """An installed distribution."""

    MACHINE = "machine"
    """A fact of interpreter or machine."""

    OPTION = "option"
    """What the session asked for."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Input:
    """One thing that a run read.

    Attributes:
        kind: What it is.
        name: Which; a file is named from the root, or absolutely if it lies elsewhere.
        state: How the run found it: mostly a digest.
        detail: What was asked of it: the modules looked for in a folder.
    """

    kind: InputKind
    name: str
    state: str
    detail: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Everything that a run read, as far as that can be seen.

    Attributes:
        items: The inputs, sorted.
        unseen: Why there may be others; a run with any cannot be told unchanged.
    """

    items: tuple[Input, ...] = ()
    unseen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class InputChange:
    """An input that is no longer as a run found it.

    Attributes:
        kind: What it is.
        name: Which.
        how: Such as ``changed``, ``is gone`` or ``is new``.
    """

    kind: InputKind
    name: str
    how: str

    @property
    def text(self) -> str:
        """What changed and how, in a few words."""
        if self.kind in {InputKind.FILE, InputKind.MACHINE}:
            return f"{self.name} {self.how}"
        return f"{self.kind} {self.name} {self.how}"
