"""What a record knows beside its identity: packages, sources, and how it was started.

None of it decides a verdict. Packages say how to build the environment once more,
sources which of the project's files had a part in it, an invocation who asked for the
run and what that cost beyond time and memory.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from pytest_repro.digests import Digest

__all__ = ["InstalledPackage", "Invocation", "PackageKind", "SourceFile"]


class PackageKind(enum.StrEnum):
    """Where an installed package came from, as its installer noted (PEP 610)."""

    INDEX = "index"
    """From a package index, by name and version."""

    ARCHIVE = "archive"
    """From a file behind a URL."""

    VCS = "vcs"
    """From a commit of a repository."""

    LOCAL = "local"
    """From a folder or file of the machine, whose path is not kept."""

    EDITABLE = "editable"
    """The very folder of its sources."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class InstalledPackage:
    """One distribution of an environment.

    Attributes:
        name: Normalised as PEP 503 says.
        version: As it was installed.
        is_used: Whether the run imported from it, or from what loads it.
        record: The digest of those lines of its RECORD that are the same wherever it
            is installed; None where it has none.
        kind: Where it came from.
        url: With `PackageKind.ARCHIVE` its address, with `PackageKind.VCS` that of the
            repository and, after ``@``, the commit; without user, password and query.
    """

    name: str
    version: str
    is_used: bool = True
    record: Digest | None = None
    kind: PackageKind = PackageKind.INDEX
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class SourceFile:
    """A module of the project that a run had imported when it ended.

    Attributes:
        path: From the root of the project.
        digest: Of its bytes.
    """

    path: str
    digest: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """How a run came about; informational, never compared.

    Attributes:
        command: The command line of the session, without secrets and places.
        ci: Provider, workflow, run and image of the CI service; empty elsewhere.
        energy_j: What the processors of the machine drew meanwhile, for whomever [J];
            None where nobody may read it.
    """

    command: tuple[str, ...] = ()
    ci: Mapping[str, str] = field(default_factory=dict)
    energy_j: float | None = None
