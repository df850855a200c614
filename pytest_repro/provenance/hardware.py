"""The processor, the memory and the container that a run saw.

Read from files that the kernel writes, since starting programs is slow and parsing
their output fragile. Host name, serial numbers and container ids are not read: they
say who ran something, not what could change its bits.
"""

import os
import platform
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

__all__ = [
    "Cpu",
    "architecture",
    "collect_available_memory_bytes",
    "collect_container",
    "collect_cores",
    "collect_cpu",
    "collect_driver",
    "collect_layers",
    "collect_libc",
    "collect_memory_bytes",
    "collect_system",
    "instruction_set",
]

# The flags of /proc/cpuinfo by which numeric libraries choose their kernels.
_FEATURES: Final = re.compile(
    r"sse\d?(_\d)?|sse4a|pni|ssse3|avx.*|amx.*|fma4?|f16c|bmi\d|abm|sha_ni"
    r"|v?aes|v?pclmulqdq|asimd.*|neon.*|sve.*|bf16|i8mm|fphp"
)
_AVX512: Final = frozenset({"avx512f", "avx512bw", "avx512dq", "avx512vl", "fma"})
_AVX2: Final = frozenset({"avx2", "fma"})
_ARCHITECTURES: Final = {"amd64": "x86_64", "arm64": "aarch64"}
_KIB: Final = 1024
_MEMORY: Final = Path("/proc/meminfo")
_MEMORY_LIMITS: Final = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)
_IMAGE_VARIABLE: Final = "REPRO_CONTAINER_IMAGE"
_LAYERS_VARIABLE: Final = "REPRO_CONTAINER_LAYERS"
_IMAGE_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cpu:
    """A processor.

    Attributes:
        vendor: Such as ``AuthenticAMD``; empty if unknown.
        model: The marketing name; empty if unknown.
        family: Family, model and stepping as ``25.1.1``; empty if unknown.
        features: Instruction sets by which libraries dispatch, sorted.
    """

    vendor: str = ""
    model: str = ""
    family: str = ""
    features: tuple[str, ...] = ()


@cache
def collect_cpu(path: Path = Path("/proc/cpuinfo")) -> Cpu:
    """Read what the first processor is.

    Args:
        path: Where the kernel describes processors.

    Returns:
        The processor; on systems without /proc/cpuinfo only its name, if known.
    """
    lines = _first_processor(path)
    if not lines:
        return Cpu(model=platform.processor())
    numbers = [lines.get(key, "") for key in ("cpu family", "model", "stepping")]
    flags = lines.get("flags") or lines.get("features") or ""
    return Cpu(
        vendor=lines.get("vendor_id") or lines.get("cpu implementer", ""),
        model=lines.get("model name") or lines.get("cpu part", ""),
        family=".".join(numbers) if all(numbers) else "",
        features=tuple(sorted(f for f in flags.split() if _FEATURES.fullmatch(f))),
    )


def instruction_set(cpu: Cpu, numpy_simd: str = "") -> str:
    """Name the instruction set that a library would dispatch to on a processor.

    Args:
        cpu: The processor.
        numpy_simd: What numpy says it dispatches to, where the system says nothing.

    Returns:
        ``avx512``, ``avx2`` or ``default``, with torch's own conditions.
    """
    features = set(cpu.features)
    levels = set(numpy_simd.split())
    if features >= _AVX512 or levels & {"X86_V4", "AVX512_SKX"}:
        return "avx512"
    if features >= _AVX2 or levels & {"X86_V3", "AVX2"}:
        return "avx2"
    return "default"


def architecture() -> str:
    """Return the architecture under one name: ``x86_64``, ``aarch64``."""
    machine = platform.machine().lower()
    return _ARCHITECTURES.get(machine, machine)


def collect_cores() -> int:
    """Count the processors that this process may use; default threads follow it."""
    affinity = getattr(os, "sched_getaffinity", None)  # absent on macOS and Windows
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def collect_memory_bytes() -> int:
    """Return the physical memory of the machine, 0 if unknown [bytes]."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return 0


def collect_available_memory_bytes() -> int:
    """Return the memory that can be used without swapping [bytes].

    A limit of a container counts where the kernel shows it.
    """
    found = re.search(r"^MemAvailable:\s+(\d+) kB", _read(_MEMORY), re.MULTILINE)
    available = int(found[1]) * _KIB if found else collect_memory_bytes()
    limits = (_read(path).strip() for path in _MEMORY_LIMITS)
    return min([available, *(int(limit) for limit in limits if limit.isdecimal())])


def collect_libc() -> str:
    """Return the C library, such as ``glibc 2.36``; empty if unknown."""
    try:
        return os.confstr("CS_GNU_LIBC_VERSION") or ""
    except (AttributeError, ValueError, OSError):
        return ""


def collect_system() -> str:
    """Return the distribution, such as ``debian 12``; empty if unknown."""
    try:
        found = platform.freedesktop_os_release()
    except OSError:
        return ""
    return f"{found.get('ID', '')} {found.get('VERSION_ID', '')}".strip()


def collect_driver(path: Path = Path("/proc/driver/nvidia/version")) -> str:
    """Read the version of the NVIDIA kernel driver.

    Args:
        path: Where the driver describes itself.

    Returns:
        Such as ``580.95.05``; empty if there is none.
    """
    found = re.search(r"\b\d+\.\d+(\.\d+)?\b", _read(path))
    return found.group() if found else ""


def collect_container(variables: Mapping[str, str]) -> tuple[str, str]:
    """Find out in which kind of container this process runs.

    A container's id is not read: by default it is the host name.

    Args:
        variables: The environment variables; a launcher states the digest of the
            image in ``REPRO_CONTAINER_IMAGE``.

    Returns:
        ``kubernetes``, ``docker``, ``podman`` or ``none``; and the image's digest,
        empty if nobody stated a valid one.
    """
    image = variables.get(_IMAGE_VARIABLE, "")
    if not _IMAGE_DIGEST.fullmatch(image):
        image = ""
    if "KUBERNETES_SERVICE_HOST" in variables:
        return "kubernetes", image
    if Path("/.dockerenv").exists():
        return "docker", image
    if Path("/run/.containerenv").exists():
        return "podman", image
    return "none", image


def collect_layers(variables: Mapping[str, str]) -> str:
    """Find out of which layers the image of this process's container consists.

    An image that is built or imported again has another digest, for a date stands in
    it; its layers have the same.

    Args:
        variables: The environment variables; a launcher states one digest of all
            layers in ``REPRO_CONTAINER_LAYERS``.

    Returns:
        The digest; empty if nobody stated a valid one.
    """
    layers = variables.get(_LAYERS_VARIABLE, "")
    return layers if _IMAGE_DIGEST.fullmatch(layers) else ""


def _first_processor(path: Path) -> dict[str, str]:
    """Read up to the first blank line: the whole file is slow on large machines."""
    found = {}
    try:
        with path.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                key, colon, value = line.partition(":")
                if not colon:
                    break
                found[key.strip().lower()] = value.strip()
    except OSError:
        return {}
    return found


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
