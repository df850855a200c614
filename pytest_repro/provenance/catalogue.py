"""Everything that is installed, as a record keeps it: what an environment is built of.

Where a package came from is what its installer noted in `direct_url.json` (PEP 610). A
path of this machine is not kept, nor is anything of an address that may be secret.
"""

import json
from typing import Final

from pytest_repro.provenance.git import without_userinfo
from pytest_repro.provenance.packages import (
    Package,
    collect_installed,
    collect_used,
    digest_of_record,
    read_record,
)
from pytest_repro.records import InstalledPackage, PackageKind

__all__ = ["collect_packages"]

_NOTE: Final = "direct_url.json"


def collect_packages() -> tuple[InstalledPackage, ...]:
    """List what is installed, and say what of it this process uses.

    Returns:
        The packages, sorted by name.
    """
    installed = collect_installed()
    used = {package.name for package in collect_used(installed)}
    return tuple(_describe(one, is_used=one.name in used) for one in installed)


def _describe(package: Package, *, is_used: bool) -> InstalledPackage:
    kind, url = _kind(package)
    has_record = bool(read_record(package))
    return InstalledPackage(
        name=package.name,
        version=package.version,
        is_used=is_used,
        record=digest_of_record(package) if has_record else None,
        kind=kind,
        url=url,
    )


def _kind(package: Package) -> tuple[PackageKind, str]:
    try:
        note = json.loads((package.folder / _NOTE).read_bytes())
        url = without_userinfo(note["url"])
        if "dir_info" in note:
            is_editable = note["dir_info"].get("editable") is True
            return PackageKind.EDITABLE if is_editable else PackageKind.LOCAL, ""
        if url == "local":
            return PackageKind.LOCAL, ""
        if "vcs_info" in note:
            return PackageKind.VCS, f"{url}@{note['vcs_info']['commit_id']}"
    except FileNotFoundError:
        return PackageKind.INDEX, ""
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return PackageKind.LOCAL, ""
    return PackageKind.ARCHIVE, url
