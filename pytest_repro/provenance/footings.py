"""What a run would run on, as far as that can be known before it runs: one digest.

Code, packages, machine. What a run reads besides is known only when it is over, see
`inputs`; this is for runs that are not over yet, or that nobody followed. Data that no
run has told of yet is not in it.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pytest_repro.canonical import Json, dumps
from pytest_repro.digests import digest_of_bytes, digest_of_parts
from pytest_repro.provenance.code import KNOWN, collect_code
from pytest_repro.provenance.machine_states import FACTS, state_of_fact
from pytest_repro.provenance.packages import collect_installed
from pytest_repro.provenance.states import state_of_file

__all__ = ["Footings"]

CODE: Final = ("tree", "dirty_digest", "source_digest")
MOST_SOURCES: Final = 5000


class Footings:
    """Digests footings; what all tests share is looked at once."""

    def __init__(self, root: Path) -> None:
        """Look at nothing yet.

        Args:
            root: The root folder of the project.
        """
        self._root = root
        self._known: dict[str, str] = {}
        self._surroundings: Json = None

    def footing(self, test: str) -> str:
        """Digest what a test would run on.

        Args:
            test: Its file, from the root.

        Returns:
            The digest; empty where the code cannot be told.
        """
        if test not in self._known:
            code = self._code(test)
            facts: Json = {"code": code, "around": self._around()}
            self._known[test] = str(digest_of_bytes(dumps(facts))) if code else ""
        return self._known[test]

    def _code(self, test: str) -> Json:
        found = collect_code(self._root, Path(test))
        if found["state"] == KNOWN:
            return {name: str(found.get(name)) for name in CODE}
        return _digest_of_sources(self._root)

    def _around(self) -> Json:
        if self._surroundings is None:
            installed = sorted((one.name, one.version) for one in collect_installed())
            self._surroundings = {
                "machine": {name: state_of_fact(name) for name in FACTS},
                "packages": [[name, version] for name, version in installed],
            }
        return self._surroundings


def _digest_of_sources(root: Path) -> str:
    """Digest every Python file where git knows none; nothing if they are too many."""
    parts: list[bytes] = []
    for path in _sources(root):
        parts += (
            os.fsencode(path.relative_to(root)),
            state_of_file(str(path)).encode(),
        )
        if len(parts) > 2 * MOST_SOURCES:
            return ""
    return str(digest_of_parts("sources-sha256-v1", tuple(parts)))


def _sources(root: Path) -> Iterator[Path]:
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if not name.startswith((".", "_")))
        yield from (Path(folder, one) for one in sorted(files) if one.endswith(".py"))
