"""On whose line a call was made: the innermost frame of the project's own code.

Entropy is drawn deep inside libraries, and a message about a line of numpy helps
nobody. Between that line and the draw there may be libraries; whether the draw then
still counts is a property of its source, see `entropy`.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Final

from pytest_repro.determinism.sources import Source
from pytest_repro.determinism.written import call_text

__all__ = ["INSTALLED", "PACKAGE", "Place", "Project"]

PACKAGE: Final = str(Path(__file__).parents[1]) + "/"
"""Where we live ourselves: nobody's project, also where our own tests run."""

_GUARDS: Final = str(Path(__file__).parent) + "/"
INSTALLED: Final = frozenset({"site-packages", "dist-packages"})
"""Folders in which installed packages lie, wherever these folders are."""


# Modules that draw for whoever calls them, and do nothing else.
_TRANSPARENT: Final = frozenset(
    {
        *("codecs", "collections", "contextlib", "fnmatch", "functools", "glob"),
        *("io", "numpy", "os", "pathlib", "posixpath", "random", "secrets", "uuid"),
    }
)
_REBUILDS: Final = "numpy.random._pickle"  # makes a generator, then sets its state


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A line of the project's code that is being executed.

    Attributes:
        path: The file, relative to the root.
        line: The line.
        call: The call as it is written; empty if that cannot be told.
        frame: The frame.
    """

    path: str
    line: int
    call: str
    frame: FrameType


class Project:
    """Knows which code is the project's own."""

    def __init__(self, root: Path) -> None:
        """Remember the root.

        Args:
            root: The root folder of the project.
        """
        self._root = str(root.resolve()) + "/"
        self._given = str(root) + "/"
        self._own: dict[str, bool] = {}

    def owns(self, filename: str) -> bool:
        """Tell whether a file of code is the project's own.

        Args:
            filename: As in a code object.

        Returns:
            Whether it lies below the root, is not installed there, and is not ours.
        """
        known = self._own.get(filename)
        if known is None:
            known = self._own[filename] = self._look(filename)
        return known

    def place(self, source: Source) -> Place | None:
        """Find the line that draws from a source at this moment.

        Args:
            source: What is drawn from.

        Returns:
            The innermost line of the project's own code; None if there is none, or if
            a library in between draws for purposes of its own.
        """
        frame: FrameType | None = sys._getframe(1)  # noqa: SLF001  # the only way up
        while frame is not None:
            filename = frame.f_code.co_filename
            if self.owns(filename):
                return self._make(frame)
            if not filename.startswith(_GUARDS) and _ends(frame, source):
                return None
            frame = frame.f_back
        return None

    def caller(self) -> FrameType | None:
        """Return the frame that called a guard, if it is the project's own."""
        frame: FrameType | None = sys._getframe(1)  # noqa: SLF001  # as above
        while frame is not None and frame.f_code.co_filename.startswith(_GUARDS):
            frame = frame.f_back
        if frame is None or not self.owns(frame.f_code.co_filename):
            return None
        return frame

    def name(self, path: str) -> str:
        """Name a file from the root; in full if it lies elsewhere."""
        for root in (self._root, self._given):
            if path.startswith(root):
                return path[len(root) :]
        return path

    def _look(self, filename: str) -> bool:
        is_inside = filename.startswith((self._root, self._given))
        if not is_inside or filename.startswith((PACKAGE, f"{sys.prefix}/")):
            return False
        return INSTALLED.isdisjoint(Path(filename).parts)

    def _make(self, frame: FrameType) -> Place:
        path = frame.f_code.co_filename
        return Place(
            path=self.name(path),
            line=frame.f_lineno,
            call=call_text(frame),
            frame=frame,
        )


def _ends(frame: FrameType, source: Source) -> bool:
    """Tell whether a frame of a library makes the draw its own affair."""
    module = str(frame.f_globals.get("__name__", ""))
    top = module.partition(".")[0]
    if module == _REBUILDS or top in source.harmless:
        return True
    return source.is_direct and top not in _TRANSPARENT
