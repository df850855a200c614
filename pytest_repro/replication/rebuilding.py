"""Build the environment of a record once more, and say what of it is not the same.

A record has the exact version of each package and a digest of its files. So packages
are installed in these versions and nothing else, and then the files are held against
the digests: an index may serve another build under the same version.

What a record cannot give back is told, too: packages that were installed from a folder
of some machine, and parts of a version of Python that nobody has here.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pytest_repro.digests import Digest
from pytest_repro.errors import LaunchError
from pytest_repro.provenance import packages
from pytest_repro.records import Identity, InstalledPackage, PackageKind, RunRecord
from pytest_repro.references import installed_packages

__all__ = [
    "Blueprint",
    "Departure",
    "blueprint_of",
    "compare_packages",
    "dockerfile",
    "names_in",
]

OWN: Final = "pytest-repro"
BUILDERS: Final = frozenset({OWN, "pip", "setuptools"})
"""What comes with whatever is built, whether the record has it or not."""

_VARIABLE: Final = "env."
_SAFE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+!-]*")
_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s\"';]+")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_BASE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Blueprint:
    """What an environment is built from once more.

    Attributes:
        experiment: The experiment whose run it was.
        digest: Of the environment.
        python: The full version, such as ``3.12.1``.
        variables: What was set there and can change bits.
        packages: What was installed, sorted by name.
        lines: One exact requirement for each package that can be had.
        lacking: Packages that nobody can install from a record, and why.
        is_whole: Whether it knows all that was installed, not only what was in use.
    """

    experiment: str
    digest: Digest
    python: str
    variables: Mapping[str, str]
    packages: tuple[InstalledPackage, ...]
    lines: tuple[str, ...]
    lacking: tuple[tuple[str, str], ...]
    is_whole: bool

    @property
    def has_own(self) -> bool:
        """Whether this program is one of the requirements."""
        return any(line.startswith(f"{OWN}==") for line in self.lines)

    @property
    def series(self) -> str:
        """The version of Python as far as programs are named by it."""
        return ".".join(self.python.split(".")[:2])

    @property
    def name(self) -> str:
        """A short name of the environment."""
        return self.digest.rpartition(":")[2][:12]


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """One difference between an environment and what was built of its record.

    Attributes:
        item: Such as the name of a package.
        obtained: What was built; empty for nothing.
        recorded: What the record says; empty for nothing.
    """

    item: str
    obtained: str
    recorded: str


def blueprint_of(record: RunRecord) -> Blueprint:
    """Say what the environment of a record is built from.

    Args:
        record: Read with its extras.

    Returns:
        The blueprint.

    Raises:
        LaunchError: If the record names no packages, no version of Python, or a
            variable whose name is none.
    """
    identity = record.identity
    found = installed_packages(record)
    python = str(identity.environment.facts.get("python.version", ""))
    if not found or not _SAFE.fullmatch(python):
        msg = (
            f"the record of {identity.experiment} does not say which packages or "
            "which Python it ran with\n"
            "  run it once more: pytest --repro"
        )
        raise LaunchError(msg)
    lines = {one.name: _line(one) for one in found}
    lacking = [one for one in found if one.name != OWN and not lines[one.name]]
    return Blueprint(
        experiment=identity.experiment,
        digest=identity.environment.digest,
        python=python,
        variables=_variables(identity),
        packages=found,
        lines=tuple(line for _, line in sorted(lines.items()) if line),
        lacking=tuple((one.name, _why(one)) for one in lacking),
        is_whole=bool(record.packages),
    )


def compare_packages(
    blueprint: Blueprint,
    folders: Iterable[Path],
    *,
    python: str,
    apart: Collection[str] = (),
) -> tuple[Departure, ...]:
    """Hold what is installed against what a record says.

    Args:
        blueprint: Of the record.
        folders: Where packages are installed.
        python: The full version of the interpreter.
        apart: Packages that were added on purpose, see `names_in`.

    Returns:
        What differs, Python first, then by name; none if all is the same.
    """
    installed = {
        one.name: one for one in packages.collect_installed([*map(str, folders)])
    }
    wanted = {one.name: one for one in blueprint.packages}
    extra = installed.keys() - wanted.keys() - BUILDERS - {*apart}
    if not blueprint.is_whole:
        extra = set()
    found = []
    if python != blueprint.python:
        departure = Departure(item="python", obtained=python, recorded=blueprint.python)
        found.append(departure)
    for name in sorted(wanted.keys() | extra):
        obtained, recorded = _sides(installed.get(name), wanted.get(name))
        if obtained != recorded:
            found.append(Departure(item=name, obtained=obtained, recorded=recorded))
    return tuple(found)


def names_in(folders: Iterable[Path]) -> frozenset[str]:
    """Name the packages that are installed.

    Args:
        folders: Where packages are installed.

    Returns:
        Their names, without what comes with whatever is built.
    """
    found = packages.collect_installed([*map(str, folders)])
    return frozenset(one.name for one in found) - BUILDERS


def dockerfile(blueprint: Blueprint, *, base: str) -> bytes:
    """Write how an image of the environment is made.

    Args:
        blueprint: Of the record.
        base: The image to begin with; empty for Python's own of that version.

    Returns:
        The bytes of a ``Dockerfile``; equal records give equal bytes. It copies
        ``requirements.txt`` from beside it.

    Raises:
        LaunchError: If the image is no name of one.
    """
    image = base or f"python:{blueprint.python}-slim"
    if not _BASE.fullmatch(image):
        msg = f"{image!r} is no name of an image"
        raise LaunchError(msg)
    lines = [
        f"# {blueprint.digest}",
        "# Written by pytest-repro env rebuild --image.",
        f"FROM {image}",
        "COPY requirements.txt /requirements.txt",
        "RUN python -m pip install --no-cache-dir --no-deps -r /requirements.txt",
        *(f"ENV {name}={_quoted(text)}" for name, text in blueprint.variables.items()),
        f"LABEL org.pytest-repro.environment={_quoted(blueprint.digest)}",
        *(
            f"# not in the image: {_printed(name)}, {why}"
            for name, why in blueprint.lacking
        ),
    ]
    return "".join(f"{line}\n" for line in lines).encode()


def _line(package: InstalledPackage) -> str:
    """Write one exact requirement; nothing if there is none, or it is not safe."""
    if not (_SAFE.fullmatch(package.name) and _SAFE.fullmatch(package.version)):
        return ""
    match package.kind:
        case PackageKind.INDEX:
            return f"{package.name}=={package.version}"
        case PackageKind.ARCHIVE if _URL.fullmatch(package.url):
            return f"{package.name} @ {package.url}"
        case PackageKind.VCS if _URL.fullmatch(package.url):
            return f"{package.name} @ git+{package.url}"
        case _:
            return ""


def _why(package: InstalledPackage) -> str:
    match package.kind:
        case PackageKind.LOCAL | PackageKind.EDITABLE:
            return "installed from a folder of the machine"
        case _:
            return "with a name, version or address that is none"


def _sides(
    obtained: packages.Package | None, recorded: InstalledPackage | None
) -> tuple[str, str]:
    """Describe both sides, in the same words where they are the same."""
    if obtained is None or recorded is None:
        return (
            "" if obtained is None else obtained.version,
            "" if recorded is None else recorded.version,
        )
    if obtained.version != recorded.version or recorded.record is None:
        return obtained.version, recorded.version
    digest = packages.digest_of_record(obtained)
    return f"{obtained.version} {digest}", f"{recorded.version} {recorded.record}"


def _variables(identity: Identity) -> dict[str, str]:
    found = {
        name.removeprefix(_VARIABLE): str(value)
        for name, value in sorted(identity.determinism.items())
        if name.startswith(_VARIABLE) and value is not None
    }
    for name in found:
        if not _NAME.fullmatch(name):
            # A line break in it would be another instruction to whoever builds it.
            msg = (
                f"the record of {identity.experiment} names a variable that can be "
                f"none: {name!a}\n"
                "  build nothing from it: pytest-repro did not write it"
            )
            raise LaunchError(msg)
    return found


def _quoted(text: str) -> str:
    escaped = (
        _printed(text).replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
    )
    return f'"{escaped}"'


def _printed(text: str) -> str:
    return "".join(one for one in text if one.isprintable())
