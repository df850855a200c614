"""Which modules of the project a process has imported, and their bytes.

A watch on what a run reads has digested most of them already; whatever it knows is
taken from there. This package itself is left out: its version is a fact of its own.
"""

import sys
from pathlib import Path
from typing import Final

from pytest_repro.digests import Digest
from pytest_repro.provenance.states import state_of_file
from pytest_repro.provenance.territories import OURS, Territories
from pytest_repro.records import InputKind, Inputs, SourceFile

__all__ = ["collect_sources"]

_DIGEST: Final = "sha256:"


def collect_sources(root: Path, inputs: Inputs | None = None) -> tuple[SourceFile, ...]:
    """List the imported modules that lie below the root of the project.

    Args:
        root: The root.
        inputs: What the run is known to have read; None for nothing.

    Returns:
        The files, sorted by path; one that was removed meanwhile is left out.
    """
    places = Territories(root)
    known = {
        one.name: one.state
        for one in (inputs.items if inputs else ())
        if one.kind is InputKind.FILE
    }
    found = {}
    for file in _imported((f"{root}/", f"{root.resolve()}/")):
        path = places.whole(file)
        name = places.name(path)
        if name != path and not places.is_told_by_versions(path):
            found[name] = known.get(name) or state_of_file(path)
    return tuple(
        SourceFile(path=name, digest=Digest(state))
        for name, state in sorted(found.items())
        if state.startswith(_DIGEST)
    )


def _imported(roots: tuple[str, ...]) -> list[str]:
    """List what may be the project's: a relative path may be anybody's."""
    modules = tuple(sys.modules.values())
    files = {getattr(module, "__file__", None) for module in modules}
    return sorted(
        file
        for file in files
        if isinstance(file, str)
        and (file.startswith(roots) or not file.startswith("/"))
        and not file.startswith(OURS)
    )
