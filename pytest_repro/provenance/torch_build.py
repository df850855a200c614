"""What torch was built with and what it runs on.

The only file of this folder that imports torch; it is imported when torch already is.
CUDA is asked only if the run has used it: asking would otherwise take memory on a GPU
that the experiment never wanted.
"""

import re
from typing import Any, Final, TypeAlias

import torch

from pytest_repro.digests import digest_of_bytes

__all__ = ["accelerator", "architecture", "build_facts", "capability", "device_facts"]

Fact: TypeAlias = "bool | int | str | None"

_BLAS: Final = re.compile(r"BLAS_INFO=(\w+)")
_ONEDNN: Final = re.compile(r"MKL-DNN v([\d.]+)")


def capability() -> str:
    """Return the CPU instruction set that torch dispatches to: ``avx2``."""
    return str(torch.backends.cpu.get_cpu_capability()).lower()


def accelerator(device: str | None = None) -> str:
    """Name the accelerator that a run used.

    Args:
        device: The device that the experiment trains on; None to look whether CUDA
            is in use, which is right once the run is over.

    Returns:
        ``cpu``; ``sm90`` for CUDA; ``gfx942`` for ROCm; else the type of the device.
    """
    kind = (device or _used_device()).partition(":")[0]
    if kind != "cuda":
        return kind
    index = torch.cuda.current_device()
    return architecture(torch.cuda.get_device_properties(index), torch.version.hip)


def architecture(properties: Any, hip: str | None) -> str:  # noqa: ANN401  # torch's own
    """Name the architecture of a GPU.

    Args:
        properties: What torch says of it.
        hip: The version of ROCm that torch was built for, or None.

    Returns:
        ``sm90`` for compute capability 9.0; ``gfx942`` on ROCm.
    """
    if hip:
        return str(properties.gcnArchName).partition(":")[0]
    return f"sm{properties.major}{properties.minor}"


def build_facts() -> dict[str, Fact]:
    """Describe this build of torch.

    Returns:
        Plain values by name.
    """
    config = torch.__config__.show()
    blas = _BLAS.search(config)
    onednn = _ONEDNN.search(config)
    return {
        "torch.version": str(torch.__version__),
        "torch.git": str(torch.version.git_version),
        "torch.config_digest": digest_of_bytes(_build_lines(config).encode()),
        "torch.capability": capability(),
        "torch.blas": blas[1] if blas else None,
        "torch.onednn": onednn[1] if onednn else None,
        "torch.cuda": torch.version.cuda,
        "torch.hip": torch.version.hip,
        "torch.cudnn": torch.backends.cudnn.version(),
    }


def device_facts() -> dict[str, Fact]:
    """Describe each GPU; call it only if CUDA is in use.

    Returns:
        Plain values by name.
    """
    found: dict[str, Fact] = {}
    for index in range(torch.cuda.device_count()):
        properties = torch.cuda.get_device_properties(index)
        found[f"gpu.{index}.name"] = str(properties.name)
        found[f"gpu.{index}.architecture"] = architecture(properties, torch.version.hip)
        found[f"gpu.{index}.memory_bytes"] = int(properties.total_memory)
        found[f"gpu.{index}.processors"] = int(properties.multi_processor_count)
    return found


def _used_device() -> str:
    in_use = torch.cuda.is_initialized()
    return "cuda" if in_use else "cpu"


def _build_lines(config: str) -> str:
    """Leave out the line that says what this CPU can do."""
    return "\n".join(
        line for line in config.splitlines() if "CPU capability usage" not in line
    )
