"""The interpreter, numpy and the packages that a run used, as plain facts.

Only what is already imported is asked: describing a run must not change what it
imports. The frameworks' own files are `torch_build` for torch and this one for numpy.
"""

import platform
import re
import sys
from pathlib import Path
from typing import Any, Final, TypeAlias

from pytest_repro.digests import digest_of_parts
from pytest_repro.provenance import packages
from pytest_repro.provenance.edits import Edit, find_edits

__all__ = ["edit_facts", "numpy_facts", "package_facts", "python_facts"]

Fact: TypeAlias = "bool | int | str | None"

_MAX_PACKAGES: Final = 400
MAX_EDITS: Final = 50
"""How many edited files are named; a facts' table of thousands is read by nobody."""

# They run beside the experiment and compute nothing of it.
_BYSTANDERS: Final = re.compile(
    r"pytest(-.+)?|pluggy|iniconfig|packaging|execnet|coverage|rich|pygments|py"
    r"|markdown-it-py|mdurl|msgspec|filelock|hypothesis|sortedcontainers|pip"
    r"|setuptools|platformdirs|colorama"
)


def python_facts() -> dict[str, Fact]:
    """Describe the interpreter.

    Returns:
        Plain values by name.
    """
    return {
        "python.implementation": platform.python_implementation(),
        "python.version": platform.python_version(),
        "python.compiler": platform.python_compiler(),
        "python.hash": sys.hash_info.algorithm,
        "python.optimize": sys.flags.optimize,
    }


def numpy_facts() -> dict[str, Fact]:
    """Describe numpy, if it is imported.

    Returns:
        Plain values by name: version, BLAS, and the instruction sets that numpy
        dispatches to, which `NPY_DISABLE_CPU_FEATURES` may have reduced.
    """
    if "numpy" not in sys.modules:
        return {}
    import numpy as np  # noqa: PLC0415  # numpy is there

    config: Any = np.show_config(mode="dicts")
    blas = config.get("Build Dependencies", {}).get("blas", {})
    simd = config.get("SIMD Extensions", {})
    return {
        "numpy.version": np.__version__,
        "numpy.blas": f"{blas.get('name', '')} {blas.get('version', '')}".strip(),
        "numpy.blas_config": str(blas.get("openblas configuration", "")),
        "numpy.simd": " ".join([*simd.get("baseline", []), *simd.get("found", [])]),
    }


def package_facts(root: Path, cache: Path | None = None) -> dict[str, Fact]:
    """Describe what is installed and what this process uses of it.

    Args:
        root: The root of the project, where a lock file may be.
        cache: What earlier looks for edited files came to; None for none.

    Returns:
        One version for each package in use, digests over those that can change bits
        and over all that are installed, files of packages in use that were edited
        since, and the lock file.
    """
    installed = packages.collect_installed()
    used = packages.collect_used(installed)
    computing = tuple(p for p in used if not _BYSTANDERS.fullmatch(p.name))
    lock = packages.find_lock(root)
    found: dict[str, Fact] = {
        f"package.{package.name}": package.version for package in used[:_MAX_PACKAGES]
    }
    edited = edit_facts(find_edits(used, cache))
    return {
        **found,
        **edited,
        "packages.used": len(used),
        "packages.used_digest": packages.digest_of_files(computing),
        "packages.installed": len(installed),
        "packages.installed_digest": packages.digest_of_versions(installed),
        "lock.name": lock[0] if lock else None,
        "lock.digest": lock[1] if lock else None,
    }


def edit_facts(edits: tuple[Edit, ...]) -> dict[str, Fact]:
    """Name edited files, each with the digest of its bytes.

    Args:
        edits: The files, sorted.

    Returns:
        The first of them by name; of more than that, how many and one digest of all.
    """
    named: dict[str, Fact] = {f"edited.{one.path}": one.state for one in edits}
    if len(named) <= MAX_EDITS:
        return named
    rest = edits[MAX_EDITS:]
    parts = tuple(f"{one.path}\t{one.state}".encode() for one in rest)
    digest = digest_of_parts("edits-sha256-v1", parts)
    return {
        **dict(list(named.items())[:MAX_EDITS]),
        "edited.more": f"{len(rest)} files {digest}",
    }
