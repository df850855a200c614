"""States of the machine, and of what is installed, that a parent can look at as well.

A worker that has imported torch knows more of its environment, but whoever decides
whether to start one must not import it. So these are the causes of those facts: the
interpreter, the processor, the driver, the files of packages. Each is looked at once in
a session.
"""

import os
import platform
import re
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from pytest_repro.digests import digest_of_bytes
from pytest_repro.provenance import hardware, packages, software
from pytest_repro.provenance.states import state_of_file, state_of_names
from pytest_repro.provenance.territories import is_installed
from pytest_repro.records import ABSENT

__all__ = ["FACTS", "sees_gpus", "state_of_fact", "state_of_package", "used_packages"]

GPUS: Final = Path("/proc/driver/nvidia/gpus")
_UNIQUE: Final = re.compile(
    r"^(Model|Video BIOS|Device Minor|GPU UUID):.*$", re.MULTILINE
)
_LINE: Final = re.compile(rb'^"?([^,"\n]+\.(?:py|so|pyd))"?,', re.MULTILINE)


def state_of_fact(name: str) -> str:
    """Look at a fact of interpreter or machine.

    Args:
        name: One of `FACTS`.

    Returns:
        Its state; absent for a name that is none.
    """
    look = _LOOKS.get(name)
    return ABSENT if look is None else state_of_names(look())


def state_of_package(name: str) -> str:
    """Look at an installed distribution.

    Args:
        name: Its normalised name.

    Returns:
        Its version, the digest of its RECORD, and one of the sizes and times of its
        modules, so that an edit in place is seen; or that it is absent.
    """
    package = _installed().get(name)
    return ABSENT if package is None else _state(package)


def used_packages() -> tuple[str, ...]:
    """List the distributions that this process has imported from.

    Returns:
        Their names, sorted.
    """
    return tuple(
        one.name for one in packages.collect_used(tuple(_installed().values()))
    )


@cache
def _installed() -> dict[str, packages.Package]:
    found = packages.collect_installed()
    return {one.name: one for one in found if is_installed(f"{one.folder}/")}


@cache
def _state(package: packages.Package) -> str:
    record = package.folder / "RECORD"
    try:
        data = record.read_bytes()
    except OSError:
        data = b""
    home = str(package.folder.parent)
    files = sorted({os.fsdecode(match) for match in _LINE.findall(data)})
    stamps = [f"{name}\t{_stamp(f'{home}/{name}')}" for name in files]
    return f"{package.version} {digest_of_bytes(data)} {state_of_names(stamps)}"


def _stamp(path: str) -> str:
    try:
        status = os.stat(path)  # noqa: PTH116  # thousands of them
    except OSError:
        return ABSENT
    return f"{status.st_size} {status.st_mtime_ns}"


@cache
def _python() -> tuple[str, ...]:
    facts = software.python_facts()
    return (*(f"{name}={value}" for name, value in facts.items()), sys.prefix)


@cache
def _processor() -> tuple[str, ...]:
    cpu = hardware.collect_cpu()
    features = " ".join(cpu.features)
    return (platform.machine(), cpu.vendor, cpu.model, cpu.family, features)


@cache
def _system() -> tuple[str, ...]:
    return (hardware.collect_system(), hardware.collect_libc())


@cache
def _cores() -> tuple[str, ...]:
    return (str(hardware.collect_cores()), str(os.cpu_count()))


@cache
def _gpus() -> tuple[str, ...]:
    texts = [hardware.collect_driver()]
    for path in sorted(GPUS.glob("*/information")):
        found = _UNIQUE.finditer(path.read_text(encoding="utf-8", errors="replace"))
        texts += [f"{path.parent.name} {match[0]}" for match in found]
    return tuple(texts)


def sees_gpus() -> bool:
    """Tell whether the system says which GPUs there are.

    Returns:
        Whether another GPU would be noticed.
    """
    return GPUS.is_dir()


@cache
def _versions() -> tuple[str, ...]:
    return tuple(f"{one.name}=={one.version}" for one in _installed().values())


@cache
def _paths() -> tuple[str, ...]:
    """What `.pth` files add to the places where modules are looked for."""
    folders = {folder for folder in sys.path if folder and is_installed(f"{folder}/")}
    files = (
        path for one in sorted(folders) for path in sorted(Path(one).glob("*.pth"))
    )
    return tuple(f"{path.name}\t{state_of_file(path)}" for path in files)


@cache
def _plugin() -> Iterable[str]:
    """The bytes of this very package: they decide what is run, and what holds."""
    home = Path(__file__).parents[1]
    files = sorted(home.rglob("*.py"))
    return tuple(f"{path.relative_to(home)}\t{state_of_file(path)}" for path in files)


_LOOKS: Final = {
    "cores": _cores,
    "gpus": _gpus,
    "installed packages": _versions,
    "paths of packages": _paths,
    "processor": _processor,
    "pytest_repro": _plugin,
    "python": _python,
    "system": _system,
}

FACTS: Final = tuple(_LOOKS)
"""The facts of interpreter and machine that can change bits, by name."""
