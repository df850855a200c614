"""What endangers reproducibility on this machine and in this project.

`pytest-repro doctor` prints it. Each rule is one small function from facts to a danger
or nothing, so a rule can be read, tested and argued about alone. The facts come from
`surroundings`; nothing here looks at anything itself.
"""

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pytest_repro.provenance.code import KNOWN
from pytest_repro.provenance.surroundings import Surroundings

__all__ = ["RULES", "Danger", "Severity", "find_dangers"]

MAX_NAMED: Final = 3
"""How many edited files are named; ``--json`` has all of them."""

_GIB: Final = 2**30
_OURS: Final = "workers of pytest --repro pin it; --repro-in-process and scripts do not"
_LEVELS: Final = ("default", "avx2", "avx512")
_CORETYPES: Final = {
    "Haswell": "avx2",
    "Zen": "avx2",
    "SkylakeX": "avx512",
    "Cooperlake": "avx512",
    "SapphireRapids": "avx512",
}
_PLAIN_LOCALES: Final = frozenset({"", "C", "C.UTF-8", "C.utf8", "POSIX"})
_OLDEST: Final = {"torch": (2, 6), "numpy": (1, 26)}


class Severity(enum.StrEnum):
    """How much a danger matters, worst first."""

    BREAKS = "breaks"
    """Runs crash, or results cannot be kept or compared."""

    CHANGES = "changes bits"
    """Results can differ although nothing was changed."""

    OBSCURES = "obscures"
    """A difference, once seen, would be hard to explain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Danger:
    """One thing that endangers reproducibility.

    Attributes:
        what: What is so, one line.
        why: What can happen because of it, in plain words.
        remedy: What to type or do.
        severity: How much it matters.
    """

    what: str
    why: str
    remedy: str
    severity: Severity


def find_dangers(surroundings: Surroundings) -> tuple[Danger, ...]:
    """Judge the facts.

    Args:
        surroundings: What was seen.

    Returns:
        The dangers, worst first and otherwise in the order of `RULES`.
    """
    found = [danger for rule in RULES if (danger := rule(surroundings)) is not None]
    order = list(Severity)
    return tuple(sorted(found, key=lambda danger: order.index(danger.severity)))


def _forced_kernels(seen: Surroundings) -> Danger | None:
    wanted = seen.variables.get("ATEN_CPU_CAPABILITY", "default")
    core = _CORETYPES.get(seen.variables.get("OPENBLAS_CORETYPE", ""), "default")
    forced = max(wanted, core, key=_level)
    if _level(forced) <= _level(seen.instruction_set):
        return None
    return Danger(
        what=f"{forced} kernels are forced on a CPU without {forced}",
        why="the first operation that uses them ends the process with SIGILL",
        remedy="unset ATEN_CPU_CAPABILITY OPENBLAS_CORETYPE",
        severity=Severity.BREAKS,
    )


def _missing_gpu(seen: Surroundings) -> Danger | None:
    if not seen.torch_cuda or seen.has_gpu:
        return None
    return Danger(
        what=f"torch is built for CUDA {seen.torch_cuda}, without an NVIDIA driver",
        why="experiments run on the CPU, under another environment key than on a GPU",
        remedy="check nvidia-smi, or install a CPU build of torch",
        severity=Severity.OBSCURES,
    )


def _no_space(seen: Surroundings) -> Danger | None:
    if seen.disk_free_bytes >= _GIB:
        return None
    return Danger(
        what=f"only {seen.disk_free_bytes / _GIB:.1f} GiB of disk are free",
        why="a run whose record cannot be written is lost",
        remedy="free some space, or point --repro-out at another disk",
        severity=Severity.BREAKS,
    )


def _no_memory(seen: Surroundings) -> Danger | None:
    if seen.memory_bytes >= _GIB:
        return None
    return Danger(
        what=f"only {seen.memory_bytes / _GIB:.1f} GiB of memory are available",
        why="the kernel may end a worker in the middle of a run",
        remedy="end other programs, or run fewer experiments at once",
        severity=Severity.BREAKS,
    )


def _read_only(seen: Surroundings) -> Danger | None:
    if seen.is_writable:
        return None
    return Danger(
        what="the folder of references cannot be written",
        why="--repro-record and --repro-update will be refused",
        remedy="mount it writable, or give write permission",
        severity=Severity.BREAKS,
    )


def _case_folding(seen: Surroundings) -> Danger | None:
    if seen.is_case_sensitive:
        return None
    return Danger(
        what="the file system does not tell upper from lower case",
        why="references of tests whose names differ in case only would collide",
        remedy="rename such tests, or use a case-sensitive volume",
        severity=Severity.BREAKS,
    )


def _line_endings(seen: Surroundings) -> Danger | None:
    if seen.autocrlf.lower() != "true":
        return None
    return Danger(
        what="git turns LF into CRLF on checkout (core.autocrlf=true)",
        why="a text file that an experiment reads has other bytes here than elsewhere",
        remedy="git config core.autocrlf input, then check out again",
        severity=Severity.CHANGES,
    )


def _threads(seen: Surroundings) -> Danger | None:
    threads = seen.variables.get("OMP_NUM_THREADS", str(seen.cores))
    if threads == "1":
        return None
    return Danger(
        what=f"torch and numpy use {threads} threads by default",
        why=f"sums are split by threads, so each count gives other bits; {_OURS}",
        remedy="export OMP_NUM_THREADS=1",
        severity=Severity.CHANGES,
    )


def _few_cores(seen: Surroundings) -> Danger | None:
    if seen.cores >= seen.cores_online or "OMP_NUM_THREADS" in seen.variables:
        return None
    return Danger(
        what=f"this process may use {seen.cores} of {seen.cores_online} processors",
        why="default thread counts follow that, so a container changes bits silently",
        remedy="export OMP_NUM_THREADS=1, inside and outside of containers",
        severity=Severity.CHANGES,
    )


def _dynamic_threads(seen: Surroundings) -> Danger | None:
    loose = [
        name
        for name in ("OMP_DYNAMIC", "MKL_DYNAMIC")
        if seen.variables.get(name, "").lower() in {"true", "1"}
    ]
    loose += [name for name in ("OMP_SCHEDULE",) if name in seen.variables]
    if not loose:
        return None
    return Danger(
        what=f"{' and '.join(loose)} let work be split differently each time",
        why=f"two runs on this machine can differ; {_OURS}",
        remedy=f"unset {' '.join(loose)}",
        severity=Severity.CHANGES,
    )


def _hash_seed(seen: Surroundings) -> Danger | None:
    if seen.variables.get("PYTHONHASHSEED", "random").isdecimal():
        return None
    return Danger(
        what="PYTHONHASHSEED is not set",
        why=f"sets of text come in another order in each process; {_OURS}",
        remedy="export PYTHONHASHSEED=0",
        severity=Severity.CHANGES,
    )


def _workspace(seen: Surroundings) -> Danger | None:
    if (
        not (seen.torch_cuda and seen.has_gpu)
        or "CUBLAS_WORKSPACE_CONFIG" in seen.variables
    ):
        return None
    return Danger(
        what="CUBLAS_WORKSPACE_CONFIG is not set",
        why=f"older torch may add matrix products in another order; {_OURS}",
        remedy="export CUBLAS_WORKSPACE_CONFIG=:4096:8",
        severity=Severity.CHANGES,
    )


def _tf32(seen: Surroundings) -> Danger | None:
    forced = seen.variables.get("TORCH_ALLOW_TF32_CUBLAS_OVERRIDE") == "1"
    allowed = seen.variables.get("NVIDIA_TF32_OVERRIDE") != "0"
    if not (seen.torch_cuda and seen.has_gpu and (forced or allowed)):
        return None
    return Danger(
        what="TF32 is allowed: torch uses it for convolutions by default",
        why=f"float32 products keep 10 bits of 23, on some GPUs only; {_OURS}",
        remedy="export NVIDIA_TF32_OVERRIDE=0; unset TORCH_ALLOW_TF32_CUBLAS_OVERRIDE",
        severity=Severity.CHANGES,
    )


def _old_versions(seen: Surroundings) -> Danger | None:
    old = [
        f"{name} {version}"
        for name, version in seen.versions.items()
        if name in _OLDEST and _numbers(version) < _OLDEST[name]
    ]
    if not old:
        return None
    return Danger(
        what=f"{' and '.join(old)} is older than what is tested",
        why="some flags do not exist there, so less is pinned than records suggest",
        remedy="pip install 'torch>=2.6' 'numpy>=1.26'",
        severity=Severity.CHANGES,
    )


def _edited(seen: Surroundings) -> Danger | None:
    if not seen.edited:
        return None
    named = ", ".join(seen.edited[:MAX_NAMED])
    hidden = len(seen.edited) - MAX_NAMED
    return Danger(
        what=f"files of installed packages were edited: {len(seen.edited)}",
        why=f"results come from code that no version names: {named}"
        + (f" and {hidden} more" if hidden > 0 else ""),
        remedy="pip install --force-reinstall --no-deps the packages they belong to",
        severity=Severity.CHANGES,
    )


def _no_lock(seen: Surroundings) -> Danger | None:
    if seen.lock and not seen.unpinned:
        return None
    what = (
        f"{seen.unpinned} lines of {seen.lock} pin no exact version"
        if seen.lock
        else "no file pins the versions of packages"
    )
    return Danger(
        what=what,
        why="tomorrow's installation may compute other bits, and nobody can go back",
        remedy="uv lock, or pip lock, or pip freeze > constraints.txt; and commit it",
        severity=Severity.OBSCURES,
    )


def _no_repository(seen: Surroundings) -> Danger | None:
    state = seen.code.get("state")
    if state == KNOWN:
        return None
    return Danger(
        what=f"the code has no known version: {state}",
        why="a record cannot say which code gave it, nor a review show what changed",
        remedy="git init, and commit; git config safe.directory for a mounted checkout",
        severity=Severity.OBSCURES,
    )


def _dirty(seen: Surroundings) -> Danger | None:
    if seen.code.get("is_dirty") is not True:
        return None
    return Danger(
        what="the work tree has changes that are not committed",
        why="a reference recorded now comes from code that nobody else has",
        remedy="git commit before --repro-record",
        severity=Severity.OBSCURES,
    )


def _shallow(seen: Surroundings) -> Danger | None:
    if seen.code.get("is_shallow") is not True:
        return None
    return Danger(
        what="the clone is shallow",
        why="the merge base is missing, so references cannot be compared with its",
        remedy="git fetch --unshallow; in CI: fetch-depth: 0",
        severity=Severity.OBSCURES,
    )


def _language(seen: Surroundings) -> Danger | None:
    spoken = seen.variables.get("LC_ALL") or seen.variables.get("LANG", "")
    zone = seen.variables.get("TZ", "UTC")
    if spoken in _PLAIN_LOCALES and zone in {"", "UTC", "UTC0", "Etc/UTC"}:
        return None
    return Danger(
        what=f"locale is {spoken or 'C'}, time zone {zone or 'UTC'}",
        why=f"sorting, parsing and dates can differ from other machines; {_OURS}",
        remedy="export LC_ALL=C.UTF-8 TZ=UTC",
        severity=Severity.OBSCURES,
    )


def _level(name: str) -> int:
    return _LEVELS.index(name) if name in _LEVELS else 0


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())


RULES: Final[tuple[Callable[[Surroundings], Danger | None], ...]] = (
    _forced_kernels,
    _no_space,
    _no_memory,
    _read_only,
    _case_folding,
    _line_endings,
    _threads,
    _few_cores,
    _dynamic_threads,
    _hash_seed,
    _workspace,
    _tf32,
    _old_versions,
    _edited,
    _missing_gpu,
    _no_lock,
    _no_repository,
    _dirty,
    _shallow,
    _language,
)
"""Every rule."""
