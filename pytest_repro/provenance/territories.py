"""Whose a file is: the project's, the interpreter's, an installed package's, nobody's.

What the interpreter and installed packages consist of is told by their versions and
RECORDs; whatever else a run reads is an input by itself, wherever it lies.
"""

import os
import sys
import sysconfig
from pathlib import Path
from typing import Final

__all__ = ["OURS", "Territories", "is_installed"]

INSTALLED: Final = ("site-packages", "dist-packages")
SYSTEM: Final = ("/dev/", "/proc/", "/sys/")
CODE: Final = (".py", ".pyc", ".pyi", ".so", ".pth")
OURS: Final = f"{Path(__file__).parents[1]}/"
"""This package, wherever it lies; its bytes are a fact of their own."""

METADATA: Final = (".dist-info/", ".egg-info/")


class Territories:
    """Knows the folders of a project, of the interpreter and of packages.

    Attributes:
        root: The root folder of the project.
    """

    def __init__(self, root: Path) -> None:
        """Look where the interpreter lies.

        Args:
            root: The root folder of the project.
        """
        self.root = root
        self._roots = tuple({f"{root}/": None, f"{root.resolve()}/": None})
        paths = sysconfig.get_paths()
        library = {paths["stdlib"], paths["platstdlib"], paths["include"]}
        self._library = tuple(
            sorted({f"{folder}/" for one in library for folder in _both(one)})
        )

    def whole(self, path: str) -> str:
        """Write a path from the root of the file system, links as they are.

        Args:
            path: As it was given, from the current folder.

        Returns:
            An absolute path; one with ``..`` is left as it is, since a link may be
            among the folders before.
        """
        joined = os.path.join(os.getcwd(), path)  # noqa: PTH109, PTH118  # as it is
        return joined if ".." in joined.split("/") else os.path.normpath(joined)

    def name(self, path: str) -> str:
        """Name a file from the root; in full if it lies elsewhere.

        Args:
            path: An absolute path.

        Returns:
            Its name; the root itself is a dot.
        """
        for root in self._roots:
            if path.startswith(root):
                return path[len(root) :]
            if f"{path}/" == root:
                return "."
        return path

    def is_told_by_versions(self, path: str) -> bool:
        """Tell whether a file belongs to interpreter, system or packages.

        Args:
            path: An absolute path.

        Returns:
            Whether its content is known by other means, or is none.
        """
        if path.startswith((*SYSTEM, OURS)):
            return True
        if is_installed(path):
            return path.endswith(CODE) or any(part in path for part in METADATA)
        return path.startswith(self._library)

    def holds_code_of_others(self, path: str) -> bool:
        """Tell whether code in a folder or file is not the project's to change.

        Args:
            path: An absolute path.

        Returns:
            Whether it is that of interpreter or packages.
        """
        folder = f"{path}/"
        return is_installed(folder) or folder.startswith((*self._library, OURS))


def is_installed(path: str) -> bool:
    """Tell whether a path lies where packages are installed.

    Args:
        path: An absolute path.

    Returns:
        Whether one of its folders is such a place.
    """
    return any(f"/{home}/" in path for home in INSTALLED)


def _both(folder: str) -> set[str]:
    moved = folder.replace(sys.prefix, sys.base_prefix)
    return {folder, os.path.realpath(folder), moved}
