"""The interpreter, numpy and the packages that a run used, as plain facts.

Only what is already imported is asked: describing a run must not change what it
imports. The frameworks' own files are `torch_build` for torch and this one for numpy.
"""

import platform
import re
import sys
from pathlib import Path
from typing import Any, Final, TypeAlias

from pytest_repro.provenance import packages

__all__ = ["numpy_facts", "package_facts", "python_facts"]

Fact: TypeAlias = "bool | int | str | None"

_MAX_PACKAGES: Final = 400

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


def package_facts(root: Path) -> dict[str, Fact]:
    """Describe what is installed and what this process uses of it.

    Args:
        root: The root of the project, where a lock file may be.

    Returns:
        One version for each package in use, digests over those that can change bits
        and over all that are installed, and the lock file.
    """
    installed = packages.collect_installed()
    used = packages.collect_used(installed)
    computing = tuple(p for p in used if not _BYSTANDERS.fullmatch(p.name))
    lock = packages.find_lock(root)
    found: dict[str, Fact] = {
        f"package.{package.name}": package.version for package in used[:_MAX_PACKAGES]
    }
    return found | {
        "packages.used": len(used),
        "packages.used_digest": packages.digest_of_files(computing),
        "packages.installed": len(installed),
        "packages.installed_digest": packages.digest_of_versions(installed),
        "lock.name": lock[0] if lock else None,
        "lock.digest": lock[1] if lock else None,
    }
