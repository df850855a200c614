"""Which packages an environment consisted of, from the record of a run: pure.

Whoever builds that environment once more asks here. Records of before `packages.tsv`
know the versions of what was in use and nothing else.
"""

from typing import Final

from pytest_repro.records import InstalledPackage, RunRecord

__all__ = ["installed_packages"]

_FACT: Final = "package."


def installed_packages(record: RunRecord) -> tuple[InstalledPackage, ...]:
    """List the packages of a record.

    Args:
        record: Read with its extras.

    Returns:
        Everything that was installed, sorted by name; of an older record only what
        was in use, without digests and as if it all came from an index.
    """
    if record.packages:
        return record.packages
    facts = sorted(record.identity.environment.facts.items())
    return tuple(
        InstalledPackage(name=name.removeprefix(_FACT), version=str(version))
        for name, version in facts
        if name.startswith(_FACT)
    )
