"""What `pytest-repro doctor` looks at: the machine and project before anything runs.

Collected here, judged in `endangers`. Nothing is imported to find out about it: torch
is read from its files, so the look is quick and changes nothing.
"""

import os
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pytest_repro.provenance import hardware
from pytest_repro.provenance.code import KNOWN, collect_code
from pytest_repro.provenance.edits import find_edits
from pytest_repro.provenance.git import Git, GitError
from pytest_repro.provenance.packages import Package, collect_installed, find_lock

__all__ = ["Surroundings", "collect_surroundings"]

WATCHED: Final = (
    "ATEN_CPU_CAPABILITY",
    "CUBLAS_WORKSPACE_CONFIG",
    "LANG",
    "LC_ALL",
    "MKL_CBWR",
    "MKL_DYNAMIC",
    "NVIDIA_TF32_OVERRIDE",
    "OMP_DYNAMIC",
    "OMP_NUM_THREADS",
    "OMP_SCHEDULE",
    "OPENBLAS_CORETYPE",
    "PYTHONHASHSEED",
    "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE",
    "TZ",
)
"""Environment variables that are looked at; no other is."""

_CUDA: Final = re.compile(r"^cuda\b[^=\n]*=\s*['\"](?P<version>[\d.]+)", re.MULTILINE)
_LOOSE: Final = re.compile(r"(?:requirements|constraints)\.txt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Plain facts about a machine and a project.

    Attributes:
        variables: Those of `WATCHED` that are set.
        cores: Processors that this process may use.
        cores_online: Processors of the machine.
        instruction_set: ``avx512``, ``avx2`` or ``default``.
        has_gpu: Whether an NVIDIA driver is loaded.
        versions: Of torch, numpy and Python, where installed.
        torch_cuda: The CUDA version that torch was built for; empty for none.
        lock: The file that pins packages; empty if there is none.
        unpinned: How many lines of that file pin no exact version.
        code: What `collect_code` says.
        autocrlf: git's `core.autocrlf`; empty if not set.
        is_writable: Whether references can be written.
        is_case_sensitive: Whether the folder of references tells ``a`` from ``A``.
        disk_free_bytes: Where references and runs are written.
        memory_bytes: Available without swapping.
        edited: Files of installed packages that are not what was installed.
    """

    variables: Mapping[str, str] = field(default_factory=dict)
    cores: int = 1
    cores_online: int = 1
    instruction_set: str = "default"
    has_gpu: bool = False
    versions: Mapping[str, str] = field(default_factory=dict)
    torch_cuda: str = ""
    lock: str = ""
    unpinned: int = 0
    code: Mapping[str, object] = field(default_factory=lambda: {"state": KNOWN})
    autocrlf: str = ""
    is_writable: bool = True
    is_case_sensitive: bool = True
    disk_free_bytes: int = 2**40
    memory_bytes: int = 2**40
    edited: tuple[str, ...] = ()


def collect_surroundings(
    root: Path, references: Path, *, cache: Path | None = None
) -> Surroundings:
    """Look at the machine and the project.

    Args:
        root: The root of the project.
        references: The folder of references, which may not exist yet.
        cache: What earlier looks at installed packages came to, see `edits`; None to
            hash them all.

    Returns:
        The facts.
    """
    installed = {package.name: package for package in collect_installed()}
    lock = find_lock(root)
    place = _existing(references)
    return Surroundings(
        variables={name: os.environ[name] for name in WATCHED if name in os.environ},
        cores=hardware.collect_cores(),
        cores_online=os.cpu_count() or 1,
        instruction_set=hardware.instruction_set(hardware.collect_cpu()),
        has_gpu=bool(hardware.collect_driver()),
        versions=_versions(installed),
        torch_cuda=_torch_cuda(installed.get("torch")),
        lock=lock[0] if lock else "",
        unpinned=_unpinned(root / lock[0]) if lock else 0,
        code=collect_code(root, root),
        autocrlf=_autocrlf(root),
        is_writable=os.access(place, os.W_OK),
        is_case_sensitive=not _folds_case(place),
        disk_free_bytes=shutil.disk_usage(place).free,
        memory_bytes=hardware.collect_available_memory_bytes(),
        edited=tuple(one.path for one in find_edits(installed.values(), cache)),
    )


def _versions(installed: Mapping[str, Package]) -> dict[str, str]:
    found = {
        name: installed[name].version
        for name in ("torch", "numpy")
        if name in installed
    }
    return found | {"python": ".".join(map(str, sys.version_info[:3]))}


def _torch_cuda(torch: Package | None) -> str:
    if torch is None:
        return ""
    try:
        text = (torch.folder.parent / "torch" / "version.py").read_text("utf-8")
    except OSError:
        return ""
    found = _CUDA.search(text)
    return found["version"] if found else ""


def _unpinned(lock: Path) -> int:
    """Count the lines that leave a version open; other formats leave none."""
    if not _LOOSE.fullmatch(lock.name):
        return 0
    lines = (line.strip() for line in lock.read_text("utf-8").splitlines())
    named = [line for line in lines if line and line[0].isalnum()]
    return sum("==" not in line and " @ " not in line for line in named)


def _autocrlf(root: Path) -> str:
    try:
        return Git(root).settings(r"^core\.autocrlf$").get("core.autocrlf", "")
    except GitError:
        return ""


def _existing(folder: Path) -> Path:
    """Return the folder, or the nearest one above it that exists."""
    return next(
        place for place in (folder, *folder.absolute().parents) if place.is_dir()
    )


def _folds_case(folder: Path) -> bool:
    """Find out without writing: look for the same folder under another case."""
    resolved = folder.resolve()
    other = resolved.with_name(resolved.name.swapcase()) if resolved.name else resolved
    return other != resolved and other.exists() and other.samefile(resolved)
