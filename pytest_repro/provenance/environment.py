"""The environment of a run: what could change its bits, and under which key it is kept.

The key is a folder name that people read: system, architecture, instruction set that is
really dispatched, accelerator, framework. Results are kept by key. The digest is finer:
it covers the axes and every fact whose name starts with one of `DECIDING`, so equal
digests mean the same interpreter, C library, processor, torch, numpy and packages in
use. Everything else (memory, cores, container, lock file) informs people only.

No host name, user name, home folder or other absolute path is ever read into a fact.
Call it when the run is over: it describes what was imported and used until then.
"""

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final, TypeAlias

from pytest_repro import canonical
from pytest_repro.digests import Digest, digest_of_parts
from pytest_repro.provenance import hardware, software
from pytest_repro.records import Environment

__all__ = ["DECIDING", "collect_environment"]

Fact: TypeAlias = "bool | int | str | None"

DECIDING: Final = (
    "cpu.",
    "gpu.",
    "numpy.",
    "os.libc",
    "packages.used_digest",
    "python.",
    "torch.",
)
"""The beginnings of the names of facts that can change bits."""

_PORTABLE: Final = {"ATEN_CPU_CAPABILITY": "default", "MKL_CBWR": "COMPATIBLE"}


def collect_environment(
    *, device: str | None = None, root: Path | None = None
) -> Environment:
    """Describe software and hardware as this process uses them.

    Args:
        device: The device that the experiment trained on; None to find out whether
            CUDA was used.
        root: The root of the project, where a lock file may be; None for the current
            folder.

    Returns:
        Axes, key, facts and digest.
    """
    facts: dict[str, Fact] = {
        **_system_facts(),
        **software.python_facts(),
        **software.numpy_facts(),
        **_torch_facts(),
        **software.package_facts(root or Path.cwd()),
    }
    axes = (
        ("os", "windows" if sys.platform == "win32" else sys.platform),
        ("arch", hardware.architecture()),
        ("isa", _instruction_set(facts)),
        ("accelerator", _accelerator(device)),
        ("framework", _framework(facts)),
    )
    facts |= _gpu_facts(dict(axes)["accelerator"])
    return Environment(
        key="-".join(_safe(value) for _, value in axes),
        axes=axes,
        facts=dict(sorted(facts.items())),
        digest=_digest(axes, facts),
    )


def _digest(axes: tuple[tuple[str, str], ...], facts: Mapping[str, Fact]) -> Digest:
    deciding = {name: facts[name] for name in facts if name.startswith(DECIDING)}
    return digest_of_parts(
        "environment-sha256-v1", (canonical.dumps({"axes": axes, "facts": deciding}),)
    )


def _safe(value: str) -> str:
    """Keep a folder name safe, and one axis apart from the next."""
    return re.sub(r"[^a-z0-9_.]+", "_", value.lower()) or "none"


def _instruction_set(facts: Mapping[str, Fact]) -> str:
    """Name what is dispatched, or ``portable`` if kernels are pinned to the lowest.

    The variables alone are not believed where torch can be asked: set too late, they
    change nothing.
    """
    native = facts.get("torch.capability")
    pinned = all(os.environ.get(name) == value for name, value in _PORTABLE.items())
    if pinned and native in {None, "default"}:
        return "portable"
    if native is not None:
        return str(native)
    return hardware.instruction_set(
        hardware.collect_cpu(), str(facts.get("numpy.simd"))
    )


def _framework(facts: Mapping[str, Fact]) -> str:
    """Name the framework by its minor version: ``torch2.13``, ``numpy2.4``."""
    for name in ("torch", "numpy"):
        version = facts.get(f"{name}.version")
        if version:
            return name + ".".join(str(version).split(".")[:2])
    return "none"


def _system_facts() -> dict[str, Fact]:
    cpu = hardware.collect_cpu()
    container, image = hardware.collect_container(os.environ)
    layers = hardware.collect_layers(os.environ)
    return {
        "os.system": hardware.collect_system(),
        "os.libc": hardware.collect_libc(),
        "cpu.vendor": cpu.vendor,
        "cpu.model": cpu.model,
        "cpu.family": cpu.family,
        "cpu.features": " ".join(cpu.features),
        "machine.cores": hardware.collect_cores(),
        "machine.memory_bytes": hardware.collect_memory_bytes(),
        "container.kind": container,
        "container.image": image or None,
        **({"container.layers": layers} if layers else {}),
    }


def _torch_facts() -> dict[str, Fact]:
    if "torch" not in sys.modules:
        return {}
    from pytest_repro.provenance import torch_build  # noqa: PLC0415  # torch is there

    return torch_build.build_facts()


def _accelerator(device: str | None) -> str:
    if "torch" not in sys.modules:
        return "cpu"
    from pytest_repro.provenance import torch_build  # noqa: PLC0415  # as above

    return torch_build.accelerator(device)


def _gpu_facts(accelerator: str) -> dict[str, Fact]:
    """Describe the GPUs of a run that used one; others leave no trace."""
    if accelerator == "cpu":
        return {}
    from pytest_repro.provenance import torch_build  # noqa: PLC0415  # as above

    return {"gpu.driver": hardware.collect_driver(), **torch_build.device_facts()}
